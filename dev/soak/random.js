'use strict';

// A random generator with a seed.

/**
 * Returns a generator of numbers from 0 to 1 that a seed determines (mulberry32).
 *
 * @param {number} seed
 */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Random {
  #next;

  /** @param {number} seed */
  constructor(seed) {
    this.#next = generator(seed);
  }

  /** Returns a number from 0 to 1. */
  fraction() {
    return this.#next();
  }

  /** Returns a whole number below a limit. */
  below(limit) {
    return Math.floor(this.#next() * limit);
  }

  /** Returns true with this probability. */
  chance(probability) {
    return this.#next() < probability;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return items[this.below(items.length)];
  }

  /** Returns random bytes. */
  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

module.exports = { Random };
