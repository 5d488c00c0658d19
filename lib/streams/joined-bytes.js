'use strict';

// Byte arrays for Rust. Each one that crosses costs the event loop some microseconds, so short ones share one.

/** The length from which an array crosses by itself, because a further copy of it would cost more. */
const LONG = 4096;

/**
 * Joins short arrays that follow each other. Those are copied.
 *
 * @param {Uint8Array[]} all
 * @returns {{ arrays: Uint8Array[], lengths: number[][] }} The arrays for Rust, and the lengths of what each consists of.
 */
function joinShort(all) {
  /** @type {Uint8Array[]} */
  const arrays = [];
  /** @type {number[][]} */
  const lengths = [];
  /** @type {Uint8Array[]} */
  let short = [];
  const join = () => {
    if (short.length > 0) {
      arrays.push(Buffer.concat(short));
      lengths.push(short.map(({ length }) => length));
      short = [];
    }
  };
  for (const bytes of all) {
    if (bytes.length < LONG) {
      short.push(bytes);
    } else {
      join();
      arrays.push(bytes);
      lengths.push([bytes.length]);
    }
  }
  join();
  return { arrays, lengths };
}

module.exports = { joinShort };
