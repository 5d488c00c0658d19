'use strict';

// Signals that fire when a call has ended in Rust and its promise has not settled yet: what becomes of the job.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const JOB = '00000000-0000-4000-8000-000000000001';
const reason = new Error('changed my mind');

/** Keeps the event loop busy while Rust goes on, so that events wait to be taken. */
function busy(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    // Nothing else gets its turn.
  }
}

describe('a signal that fires after the end', () => {
  const emulator = useEmulator({ submittedMs: 60_000, inProgressMs: 60_000 });
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const methods = async () => (await emulator.requests()).map(({ method, path }) => `${method} ${path}`);

  /** The options of a call that cancels its job, and the outcomes that its `onCancel` gets. */
  function canceling() {
    const controller = new AbortController();
    const outcomes = [];
    const onCancel = (outcome) => outcomes.push(outcome);
    return { controller, outcomes, options: { signal: controller.signal, cancelOnAbort: true, onCancel } };
  }

  it('of a submit whose receipt waits in the same batch as the event that makes it fire cancels the job', async () => {
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, delayMs: 100 });
    const modzy = client();
    await modzy.getJob(JOB);
    const { controller, outcomes, options } = canceling();
    const waiting = modzy.blockUntilComplete(JOB, { onProgress: () => controller.abort(reason) });
    const submitting = modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);
    busy(300);
    await assert.rejects(submitting, (error) => error === reason);
    assert.equal((await waiting).status, 'COMPLETED');
    assert.equal(outcomes.length, 1);
    const [{ jobIdentifier, job }] = outcomes;
    assert.equal(job.status, 'CANCELED');
    assert.deepEqual((await methods()).slice(1).sort(), [
      `DELETE /api/jobs/${jobIdentifier}`,
      `GET /api/jobs/${JOB}`,
      'POST /api/jobs',
    ]);
  });

  it('of an upload whose callback is busy cancels the job that was closed', async () => {
    const { controller, outcomes, options } = canceling();
    // An upload always cancels its job.
    delete options.cancelOnAbort;
    const uploading = client().submitJobFile(
      'ed542963de',
      '1.0.1',
      { k: { 'input.txt': Buffer.from('text') } },
      {
        ...options,
        onUploadProgress: () => new Promise(() => {}),
      },
    );
    for (let closed = false; !closed;) {
      await sleep(20);
      closed = (await emulator.requests()).some(({ path, state }) => path.endsWith('/close') && state === 'answered');
    }
    await sleep(50);
    controller.abort(reason);
    await assert.rejects(uploading, (error) => error === reason);
    const [{ jobIdentifier, job }] = outcomes;
    assert.deepEqual([outcomes.length, job.status], [1, 'CANCELED']);
    assert.equal((await methods()).at(-1), `DELETE /api/jobs/${jobIdentifier}`);
  });

  it('of a wait whose callback is busy sends nothing, as its job has ended', async () => {
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    for (const wait of ['blockUntilComplete', 'blockUntilJobComplete']) {
      await emulator.clearRequests();
      const { controller, outcomes, options } = canceling();
      const waiting = client()[wait](JOB, { ...options, onProgress: () => new Promise(() => {}) });
      await emulator.arrival({ answered: true });
      await sleep(50);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.deepEqual(
        outcomes.map(({ jobIdentifier, job }) => [jobIdentifier, job.status]),
        [[JOB, 'COMPLETED']],
      );
      assert.deepEqual(await methods(), [`GET /api/jobs/${JOB}`]);
    }
  });

  it('and after the promise has settled is of no account', async () => {
    const modzy = client();
    const { controller, outcomes, options } = canceling();
    const { jobIdentifier } = await modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);
    controller.abort(reason);
    assert.equal((await modzy.getJob(jobIdentifier)).status, 'SUBMITTED');
    assert.deepEqual(outcomes, []);
  });
});
