'use strict';

// The fleet of examples/fleet, whose workers and whose Redis end without notice. `npm run test:crashes` runs it with 400 tasks.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { startEmulator } = require('modzy-emulator');
const { installPackages } = require('../../../dev/scripts/setup.js');
const { ModzyClient } = require('modzy-client');
const { startCrashServer } = require('../../support/crash-server.js');
const { fleetFolder, isMissing, jobsByTask, startFleet } = require('../../support/fleet.js');

process.env.no_proxy = '*';

const TASKS = Number(process.env.FLEET_TASKS ?? 40);
const WORKERS = 4;

/** Starts an emulator, a proxy before it, and a fleet without workers. All end with the test. */
async function start(t, options, deviations) {
  const emulator = await startEmulator({ submittedMs: 100, inProgressMs: 300, ...options });
  const server = await startCrashServer(emulator.url, deviations);
  const fleet = await startFleet({ baseURL: server.baseURL, apiKey: emulator.apiKey });
  t.after(async () => {
    await fleet.stop();
    server.close();
    await emulator.close();
  });
  return { emulator, fleet };
}

before(() => isMissing || installPackages(fleetFolder));

describe('a fleet of workers on Redis', { skip: isMissing }, () => {
  it('ends each task once, while workers are killed or frozen and Redis restarts', { timeout: 300_000 }, async (t) => {
    const loses = (url) => url.split('?')[0] === '/api/jobs' && Math.random() < 0.05;
    const { emulator, fleet } = await start(t, {}, { loses });
    const texts = Array.from({ length: TASKS }, (_, index) => `Text ${index + 1}`);
    const digest = ['--model', 'd1g35t0256@1.0.0', '--input-name', 'input'];
    assert.equal(await fleet.produce('texts', texts, ...digest), `${TASKS} tasks\n`);
    const startWorker = () => fleet.startWorker({ concurrency: 5, rate: 12 });
    const workers = await Promise.all(Array.from({ length: WORKERS }, startWorker));
    const ended = fleet.ended(TASKS);
    let isOver = false;
    ended.finally(() => (isOver = true));
    let kills = 0;
    let replaced;
    const restarts = sleep(2_500).then(() => fleet.restartRedis());
    while (!isOver) {
      await Promise.race([Promise.all([sleep(1_000), replaced]), ended]);
      const victim = Math.floor(Math.random() * WORKERS);
      workers[victim].kill('SIGKILL');
      kills += 1;
      // Another worker is frozen until its locks have expired, and goes on.
      const frozen = workers[(victim + 1) % WORKERS];
      frozen.kill('SIGSTOP');
      setTimeout(() => frozen.kill('SIGCONT'), 3_000).unref();
      replaced = startWorker().then((worker) => (workers[victim] = worker));
    }
    await Promise.all([replaced, restarts]);
    const { completed, failed } = await ended;
    assert.deepEqual({ completed, failed }, { completed: TASKS, failed: 0 }, fleet.errors);

    const jobs = await jobsByTask(emulator);
    let canceled = 0;
    let again = 0;
    let twice = 0;
    for (const { id, returnvalue, attemptsStarted } of await fleet.queue.getCompleted(0, -1)) {
      const { jobIdentifier, outputs, others } = returnvalue;
      const text = texts[Number(id.split('-')[1]) - 1];
      assert.equal(outputs['results.json'].input.sha256, createHash('sha256').update(text).digest('hex'));
      const ran = jobs.get(id).filter(({ status }) => status !== 'CANCELED');
      again += Number(attemptsStarted > 1);
      canceled += jobs.get(id).length - ran.length;
      assert.ok(ran.some((job) => job.jobIdentifier === jobIdentifier && job.status === 'COMPLETED'));
      // The task names any other job that could not be canceled in time.
      const { logs } = await fleet.queue.getJobLogs(id);
      const named = [jobIdentifier, ...others, ...logs].join();
      const unseen = ran.filter((job) => !named.includes(job.jobIdentifier));
      assert.deepEqual(unseen, [], `${id} was started ${attemptsStarted} times`);
      twice += ran.length - 1;
    }
    assert.equal(jobs.size, TASKS);
    const figures = {
      kills,
      'tasks that several workers began': again,
      'canceled jobs': canceled,
      'second jobs': twice,
    };
    t.diagnostic(`${TASKS} results: ${JSON.stringify(figures)}`);
  });
});

