'use strict';

// Aborted calls: what a signal ends, that no request or listener is left, and what happens to the job.

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient, WaitTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const JOB = '00000000-0000-4000-8000-000000000001';
const PATH = `/api/jobs/${JOB}`;

/** A poll every 20 ms, so that no test takes long. */
const quickly = { pollInterval: 20 };

describe('a signal', () => {
  const emulator = useEmulator({ submittedMs: 100, inProgressMs: 900 });
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);
  const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);

  const reason = new Error('changed my mind');

  it('that has fired before the call keeps it from sending anything', async () => {
    const options = { signal: AbortSignal.abort(reason), cancelOnAbort: true };
    await assert.rejects(client().blockUntilComplete(JOB, options), (error) => error === reason);
    assert.equal((await emulator.requests()).length, 0);
  });

  for (const [where, fault] of Object.entries({
    'a pause': { status: 200, body: `{"jobIdentifier":"${JOB}","status":"SUBMITTED"}` },
    'a poll': { connection: 'stall' },
    'a backoff': { status: 503 },
  })) {
    it(`ends a wait in ${where} with its reason, and leaves no request and no listener`, async () => {
      await emulator.fault({ path: PATH, ...fault });
      const modzy = client();
      const controller = new AbortController();
      const { signal } = controller;
      // Within the next hour, only the signal can end the wait.
      const waiting = modzy.blockUntilComplete(JOB, { signal, pollInterval: 3_600_000, requestTimeout: 3_600_000 });
      await emulator.arrival({ answered: fault.connection !== 'stall' });
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      await sleep(50);
      const [only, ...more] = await emulator.requests(PATH);
      assert.equal(more.length, 0);
      assert.equal(only.state, fault.connection === 'stall' ? 'aborted' : 'answered');
    });
  }

  it('has one listener for any number of waits, and none once they have settled', async () => {
    await emulator.answerJob(JOB, { status: 'SUBMITTED' });
    const modzy = client();
    const { signal } = new AbortController();
    const waits = Array.from({ length: 50 }, () =>
      modzy.blockUntilComplete(JOB, { signal, pollInterval: 50, waitTimeout: 200 }),
    );
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    const settled = await Promise.allSettled(waits);
    assert.ok(settled.every((each) => each.reason instanceof WaitTimeoutError));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('with cancelOnAbort cancels the job, calls onCancel, and then rejects with the reason', async () => {
    const modzy = client();
    const job = await submit(modzy, { jobTimeout: 60_000 });
    const controller = new AbortController();
    const events = [];
    const waiting = modzy.blockUntilComplete(job, {
      ...quickly,
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: (outcome) => events.push(outcome),
      onProgress: () => controller.abort(reason),
    });
    await assert.rejects(waiting, (error) => error === reason);
    assert.equal(events.length, 1);
    assert.equal(events[0].jobIdentifier, job.jobIdentifier);
    assert.equal(events[0].job.status, 'CANCELED');
    assert.equal(events[0].error, undefined);
    assert.equal((await modzy.getJob(job.jobIdentifier)).status, 'CANCELED');
  });

  it('passes onCancel the error of a failed cancel, and still rejects with the reason', async () => {
    await emulator.answerJob(JOB, { status: 'IN_PROGRESS' });
    await emulator.fault({ method: 'DELETE', path: PATH, status: 403, body: '{"message":"not yours"}' });
    const controller = new AbortController();
    let outcome;
    const waiting = client().blockUntilComplete(JOB, {
      ...quickly,
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: (value) => {
        outcome = value;
      },
      onProgress: () => controller.abort(reason),
    });
    await assert.rejects(waiting, (error) => error === reason);
    assert.equal(outcome.jobIdentifier, JOB);
    assert.equal(outcome.error.name, 'PermissionError');
    assert.equal(outcome.error.message, 'not yours');
    assert.equal(outcome.job, undefined);
  });

  it('cancels with the headers of the call', async () => {
    const modzy = client();
    const controller = new AbortController();
    const waiting = modzy.blockUntilComplete(await submit(modzy), {
      headers: { 'x-tenant': 'ours' },
      signal: controller.signal,
      cancelOnAbort: true,
      onProgress: () => controller.abort(reason),
    });
    await assert.rejects(waiting, (error) => error === reason);
    const { method, headers } = (await emulator.requests()).at(-1);
    assert.deepEqual([method, headers['x-tenant']], ['DELETE', 'ours']);
  });

  it('cancels the job of a submit that is in flight', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, delayMs: 200 });
    const modzy = client();
    const controller = new AbortController();
    let outcome;
    const submitting = submit(modzy, {
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: (value) => {
        outcome = value;
      },
    });
    await emulator.arrival();
    controller.abort(reason);
    await assert.rejects(submitting, (error) => error === reason);
    assert.equal(outcome.job.status, 'CANCELED');
    assert.equal((await modzy.getJob(outcome.jobIdentifier)).status, 'CANCELED');
    assert.equal((await emulator.requests('/api/jobs')).length, 1);
  });

  it('passes onCancel an error for a submit that was never sent', async () => {
    await emulator.fault({ path: PATH, connection: 'stall' });
    const modzy = client({ maxSockets: 1 });
    const holder = modzy.getJob(JOB, { signal: AbortSignal.timeout(500) });
    await emulator.arrival();
    const controller = new AbortController();
    const outcomes = [];
    const onCancel = (outcome) => outcomes.push(outcome);
    const submitting = submit(modzy, { signal: controller.signal, cancelOnAbort: true, onCancel });
    controller.abort(reason);
    await assert.rejects(submitting, (error) => error === reason);
    assert.equal(outcomes.length, 1);
    assert.equal(outcomes[0].jobIdentifier, undefined);
    assert.equal(outcomes[0].error.message, 'aborted before the request was sent');
    await assert.rejects(holder, { name: 'TimeoutError' });
    const methods = (await emulator.requests()).map(({ method }) => method);
    assert.deepEqual(methods, ['GET']);
  });

  it('whose methods throw does not affect other calls', async () => {
    await emulator.answerJob(JOB, { status: 'IN_PROGRESS' }, { status: 'IN_PROGRESS' }, { status: 'COMPLETED' });
    const modzy = client();
    const bystander = modzy.blockUntilComplete(JOB, { pollInterval: 100 });
    const fails = (what) => () => {
      throw new Error(what);
    };
    const broken = { aborted: false, addEventListener() {}, removeEventListener: fails('remove') };
    // Whatever the signal does afterwards, the outcome is that of the call.
    assert.equal((await modzy.getJob(JOB, { signal: broken })).status, 'IN_PROGRESS');
    await emulator.clearRequests();
    const unusable = { aborted: false, addEventListener: fails('add'), removeEventListener() {} };
    await assert.rejects(submit(modzy, { signal: unusable }), { message: 'add' });
    const hasty = { aborted: false, reason, addEventListener: (_, listener) => listener(), removeEventListener() {} };
    await assert.rejects(submit(modzy, { signal: hasty }), (error) => error === reason);
    assert.equal((await bystander).status, 'COMPLETED');
    assert.deepEqual(await emulator.requests('/api/jobs'), []);
  });

  it('closes the request of a submit without cancelOnAbort, and cancels nothing', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, connection: 'stall' });
    const controller = new AbortController();
    const submitting = submit(client(), { signal: controller.signal });
    await emulator.arrival();
    controller.abort(reason);
    await assert.rejects(submitting, (error) => error === reason);
    await sleep(50);
    const [only, ...more] = await emulator.requests();
    assert.deepEqual([only.method, only.state, more], ['POST', 'aborted', []]);
  });
});
