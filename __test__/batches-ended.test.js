'use strict';

// What ends a batch before its jobs: a loop that is left, a signal, a source that fails; and what is left of it then.

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, path, quickly, submit } = require('./support/numbered-jobs.js');
const { collect } = require('./support/outcomes.js');

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
      await answered(3);
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
      await answered(2);
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      controller.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
      assert.ok(closed);
      await assertQuiet(signal);
      assert.ok((await emulator.requests()).every(({ method }) => method === 'GET'));
    });

    it('rejects once, drops what nobody has taken, and then the loop is over', async () => {
      const jobs = await answer(0, 0, Infinity);
      const controller = new AbortController();
      const outcomes = client().jobsAsCompleted(jobs, { ...quickly, signal: controller.signal });
      assert.equal((await outcomes.next()).done, false);
      await answered(3);
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
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: canceled(number) });
      }
      const controller = new AbortController();
      const { signal } = controller;
      const told = [];
      const options = { ...quickly, signal, cancelOnAbort: true, onCancel: (outcome) => told.push(outcome) };
      const waiting = modzy.blockUntilAllComplete([() => submit(modzy), waitedFor], options);
      await answered(1);
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
        await emulator.fault({ method: 'DELETE', path: path(number), status: 200, body: canceled(number) });
      }
      const controller = new AbortController();
      let told = 0;
      const onCancel = () => {
        told += 1;
        throw new Error(`mishap ${told}`);
      };
      const options = { ...quickly, signal: controller.signal, cancelOnAbort: true, onCancel };
      const waiting = client().blockUntilAllComplete(jobs, options);
      await answered(2);
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
});