// At the same time, since they mostly wait.
describe('a worker of a fleet', { skip: isMissing, concurrency: true }, () => {
  it('takes up the job of one that is killed before it can write the identifier', { timeout: 60_000 }, async (t) => {
    let onAnswer = () => {};
    const { emulator, fleet } = await start(t, {}, { onRequest: (seen) => onAnswer(seen) });
    const first = await fleet.startWorker();
    onAnswer = ({ method, when }) => {
      if (method === 'POST' && when === 'answered') {
        first.kill('SIGKILL');
      }
    };
    await fleet.produce('reviews', ['A lovely day.']);
    await once(first, 'close');
    onAnswer = () => {};
    await fleet.startWorker();
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    const jobs = (await jobsByTask(emulator)).get('reviews-1');
    const { returnvalue, attemptsMade } = await fleet.queue.getJob('reviews-1');
    assert.deepEqual(
      jobs.map(({ jobIdentifier }) => jobIdentifier),
      [returnvalue.jobIdentifier],
    );
    assert.equal(attemptsMade, 1);
  });

  it('that was frozen until another one had submitted the task cancels its own job', { timeout: 60_000 }, async (t) => {
    let isFirst = true;
    let freeze = () => {};
    // The history shows no job in time, so the second worker has to submit the task again.
    const { emulator, fleet } = await start(
      t,
      { inProgressMs: 60_000, history: { lagMs: 60_000 } },
      {
        onRequest({ method, when }) {
          if (method === 'POST' && when === 'answered' && isFirst) {
            isFirst = false;
            freeze();
          }
        },
      },
    );
    // With a second slot, the frozen worker would also be the one that Redis notifies of the task.
    const short = { concurrency: 1, lock: 1_000, settle: 1_000 };
    const frozen = await fleet.startWorker(short);
    freeze = () => frozen.kill('SIGSTOP');
    await fleet.produce('reviews', ['A lovely day.']);
    await fleet.task('reviews-1', ({ data }) => data.submittingAt !== undefined && !isFirst);
    await fleet.startWorker(short);
    const { data } = await fleet.task('reviews-1', (task) => task.data.jobIdentifier !== undefined);
    frozen.kill('SIGCONT');
    const logsOf = async ({ id }) => (await fleet.queue.getJobLogs(id)).logs;
    const task = await fleet.task('reviews-1', async (current) => (await logsOf(current)).length > 0);

    const requests = await emulator.requests();
    assert.equal(requests.filter(({ method, path }) => method === 'POST' && path === '/api/jobs').length, 2);
    const canceled = requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('/').at(-1));
    assert.equal(canceled.length, 1);
    assert.notEqual(canceled[0], data.jobIdentifier);
    assert.deepEqual(await logsOf(task), [`canceled job ${canceled[0]} of a worker without the lock`]);
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    assert.equal((await client.getJob(canceled[0])).status, 'CANCELED');
    assert.notEqual((await client.getJob(data.jobIdentifier)).status, 'CANCELED');
    assert.deepEqual([await task.getState(), task.data.jobIdentifier], ['active', data.jobIdentifier]);
  });

  it('names the job of a submit long before the last one', { timeout: 60_000 }, async (t) => {
    // Further back than the clocks of a server may differ, so that jobs seem to be of long before the last submit.
    const { emulator, fleet } = await start(t, { inProgressMs: 50 }, { ahead: -150_000, dateAhead: 0 });
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const texts = { 'input.txt': 'A lovely day.' };
    const { jobIdentifier } = await client.submitJobText('ed542963de', '1.0.1', { 'reviews-1.1': texts });
    const history = { method: 'GET', path: '/api/jobs/history' };
    // The first attempt fails, and the second one finds no job.
    await emulator.fault({ ...history, times: 1, status: 403 });
    await emulator.fault({ ...history, times: 2, status: 200, body: '[]' });
    const submittingAt = Date.now() - 300_000;
    const data = { model: 'ed542963de@1.0.1', texts, submittingAt, since: submittingAt };
    await fleet.queue.add('reviews', data, { jobId: 'reviews-1', attempts: 2 });
    await fleet.startWorker();
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    const { returnvalue } = await fleet.queue.getJob('reviews-1');
    assert.notEqual(returnvalue.jobIdentifier, jobIdentifier);
    assert.deepEqual(returnvalue.others, [jobIdentifier]);
  });

  it(
    'finds the job of another one whatever the clocks of both and of the server show',
    { timeout: 60_000 },
    async (t) => {
      const [early, late] = [-600_000, 600_000];
      const fleets = [
        { first: early, second: late, server: early },
        { first: late, second: early, server: late },
        { first: late, second: late, server: early },
      ];
      const ends = fleets.map(async ({ first, second, server }) => {
        let onAnswer = () => {};
        // The history does not show the job at first.
        const { emulator, fleet } = await start(
          t,
          { inProgressMs: 50, history: { lagMs: 5_000 } },
          { ahead: server, onRequest: (seen) => onAnswer(seen) },
        );
        const killed = await fleet.startWorker({ ahead: first });
        onAnswer = ({ method, when }) => {
          if (method === 'POST' && when === 'answered') {
            killed.kill('SIGKILL');
          }
        };
        await fleet.produce('reviews', ['A lovely day.']);
        await once(killed, 'close');
        onAnswer = () => {};
        await fleet.startWorker({ ahead: second, settle: 12_000 });
        assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
        const { returnvalue } = await fleet.queue.getJob('reviews-1');
        const jobs = (await jobsByTask(emulator)).get('reviews-1');
        assert.deepEqual(
          jobs.map(({ jobIdentifier }) => jobIdentifier),
          [returnvalue.jobIdentifier],
        );
      });
      await Promise.all(ends);
    },
  );

  it('looks for the job of a submit that a gateway may have forwarded', { timeout: 60_000 }, async (t) => {
    const unavailable = { status: 503, headers: { 'retry-after': '0' } };
    let submits = 0;
    const { emulator, fleet } = await start(
      t,
      { inProgressMs: 50 },
      {
        onRequest({ method, path, when }) {
          const isSubmit = method === 'POST' && path === '/api/jobs' && when === 'answered';
          submits += Number(isSubmit);
          return isSubmit && submits === 1 ? unavailable : undefined;
        },
      },
    );
    // The client itself tries three times.
    await emulator.fault({ method: 'POST', path: '/api/jobs', skip: 1, times: 2, ...unavailable });
    await fleet.produce('reviews', ['A lovely day.'], '--backoff', '100');
    await fleet.startWorker({ settle: 20_000 });
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    assert.equal(submits, 3);
    assert.equal((await jobsByTask(emulator)).get('reviews-1').length, 1);
  });

  it('uploads again what a killed one has begun, in a job that runs once', { timeout: 60_000 }, async (t) => {
    let onRequest = () => {};
    const { emulator, fleet } = await start(t, { chunkSize: 100 }, { onRequest: (seen) => onRequest(seen) });
    const first = await fleet.startWorker();
    onRequest = ({ path, when }) => {
      if (path.includes('/reviews-1.1/') && when === 'answered') {
        first.kill('SIGKILL');
      }
    };
    await fleet.produce('reviews', [__filename], '--files', '--model', 'd1g35t0256@1.0.0', '--input-name', 'input');
    await once(first, 'close');
    onRequest = () => {};
    await fleet.startWorker();
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    const { returnvalue } = await fleet.queue.getJob('reviews-1');
    const digest = createHash('sha256').update(readFileSync(__filename)).digest('hex');
    assert.equal(returnvalue.outputs['results.json'].input.sha256, digest);
    const jobs = await new ModzyClient(emulator.baseURL, emulator.apiKey).listJobHistory().toArray();
    const ran = jobs.filter(({ status }) => status !== 'OPEN' && status !== 'CANCELED');
    assert.deepEqual(
      ran.map(({ jobIdentifier }) => jobIdentifier),
      [returnvalue.jobIdentifier],
    );
    assert.equal(jobs.length, 2);
  });

  it('pauses all workers at a rate limit, which costs no attempt', { timeout: 60_000 }, async (t) => {
    const { emulator, fleet } = await start(t, {});
    // As many as the client accepts by itself.
    await emulator.fault({
      method: 'POST',
      path: '/api/jobs',
      times: 3,
      status: 429,
      headers: { 'retry-after': '1' },
    });
    await fleet.produce('reviews', ['A lovely day.']);
    await fleet.startWorker();
    await fleet.task('reviews-1', () => fleet.queue.getRateLimitTtl().then((ttl) => ttl > 0));
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    const { attemptsMade, attemptsStarted } = await fleet.queue.getJob('reviews-1');
    assert.deepEqual([attemptsMade, attemptsStarted], [1, 2]);
    assert.equal((await jobsByTask(emulator)).get('reviews-1').length, 1);
  });

  it('that cannot know whether its submit arrived submits nothing again', { timeout: 60_000 }, async (t) => {
    const { emulator, fleet } = await start(t, { history: { refused: true } });
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, connection: 'reset', after: true });
    await fleet.startWorker({ settle: 1 });
    await fleet.produce('reviews', ['A lovely day.'], '--attempts', '3', '--backoff', '100');
    assert.equal((await fleet.ended(1)).failed, 1);
    const { attemptsMade, stacktrace } = await fleet.queue.getJob('reviews-1');
    assert.deepEqual(
      [attemptsMade, ...stacktrace.map((stack) => stack.split(':')[0]).sort()],
      [3, 'ConnectionError', 'PermissionError', 'PermissionError'],
    );
    const submits = (await emulator.requests()).filter(({ method }) => method === 'POST');
    assert.equal(submits.length, 1);
  });

  it('tries a failed input again with another job, as often as the attempts say', { timeout: 60_000 }, async (t) => {
    const { emulator, fleet } = await start(t, { inProgressMs: 50 });
    const tries = ['--attempts', '3', '--backoff', '100'];
    await fleet.produce('wrong', ['A lovely day.'], '--input-name', 'no-such-input.txt', ...tries);
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    await fleet.startWorker();
    assert.equal((await fleet.ended(1)).failed, 1);
    const { failedReason, attemptsMade, data } = await fleet.queue.getJob('wrong-1');
    assert.match(failedReason, /the model input input\.txt is missing/);
    assert.equal(attemptsMade, 3);
    const jobs = await client.listJobHistory().toArray();
    assert.deepEqual(data.failedJobs.toSorted(), jobs.map(({ jobIdentifier }) => jobIdentifier).sort());
    assert.deepEqual(jobs.map(({ jobInputs }) => jobInputs[0].identifier).sort(), [
      'wrong-1.1',
      'wrong-1.2',
      'wrong-1.3',
    ]);
    assert.match(await fleet.print('metrics.js', '--failed'), /^wrong-1: .* is missing \(attempts: 3\)\n$/);
    const metrics = await fleet.print('metrics.js');
    assert.match(metrics, /bullmq_job_count\{queue="modzy", state="failed"\} 1\n/);
    assert.match(metrics, /bullmq_tasks_last_minute\{queue="modzy", state="failed"\} \d/);
  });

  it('whose job is canceled submits another one', { timeout: 60_000 }, async (t) => {
    const { emulator, fleet } = await start(t, { inProgressMs: 2_000 });
    await fleet.startWorker();
    await fleet.produce('reviews', ['A lovely day.'], '--backoff', '100');
    const { data } = await fleet.task('reviews-1', (task) => task.data.jobIdentifier !== undefined);
    await new ModzyClient(emulator.baseURL, emulator.apiKey).cancelJob(data.jobIdentifier);
    assert.equal((await fleet.ended(1)).completed, 1, fleet.errors);
    const task = await fleet.queue.getJob('reviews-1');
    assert.deepEqual([task.attemptsMade, task.data.failedJobs], [2, [data.jobIdentifier]]);
    assert.notEqual(task.returnvalue.jobIdentifier, data.jobIdentifier);
  });

  it('hands its tasks back at SIGTERM, and another worker waits for the same jobs', { timeout: 60_000 }, async (t) => {
    const { emulator, fleet } = await start(t, { inProgressMs: 4_000 });
    const first = await fleet.startWorker();
    await fleet.produce('reviews', ['A lovely day.', 'A dreadful day.']);
    for (const id of ['reviews-1', 'reviews-2']) {
      await fleet.task(id, ({ data }) => data.jobIdentifier !== undefined);
    }
    const stoppedAt = performance.now();
    first.kill('SIGTERM');
    const [code] = await once(first, 'close');
    assert.equal(code, 0, fleet.errors);
    assert.ok(performance.now() - stoppedAt < 2_000);
    assert.equal(await fleet.queue.getWaitingCount(), 2);
    // The queue knows these tasks.
    await fleet.produce('reviews', ['A lovely day.', 'A dreadful day.']);
    await fleet.startWorker();
    assert.equal((await fleet.ended(2)).completed, 2, fleet.errors);
    const jobs = await jobsByTask(emulator);
    assert.deepEqual(
      Array.from(jobs.values(), ({ length }) => length),
      [1, 1],
    );
  });
});
