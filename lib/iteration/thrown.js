'use strict';

// Values that functions of the user threw, which may be anything.

const { inspect, types } = require('node:util');
const { ModzyError } = require('../errors.js');
const { withoutCaller } = require('../stacks.js');

/**
 * @param {unknown} value
 * @returns {value is any}
 */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * Returns what was thrown, as an error.
 *
 * @param {unknown} thrown
 * @param {string} by The function that may have thrown something else.
 */
function toError(thrown, by) {
  if (isError(thrown)) {
    return thrown;
  }
  // Inspecting an object may throw or return a text of any length, so the object is only the cause.
  const what = isObject(thrown) ? 'an object that is not an Error' : inspect(thrown);
  return withoutCaller(new ModzyError(`${by} threw ${what}`, { cause: thrown }));
}

/**
 * @param {unknown} thrown
 * @returns {thrown is Error}
 */
function isError(thrown) {
  return isInstance(thrown, Error) || types.isNativeError(thrown);
}

/**
 * Whether a value that the user threw is an instance of a class. A proxy may throw when it is asked.
 *
 * @template T
 * @param {unknown} thrown
 * @param {new (...args: any[]) => T} type
 * @returns {thrown is T}
 */
function isInstance(thrown, type) {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

module.exports = { isInstance, isObject, toError };
