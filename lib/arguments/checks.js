'use strict';

// What a single argument or option may be: each check takes a value and its name, and returns what the call needs.
// Those of numbers are in numbers.js, and those of what stands for a job, an output or a tag in references.js.

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const { argumentError } = require('../stacks.js');

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
function invalidParam(name, expected) {
  return argumentError(`the ${name} param should be ${expected}`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function string(value, name) {
  if (typeof value !== 'string') {
    throw invalidParam(name, types.isPromise(value) ? 'a string, not a promise: await it first' : 'a string');
  }
  if (!value.isWellFormed()) {
    throw invalidParam(name, 'a string without lone surrogates');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function boolean(value, name) {
  if (typeof value !== 'boolean') {
    throw invalidParam(name, 'a boolean');
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function notEmptyString(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw invalidParam(name, 'a not empty string');
  }
  return string(value, name);
}

/**
 * A flag of a query, which callers of 1.x may give as text.
 *
 * @param {unknown} value
 * @param {string} name
 */
function flag(value, name) {
  if (typeof value !== 'boolean' && typeof value !== 'string') {
    throw invalidParam(name, 'a boolean or string');
  }
  return typeof value === 'string' ? string(value, name) : value;
}

/**
 * A time of a query. What is no `Date` goes out as it is.
 *
 * @param {unknown} value
 * @param {string} name
 */
function date(value, name) {
  if (types.isDate(value)) {
    if (Number.isNaN(value.getTime())) {
      throw invalidParam(name, 'a valid datetime');
    }
    return value.toISOString();
  }
  if (typeof value !== 'string') {
    throw invalidParam(name, 'a datetime or string');
  }
  return string(value, name);
}

/** @param {string[]} choices */
function oneOf(...choices) {
  const expected = choices.map((choice) => `"${choice}"`).join(' or ');
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    if (typeof value !== 'string' || !choices.includes(value)) {
      throw invalidParam(name, expected);
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
    throw invalidParam(name, 'a function');
  }
  return value;
}

/**
 * An object that has something to say in JSON, unlike a Map or a promise that was not awaited. What has a `toJSON` is what that
 * says, to all who read it or add to it.
 *
 * @param {unknown} value
 * @param {string} name
 */
function object(value, name) {
  const isObject = (/** @type {unknown} */ each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) && !ArrayBuffer.isView(each);
  const toJSON = isObject(value) ? /** @type {any} */ (value).toJSON : undefined;
  const given = typeof toJSON === 'function' ? toJSON.call(value, '') : value;
  if (!isObject(given) || Object.keys(given).length === 0) {
    throw invalidParam(name, 'an object with members');
  }
  return given;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function signal(value, name) {
  const given = /** @type {any} */ (value);
  const methods = [given?.addEventListener, given?.removeEventListener];
  if (typeof given?.aborted !== 'boolean' || methods.some((method) => typeof method !== 'function')) {
    throw invalidParam(name, 'an AbortSignal');
  }
  return given;
}

/**
 * Where a client writes what it does. Levels that it does not have are not written.
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
    throw invalidParam(name, 'an object with one or more of the methods debug, info, warn and error');
  }
  for (const method of [...levels, 'isLevelEnabled']) {
    if (isGiven(given[method])) {
      callback(given[method], `${name}.${method}`);
    }
  }
  return given;
}

/**
 * Jobs one after the other. A string is one too, of characters, and no list of jobs.
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
    throw invalidParam(name, 'an iterable or async iterable of jobs');
  }
  return given;
}

/**
 * A URL, as text or as an object.
 *
 * @param {unknown} value
 * @param {string} name
 */
function url(value, name) {
  return notEmptyString(typeof value === 'object' && value !== null && 'href' in value ? value.href : value, name);
}

/**
 * A path of a file, or its URL. The process may be in another folder when Rust comes to the file, so a relative path is
 * resolved at once.
 *
 * @param {unknown} value
 * @param {string} name
 */
function filePath(value, name) {
  const isUrl = typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
  const given = notEmptyString(isUrl ? pathOf(/** @type {URL} */ (value), name) : value, name);
  if (path.sep === '\\') {
    // May be relative to the folder of a drive.
    return path.resolve(given);
  }
  // Not shortened: where `..` leads behind a symbolic link, the text does not say.
  return path.isAbsolute(given) ? given : `${process.cwd().replace(/\/$/, '')}/${given}`;
}

/**
 * @param {URL} given
 * @param {string} name
 */
function pathOf(given, name) {
  if (given.protocol !== 'file:') {
    throw invalidParam(name, 'a file: URL');
  }
  try {
    return fileURLToPath(given.href);
  } catch (cause) {
    throw argumentError(`the ${name} param should be the URL of a local file`, { cause });
  }
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Blob}
 */
function blob(value, name) {
  const given = /** @type {any} */ (value);
  if (typeof given?.arrayBuffer !== 'function' || typeof given.type !== 'string') {
    throw invalidParam(name, 'a Blob or File');
  }
  return given;
}

module.exports = {
  blob,
  boolean,
  callback,
  date,
  filePath,
  flag,
  isGiven,
  isPlainObject,
  iterable,
  logger,
  invalidParam,
  notEmptyString,
  object,
  oneOf,
  signal,
  string,
  url,
};
