'use strict';

// What a user may hand over that runs or is asked again later: callbacks, signals, sources and iterators, hostile by chance.

const { Readable } = require('node:stream');
const { revokedProxy } = require('./values.js');

const never = () => new Promise(() => {});
const fail = () => {
  throw new Error('do not touch');
};

/** What a callback, a submit or a `next()` may return or throw. Little of it never settles, as that takes five seconds each. */
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

/** A signal that fires, or does not, and is odd in one way. */
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
      let looks = random.below(4);
      return Object.defineProperty(quiet(), 'aborted', { get: () => ((looks -= 1) < 0 ? fail() : false) });
    },
    () => new Proxy(AbortSignal.timeout(20), {}),
    () => Object.freeze(quiet()),
    () => Object.assign(Object.create(null), quiet()),
    revokedProxy,
  ])();
}

/** An iterator whose every part is chance. */
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

/** The source of an input. */
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

/** The jobs of a batch. */
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

module.exports = { anyCallback, anyJobs, anySignal, anySource };
