'use strict';

// User code that runs during a call: callbacks, signals, sources and iterators, which are hostile at random.

const { Readable } = require('node:stream');
const { revokedProxy } = require('./values.js');

const never = () => new Promise(() => {});
const fail = () => {
  throw new Error('do not touch');
};

/** Returns a function that returns or throws a random outcome. Few outcomes never settle, since each takes five seconds. */
function outcome(random) {
  return random.pick([
    ...Array(12).fill(() => undefined),
    ...Array(4).fill(async () => 'j'),
    fail,
    async () => fail(),
    () => Promise.reject(undefined),
    () => Promise.reject(revokedProxy()),
    () => Promise.reject(Object.create(null)),
    () => Object.create(null),
    () => ({ then: fail }),
    () => Object.defineProperty({}, 'then', { get: fail }),
    () => ({ then: (resolve) => resolve('j') }),
    () => ({ then: (_, reject) => reject(Symbol('x')) }),
    () => revokedProxy(),
    random.chance(0.2) ? never : () => 7,
    random.chance(0.2) ? () => ({ then() {} }) : () => Symbol('x'),
  ]);
}

function anyCallback(random) {
  return (...given) => outcome(random)(...given);
}

/** Returns a signal that may fire, and that is unusual in one way. */
function anySignal(random) {
  const quiet = () => ({ aborted: false, addEventListener() {}, removeEventListener() {} });
  return random.pick([
    () => AbortSignal.timeout(random.below(60)),
    () => AbortSignal.abort(),
    () => AbortSignal.abort(null),
    () => {
      const bare = Object.assign(new EventTarget(), { aborted: false });
      setTimeout(() => {
        bare.aborted = true;
        bare.dispatchEvent(new Event('abort'));
      }, random.below(60));
      return bare;
    },
    () => ({ ...quiet(), aborted: true }),
    () => ({ ...quiet(), addEventListener: fail }),
    () => ({ ...quiet(), removeEventListener: fail }),
    () => ({ ...quiet(), addEventListener: (_, listener) => listener() }),
    () => ({ ...quiet(), addEventListener: (_, listener) => setTimeout(listener, random.below(30)) }),
    () => Object.defineProperty({ ...quiet(), aborted: true }, 'reason', { get: fail }),
    () => {
      let reads = random.below(4);
      return Object.defineProperty(quiet(), 'aborted', { get: () => ((reads -= 1) < 0 ? fail() : false) });
    },
    () => new Proxy(AbortSignal.timeout(20), {}),
    () => Object.freeze(quiet()),
    () => Object.assign(Object.create(null), quiet()),
    revokedProxy,
  ])();
}

/** Returns an iterator with random parts. */
function anyIterator(random, value) {
  const result = () =>
    random.pick([
      ...Array(6).fill(() => ({ done: false, value: value() })),
      () => ({ done: true }),
      () => ({ value: value() }),
      () => Object.defineProperty({}, 'done', { get: fail }),
      () => Object.create(null),
      () => 7,
      () => undefined,
      revokedProxy,
    ])();
  const next = random.pick([
    result,
    async () => result(),
    () => ({ then: (resolve) => resolve(result()) }),
    fail,
    never,
  ]);
  const end = random.pick([undefined, 7, () => ({}), async () => ({}), fail, async () => fail(), never]);
  const iterator = { next, return: end };
  return { [random.pick([Symbol.iterator, Symbol.asyncIterator, Symbol.asyncIterator])]: () => iterator };
}

function detached() {
  const buffer = new ArrayBuffer(8);
  const view = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

function anyChunk(random) {
  return random.pick([
    () => Buffer.from('x'),
    () => new Uint8Array(0),
    () => new Uint8Array(new SharedArrayBuffer(4)),
    () => new SharedArrayBuffer(4),
    detached,
    () => new DataView(new ArrayBuffer(3), 1),
    () => 'text',
    () => undefined,
    revokedProxy,
  ])();
}

/** Returns the source of an input. */
function anySource(random) {
  const chunk = () => anyChunk(random);
  const blob = (more) => ({ size: 3, type: '', slice: () => blob(more), arrayBuffer: async () => chunk(), ...more });
  return random.pick([
    chunk,
    () => anyIterator(random, chunk),
    () => anyIterator(random, chunk),
    () => Readable.from([chunk(), chunk()]).on('error', () => {}),
    () => new Readable({ read() {} }).on('error', () => {}).destroy(new Error('mine')),
    () => new ReadableStream({ pull: (controller) => controller.enqueue(chunk()) }),
    () => new ReadableStream({ start: (controller) => controller.error(new Error('mine')) }),
    () => new ReadableStream({ pull: never }),
    () => ({ getReader: () => ({ read: outcome(random), cancel: outcome(random) }) }),
    () => ({ getReader: fail }),
    () => blob({}),
    () => blob({ slice: fail }),
    () => blob({ arrayBuffer: outcome(random) }),
    () => blob({ size: Number.NaN }),
    () => new Blob(['xyz']),
    () => ({ then() {} }),
    revokedProxy,
  ])();
}

/** Returns the jobs of a batch. */
function anyJobs(random) {
  const job = () =>
    random.pick([
      'j',
      { jobIdentifier: 'j' },
      () => 'j',
      anyCallback(random),
      7,
      undefined,
      revokedProxy(),
      async () => 'j',
    ]);
  return random.chance(0.5) ? Array.from({ length: random.below(6) }, job) : anyIterator(random, job);
}

/**
 * Returns the jobs of a batch with a journal.
 *
 * @param {import('../soak/random.js').Random} random
 * @param {(options: object) => Promise<object>} submit Submits a job with the options of the batch.
 */
function anyKeyedJobs(random, submit) {
  const key = () => random.pick(['a', 'b', 'c', 'd', '', 7, undefined, revokedProxy()]);
  const job = () => ({
    inputKey: random.chance(0.8) ? random.pick(['a', 'b', 'c', 'd']) : key(),
    submit: random.pick([
      submit,
      submit,
      submit,
      (options) => submit({ ...options }),
      async (options) => void (await submit(options)),
      (options) => Promise.all([submit(options), submit(options)]),
      anyCallback(random),
      revokedProxy(),
    ]),
  });
  return random.chance(0.7) ? Array.from({ length: random.below(5) }, job) : anyIterator(random, job);
}

module.exports = { anyCallback, anyChunk, anyJobs, anyKeyedJobs, anySignal, anySource, outcome };
