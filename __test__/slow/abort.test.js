'use strict';

// The time from a signal to the end of a call, the limit of a cancellation, and signals that fire while the event loop is busy.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const JOB = '00000000-0000-4000-8000-000000000001';
const PATH = `/api/jobs/${JOB}`;

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const quickly = { pollInterval: 20 };

describe('a signal', () => {
  const emulator = useEmulator({ submittedMs: 100, inProgressMs: 900 });
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);
  const reason = new Error('changed my mind');

  it('waits five seconds at most for a cancellation that stalls', async () => {
    await emulator.answerJob(JOB, { status: 'IN_PROGRESS' });
    await emulator.fault({ method: 'DELETE', path: PATH, connection: 'stall' });
    const controller = new AbortController();
    let outcome;
    const waiting = client().blockUntilComplete(JOB, {
      ...quickly,
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: (value) => {
        outcome = value;
      },
    });
    await emulator.arrival();
    const aborted = performance.now();
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    const elapsed = performance.now() - aborted;
    assert.ok(elapsed > 4900 && elapsed < 5500, `${elapsed} ms`);
    assert.equal(outcome.error.name, 'RequestTimeoutError');
  });

  for (const [where, fault] of Object.entries({
    'a pause': { status: 200, body: `{"jobIdentifier":"${JOB}","status":"SUBMITTED"}` },
    'a poll': { connection: 'stall' },
    'a backoff': { status: 503 },
  })) {
    it(`ends a wait in ${where} within 200 ms, and a batch as well`, async () => {
      await emulator.fault({ path: PATH, ...fault });
      for (const wait of [
        (options) => client().blockUntilComplete(JOB, options),
        (options) => client().blockUntilAllComplete([JOB], options),
      ]) {
        await emulator.clearRequests();
        const controller = new AbortController();
        const waiting = wait({ signal: controller.signal, pollInterval: 10_000 });
        await emulator.arrival({ answered: fault.connection !== 'stall' });
        const aborted = performance.now();
        controller.abort(reason);
        await assert.rejects(waiting, (error) => error === reason);
        const elapsed = performance.now() - aborted;
        assert.ok(elapsed < 200, `${elapsed} ms`);
      }
    });
  }

  describe('that fires when the end of the call is an event that JavaScript has not taken yet', () => {
    /** Keeps the event loop busy while Rust goes on, so that its events are not taken. */
    function busy(ms) {
      const until = performance.now() + ms;
      while (performance.now() < until) {
        // The event loop is blocked.
      }
    }

    async function race(start) {
      const controller = new AbortController();
      const outcomes = [];
      const onCancel = (outcome) => outcomes.push(outcome);
      const modzy = client();
      await modzy.getJob(JOB).catch(() => {});
      const calling = start(modzy, { signal: controller.signal, cancelOnAbort: true, onCancel });
      busy(400);
      controller.abort(reason);
      await assert.rejects(calling, (error) => error === reason);
      assert.equal(outcomes.length, 1);
      return outcomes[0];
    }

    it('cancels the job of a submit', async () => {
      const { jobIdentifier, job } = await race((modzy, options) => submit(modzy, options));
      assert.equal(job.status, 'CANCELED');
      assert.equal((await client().getJob(jobIdentifier)).status, 'CANCELED');
    });

    it('cancels the job of a wait that has timed out', async () => {
      const { jobIdentifier } = await submit(client());
      await emulator.fault({
        method: 'GET',
        path: `/api/jobs/${jobIdentifier}`,
        status: 200,
        body: JSON.stringify({ jobIdentifier, status: 'OPEN' }),
      });
      const wait = (modzy, options) => modzy.blockUntilComplete(jobIdentifier, { ...options, waitTimeout: 100 });
      assert.equal((await race(wait)).job.status, 'CANCELED');
      assert.equal((await emulator.requests()).at(-1).method, 'DELETE');
    });

    it('passes onCancel the job of a wait that has completed', async () => {
      await emulator.answerJob(JOB, { status: 'COMPLETED' });
      const { jobIdentifier, job } = await race((modzy, options) => modzy.blockUntilComplete(JOB, options));
      assert.deepEqual([jobIdentifier, job.status], [JOB, 'COMPLETED']);
      assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
    });

    it('cancels nothing after a receipt without a job', async () => {
      await emulator.fault({ method: 'POST', path: '/api/jobs', status: 202, body: '{}' });
      const { jobIdentifier, error } = await race((modzy, options) => submit(modzy, options));
      assert.equal(jobIdentifier, undefined);
      assert.deepEqual([error.name, error.code, error.sent], ['ResponseError', 202, 'maybe']);
      assert.match(error.message, /names no job/);
      assert.ok((await emulator.requests()).every(({ method }) => method !== 'DELETE'));
    });
  });
});
