'use strict';

// A set and a map for tens of thousands of members. A hash table that doubles moves all of its members in one turn of the event
// loop, so these consist of small ones.

/** The most members of a part. */
const PART = 2048;

/** @template T */
class LargeSet {
  /** @type {Set<T>[]} */
  #parts = [];

  /** How many members there are. */
  size = 0;

  /** @param {T} member Not in the set yet. */
  add(member) {
    const last = this.#parts.at(-1);
    if (last === undefined || last.size === PART) {
      this.#parts.push(new Set([member]));
    } else {
      last.add(member);
    }
    this.size += 1;
  }

  /**
   * Removes a member. Returns whether there was one.
   *
   * @param {T} member
   */
  delete(member) {
    const index = this.#parts.findIndex((part) => part.delete(member));
    if (index < 0) {
      return false;
    }
    this.size -= 1;
    if (this.#parts[index]?.size === 0) {
      this.#parts.splice(index, 1);
    }
    return true;
  }

  /** The members in the order in which they were added. */
  *[Symbol.iterator]() {
    for (const part of [...this.#parts]) {
      yield* part;
    }
  }
}

/**
 * A map by numbers. Those close to each other share a part.
 *
 * @template V
 */
class LargeMap {
  /** @type {Map<number, Map<number, V>>} */
  #parts = new Map();

  /** How many members there are. */
  size = 0;

  /** @param {number} key */
  get(key) {
    return this.#parts.get(partOf(key))?.get(key);
  }

  /**
   * @param {number} key Not in the map yet.
   * @param {V} value
   */
  add(key, value) {
    const part = this.#parts.get(partOf(key));
    if (part === undefined) {
      this.#parts.set(partOf(key), new Map([[key, value]]));
    } else {
      part.set(key, value);
    }
    this.size += 1;
  }

  /**
   * @param {number} key In the map already.
   * @param {V} value
   */
  replace(key, value) {
    this.#parts.get(partOf(key))?.set(key, value);
  }

  /**
   * Removes a member. Returns whether there was one.
   *
   * @param {number} key
   */
  delete(key) {
    const part = this.#parts.get(partOf(key));
    if (!part?.delete(key)) {
      return false;
    }
    this.size -= 1;
    if (part.size === 0) {
      this.#parts.delete(partOf(key));
    }
    return true;
  }

  *values() {
    for (const part of [...this.#parts.values()]) {
      yield* part.values();
    }
  }
}

/** @param {number} key */
function partOf(key) {
  return Math.floor(key / PART);
}

module.exports = { LargeMap, LargeSet };
