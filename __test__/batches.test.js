'use strict';

// Waits for many jobs: the order of the outcomes, and the content of each.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ApiError, JobClient, WaitTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, path, quickly, submit } = require('./support/numbered-jobs.js');
const { collect } = require('./support/outcomes.js');

const reason = new Error('changed my mind');

describe('batches', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const { answer, answered, client } = numberedJobs(emulator);

  describe('jobsAsCompleted', () => {
    it('yields outcomes in the order in which jobs complete, each with its index', async () => {
      const jobs = await answer(12, 1, 6);
      const outcomes = await collect(client().jobsAsCompleted(jobs, quickly));
      assert.deepEqual(
        outcomes.map(({ index, jobIdentifier, error }) => [index, jobIdentifier, error]),
        [1, 2, 0].map((index) => [index, job(index), undefined]),
      );
      assert.ok(
        outcomes.every((each) => each.job.status === 'COMPLETED' && each.job.identifier === each.jobIdentifier),
      );
    });

    it('takes identifiers, receipts, jobs and functions, from any iterable', async () => {
      const modzy = client();
      const receipt = await submit(modzy);
      const read = await modzy.getJob(await submit(modzy).then(({ jobIdentifier }) => jobIdentifier));
      const jobs = new Set([receipt, read, receipt.jobIdentifier, () => submit(modzy), async () => receipt]);
      async function* slowly() {
        for (const each of jobs) {
          await sleep(5);
          yield each;
        }
      }
      for (const source of [jobs, [...jobs], jobs.values(), slowly()]) {
        const outcomes = await collect(
          new JobClient(emulator.baseURL, emulator.apiKey).jobsAsCompleted(source, quickly),
        );
        assert.deepEqual(outcomes.map(({ index }) => index).sort(), [0, 1, 2, 3, 4]);
        assert.ok(outcomes.every((each) => each.job?.status === 'COMPLETED'));
      }
    });

    it('of no jobs ends at once, and sends nothing', async () => {
      assert.deepEqual(await collect(client().jobsAsCompleted([])), []);
      assert.deepEqual(await client().blockUntilAllComplete(new Set()), []);
      assert.equal((await emulator.requests()).length, 0);
    });

    it('starts with the loop, and can be iterated once', async () => {
      const jobs = await answer(0);
      const outcomes = client().jobsAsCompleted(jobs);
      await sleep(50);
      assert.equal((await emulator.requests()).length, 0);
      assert.equal((await collect(outcomes)).length, 1);
      assert.deepEqual(await collect(outcomes), []);
      assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
    });

    it('yields a failure as an outcome, and goes on', async () => {
      const jobs = await answer(1, Infinity, 1);
      await emulator.fault({ path: path(3), status: 403, body: '{"message":"not yours"}' });
      const thrown = new Error('no more paper');
      const sources = [
        ...jobs,
        job(3),
        async () => {
          throw thrown;
        },
        () => {
          throw thrown;
        },
        async () => undefined,
        7,
      ];
      const outcomes = await client().blockUntilAllComplete(sources, { ...quickly, waitTimeout: 1000 });
      assert.deepEqual(
        outcomes.map(({ index, jobIdentifier, job: final, error }) => [
          index,
          jobIdentifier,
          final?.status,
          error?.name,
        ]),
        [
          [0, job(0), 'COMPLETED', undefined],
          [1, job(1), undefined, 'WaitTimeoutError'],
          [2, job(2), 'COMPLETED', undefined],
          [3, job(3), undefined, 'PermissionError'],
          [4, undefined, undefined, 'Error'],
          [5, undefined, undefined, 'Error'],
          [6, undefined, undefined, 'TypeError'],
          [7, undefined, undefined, 'TypeError'],
        ],
      );
      assert.ok(outcomes[1].error instanceof WaitTimeoutError);
      assert.equal(outcomes[1].error.job.status, 'SUBMITTED');
      assert.ok(outcomes[3].error instanceof ApiError);
      assert.equal(outcomes[4].error, thrown);
      assert.equal(outcomes[5].error, thrown);
      assert.match(outcomes[6].error.message, /the function jobs\[6\] returned nothing; return a job/);
      assert.match(outcomes[7].error.message, /the jobs\[7\] param should be a job/);
    });

    it('yields errors with the lines of its caller, and an Error for any value thrown', async () => {
      await emulator.fault({ path: path(0), status: 403, body: '{}' });
      const thrown = { toString: undefined };
      async function theCaller() {
        return await collect(client().jobsAsCompleted([job(0), () => Promise.reject(thrown)]));
      }
      const outcomes = (await theCaller()).sort((first, second) => first.index - second.index);
      assert.match(outcomes[0].error.stack, /^PermissionError.*\n[^]*theCaller/);
      assert.ok(outcomes[1].error instanceof Error);
      assert.equal(outcomes[1].error.cause, thrown);
    });

    for (const [thrown, text] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [Symbol('own'), 'Symbol(own)'],
      ['text', "'text'"],
      [{ then: 7 }, 'an object that is not an Error'],
      [Promise.resolve(7), 'an object that is not an Error'],
    ]) {
      it(`names what threw ${text}: the submit or onProgress`, async () => {
        const jobs = await answer(0);
        const thrower = () => {
          throw thrown;
        };
        const bySubmit = await client().blockUntilAllComplete([thrower], quickly);
        const byProgress = await client().blockUntilAllComplete(jobs, { ...quickly, onProgress: thrower });
        const errors = [...bySubmit, ...byProgress].map(({ error }) => error);
        assert.deepEqual(
          errors.map(({ name, message }) => [name, message]),
          [
            ['ModzyError', `the submit threw ${text}`],
            ['ModzyError', `onProgress threw ${text}`],
          ],
        );
        assert.ok(errors.every(({ cause }) => cause === thrown));
      });
    }

    it('takes no more jobs from its source than the concurrency allows', async () => {
      const jobs = await answer(Infinity, Infinity, Infinity, Infinity);
      let taken = 0;
      function* source() {
        for (const each of jobs) {
          taken += 1;
          yield each;
        }
      }
      const outcomes = client().jobsAsCompleted(source(), { ...quickly, concurrency: 2 });
      const first = outcomes.next();
      await answered(2);
      assert.equal(taken, 2);
      await outcomes.return();
      assert.deepEqual(await first, { done: true, value: undefined });
    });

    for (const [what, options, bound] of [
      ['as many as concurrency says', { concurrency: 20 }, 20],
      ['fifty by default', {}, 50],
    ]) {
      it(`calls functions that submit when their turn comes, with ${what} jobs at a time`, async () => {
        const modzy = client();
        let [alive, most] = [0, 0];
        const sources = Array.from({ length: 200 }, () => () => {
          alive += 1;
          most = Math.max(most, alive);
          return submit(modzy);
        });
        const onProgress = ({ status }) => {
          alive -= status === 'COMPLETED' ? 1 : 0;
        };
        const outcomes = await collect(modzy.jobsAsCompleted(sources, { ...quickly, ...options, onProgress }));
        assert.equal(outcomes.filter((each) => each.job?.status === 'COMPLETED').length, 200);
        assert.equal(new Set(outcomes.map(({ index }) => index)).size, 200);
        assert.equal(most, bound);
      });
    }

    it('waits for any number of jobs that exist', async () => {
      const receipt = await submit(client());
      await emulator.answerJob(receipt.jobIdentifier, { status: 'SUBMITTED' });
      const outcomes = client().jobsAsCompleted(Array(300).fill(receipt), { pollInterval: 10_000 });
      const first = outcomes.next();
      const polls = () => emulator.requests(`/api/jobs/${receipt.jobIdentifier}`);
      while ((await polls()).length < 300) {
        await sleep(20);
      }
      await outcomes.return();
      assert.equal((await first).done, true);
    });

    it('runs functions and callbacks in the async context of its caller', async () => {
      const modzy = client();
      const storage = new AsyncLocalStorage();
      const seen = new Set();
      const note = () => seen.add(storage.getStore());
      const sources = Array(4).fill(() => {
        note();
        return submit(modzy);
      });
      const options = { ...quickly, concurrency: 1, onProgress: note };
      const outcomes = storage.run('the caller', () => modzy.jobsAsCompleted(sources, options));
      await storage.run('the loop', () => collect(outcomes));
      assert.deepEqual([...seen], ['the caller']);
    });

    it('keeps all outcomes for a slow loop', async () => {
      const jobs = await answer(0, 0, 0, 0, 0);
      const seen = [];
      for await (const outcome of client().jobsAsCompleted(jobs, quickly)) {
        seen.push(outcome.index);
        await sleep(30);
      }
      assert.deepEqual(seen.sort(), [0, 1, 2, 3, 4]);
    });

    it('answers calls of next() made in advance, and those after the end', async () => {
      const jobs = await answer(1, 3);
      const outcomes = client().jobsAsCompleted(jobs, quickly)[Symbol.asyncIterator]();
      const answers = await Promise.all([outcomes.next(), outcomes.next(), outcomes.next()]);
      assert.deepEqual(
        answers.map(({ done, value }) => [done, value?.index]),
        [
          [false, 0],
          [false, 1],
          [true, undefined],
        ],
      );
    });
  });

  it('invalid arguments reject, and nothing is sent or submitted', async () => {
    const modzy = client();
    const never = () => assert.fail('submitted');
    const notIterable = [
      undefined,
      null,
      7,
      {},
      job(0),
      new String(job(0)),
      { jobIdentifier: job(0) },
      Promise.resolve([]),
    ];
    const calls = [
      ...notIterable.map((jobs) => [
        /^\w+: the jobs param should be an iterable or async iterable of jobs(, not a promise: await it first)?$/,
        [jobs],
      ]),
      [/the concurrency param should be a whole number, 1 or more/, [[never], { concurrency: 0 }]],
      [/has no option concurency; use concurrency$/, [[never], { concurency: 1 }]],
      [/pollInterval/, [[never], { pollInterval: 0 }]],
      [/waitTimeout/, [[never], { waitTimeout: -1 }]],
      [/maxOutage/, [[never], { maxOutage: Number.NaN }]],
      [/requestTimeout/, [[never], { requestTimeout: 0 }]],
      [/headers .*authorization/i, [[never], { headers: { authorization: 'x' } }]],
      [/takes \(jobs, options\)/, [[never], {}, {}]],
    ];
    for (const [message, args] of calls) {
      for (const rejected of [modzy.blockUntilAllComplete(...args), collect(modzy.jobsAsCompleted(...args))]) {
        await assert.rejects(rejected, (error) => error instanceof TypeError && message.test(error.message));
      }
    }
    const { jobsAsCompleted, watchJob, blockUntilAllComplete } = modzy;
    await assert.rejects(collect(jobsAsCompleted([never])), TypeError);
    await assert.rejects(collect(watchJob(job(0))), TypeError);
    await assert.rejects(blockUntilAllComplete([never]), TypeError);
    assert.equal((await emulator.requests()).length, 0);
  });

  it('a batch that is not iterated, or is left before its end, causes no unhandled rejection', async () => {
    const unhandled = [];
    const note = (error) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const controller = new AbortController();
      const { signal } = controller;
      const modzy = client();
      modzy.jobsAsCompleted('x');
      modzy.watchJob();
      modzy.listJobHistory(7);
      const [never] = await answer(Infinity);
      const left = modzy.jobsAsCompleted([never, async () => Promise.reject(reason)], { ...quickly, signal });
      await left.next();
      await left.return();
      const aborted = modzy.jobsAsCompleted([never, 7], { ...quickly, signal });
      await aborted.next();
      controller.abort(reason);
      await sleep(100);
      assert.deepEqual(unhandled, []);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  describe('blockUntilAllComplete', () => {
    it('resolves with the outcomes in the order given', async () => {
      const jobs = await answer(6, 0, 3);
      const outcomes = await client().blockUntilAllComplete(jobs, quickly);
      assert.deepEqual(
        outcomes.map(({ index, jobIdentifier, job: final }) => [index, jobIdentifier, final.status]),
        jobs.map((jobIdentifier, index) => [index, jobIdentifier, 'COMPLETED']),
      );
    });
  });
});
