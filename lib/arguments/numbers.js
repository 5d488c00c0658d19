'use strict';

// Checks of numbers. Each check takes a value and its name, and returns the value that the call uses.

const { invalidParam } = require('./checks.js');

/** The largest unsigned integer of 32 bits. */
const MOST = 2 ** 32 - 1;

/** The longest string of V8, in UTF-16 units. A text has at most as many units as bytes. */
const LONGEST_STRING = 2 ** 29 - 24;

/**
 * @param {unknown} value
 * @param {string} name
 */
function count(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw invalidParam(name, 'a whole number, 1 or more', value);
  }
  return value;
}

/**
 * Checks a count that may be 0.
 *
 * @param {unknown} value
 * @param {string} name
 */
function fromZero(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 0 || Number(value) > MOST) {
    throw invalidParam(name, `a whole number from 0 to ${MOST}`, value);
  }
  return value;
}

/**
 * Checks a count that may be 0 or unlimited. Rust takes the largest number as unlimited.
 *
 * @param {unknown} value
 * @param {string} name
 */
function fromZeroOrInfinite(value, name) {
  return value === Infinity ? MOST : fromZero(value, name);
}

/**
 * Checks an upper bound. `Infinity` is none.
 *
 * @param {unknown} value
 * @param {string} name
 */
function bound(value, name) {
  return value === Infinity ? value : count(value, name);
}

/**
 * Checks a number of bytes that become one string.
 *
 * @param {unknown} value
 * @param {string} name
 */
function size(value, name) {
  if (Number(count(value, name)) > LONGEST_STRING) {
    throw invalidParam(name, `${LONGEST_STRING}, the longest string of JavaScript, or less`, value);
  }
  return value;
}

/**
 * Checks the number of a page, or the number of its items.
 *
 * @param {unknown} value
 * @param {string} name
 */
function pageNumber(value, name) {
  if (!Number.isFinite(value)) {
    throw invalidParam(name, 'a number', value);
  }
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw invalidParam(name, 'a number, whole and 0 or more', value);
  }
  return value;
}

/**
 * Returns a check for milliseconds. `Infinity` means that there is no limit.
 *
 * @param {number} least
 */
function milliseconds(least) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    if (typeof value !== 'number' || !(value >= least)) {
      throw invalidParam(name, `a number of milliseconds, ${least} or more`, value);
    }
    return value;
  };
}

/**
 * Returns a check that raises a number below 1 to 1.
 *
 * @param {(value: unknown, name: string) => number} check
 */
function atLeastOne(check) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => Math.max(1, check(value, name));
}

/**
 * Checks a time in milliseconds that is sent in a body, which takes whole numbers only.
 *
 * @param {unknown} value
 * @param {string} name
 */
function wholeMs(value, name) {
  if (value === Infinity) {
    return undefined;
  }
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw invalidParam(name, 'a whole number of milliseconds, 1 or more', value);
  }
  return value;
}

module.exports = { atLeastOne, bound, count, fromZero, fromZeroOrInfinite, milliseconds, pageNumber, size, wholeMs };
