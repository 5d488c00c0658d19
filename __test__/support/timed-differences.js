'use strict';

// The tests of the rows of MIGRATING.md that take real time, by the heading of their table. Only `slow` runs them.

const assert = require('node:assert/strict');
const { ModzyClient } = require('modzy-client');
const { serve } = require('./server.js');

const KEY = 'aPrefix.aSecretBody';
const job = (status) => ({ body: { jobIdentifier: 'j', status } });

/** Returns the duration of some work in ms, and its outcome. */
async function timed(work) {
  const started = performance.now();
  const result = await work();
  return { result, ms: performance.now() - started };
}

/** @param {(server: any, id: string, options?: object) => Promise<any>} wait */
function sharedTests(wait) {
  return {
    async '404 right after a submit'(t) {
      const stored = await serve(t, { 'GET /api/jobs/j': [{ status: 404 }, { status: 404 }, job('COMPLETED')] });
      assert.equal((await wait(stored, 'j', { pollInterval: 20 })).status, 'COMPLETED');
      assert.equal(stored.requests.length, 3);
      const never = await serve(t, { 'GET /api/jobs/j': { status: 404 } });
      const waiting = () => assert.rejects(wait(never, 'j', { pollInterval: 20 }), { name: 'NotFoundError' });
      const { ms } = await timed(waiting);
      assert.ok(ms > 3900 && ms < 8000, `${ms} ms`);
    },
  };
}

const firstClient = ({ baseURL }) => new ModzyClient(baseURL, KEY);
const secondClient = ({ url }) => new ModzyClient({ url, apiKey: KEY });

/** @type {Record<string, Record<string, (t: import('node:test').TestContext) => Promise<void>>>} */
const timedTests = {
  'From 1.x': sharedTests((server, id, options) => firstClient(server).blockUntilComplete(id, options)),

  'From 2.x': {
    ...sharedTests((server, id, options) => secondClient(server).blockUntilJobComplete(id, options)),

    async '`timeout` of `blockUntilJobComplete`'(t) {
      const of = (jobIdentifier, status) => ({ body: { jobIdentifier, status } });
      const running = of('k', 'IN_PROGRESS');
      const server = await serve(t, {
        'GET /api/jobs/j': of('j', 'IN_PROGRESS'),
        'GET /api/jobs/k': [running, running, of('k', 'COMPLETED')],
      });
      const client = secondClient(server);
      const { result, ms } = await timed(() => client.blockUntilJobComplete('k', { timeout: 300 }));
      assert.equal(result.status, 'COMPLETED');
      assert.ok(ms > 560 && ms < 1500, `${ms} ms`);
      await client.blockUntilJobComplete('k', { pollInterval: 20 });
      await assert.rejects(client.blockUntilJobComplete('k', { timeout: 20, pollInterval: 20 }), TypeError);
      await assert.rejects(client.blockUntilJobComplete('j', { timeout: 20, waitTimeout: 100 }), {
        name: 'WaitTimeoutError',
      });
    },
  },
};

module.exports = { timedTests };
