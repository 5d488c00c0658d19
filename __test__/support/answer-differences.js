'use strict';

// The tests of the rows about 2xx responses that both tables of MIGRATING.md have.

const assert = require('node:assert/strict');
const modzy = require('modzy-client');
const { failure } = require('./outcomes.js');
const { serve } = require('./server.js');

/**
 * @param {Pick<import('./differences.js').Generation, 'connect' | 'submitText'>} generation
 * @param {Record<string, Record<string, string>>} sources The sources of the submits.
 * @returns {Record<string, (t: any) => Promise<void>>}
 */
function answerTests({ connect, submitText }, sources) {
  return {
    async 'HTML with status 200'(t) {
      const html = { headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' };
      const server = await serve(t, { '*': html });
      const methods = ['getJob', 'getResult', 'getModel', 'getRelatedModels'];
      const errors = await Promise.all(methods.map((method) => failure(connect(server, { retries: 0 })[method]('a'))));
      for (const error of errors) {
        assert.ok(error instanceof modzy.ResponseError);
        assert.equal(error.code, 200);
      }
    },

    async 'Other bodies with status 200'(t) {
      const server = await serve(t, { '*': { body: { message: 'Service under maintenance' } } });
      const client = connect(server, { retries: 0 });
      for (const method of ['getJob', 'cancelJob', 'getResult', 'getModel']) {
        assert.equal((await failure(client[method]('a'))).name, 'ResponseError', method);
      }
      const error = await failure(submitText(client, sources));
      assert.deepEqual([error.name, error.code, error.sent], ['ResponseError', 200, 'maybe']);
      for (const body of [{ jobIdentifier: 'k', results: {} }, { results: {} }, { error: 'down' }, {}, 'OK']) {
        const other = await serve(t, { '*': { body } });
        for (const method of ['getJob', 'cancelJob', 'getResult', 'getAllTags']) {
          const argument = method === 'getAllTags' ? [] : ['j'];
          const failed = await failure(connect(other, { retries: 0 })[method](...argument));
          assert.equal(failed.name, 'ResponseError', method);
        }
      }
    },

    async 'Success without a body'(t) {
      const server = await serve(t, { 'GET /api/jobs/j': { status: 204 }, 'POST /api/jobs': { status: 202 } });
      const client = connect(server);
      assert.equal(await client.getJob('j'), undefined);
      const error = await failure(submitText(client, sources));
      assert.ok(error instanceof modzy.ResponseError);
      assert.equal(error.sent, 'maybe');
    },
  };
}

module.exports = { answerTests };
