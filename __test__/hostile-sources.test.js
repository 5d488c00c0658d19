'use strict';

// Sources that never yield a byte: empty chunks without an end, and iterators whose results are not objects. The event loop is not
// blocked, and the call ends.

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { collect, failure } = require('./support/outcomes.js');
const { threadTime } = require('./support/thread-time.js');
const { unhandledBy } = require('./support/unhandled.js');

const EMPTY = new Uint8Array(0);
const IDLE = 200;

/** Returns the longest turn of the event loop during some work, in ms of processor time. */
async function longestTurn(work) {
  let [last, longest, isDone] = [threadTime(), 0, false];
  const turn = () => {
    const now = threadTime();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return longest;
}

describe('a source that yields nothing', () => {
  const emulator = useEmulator();
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);
  const submit = (source, options) => client().submitJobFile('d1g35t0256', '1.0.0', { a: { input: source } }, options);
  const iterable = (next) => ({ [Symbol.asyncIterator]: () => ({ next }) });

  const empty = {
    async *'an async generator of empty chunks'() {
      for (;;) {
        yield EMPTY;
      }
    },
    'an iterator whose next() returns no promise': () => iterable(() => ({ done: false, value: EMPTY })),
    'an iterator of empty buffers': () => iterable(async () => ({ value: new ArrayBuffer(0) })),
    'a web stream of empty chunks': () => new ReadableStream({ pull: (controller) => controller.enqueue(EMPTY) }),
    'a stream of Node.js that pushes empty chunks': () =>
      new Readable({
        objectMode: true,
        read() {
          this.push(EMPTY);
        },
      }),
    async *'empty chunks after bytes'() {
      yield Buffer.from('bytes');
      for (;;) {
        yield EMPTY;
      }
    },
  };
  it('ends by idleTimeout as well where a Blob is read as a whole: one that is never read to its end', async () => {
    let sizes = 0;
    const blob = {
      type: '',
      get size() {
        sizes += 1;
        return sizes > 3 ? Number.EPSILON : 10;
      },
      slice() {},
      arrayBuffer: async () => new ArrayBuffer(0),
    };
    let error;
    const longest = await longestTurn(async () => {
      const embedded = { a: { input: blob } };
      error = await failure(
        client({ idleTimeout: IDLE }).submitJobEmbedded('d1g35t0256', '1.0.0', 'text/plain', embedded),
      );
    });
    assert.deepEqual([error.name, error.code], ['InputError', 'timeout'], error.message);
    assert.ok(sizes > 10 && longest < IDLE, `${sizes}, ${longest} ms`);
    assert.deepEqual(await emulator.requests(), []);
  });

  for (const [what, make] of Object.entries(empty)) {
    it(`ends by idleTimeout, as an InputError, and does not block the event loop: ${what}`, async () => {
      let error;
      const longest = await longestTurn(async () => {
        error = await failure(submit(make(), { idleTimeout: IDLE }));
      });
      assert.deepEqual(
        [error.name, error.code, error.inputKey, error.inputName],
        ['InputError', 'timeout', 'a', 'input'],
      );
      assert.match(error.message, /gave no byte for 200 ms \(idleTimeout\)/);
      assert.ok(longest < IDLE, `${longest} ms`);
      // No job is left open.
      const { method, path } = (await emulator.requests()).at(-1);
      assert.equal(method, 'DELETE', path);
    });
  }

  it('is read on after some empty chunks', async () => {
    const receipt = await submit(Readable.from([EMPTY, Buffer.from('a'), EMPTY, EMPTY, Buffer.from('b'), EMPTY]));
    assert.equal(typeof receipt.jobIdentifier, 'string');
  });

  const noObjects = [undefined, null, 7, '', 'done', Symbol('x'), true];
  it('is an InputError where the results of its iterator are not objects', async () => {
    for (const result of noObjects) {
      for (const source of [
        iterable(() => result),
        iterable(async () => result),
        { getReader: () => ({ read: async () => result, cancel() {} }) },
      ]) {
        const error = await failure(submit(source));
        assert.deepEqual([error.name, error.code, error.inputKey], ['InputError', 'unusable', 'a'], String(result));
        assert.match(error.message, /fileSources\["a"\]\["input"\] .* returned a result that is not an object/);
      }
    }
  });

  it('ends a batch where the results of its iterator are not objects', async () => {
    for (const result of noObjects) {
      for (const next of [() => result, async () => result]) {
        for (const symbol of [Symbol.iterator, Symbol.asyncIterator]) {
          const jobs = { [symbol]: () => ({ next }) };
          const unhandled = await unhandledBy(async () => {
            const error = await failure(collect(client().jobsAsCompleted(jobs)));
            assert.equal(error.name, 'TypeError');
            assert.match(error.message, /a result that is not an object/);
          });
          assert.deepEqual(unhandled, []);
        }
      }
    }
  });

  it('does not block the event loop where a batch has endless invalid jobs', async () => {
    const jobs = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 7 }) }) };
    const signal = AbortSignal.timeout(100);
    const longest = await longestTurn(async () => {
      await assert.rejects(client().blockUntilAllComplete(jobs, { signal }), { name: 'TimeoutError' });
    });
    assert.ok(longest < 500, `${longest} ms`);
  });
});
