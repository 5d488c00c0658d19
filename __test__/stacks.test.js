'use strict';

// The stack of every error shows the caller's lines: of those that the server causes, of wrong arguments, and of what fails
// between, whether the promise is awaited, one of several, or handed to `catch` alone, and in a loop.

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { serve } = require('./support/server.js');

const KEY = 'aPrefix.aSecretBody';
const OUTPUT = { jobId: 'a', inputKey: 'b', outputName: 'c' };

const routes = {
  'GET /api/models': ({ query }) =>
    query.get('page') === '2' || query.get('name') === 'refused'
      ? { status: 403, body: { message: 'refused' } }
      : { body: [{ modelId: 'm1' }], headers: { link: '<?page=2>; rel="next"' } },
  'POST /api/jobs': { status: 400, body: { message: 'refused' } },
  'GET /api/jobs/open': { body: { jobIdentifier: 'open', status: 'OPEN' } },
  'GET /api/results/a/datasource/b/output/c': { body: Buffer.from([0xff, 0xfe]) },
  'GET /api/results/a/datasource/b/output/cut': { headers: { 'content-length': '99' }, body: 'cut' },
};

/** What fails, by a method that returns a promise: the name of the error, and the call. */
const calls = {
  'a refusal by the server': ['NotFoundError', (c) => c.getJob('unknown')],
  'a refusal, by the client of a resource': ['NotFoundError', (c) => c.getJobClient().getResult('unknown')],
  'a wrong argument': ['TypeError', (c) => c.getJob(7)],
  'a wrong argument deep within an object': [
    'TypeError',
    (c) => c.submitJobText('m', 'v', { first: { 'input.txt': 7 } }),
  ],
  'an unknown option': ['TypeError', (c) => c.getModels({ name: 'a' }, { timeOut: 5 })],
  'a wrong option': ['TypeError', (c) => c.getModels({ retries: -1 })],
  'a body that is not JSON': ['TypeError', (c) => c.submitJob({ model: { deep: [{ deeper: [Number.NaN] }] } })],
  'a refused submit': ['BadRequestError', (c) => c.submitJobText('m', 'v', { a: { b: 'text' } })],
  'a wrong source': ['TypeError', (c) => c.submitJobFile('m', 'v', { first: { image: 7 } })],
  'a missing file': ['InputError', (c) => c.submitJobFile('m', 'v', { a: { b: '/no/such/file' } })],
  'an embedded Blob that brings no bytes': [
    'TypeError',
    (c) => c.submitJobEmbedded('m', 'v', 'a/b', { a: { b: { size: 1, slice() {}, arrayBuffer: async () => {} } } }),
  ],
  'a stream that brings something else than bytes': [
    'TypeError',
    (c) => c.appendInput('open', 'a', 'b', Readable.from([7])),
  ],
  'an iterator that brings no results': [
    'InputError',
    (c) => c.appendInput('open', 'a', 'b', { [Symbol.asyncIterator]: () => ({ next: async () => 7 }) }),
  ],
  'an output that is neither JSON nor text': ['ResponseError', (c) => c.getOutputContents(OUTPUT)],
  'two ways to name an output': ['TypeError', (c) => c.getOutputContents({ ...OUTPUT, url: 'https://h.example' })],
  'an output that does not exist': ['NotFoundError', (c) => c.openOutput({ ...OUTPUT, jobId: 'unknown' })],
  'a Blob that is too large': ['InputError', (c) => c.fileToDataUrl(new Blob(['abc']), { maxBytes: 1 })],
  'a wait': ['WaitTimeoutError', (c) => c.blockUntilComplete('open', { waitTimeout: 1 })],
  'a listing': ['PermissionError', (c) => c.listModels({ name: 'refused' }).toArray()],
  'the second page of a listing': ['PermissionError', (c) => c.listModels({ perPage: 1 }).toArray()],
  'a batch': ['TypeError', (c) => c.blockUntilAllComplete([], { retries: -1 })],
  'a job of a batch': [
    'WaitTimeoutError',
    async (c) => {
      const [{ error }] = await c.blockUntilAllComplete(['open'], { waitTimeout: 1 });
      throw error;
    },
  ],
};

