'use strict';

// What a single argument or option may be: each check takes a value and its name, and returns what the call needs.

const { fileURLToPath } = require('node:url');
const { types } = require('node:util');

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
function notEmptyString(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw mistaken(name, 'a not empty string');
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
    throw mistaken(name, 'a boolean or string');
  }
  return value;
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
      throw mistaken(name, 'a valid datetime');
    }
    return value.toISOString();
  }
  if (typeof value !== 'string') {
    throw mistaken(name, 'a datetime or string');
  }
  return string(value, name);
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
function count(value, name) {
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw mistaken(name, 'a whole number, 1 or more');
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
 * How many at most.
 *
 * @param {unknown} value
 * @param {string} name
 */
function bound(value, name) {
  return value === Infinity ? value : count(value, name);
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

/** @param {string[]} choices */
function oneOf(...choices) {
  const expected = choices.map((choice) => `"${choice}"`).join(' or ');
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    if (typeof value !== 'string' || !choices.includes(value)) {
      throw mistaken(name, expected);
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
 * Sources that are read where the call is made. Messages about them need the name that the caller knows them by.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ value: any, name: string }}
 */
function sources(value, name) {
  return { value: object(value, name), name };
}

/**
 * A single source, likewise.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ value: any, name: string }}
 */
function source(value, name) {
  if (!isGiven(value)) {
    throw mistaken(name, 'a path or bytes');
  }
  return { value, name };
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Record<string, any>}
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
    throw mistaken(name, 'an iterable or async iterable of jobs');
  }
  return given;
}

/**
 * An output: its URL, or its names.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ url: string } | { jobId: string, inputKey: string, outputName: string }}
 */
function outputReference(value, name) {
  if (!isPlainObject(value)) {
    throw mistaken(name, '{ jobId, inputKey, outputName } or { url }');
  }
  const { url: address, jobId, inputKey, outputName } = value;
  if (isGiven(address)) {
    return { url: url(address, `${name}.url`) };
  }
  return {
    jobId: notEmptyString(jobId, `${name}.jobId`),
    inputKey: notEmptyString(inputKey, `${name}.inputKey`),
    outputName: notEmptyString(outputName, `${name}.outputName`),
  };
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
 * Where a client writes what it does. Levels that it does not have are not written.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {import('./option-types').Logger}
 */
function logger(value, name) {
  const given = /** @type {any} */ (value);
  const levels = ['debug', 'info', 'warn', 'error'];
  const isObject = typeof given === 'object' || typeof given === 'function';
  if (!isObject || levels.every((level) => !isGiven(given[level]))) {
    throw mistaken(name, 'an object with one or more of the methods debug, info, warn and error');
  }
  for (const method of [...levels, 'isLevelEnabled']) {
    if (isGiven(given[method])) {
      callback(given[method], `${name}.${method}`);
    }
  }
  return given;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The fifth argument of the history of 1.x: documented as the identifiers of jobs, and sent as the name of a model. The
 * identifiers are UUIDs, and no model is called that.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ jobs: string[] | undefined, model: string | undefined }}
 */
function jobsOrModel(value, name) {
  if (Array.isArray(value)) {
    if (!value.every((each) => typeof each === 'string' && UUID.test(each))) {
      throw mistaken(name, 'an array of job identifiers, or a string');
    }
    return { jobs: [...value], model: undefined };
  }
  const model = string(value, name);
  const parts = model.split(/[,;]/).map((part) => part.trim());
  const jobs = parts.filter((part) => part !== '');
  return jobs.length > 0 && jobs.every((job) => UUID.test(job))
    ? { jobs, model: undefined }
    : { jobs: undefined, model };
}

/**
 * Identifiers of tags. Several may stand in one string, separated by commas, as they do on the wire.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {string[]}
 */
function tagIds(value, name) {
  const given = /** @type {unknown[]} */ (value);
  const ids = given.flatMap((each) => string(each, name).split(','));
  if (ids.length === 0 || ids.includes('')) {
    throw mistaken(name, 'one or more not empty strings');
  }
  return ids;
}

/**
 * A path of a file, or its URL.
 *
 * @param {unknown} value
 * @param {string} name
 */
function filePath(value, name) {
  const isUrl = typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
  return notEmptyString(isUrl ? fileURLToPath(/** @type {URL} */ (value)) : value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Blob}
 */
function blob(value, name) {
  const given = /** @type {any} */ (value);
  if (typeof given?.arrayBuffer !== 'function' || typeof given.type !== 'string') {
    throw mistaken(name, 'a Blob or File');
  }
  return given;
}

module.exports = {
  blob,
  boolean,
  bound,
  callback,
  count,
  date,
  filePath,
  flag,
  headers,
  interval,
  isGiven,
  isPlainObject,
  iterable,
  jobReference,
  jobsOrModel,
  logger,
  mistaken,
  notEmptyString,
  notNegative,
  number,
  object,
  pageNumber,
  oneOf,
  outputReference,
  positive,
  signal,
  source,
  sources,
  string,
  tagIds,
  url,
  wholeMs,
};
