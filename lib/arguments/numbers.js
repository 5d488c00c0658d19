'use strict';

// What an argument or option that is a number may be: each check takes a value and its name, and returns what the call needs.

const { invalidParam } = require('./checks.js');

/** The most that Rust counts in 32 bits. */
const MOST = 2 ** 32 - 1;

/** The longest string that V8 makes, in UTF-16 units, of which no text has more than it has bytes. */
const LONGEST_STRING = 2 ** 29 - 24;

/**
 * @param {unknown} value
 * @param {string} name
 */
function count(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw invalidParam(name, 'a whole number, 1 or more');
  }
  return value;
}

/**
 * A count that may be none.
 *
 * @param {unknown} value
 * @param {string} name
 */
function fromZero(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 0 || Number(value) > MOST) {
    throw invalidParam(name, `a whole number from 0 to ${MOST}`);
  }
  return value;
}

/**
 * How many at most.
 *
 * @param {unknown} value
 * @param {string} name
 */
function bound(value, name) {
  return value === Infinity ? value : count(value, name);
}

/**
 * Bytes that become one string.
 *
 * @param {unknown} value
 * @param {string} name
 */
function size(value, name) {
  if (Number(count(value, name)) > LONGEST_STRING) {
    throw invalidParam(name, `${LONGEST_STRING}, the longest string of JavaScript, or less`);
  }
  return value;
}

/**
 * The number of a page, or of what it holds.
 *
 * @param {unknown} value
 * @param {string} name
 */
function pageNumber(value, name) {
  if (!Number.isFinite(value)) {
    throw invalidParam(name, 'a number');
  }
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw invalidParam(name, 'a number, whole and 0 or more');
  }
  return value;
}

/**
 * Milliseconds, of which `Infinity` is no limit.
 *
 * @param {number} least
 */
function milliseconds(least) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    if (typeof value !== 'number' || !(value >= least)) {
      throw invalidParam(name, `a number of milliseconds, ${least} or more`);
    }
    return value;
  };
}

/**
 * The same number, or 1 where it is less.
 *
 * @param {(value: unknown, name: string) => number} check
 */
function atLeastOne(check) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => Math.max(1, check(value, name));
}

/**
 * A time that goes into a body, where only a whole number can stand.
 *
 * @param {unknown} value
 * @param {string} name
 */
function wholeMs(value, name) {
  if (value === Infinity) {
    return undefined;
  }
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw invalidParam(name, 'a whole number of milliseconds, 1 or more');
  }
  return value;
}

module.exports = { atLeastOne, bound, count, fromZero, milliseconds, pageNumber, size, wholeMs };
