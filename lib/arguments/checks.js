'use strict';

// Checks of single arguments and options. Each check takes a value and its name, and returns the value that the call uses.
// Numbers are checked in numbers.js; references to jobs, outputs and tags in references.js.

const { types } = require('node:util');
const { toJSONOf } = require('../json.js');
const { argumentError } = require('../stacks.js');

/**
 * Returns whether a value is neither `undefined` nor `null`.
 *
 * @param {unknown} value
 */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/**
 * Returns whether a value is a plain object of any realm.
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
 * Returns whether a value is a promise, which has not been awaited.
 *
 * @param {any} value
 */
function isPromise(value) {
  try {
    return types.isPromise(value) || (typeof value === 'object' && typeof value?.then === 'function');
  } catch {
    // A getter or a proxy may throw.
    return false;
  }
}

/**
 * Listens to a promise that is refused. The caller learns that it was not awaited, and cannot listen to it any more: its rejection would
 * end the process.
 *
 * @param {unknown} value
 */
function listenTo(value) {
  if (types.isPromise(value)) {
    // Thenables are left alone: `then` may begin their work.
    Promise.prototype.then.call(value, undefined, () => {});
  }
}

/**
 * Returns the error for an invalid argument or option.
 *
 * @param {import('./place.js').Name} name
 * @param {string} expected
 * @param {unknown} [value] The value. If it is a promise, the message says so.
 */
function invalidParam(name, expected, value) {
  const hint = isPromise(value) ? ', not a promise: await it first' : '';
  listenTo(value);
  return argumentError(`the ${name} param should be ${expected}${hint}`);
}

/**
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 */
function string(value, name) {
  if (typeof value !== 'string') {
    throw invalidParam(name, 'a string', value);
  }
  if (!value.isWellFormed()) {
    throw invalidParam(name, 'a string without lone surrogates', value);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function boolean(value, name) {
  if (typeof value !== 'boolean') {
    throw invalidParam(name, 'a boolean', value);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 */
function notEmptyString(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw invalidParam(name, 'a not empty string', value);
  }
  return string(value, name);
}

/**
 * Checks the name of something, such as an identifier, which is not blank.
 *
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 */
function notBlank(value, name) {
  const text = notEmptyString(value, name);
  if (text.trim() === '') {
    throw invalidParam(name, 'a not empty string', value);
  }
  return text;
}

/**
 * Checks a flag of a query. Callers of 1.x may pass it as text.
 *
 * @param {unknown} value
 * @param {string} name
 */
function flag(value, name) {
  if (typeof value !== 'boolean' && typeof value !== 'string') {
    throw invalidParam(name, 'a boolean or string', value);
  }
  if (typeof value === 'string' && !/^(?:true|false)$/i.test(string(value, name))) {
    throw invalidParam(name, 'a boolean or string, which is "true" or "false"', value);
  }
  return value;
}

/**
 * Checks a time of a query. A string is sent unchanged.
 *
 * @param {unknown} value
 * @param {string} name
 */
function date(value, name) {
  if (types.isDate(value)) {
    if (Number.isNaN(value.getTime())) {
      throw invalidParam(name, 'a valid datetime', value);
    }
    return value.toISOString();
  }
  if (typeof value !== 'string') {
    throw invalidParam(name, 'a datetime or string', value);
  }
  return string(value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown[]}
 */
function array(value, name) {
  if (!Array.isArray(value)) {
    throw invalidParam(name, 'an array', value);
  }
  return value;
}

/**
 * Returns a check for one of several strings.
 *
 * @param {string[]} choices
 */
function oneOf(...choices) {
  const expected = choices.map((choice) => `"${choice}"`).join(' or ');
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    if (typeof value !== 'string' || !choices.includes(value)) {
      throw invalidParam(name, expected, value);
    }
    return value;
  };
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function callback(value, name) {
  if (typeof value !== 'function') {
    throw invalidParam(name, 'a function', value);
  }
  return value;
}

/**
 * Checks for an object with members in JSON, unlike a `Map` or a promise. An object with `toJSON` is replaced by what that
 * returns.
 *
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 * @param {() => string} [more] Returns what the message adds.
 */
function object(value, name, more = () => '') {
  const toJSON = isMembers(value) ? toJSONOf(value) : undefined;
  const given = typeof toJSON === 'function' ? toJSON.call(value, '') : value;
  if (!isMembers(given) || Object.keys(given).length === 0) {
    throw invalidParam(name, `an object with members${more()}`, value);
  }
  return given;
}

/**
 * @param {any} value
 * @returns {value is any}
 */
function isMembers(value) {
  const isObject = typeof value === 'object' && value !== null && !types.isBoxedPrimitive(value);
  return isObject && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function signal(value, name) {
  const given = /** @type {any} */ (value);
  const methods = [given?.addEventListener, given?.removeEventListener];
  if (typeof given?.aborted !== 'boolean' || methods.some((method) => typeof method !== 'function')) {
    const isController = typeof given?.signal?.aborted === 'boolean';
    const time = typeof value === 'number' ? ', not a number: AbortSignal.timeout(ms) makes one' : '';
    throw invalidParam(
      name,
      `an AbortSignal${isController ? ', not its controller: pass controller.signal' : time}`,
      value,
    );
  }
  return given;
}

/**
 * Checks a logger. It may lack some of the levels.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {import('../../types/options.js').Logger}
 */
function logger(value, name) {
  const given = /** @type {any} */ (value);
  const levels = ['debug', 'info', 'warn', 'error'];
  const isObject = typeof given === 'object' || typeof given === 'function';
  if (!isObject || levels.every((level) => !isGiven(given[level]))) {
    throw invalidParam(name, 'an object with one or more of the methods debug, info, warn and error', value);
  }
  for (const method of [...levels, 'isLevelEnabled']) {
    if (isGiven(given[method])) {
      callback(given[method], `${name}.${method}`);
    }
  }
  return given;
}

/**
 * Checks an iterable of jobs. Strings are refused: they are iterables of characters.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {Iterable<unknown> | AsyncIterable<unknown>}
 */
function iterable(value, name) {
  const given = /** @type {any} */ (value);
  const isObject = (typeof given === 'object' && given !== null) || typeof given === 'function';
  if (
    !isObject ||
    types.isStringObject(given) ||
    (typeof given[Symbol.asyncIterator] !== 'function' && typeof given[Symbol.iterator] !== 'function')
  ) {
    throw invalidParam(name, 'an iterable or async iterable of jobs', value);
  }
  return given;
}

/**
 * Checks a URL, which may be a string or a `URL`.
 *
 * @param {unknown} value
 * @param {string} name
 */
function url(value, name) {
  return notEmptyString(typeof value === 'object' && value !== null && 'href' in value ? value.href : value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Blob}
 */
function blob(value, name) {
  const given = /** @type {any} */ (value);
  if (typeof given?.arrayBuffer !== 'function' || typeof given.type !== 'string') {
    throw invalidParam(name, 'a Blob or File', value);
  }
  return given;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function strings(value, name) {
  return Array.from(array(value, name), (each, at) => string(each, `${name}[${at}]`));
}

module.exports = {
  array,
  blob,
  boolean,
  callback,
  date,
  flag,
  isGiven,
  isPlainObject,
  isPromise,
  iterable,
  listenTo,
  logger,
  invalidParam,
  notBlank,
  notEmptyString,
  object,
  oneOf,
  signal,
  string,
  strings,
  url,
};