/** What fails, by a method that returns what a loop goes through. */
const loops = {
  'streamed results': ['NotFoundError', (c) => c.streamResults('unknown')],
  'a listing': ['PermissionError', (c) => c.listModels({ name: 'refused' })],
  'the second page of a listing': ['PermissionError', (c) => c.listModels({ perPage: 1 })],
  'a watch': ['WaitTimeoutError', (c) => c.watchJob('open', { waitTimeout: 1 })],
  'a wrong argument': ['TypeError', (c) => c.jobsAsCompleted('text')],
  'a wrong argument of a listing': ['TypeError', (c) => c.listJobHistory({ startDate: 7 })],
  'jobs whose iterator brings no results': [
    'TypeError',
    (c) => c.jobsAsCompleted({ [Symbol.iterator]: () => ({ next: () => 7 }) }),
  ],
};

/** Ways to come to the error of a call. `theCaller` is what the stack has to show. */
const ways = {
  async awaited(call) {
    async function theCaller() {
      await call();
    }
    return theCaller().catch((error) => error);
  },
  async 'one of several'(call) {
    async function theCaller() {
      await Promise.all([Promise.resolve(), call()]);
    }
    return theCaller().catch((error) => error);
  },
  'handed to catch, with nobody who awaits': (call) =>
    new Promise((resolve) => {
      function theCaller() {
        call()
          .then(() => assert.fail('did not fail'))
          .catch(resolve);
      }
      theCaller();
    }),
};

function assertShowsCaller(error, name) {
  assert.equal(error.name, name, error.stack);
  assert.ok(error.stack.startsWith(`${name}: ${error.message}\n`), error.stack);
  assert.match(error.stack, /theCaller .*stacks\.test\.js/);
}

describe('the stack of an error shows its caller', () => {
  let baseURL;
  let stop;
  before(async () => {
    ({ baseURL } = await serve({ after: (stopping) => (stop = stopping) }, routes));
  });
  after(() => stop());
  const connect = (options) => new ModzyClient(baseURL, KEY, { proxy: false, ...options });

  for (const [what, [name, call]] of Object.entries(calls)) {
    for (const [way, failure] of Object.entries(ways)) {
      it(`for ${what}, ${way}`, async () => {
        const client = connect();
        assertShowsCaller(await failure(() => call(client)), name);
      });
    }
  }

  for (const [what, [name, iterate]] of Object.entries(loops)) {
    it(`for ${what}, in a loop`, async () => {
      const client = connect();
      async function theCaller() {
        for await (const item of iterate(client)) {
          assert.ok(item);
        }
      }
      assertShowsCaller(await theCaller().catch((error) => error), name);
    });
  }

  it('for an output that breaks off while it is read', async () => {
    const client = connect({ idleTimeout: 20, retries: 0 });
    async function theCaller() {
      const { body } = await client.openOutput({ ...OUTPUT, outputName: 'cut' });
      for await (const chunk of body) {
        assert.ok(chunk);
      }
    }
    assertShowsCaller(await theCaller().catch((error) => error), 'RequestTimeoutError');
  });

  it('for an option that a client refuses', () => {
    function theCaller() {
      return new ModzyClient('http://127.0.0.1:9/api', KEY, { tls: { ca: [7] } });
    }
    assert.throws(theCaller, (error) => {
      assertShowsCaller(error, 'TypeError');
      return true;
    });
  });

  it('but what the caller’s own code throws keeps its own', async () => {
    const client = connect();
    const thrown = new TypeError('own');
    const { stack } = thrown;
    const getter = {
      get first() {
        throw thrown;
      },
    };
    for (const call of [
      () => client.submitJobText('m', 'v', getter),
      () => client.getJob('a', Object.defineProperty({}, 'retries', { enumerable: true, get: () => getter.first })),
      () =>
        client.submitJobEmbedded('m', 'v', 'a/b', {
          a: { b: { size: 1, slice() {}, arrayBuffer: () => getter.first } },
        }),
    ]) {
      assert.equal(await call().catch((error) => error), thrown);
      assert.equal(thrown.stack, stack);
    }
  });
});
