'use strict';

// The callback `onSubmit` of batches.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const { useEmulator } = require('./support/emulator.js');
const { numberedJobs, quickly, submit } = require('./support/numbered-jobs.js');
const { collect } = require('./support/outcomes.js');

describe('onSubmit of a batch', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 10 });
  const { answer, client } = numberedJobs(emulator);

  const polls = async () => (await emulator.requests()).filter(({ method }) => method === 'GET').length;

  it('is called once for each job that a function submits, with its index and identifier, and not for other jobs', async () => {
    const [existing] = await answer(0);
    const modzy = client();
    const seen = [];
    const sources = [existing, () => submit(modzy), () => submit(modzy)];
    const onSubmit = (submitted) => void seen.push(submitted);
    const outcomes = await modzy.blockUntilAllComplete(sources, { ...quickly, onSubmit });
    const expected = outcomes.slice(1).map(({ index, jobIdentifier }) => ({ index, jobIdentifier }));
    assert.deepEqual(
      seen.sort((a, b) => a.index - b.index),
      expected,
    );
    assert.ok(outcomes.every(({ job: { status } }) => status === 'COMPLETED'));
  });

  it('is awaited before the first poll of its job', async () => {
    const modzy = client();
    let polledBefore;
    const onSubmit = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      polledBefore = await polls();
    };
    const [{ job }] = await modzy.blockUntilAllComplete([() => submit(modzy)], { ...quickly, onSubmit });
    assert.deepEqual([polledBefore, job.status], [0, 'COMPLETED']);
  });

  it('runs in the async context of its batch', async () => {
    const modzy = client();
    const storage = new AsyncLocalStorage();
    const seen = [];
    const options = { ...quickly, onSubmit: () => void seen.push(storage.getStore()) };
    const outcomes = storage.run('ours', () => modzy.jobsAsCompleted([() => submit(modzy)], options));
    await storage.run('another', () => collect(outcomes));
    assert.deepEqual(seen, ['ours']);
  });

  it('and throws or rejects is the outcome of its job, which continues, and of no other', async () => {
    const modzy = client();
    const reason = new Error('the disk is full');
    const fails = ({ index }) => {
      if (index === 0) {
        throw reason;
      }
    };
    for (const onSubmit of [fails, async (submitted) => fails(submitted)]) {
      const sources = [() => submit(modzy), () => submit(modzy)];
      const [first, second] = await modzy.blockUntilAllComplete(sources, { ...quickly, onSubmit });
      assert.equal(first.error, reason);
      assert.equal((await modzy.blockUntilComplete(first.jobIdentifier, quickly)).status, 'COMPLETED');
      assert.equal(second.job.status, 'COMPLETED');
    }
    const onSubmit = () => Promise.reject('text');
    const [{ error }] = await modzy.blockUntilAllComplete([() => submit(modzy)], { ...quickly, onSubmit });
    assert.equal(error.message, "onSubmit threw 'text'");
    assert.ok((await emulator.requests()).every(({ method }) => method !== 'DELETE'));
  });

  it('has the key of a source that has one, as onProgress has', async () => {
    const modzy = client();
    const submitted = [];
    const reported = new Set();
    await modzy.blockUntilAllComplete([() => submit(modzy), { inputKey: 'b', submit: () => submit(modzy) }], {
      ...quickly,
      onSubmit: ({ index, inputKey }) => void submitted.push([index, inputKey]),
      onProgress: (job, of) => void reported.add(JSON.stringify(of)),
    });
    assert.deepEqual(submitted.sort(), [
      [0, undefined],
      [1, 'b'],
    ]);
    assert.deepEqual([...reported].sort(), ['{"index":0}', '{"index":1,"inputKey":"b"}']);
  });
});

describe('onSubmit of a batch of long jobs', () => {
  const { client } = numberedJobs(useEmulator({ submittedMs: 60_000 }));

  it('that never ends delays neither a loop that is left nor the cancellation of its job', async () => {
    const modzy = client();
    const reason = new Error('stop');
    for (const cancelOnAbort of [false, true]) {
      const controller = new AbortController();
      const canceled = [];
      const options = {
        ...quickly,
        ...{ signal: controller.signal, cancelOnAbort, onCancel: ({ job }) => void canceled.push(job.status) },
        onSubmit: () => {
          setImmediate(() => controller.abort(reason));
          return new Promise(() => {});
        },
      };
      const started = performance.now();
      await assert.rejects(modzy.blockUntilAllComplete([() => submit(modzy)], options), (error) => error === reason);
      assert.ok(performance.now() - started < 2000);
      assert.deepEqual(canceled, cancelOnAbort ? ['CANCELED'] : []);
    }
  });
});
