'use strict';

// The tests of the rows about connections that both tables of MIGRATING.md have.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { gzipSync, deflateSync } = require('node:zlib');
const { failure } = require('./outcomes.js');
const { serve } = require('./server.js');

const JOB = { jobIdentifier: 'j', status: 'COMPLETED' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** More than the buffers of a connection hold. */
const LARGE = 16 * 1024 * 1024;

/** ms until a server closes a socket. */
const MOMENT = 50;

/**
 * @param {Pick<import('./differences.js').Generation, 'connect' | 'submitText'>} generation
 * @returns {Record<string, (t: any) => Promise<void>>}
 */
function networkTests({ connect, submitText }) {
  /** Returns the outcome of a read of a job, by the reply of the server. */
  async function read(t, reply) {
    const client = connect(await serve(t, { '*': reply }), { retries: 0 });
    return client.getJob('j').catch((error) => error);
  }

  return {
    async 'Early responses'(t) {
      const server = net.createServer(async (socket) => {
        socket.on('error', () => {});
        await once(socket, 'data');
        socket.pause();
        const words = JSON.stringify({ message: 'no room for this' });
        socket.write(`HTTP/1.1 413 Payload Too Large\r\ncontent-length: ${words.length}\r\n\r\n${words}`);
        await sleep(MOMENT);
        socket.destroy();
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const url = `http://127.0.0.1:${server.address().port}`;
      const client = connect({ url, baseURL: `${url}/api` });
      const { code, message } = await failure(submitText(client, { a: { 'input.txt': 'x'.repeat(LARGE) } }));
      assert.deepEqual([code, message], [413, 'no room for this']);
    },

    async 'Compressed responses'(t) {
      const text = JSON.stringify(JOB);
      const members = Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]);
      const packed = (coding, body) => read(t, { headers: { ...JSON_TYPE, 'content-encoding': coding }, body });
      assert.deepEqual(await packed('gzip', members), JOB);
      assert.deepEqual(await packed('X-GZIP', members), JOB);
      const behind = await packed('gzip', Buffer.concat([members, Buffer.from('more')]));
      assert.deepEqual([behind.name, /unpacked/.test(behind.message)], ['ResponseError', true]);
      assert.equal((await packed('deflate', deflateSync(text))).name, 'ResponseError');
    },

    async '`Retry-After`'(t) {
      // The clock of the server is an hour ahead.
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      const later = { status: 429, headers: { date, 'retry-after': date }, body: {} };
      const server = await serve(t, { '*': [later, { body: JOB }] });
      const began = performance.now();
      assert.deepEqual(await connect(server).getJob('j'), JOB);
      const took = performance.now() - began;
      assert.ok(took < 5000, `${took} ms`);
      assert.equal(server.requests.length, 2);
    },

    async 'Idle connections'(t) {
      for (const [keepAliveTimeout, expected] of [
        [60_000, 1],
        [1000, 2],
      ]) {
        let connections = 0;
        const createServer = (options, treat) => {
          const made = http.createServer({ ...options, keepAliveTimeout }, treat);
          made.on('connection', () => {
            connections += 1;
          });
          return made;
        };
        const client = connect(await serve(t, { '*': { body: JOB } }, { createServer }));
        await client.getJob('j');
        await client.getJob('j');
        assert.equal(connections, expected);
      }
    },

    async 'Large response headers'(t) {
      const headers = { ...JSON_TYPE, 'x-long': 'x'.repeat(200_000) };
      assert.deepEqual(await read(t, { headers, body: JOB }), JOB);
    },
  };
}

module.exports = { networkTests };
