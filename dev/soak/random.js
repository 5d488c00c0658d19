'use strict';

// Chance that can be repeated.

/**
 * A generator of numbers from 0 to 1, always the same ones for a seed (mulberry32).
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

  /** A number from 0 to 1. */
  fraction() {
    return this.#next();
  }

  /** A whole number below a limit. */
  below(limit) {
    return Math.floor(this.#next() * limit);
  }

  /** Whether something happens that has this probability. */
  chance(probability) {
    return this.#next() < probability;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return items[this.below(items.length)];
  }

  /** Bytes of any value. */
  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

module.exports = { Random };
