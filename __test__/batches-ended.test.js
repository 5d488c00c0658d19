'use strict';

// Batches that end before their jobs: by a loop that is left, a signal, or a source that fails.

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, path, quickly, submit } = require('./support/numbered-jobs.js');
const { collect, failure } = require('./support/outcomes.js');

const reason = new Error('changed my mind');

const canceled = (number) => JSON.stringify({ jobIdentifier: job(number), status: 'CANCELED' });

describe('batches that end early', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const { answer, answered, assertQuiet, client } = numberedJobs(emulator);

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

    it('whose signal has fired, or whose client is closed, closes a stream of jobs that it has not opened', async () => {
      const closed = client();
      await closed.close();
      for (const [modzy, options] of [
        [client(), { signal: AbortSignal.abort() }],
        [client(), { retires: 1 }],
        [closed, {}],
      ]) {
        for (const run of [
          (jobs) => modzy.blockUntilAllComplete(jobs, options),
          (jobs) => collect(modzy.jobsAsCompleted(jobs, options)),
        ]) {
          const stream = new Readable({ objectMode: true, read() {} });
          await failure(run(stream));
          await sleep(5);
          assert.equal(stream.destroyed, true);
        }
      }
    });

    it('before it has begun sends nothing', async () => {
      const outcomes = client().jobsAsCompleted([job(0)], quickly);
      assert.deepEqual(await outcomes.return(), { done: true, value: undefined });
      assert.deepEqual(await collect(outcomes), []);
      assert.equal((await emulator.requests()).length, 0);
    });

    it('does not wait for a source that is still producing its next job', async () => {
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

    it('rejects with the error of closing the source', async () => {
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

    it('waits for submits in flight, and starts no other', async () => {
      const modzy = client();
      const [first] = await answer(0);
      await emulator.fault({ method: 'POST', path: '/api/jobs', delayMs: 150 });
      const sources = [first, ...Array(10).fill(() => submit(modzy))];
      for await (const outcome of modzy.jobsAsCompleted(sources, { ...quickly, concurrency: 2 })) {
        assert.equal(outcome.index, 0);
        break;
      }
      await answered(3);
      const requests = await emulator.requests();
      // By then, the next job had taken the place of the first.
      assert.deepEqual(requests.map(({ method }) => method).sort(), ['GET', 'POST', 'POST']);
      assert.ok(requests.every(({ state }) => state === 'answered'));
    });
  });

  describe('a signal', () => {
    it('that has fired before sends nothing and opens no source', async () => {
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

    it('ends the polls, removes its listener, closes the source, and cancels no job', async () => {
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
      await answered(2);
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.ok(closed);
      await assertQuiet(signal);
      assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
    });

    it('rejects once, drops outcomes that were not taken, and ends the loop', async () => {
      const jobs = await answer(0, 0, Infinity);
      const controller = new AbortController();
      const modzy = client();
      const outcomes = modzy.jobsAsCompleted(jobs, { ...quickly, signal: controller.signal });
      assert.equal((await outcomes.next()).done, false);
      await answered(3);
      controller.abort(reason);
      // The batch ends after its waits.
      do {
        await sleep(50);
      } while (modzy.stats().pendingCalls > 0);
      await assert.rejects(outcomes.next(), (error) => error === reason);
      assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
      await assertQuiet(controller.signal);
    });

    it('with cancelOnAbort cancels the jobs of its waits and of its submits in flight', async () => {
      const modzy = client();
      const [waitedFor] = await answer(Infinity);
      const receipt = JSON.stringify({ jobIdentifier: job(1) });
      await emulator.fault({ method: 'POST', path: '/api/jobs', delayMs: 300, status: 202, body: receipt });
      for (const number of [0, 1]) {
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: canceled(number) });
      }
      const controller = new AbortController();
      const { signal } = controller;
      const outcomes = [];
      const options = { ...quickly, signal, cancelOnAbort: true, onCancel: (outcome) => outcomes.push(outcome) };
      const waiting = modzy.blockUntilAllComplete([() => submit(modzy), waitedFor], options);
      await answered(1);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.deepEqual(outcomes.map(({ jobIdentifier }) => jobIdentifier).sort(), [job(0), job(1)]);
      assert.ok(outcomes.every((outcome) => outcome.job?.status === 'CANCELED'));
      const cancels = (await emulator.requests()).filter(({ method }) => method === 'DELETE');
      assert.equal(cancels.length, 2);
      await assertQuiet(signal);
    });

    it('rejects with the first error of onCancel, once each job is canceled', async () => {
      const jobs = await answer(Infinity, Infinity);
      for (const number of [0, 1]) {
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: canceled(number) });
      }
      const controller = new AbortController();
      let calls = 0;
      const onCancel = () => {
        calls += 1;
        throw new Error(`failure ${calls}`);
      };
      const options = { ...quickly, signal: controller.signal, cancelOnAbort: true, onCancel };
      const waiting = client().blockUntilAllComplete(jobs, options);
      await answered(2);
      controller.abort(reason);
      await assert.rejects(waiting, { message: 'failure 1' });
      assert.equal(calls, 2);
    });
  });

  describe('a source', () => {
    for (const kind of ['iterable', 'async iterable']) {
      it(`(${kind}) that throws ends the batch with its error, after the outcomes so far`, async () => {
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

    const refused = {
      'a key without a function': { inputKey: 'a' },
      'a getter that throws': {
        get inputKey() {
          throw new TypeError('no');
        },
      },
    };
    for (const [what, value] of Object.entries(refused)) {
      it(`is closed before the loop throws if the batch refuses ${what}`, async () => {
        const closed = [];
        const close = async () => {
          await sleep(20);
          closed.push(true);
        };
        async function* generator() {
          try {
            yield value;
          } finally {
            await close();
          }
        }
        const iterator = { next: () => ({ done: false, value }), return: close };
        for (const source of [generator(), { [Symbol.iterator]: () => iterator }]) {
          await assert.rejects(collect(client().jobsAsCompleted(source, quickly)), TypeError);
        }
        assert.deepEqual(closed, [true, true]);
      });
    }

    it('that cannot be opened makes the loop throw', async () => {
      const source = {
        [Symbol.asyncIterator]() {
          throw reason;
        },
      };
      await assert.rejects(collect(client().jobsAsCompleted(source)), (error) => error === reason);
    });
  });
});
