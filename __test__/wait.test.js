'use strict';

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ApiError, ModzyClient, WaitTimeoutError, isFinalStatus } = require('modzy-client');
const { RESTRICTED_KEY, useEmulator } = require('./support/emulator.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const JOB = '00000000-0000-4000-8000-000000000001';
const PATH = `/api/jobs/${JOB}`;

/** A poll every 20 ms, so that no test takes long. */
const quickly = { pollInterval: 20 };

describe('blockUntilComplete', () => {
  const emulator = useEmulator({ submittedMs: 100, inProgressMs: 900 });
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);
  const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);

  it('takes a job, a receipt, any object with a jobIdentifier, and an identifier', async () => {
    const modzy = client();
    const receipt = await submit(modzy);
    const job = await modzy.getJob(receipt.jobIdentifier);
    const { jobIdentifier } = receipt;
    class Mine {
      get jobIdentifier() {
        return jobIdentifier;
      }
    }
    for (const reference of [job, receipt, { jobIdentifier }, new Mine(), jobIdentifier]) {
      const final = await modzy.blockUntilComplete(reference, quickly);
      assert.equal(final.status, 'COMPLETED');
      assert.equal(final.identifier, jobIdentifier);
    }
  });

  it('returns the object of the server with all members, including unknown ones', async () => {
    const wire = {
      status: 'COMPLETED',
      jobInputs: [{ identifier: 'a' }],
      elapsedTime: 1.5,
      novelty: { of: ['any', 'shape', null] },
      __proto__: undefined,
    };
    await emulator.answerJob(JOB, wire);
    const job = await client().blockUntilComplete(JOB);
    assert.deepStrictEqual(job, { jobIdentifier: JOB, ...JSON.parse(JSON.stringify(wire)) });
    assert.equal(JSON.stringify(job), JSON.stringify({ jobIdentifier: JOB, ...wire }));
    assert.equal(job.identifier, JOB);
    assert.ok(!Object.keys(job).includes('identifier'));
  });

  for (const status of ['COMPLETED', 'TIMEDOUT', 'CANCELED', 'ERROR', 'COMPLETED_WITH_ERROR', 'NEVER_SEEN']) {
    it(`ends on ${status}`, async () => {
      await emulator.answerJob(JOB, { status });
      assert.equal((await client().blockUntilComplete(JOB)).status, status);
    });
  }

  for (const status of ['SUBMITTED', 'IN_PROGRESS', 'PENDING', 'OPEN']) {
    it(`goes on while ${status}`, async () => {
      await emulator.answerJob(JOB, { status }, { status }, { status: 'COMPLETED' });
      assert.equal((await client().blockUntilComplete(JOB, quickly)).status, 'COMPLETED');
      assert.equal((await emulator.requests(PATH)).length, 3);
    });
  }

  it('calls onProgress with the job of each poll, in the async context of the call', async () => {
    await emulator.answerJob(JOB, { status: 'SUBMITTED' }, { status: 'IN_PROGRESS' }, { status: 'COMPLETED' });
    const storage = new AsyncLocalStorage();
    const seen = [];
    const onProgress = (job) => seen.push([job.identifier, job.status, storage.getStore()]);
    await storage.run('the caller', () => client().blockUntilComplete(JOB, { ...quickly, onProgress }));
    const expected = ['SUBMITTED', 'IN_PROGRESS', 'COMPLETED'].map((status) => [JOB, status, 'the caller']);
    assert.deepEqual(seen, expected);
  });

  it('calls its callbacks with the job alone', async () => {
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    const seen = [];
    async function onProgress(...args) {
      seen.push(this, args.length);
    }
    Object.defineProperty(onProgress, 'name', { value: 7 });
    await client().blockUntilComplete(JOB, { onProgress });
    assert.deepEqual(seen, [undefined, 1]);
  });

  it('releases the async context of a call while another is pending', async () => {
    if (!globalThis.gc) {
      require('node:v8').setFlagsFromString('--expose-gc');
      globalThis.gc = require('node:vm').runInNewContext('gc');
    }
    await emulator.answerJob(JOB, { status: 'IN_PROGRESS' });
    const modzy = client();
    const storage = new AsyncLocalStorage();
    const kept = await (async () => {
      const store = { large: true };
      await storage.run(store, () => modzy.getJob(JOB));
      return new WeakRef(store);
    })();
    const controller = new AbortController();
    const waiting = modzy.blockUntilComplete(JOB, { signal: controller.signal });
    for (let turn = 0; turn < 50 && kept.deref() !== undefined; turn += 1) {
      await sleep(10);
      globalThis.gc();
    }
    assert.equal(kept.deref(), undefined);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });

  it('ends with the error of onProgress, and stops polling', async () => {
    await emulator.answerJob(JOB, { status: 'SUBMITTED' });
    const thrown = new Error('enough');
    const onProgress = () => {
      throw thrown;
    };
    const onCancel = () => assert.fail('no signal fired');
    const options = { ...quickly, onProgress, cancelOnAbort: true, onCancel };
    await assert.rejects(client().blockUntilComplete(JOB, options), (error) => error === thrown);
    const polls = (await emulator.requests(PATH)).length;
    await sleep(100);
    assert.equal((await emulator.requests(PATH)).length, polls);
  });

  it('survives an outage of each kind', async () => {
    const modzy = client();
    const path = PATH;
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      await emulator.fault({ path, times: 1, status, body: '<html>', headers: { 'retry-after': '0' } });
    }
    await emulator.fault({ path, times: 1, connection: 'reset' });
    await emulator.fault({ path, times: 1, connection: 'cut', status: 200, body: '{"status":"COMPLETED"}' });
    await emulator.fault({ path, times: 1, connection: 'stall' });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    const job = await modzy.blockUntilComplete(JOB, { ...quickly, requestTimeout: 200 });
    assert.equal(job.status, 'COMPLETED');
    assert.equal((await emulator.requests(PATH)).length, 11);
  });

  it('rejects with the last failure after an outage of maxOutage', async () => {
    await emulator.fault({ path: PATH, status: 503, body: '{"message":"down for maintenance"}' });
    await assert.rejects(client().blockUntilComplete(JOB, { ...quickly, maxOutage: 50 }), {
      name: 'ServerError',
      code: 503,
      message: 'down for maintenance',
      jobIdentifier: JOB,
      retryable: true,
    });
  });

  it('rejects at once for an error that another poll cannot resolve', async () => {
    const job = await submit(client());
    const wrong = { 401: 'unknown.key', 403: RESTRICTED_KEY };
    for (const [code, key] of Object.entries(wrong)) {
      await emulator.clearRequests();
      const waiting = new ModzyClient(emulator.baseURL, key).blockUntilComplete(job, quickly);
      const error = await waiting.catch((reason) => reason);
      assert.ok(error instanceof ApiError);
      assert.equal(error.code, Number(code));
      assert.equal((await emulator.requests()).length, 1);
    }
  });

  it('survives the 404 of a job that is not stored yet', async () => {
    await emulator.fault({ path: PATH, times: 2, status: 404, body: '{}' });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    assert.equal((await client().blockUntilComplete(JOB, quickly)).status, 'COMPLETED');
  });

  it('rejects after waitTimeout with the job of the last poll, and does not cancel it', async () => {
    await emulator.answerJob(JOB, { status: 'SUBMITTED' }, { status: 'IN_PROGRESS' });
    const started = performance.now();
    const error = await client()
      .blockUntilComplete(JOB, { ...quickly, waitTimeout: 500 })
      .catch((reason) => reason);
    // Timers may be early by a part of a millisecond.
    assert.ok(performance.now() - started > 499);
    assert.ok(error instanceof WaitTimeoutError);
    assert.equal(error.jobIdentifier, JOB);
    assert.equal(error.job.status, 'IN_PROGRESS');
    assert.equal(error.job.identifier, JOB);
    assert.equal(error.retryable, true);
    const methods = (await emulator.requests(PATH)).map(({ method }) => method);
    assert.deepEqual([...new Set(methods)], ['GET']);
    // At once, and after each interval of 19.5 ms at least.
    assert.ok(methods.length >= 2 && methods.length <= 26, `${methods.length} polls`);
  });
});

it('isFinalStatus holds for each status but those of a job that still runs', () => {
  const final = ['COMPLETED', 'CANCELED', 'TIMEDOUT', 'ERROR', 'NOVEL'];
  const others = ['OPEN', 'SUBMITTED', 'PENDING', 'IN_PROGRESS', undefined, null];
  assert.deepEqual([...final, ...others].filter(isFinalStatus), final);
});
