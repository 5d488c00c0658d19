'use strict';

// What an argument or option that is a number may be: each check takes a value and its name, and returns what the call needs.

const { mistaken } = require('./checks.js');

/**
 * @param {unknown} value
 * @param {string} name
 */
function number(value, name) {
  if (typeof value !== 'number') {
    throw mistaken(name, 'a number');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function count(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw mistaken(name, 'a whole number, 1 or more');
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
 * The number of a page, or of what it holds.
 *
 * @param {unknown} value
 * @param {string} name
 */
function pageNumber(value, name) {
  if (!Number.isFinite(value)) {
    throw mistaken(name, 'a number');
  }
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw mistaken(name, 'a number, whole and 0 or more');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function positive(value, name) {
  if (typeof value !== 'number' || !(value >= 1)) {
    throw mistaken(name, 'a number of milliseconds, 1 or more');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function notNegative(value, name) {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw mistaken(name, 'a number of milliseconds, 0 or more');
  }
  return value;
}

/**
 * What 2.x calls the timeout of a wait. It counted on timers, for which 0 is 1.
 *
 * @param {unknown} value
 * @param {string} name
 */
function interval(value, name) {
  return Math.max(1, notNegative(value, name));
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
    throw mistaken(name, 'a whole number of milliseconds, 1 or more');
  }
  return value;
}

module.exports = {
  bound,
  count,
  interval,
  notNegative,
  number,
  pageNumber,
  positive,
  wholeMs,
};
