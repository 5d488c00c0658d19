'use strict';

// Many jobs at once, and one job watched: in which order outcomes come, what ends a batch, and what is left of it then.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { getEventListeners } = require('node:events');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ApiError, JobClient, ModzyClient, WaitTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { collect } = require('./support/outcomes.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };

/** A poll every 20 ms, so that no test takes long. */
const quickly = { pollInterval: 20 };
const reason = new Error('changed my mind');

/** The identifier of the job of this number. */
const job = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const path = (number) => `/api/jobs/${job(number)}`;

describe('batches', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);
  const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);

  /** Jobs that are answered as submitted this many times before they are completed; `Infinity`: for ever. */
  async function answer(...polls) {
    const [open, completed] = [{ status: 'SUBMITTED' }, { status: 'COMPLETED' }];
    for (const [number, times] of polls.entries()) {
      const answers = times === Infinity ? [open] : [...Array(times).fill(open), completed];
      await emulator.answerJob(job(number), ...answers);
    }
    return polls.map((_, number) => job(number));
  }

  /** Asserts that no request arrives any more, and that nobody listens to the signal. */
  async function assertQuiet(signal) {
    const before = (await emulator.requests()).length;
    await sleep(100);
    const after = await emulator.requests();
    assert.equal(after.length, before);
    assert.ok(
      after.every(({ state }) => state !== 'open'),
      'no request is open',
    );
    if (signal !== undefined) {
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  }

  describe('jobsAsCompleted', () => {
    it('brings outcomes in the order in which jobs complete, with the index of each', async () => {
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

    it('begins with the loop, and can be gone through once', async () => {
      const jobs = await answer(0);
      const outcomes = client().jobsAsCompleted(jobs);
      await sleep(50);
      assert.equal((await emulator.requests()).length, 0);
      assert.equal((await collect(outcomes)).length, 1);
      assert.deepEqual(await collect(outcomes), []);
      assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
    });

    it('makes a failure an outcome, and goes on', async () => {
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
      const outcomes = await client().blockUntilAllComplete(sources, { ...quickly, waitTimeout: 200 });
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
      assert.match(outcomes[6].error.message, /the jobs\[6\] param should be a job/);
      assert.match(outcomes[7].error.message, /the jobs\[7\] param should be a job/);
    });

    it('gives errors the lines of its caller, and makes an Error of anything thrown', async () => {
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

    it('takes from its source no more than the bound has room for', async () => {
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
      await sleep(100);
      assert.equal(taken, 2);
      await outcomes.return();
      assert.deepEqual(await first, { done: true, value: undefined });
    });

    for (const [what, options, bound] of [
      ['as many as concurrency says', { concurrency: 20 }, 20],
      ['fifty unless it is told', {}, 50],
    ]) {
      it(`lets functions submit when their turn comes, with ${what} alive at a time`, async () => {
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

    it('runs functions and callbacks in the context of its caller', async () => {
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

    it('hands what has completed to a slow loop, which loses nothing', async () => {
      const jobs = await answer(0, 0, 0, 0, 0);
      const seen = [];
      for await (const outcome of client().jobsAsCompleted(jobs, quickly)) {
        seen.push(outcome.index);
        await sleep(30);
      }
      assert.deepEqual(seen.sort(), [0, 1, 2, 3, 4]);
    });

    it('answers questions that are asked ahead, and those after the end', async () => {
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

  describe('a loop that is left', () => {
    for (const [how, leave] of Object.entries({
      'by break': (loop) => loop(),
      'by a throw': (loop) => assert.rejects(loop(reason), (error) => error === reason),
    })) {
      it(`${how} stops every poll, closes the source, and cancels no job`, async () => {
        const jobs = await answer(1, Infinity, Infinity);
        const { signal } = new AbortController();
        let closed = false;
        async function* source() {
          try {
            yield* jobs;
            yield* [];
          } finally {
            closed = true;
          }
        }
        const options = { ...quickly, signal, concurrency: 2, cancelOnAbort: true };
        await leave(async (thrown) => {
          for await (const { index } of client().jobsAsCompleted(source(), options)) {
            assert.equal(index, 0);
            assert.equal(getEventListeners(signal, 'abort').length, 1);
            if (thrown !== undefined) {
              throw thrown;
            }
            break;
          }
        });
        assert.ok(closed);
        await assertQuiet(signal);
        assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
      });
    }

    it('before it has begun leaves nothing to stop', async () => {
      const outcomes = client().jobsAsCompleted([job(0)], quickly);
      assert.deepEqual(await outcomes.return(), { done: true, value: undefined });
      assert.deepEqual(await collect(outcomes), []);
      assert.equal((await emulator.requests()).length, 0);
    });

    it('does not wait for a source that is busy with its next job', async () => {
      const [first] = await answer(0);
      let closed = false;
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: async () => (source.asked ? new Promise(() => {}) : { done: !(source.asked = true), value: first }),
          return: async () => {
            closed = true;
            return new Promise(() => {});
          },
        }),
      };
      for await (const { index } of client().jobsAsCompleted(source, quickly)) {
        assert.equal(index, 0);
        break;
      }
      assert.ok(closed);
      await assertQuiet();
    });

    it('rejects with what closing the source throws', async () => {
      const jobs = await answer(0, Infinity);
      function* source() {
        try {
          yield* jobs;
          yield jobs[1];
        } finally {
          // eslint-disable-next-line no-unsafe-finally
          throw reason;
        }
      }
      const loop = async () => {
        for await (const outcome of client().jobsAsCompleted(source(), { ...quickly, concurrency: 1 })) {
          assert.equal(outcome.index, 0);
          break;
        }
      };
      await assert.rejects(loop, (error) => error === reason);
      await assertQuiet();
    });

    it('lets submits that are under way come to their end, and starts no other', async () => {
      const modzy = client();
      const [first] = await answer(0);
      await emulator.fault({ method: 'POST', path: '/api/jobs', delayMs: 150 });
      const sources = [first, ...Array(10).fill(() => submit(modzy))];
      for await (const outcome of modzy.jobsAsCompleted(sources, { ...quickly, concurrency: 2 })) {
        assert.equal(outcome.index, 0);
        break;
      }
      await sleep(300);
      const requests = await emulator.requests();
      // The room of the first had been given to the next by then.
      assert.deepEqual(requests.map(({ method }) => method).sort(), ['GET', 'POST', 'POST']);
      assert.ok(requests.every(({ state }) => state === 'answered'));
    });
  });

  describe('a signal', () => {
    it('that has fired before lets nothing be sent and no source be opened', async () => {
      const options = { signal: AbortSignal.abort(reason) };
      const source = { [Symbol.iterator]: () => assert.fail('the source was opened') };
      await assert.rejects(collect(client().jobsAsCompleted(source, options)), (error) => error === reason);
      await assert.rejects(client().blockUntilAllComplete(source, options), (error) => error === reason);
      await assertQuiet(options.signal);
    });

    it('that fires before the source is open leaves it closed', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      let opened = false;
      const source = {
        [Symbol.iterator]() {
          opened = true;
          return [].values();
        },
      };
      const first = client()
        .jobsAsCompleted(source, { ...quickly, signal })
        .next();
      controller.abort(reason);
      await assert.rejects(first, (error) => error === reason);
      await assertQuiet(signal);
      assert.equal(opened, false);
    });

    it('ends a batch: no poll, no listener, the source closed, no job cancelled', async () => {
      const jobs = await answer(0, Infinity, Infinity, Infinity);
      const controller = new AbortController();
      const { signal } = controller;
      let closed = false;
      function* source() {
        try {
          yield* jobs;
        } finally {
          closed = true;
        }
      }
      const waiting = client().blockUntilAllComplete(source(), { ...quickly, signal, concurrency: 2 });
      await sleep(100);
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      const aborted = performance.now();
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.ok(performance.now() - aborted < 200);
      assert.ok(closed);
      await assertQuiet(signal);
      assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
    });

    it('rejects once, drops what nobody has taken, and then the loop is over', async () => {
      const jobs = await answer(0, 0, Infinity);
      const controller = new AbortController();
      const outcomes = client().jobsAsCompleted(jobs, { ...quickly, signal: controller.signal });
      assert.equal((await outcomes.next()).done, false);
      await sleep(100);
      controller.abort(reason);
      await sleep(50);
      await assert.rejects(outcomes.next(), (error) => error === reason);
      assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
      await assertQuiet(controller.signal);
    });

    it('cancels with cancelOnAbort the jobs that are waited for and those whose receipts are under way', async () => {
      const modzy = client();
      const [waitedFor] = await answer(Infinity);
      const receipt = JSON.stringify({ jobIdentifier: job(1) });
      await emulator.fault({ method: 'POST', path: '/api/jobs', delayMs: 300, status: 202, body: receipt });
      for (const number of [0, 1]) {
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: '{"status":"CANCELED"}' });
      }
      const controller = new AbortController();
      const { signal } = controller;
      const told = [];
      const options = { ...quickly, signal, cancelOnAbort: true, onCancel: (outcome) => told.push(outcome) };
      const waiting = modzy.blockUntilAllComplete([() => submit(modzy), waitedFor], options);
      await sleep(100);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.deepEqual(told.map(({ jobIdentifier }) => jobIdentifier).sort(), [job(0), job(1)]);
      assert.ok(told.every((outcome) => outcome.job?.status === 'CANCELED'));
      const cancelled = (await emulator.requests()).filter(({ method }) => method === 'DELETE');
      assert.equal(cancelled.length, 2);
      await assertQuiet(signal);
    });

    it('rejects with what onCancel throws, once every job has been dealt with', async () => {
      const jobs = await answer(Infinity, Infinity);
      for (const number of [0, 1]) {
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: '{"status":"CANCELED"}' });
      }
      const controller = new AbortController();
      let told = 0;
      const onCancel = () => {
        told += 1;
        throw new Error(`mishap ${told}`);
      };
      const options = { ...quickly, signal: controller.signal, cancelOnAbort: true, onCancel };
      const waiting = client().blockUntilAllComplete(jobs, options);
      await sleep(60);
      controller.abort(reason);
      await assert.rejects(waiting, { message: 'mishap 1' });
      assert.equal(told, 2);
    });
  });

  describe('a source', () => {
    for (const kind of ['iterable', 'async iterable']) {
      it(`(${kind}) that throws ends the batch with its error, after what had completed`, async () => {
        const jobs = await answer(0, Infinity);
        let open;
        const opened = new Promise((resolve) => {
          open = resolve;
        });
        const iterators = {
          *iterable() {
            yield* jobs;
            throw reason;
          },
          async *'async iterable'() {
            yield* jobs;
            await opened;
            throw reason;
          },
        };
        const { signal } = new AbortController();
        const outcomes = client().jobsAsCompleted(iterators[kind](), { ...quickly, signal });
        if (kind === 'async iterable') {
          assert.equal((await outcomes.next()).value.index, 0);
          open();
        }
        await assert.rejects(collect(outcomes), (error) => error === reason);
        await assertQuiet(signal);
        assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
      });
    }

    it('that cannot be opened is an error of the loop', async () => {
      const source = {
        [Symbol.asyncIterator]() {
          throw reason;
        },
      };
      await assert.rejects(collect(client().jobsAsCompleted(source)), (error) => error === reason);
    });
  });

  it('wrong arguments reject, and nothing is sent or submitted', async () => {
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
      ...notIterable.map((jobs) => [/^the jobs param should be an iterable or async iterable of jobs$/, [jobs]]),
      [/the concurrency param should be a whole number, 1 or more/, [[never], { concurrency: 0 }]],
      [/unknown option concurency/, [[never], { concurency: 1 }]],
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

  it('a batch that nobody goes through, and one left before its end, bring no unhandled rejection', async () => {
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

  describe('watchJob', () => {
    const statuses = (jobs) => jobs.map(({ status }) => status);

    it('brings the job at each change, the final one last', async () => {
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

    it('brings a job that is final already once', async () => {
      await emulator.answerJob(job(0), { status: 'CANCELED' });
      assert.deepEqual(statuses(await collect(client().watchJob({ jobIdentifier: job(0) }))), ['CANCELED']);
    });

    it('shows a slow loop every status, and of each the newest figures', async () => {
      const [one, two] = ['IN_PROGRESS', 'COMPLETED'];
      await emulator.answerJob(
        job(0),
        ...[{ status: 'SUBMITTED' }, { status: one, completed: 1 }, { status: one, completed: 2 }, { status: two }],
      );
      const seen = [];
      for await (const { status, completed } of client().watchJob(job(0), quickly)) {
        seen.push([status, completed]);
        await sleep(200);
      }
      assert.deepEqual(seen, [
        ['SUBMITTED', undefined],
        [one, 2],
        [two, undefined],
      ]);
    });

    it('does not take what the loop does to a job for a change', async () => {
      await emulator.answerJob(job(0), { status: 'OPEN' }, { status: 'OPEN' }, { status: 'COMPLETED' });
      const seen = [];
      for await (const each of client().watchJob(job(0), quickly)) {
        seen.push(each.status);
        each.status = 'mine';
      }
      assert.deepEqual(seen, ['OPEN', 'COMPLETED']);
    });

    it('polls no more when the loop is left, and cancels nothing', async () => {
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
      await emulator.fault({ method: 'DELETE', path: path(0), status: 200, body: '{"status":"CANCELED"}' });
      const controller = new AbortController();
      const { signal } = controller;
      const told = [];
      const options = { ...quickly, signal, cancelOnAbort: true, onCancel: (outcome) => told.push(outcome) };
      const loop = async () => {
        for await (const { status } of client().watchJob(job(0), options)) {
          assert.equal(status, 'SUBMITTED');
          controller.abort(reason);
        }
      };
      await assert.rejects(loop, (error) => error === reason);
      assert.deepEqual(
        told.map(({ jobIdentifier, job: { status } }) => [jobIdentifier, status]),
        [[job(0), 'CANCELED']],
      );
      await assertQuiet(signal);
      const fired = client().watchJob(job(0), { signal });
      await assert.rejects(collect(fired), (error) => error === reason);
    });

    it('rejects as the wait does, after the changes that it saw', async () => {
      await answer(Infinity);
      const seen = [];
      const loop = async () => {
        for await (const { status } of client().watchJob(job(0), { ...quickly, waitTimeout: 100 })) {
          seen.push(status);
          await sleep(150);
        }
      };
      await assert.rejects(loop, WaitTimeoutError);
      assert.deepEqual(seen, ['SUBMITTED']);
      await assert.rejects(collect(client().watchJob(7)), /the job param should be a job/);
      await assert.rejects(collect(client().watchJob(job(0), { pollInterval: 0 })), /pollInterval/);
    });
  });
});
