'use strict';

// Watches of one job: the changes that they yield, and the end of the loop.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { WaitTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, path, quickly } = require('./support/numbered-jobs.js');
const { collect } = require('./support/outcomes.js');

const reason = new Error('changed my mind');

describe('watchJob', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const { answer, answered, assertQuiet, client } = numberedJobs(emulator);

  const statuses = (jobs) => jobs.map(({ status }) => status);

  it('yields the job at each change, the final one last', async () => {
    await emulator.answerJob(
      job(0),
      ...[{ status: 'SUBMITTED' }, { status: 'SUBMITTED' }, { status: 'IN_PROGRESS', completed: 1 }],
      ...[{ status: 'IN_PROGRESS', completed: 2 }, { status: 'IN_PROGRESS', completed: 2 }, { status: 'COMPLETED' }],
    );
    const jobs = await collect(client().watchJob(job(0), quickly));
    assert.deepEqual(statuses(jobs), ['SUBMITTED', 'IN_PROGRESS', 'IN_PROGRESS', 'COMPLETED']);
    assert.deepEqual(
      jobs.map(({ completed }) => completed),
      [undefined, 1, 2, undefined],
    );
    assert.equal(jobs[0].identifier, job(0));
    assert.equal((await emulator.requests(path(0))).length, 6);
  });

  it('yields a job that is already final once', async () => {
    await emulator.answerJob(job(0), { status: 'CANCELED' });
    assert.deepEqual(statuses(await collect(client().watchJob({ jobIdentifier: job(0) }))), ['CANCELED']);
  });

  it('yields each status to a slow loop, with its latest figures', async () => {
    const [one, two] = ['IN_PROGRESS', 'COMPLETED'];
    await emulator.answerJob(
      job(0),
      ...[{ status: 'SUBMITTED' }, { status: one, completed: 1 }, { status: one, completed: 2 }, { status: two }],
    );
    const seen = [];
    for await (const { status, completed } of client().watchJob(job(0), quickly)) {
      seen.push([status, completed]);
      await answered(4);
    }
    assert.deepEqual(seen, [
      ['SUBMITTED', undefined],
      [one, 2],
      [two, undefined],
    ]);
  });

  it('yields a job whose status or a count has changed, and not one whose other members have', async () => {
    const same = { status: 'IN_PROGRESS', total: 3, pending: 3, completed: 0, failed: 0 };
    const answers = [
      { ...same, elapsedTime: 1 },
      { ...same, elapsedTime: 2, queueTime: 7 },
      { ...same, total: 4, elapsedTime: 3 },
      { ...same, total: 4, pending: 2, elapsedTime: 4 },
      { ...same, total: 4, pending: 2, completed: 1, elapsedTime: 5 },
      { ...same, total: 4, pending: 2, completed: 1, failed: 1, elapsedTime: 6 },
      { ...same, total: 4, pending: 2, completed: 1, failed: 1, elapsedTime: 7 },
      { ...same, total: 4, pending: 2, completed: 1, failed: 1, elapsedTime: 8, status: 'COMPLETED' },
    ];
    await emulator.answerJob(job(0), ...answers);
    const times = [];
    for await (const { elapsedTime } of client().watchJob(job(0), quickly)) {
      times.push(elapsedTime);
    }
    assert.deepEqual(times, [1, 3, 4, 5, 6, 8]);
  });

  it('compares no members of a job that are lists or objects, of any depth', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const deepJob = (status) => `{"jobIdentifier":"${job(0)}","status":"${status}","completed":${deep},"x":${deep}}`;
    await emulator.answerJob(job(0), deepJob('IN_PROGRESS'), deepJob('IN_PROGRESS'), deepJob('COMPLETED'));
    const seen = [];
    for await (const { status } of client().watchJob(job(0), quickly)) {
      seen.push(status);
    }
    assert.deepEqual(seen, ['IN_PROGRESS', 'COMPLETED']);
  });

  it('does not yield a job again because the loop has changed the object', async () => {
    await emulator.answerJob(job(0), { status: 'OPEN' }, { status: 'OPEN' }, { status: 'COMPLETED' });
    const seen = [];
    for await (const each of client().watchJob(job(0), quickly)) {
      seen.push(each.status);
      each.status = 'mine';
    }
    assert.deepEqual(seen, ['OPEN', 'COMPLETED']);
  });

  it('stops polling when the loop is left, and cancels nothing', async () => {
    await answer(Infinity);
    const { signal } = new AbortController();
    for await (const { status } of client().watchJob(job(0), { ...quickly, signal, cancelOnAbort: true })) {
      assert.equal(status, 'SUBMITTED');
      break;
    }
    await assertQuiet(signal);
    assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
  });

  it('rejects with the reason of its signal, and cancels the job if asked', async () => {
    await answer(Infinity);
    await emulator.fault({
      method: 'DELETE',
      path: path(0),
      status: 200,
      body: `{"jobIdentifier":"${job(0)}","status":"CANCELED"}`,
    });
    const controller = new AbortController();
    const { signal } = controller;
    const outcomes = [];
    const options = { ...quickly, signal, cancelOnAbort: true, onCancel: (outcome) => outcomes.push(outcome) };
    const loop = async () => {
      for await (const { status } of client().watchJob(job(0), options)) {
        assert.equal(status, 'SUBMITTED');
        controller.abort(reason);
      }
    };
    await assert.rejects(loop, (error) => error === reason);
    assert.deepEqual(
      outcomes.map(({ jobIdentifier, job: { status } }) => [jobIdentifier, status]),
      [[job(0), 'CANCELED']],
    );
    await assertQuiet(signal);
    const fired = client().watchJob(job(0), { signal });
    await assert.rejects(collect(fired), (error) => error === reason);
  });

  it('rejects like blockUntilComplete, after the changes so far', async () => {
    await answer(Infinity);
    const seen = [];
    const loop = async () => {
      for await (const { status } of client().watchJob(job(0), { ...quickly, waitTimeout: 300 })) {
        seen.push(status);
        await sleep(400);
      }
    };
    await assert.rejects(loop, WaitTimeoutError);
    assert.deepEqual(seen, ['SUBMITTED']);
    await assert.rejects(collect(client().watchJob(7)), /the job param should be a job/);
    await assert.rejects(collect(client().watchJob(job(0), { pollInterval: 0 })), /pollInterval/);
  });
});
