'use strict';

// What a single argument or option may be: each check takes a value and its name, and returns what the call needs.

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/**
 * An object made by a literal, of whatever realm.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isPlainObject(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * @param {string} name
 * @param {string} expected
 */
function mistaken(name, expected) {
  return new TypeError(`the ${name} param should be ${expected}`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function string(value, name) {
  if (typeof value !== 'string') {
    throw mistaken(name, 'a string');
  }
  if (!value.isWellFormed()) {
    throw mistaken(name, 'a string without lone surrogates');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function boolean(value, name) {
  if (typeof value !== 'boolean') {
    throw mistaken(name, 'a boolean');
  }
  return value;
}

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
function callback(value, name) {
  if (typeof value !== 'function') {
    throw mistaken(name, 'a function');
  }
  return value;
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

/**
 * An object that has something to say in JSON, unlike a Map or a promise that was not awaited.
 *
 * @param {unknown} value
 * @param {string} name
 */
function object(value, name) {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!isObject || Object.keys(value).length === 0) {
    throw mistaken(name, 'an object with members');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function headers(value, name) {
  if (!isPlainObject(value) || Object.values(value).some((each) => typeof each !== 'string')) {
    throw mistaken(name, 'an object of strings');
  }
  return { ...value };
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function signal(value, name) {
  const given = /** @type {any} */ (value);
  const methods = [given?.addEventListener, given?.removeEventListener];
  if (typeof given?.aborted !== 'boolean' || methods.some((method) => typeof method !== 'function')) {
    throw mistaken(name, 'an AbortSignal');
  }
  return given;
}

/**
 * A job's identifier, from a job, a receipt, any object that has it, or itself.
 *
 * @param {unknown} value
 * @param {string} name
 */
function jobReference(value, name) {
  const identifier =
    typeof value === 'object' && value !== null && 'jobIdentifier' in value ? value.jobIdentifier : value;
  if (typeof identifier !== 'string') {
    throw mistaken(name, 'a job, or the identifier of a job');
  }
  return string(identifier, name);
}

module.exports = {
  boolean,
  callback,
  headers,
  isGiven,
  isPlainObject,
  jobReference,
  mistaken,
  number,
  object,
  signal,
  string,
  wholeMs,
};
