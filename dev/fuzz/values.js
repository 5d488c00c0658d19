'use strict';

// Random values: valid, nearly valid and invalid ones.

const { Readable } = require('node:stream');

const TEXTS = [
  '',
  'j',
  '..',
  'a/b',
  '%2e',
  'ü\u0000\r\n',
  '💥\ud800',
  '__proto__',
  'constructor',
  'x'.repeat(3000),
  '1',
];

/** @param {import('../soak/random.js').Random} random */
function anyText(random) {
  return random.chance(0.7) ? random.pick(TEXTS) : random.bytes(random.below(30)).toString('latin1');
}

/** Returns any JSON value. */
function anyJson(random, depth) {
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return anyText(random);
    case 1:
      return random.pick([0, -1, 1.5, 1e21, 2 ** 53]);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return 'COMPLETED';
    case 5:
      return Array.from({ length: random.below(4) }, () => anyJson(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [anyText(random), anyJson(random, depth - 1)]),
      );
  }
}

/** Returns an object that throws on every operation. */
function revokedProxy() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Returns memory that is detached, or that another thread may write to. */
function oddMemory(random) {
  const buffer = new ArrayBuffer(4);
  const view = new Uint8Array(buffer);
  if (random.chance(0.5)) {
    return random.pick([new SharedArrayBuffer(4), new Uint8Array(new SharedArrayBuffer(4))]);
  }
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

/** Returns an object that throws when it is inspected. */
function hostile(random) {
  const fail = () => {
    throw new Error('do not touch');
  };
  return random.pick([
    () => new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail }),
    () => Object.defineProperty({}, 'jobIdentifier', { get: fail, enumerable: true }),
    () => ({ toString: fail, [Symbol.toPrimitive]: fail }),
    () => ({ [Symbol.iterator]: fail }),
    () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
    () => Object.create({ jobIdentifier: 'j' }),
    () => Object.create(null),
    () => ({ then() {} }),
    () => Object.defineProperty({}, 'then', { get: fail }),
    () => oddMemory(random),
    () => ({ [Symbol('x')]: fail, [Symbol.toStringTag]: 'Blob' }),
    revokedProxy,
    () => {
      const circle = {};
      circle.circle = circle;
      return circle;
    },
  ])();
}

/** Returns any JavaScript value. */
function anyValue(random, depth = 2) {
  switch (random.below(depth > 0 ? 16 : 9)) {
    case 0:
      return undefined;
    case 1:
      return random.pick([NaN, Infinity, -Infinity, 2 ** 63, 10n, Symbol('x')]);
    case 2:
    case 3:
      return anyText(random);
    case 4:
    case 5:
      return anyJson(random, depth);
    case 6:
      return random.pick([Buffer.from('bytes'), new Uint8Array(3), new ArrayBuffer(4), new Blob(['x']), new Date(NaN)]);
    case 7:
      return random.pick([() => {}, async () => 'j', async () => Promise.reject(new Error('mine')), class {}]);
    case 8:
      return random.pick([new URL('http://127.0.0.1:1/'), new Map([[1, 2]]), new Set(['j']), /x/, new Error('x')]);
    case 9:
      return Readable.from([Buffer.from('a'), random.chance(0.5) ? Buffer.from('b') : 7]).on('error', () => {});
    case 10:
      return hostile(random);
    case 11:
      return Array.from({ length: random.below(4) }, () => anyValue(random, depth - 1));
    case 12:
      return { jobIdentifier: anyValue(random, 0) };
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [anyText(random), anyValue(random, depth - 1)]),
      );
  }
}

module.exports = { anyJson, anyText, anyValue, revokedProxy };
