'use strict';

// The inputs of `run` and `submit`: of one level, for a single input, or of two. Reading the sources is left to lib/streams.

const { invalidParam, isPlainObject, string } = require('./checks.js');
const { put } = require('./inputs.js');
const { Place } = require('./place.js');

/** The key of a single input, which Rust gives it. */
const SINGLE = 'job';

const FORMS = '{ [inputName]: source } or { [inputKey]: { [inputName]: source } }';

const FOR_STRINGS = 'a text is { [inputName]: text }, and a file { [inputName]: pathToFileURL(path) }';

/**
 * Returns what the message adds for a value that is not inputs.
 *
 * @param {unknown} value
 */
function insteadOf(value) {
  if (typeof value === 'string') {
    return /^v?\d+(?:\.\d+)+$|^latest$/.test(value)
      ? ', not a version, which is part of the model: "<model>@<version>"'
      : `, not a string: ${FOR_STRINGS}`;
  }
  return Array.isArray(value) ? ', not an array: each of several inputs has a key' : '';
}

/**
 * @typedef {object} ModelInputs
 * @property {boolean} isSingle Whether they have one level.
 * @property {Record<string, Record<string, unknown>>} value In two levels, whatever the caller has passed.
 * @property {(key: string, name: string) => import('./place.js').Name} placeOf Returns the name of a source, for error messages.
 */

/**
 * Checks the levels of the inputs. A plain object is a level, unless it can be read as a stream.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {ModelInputs}
 */
function modelInputs(value, name) {
  if (!isLevel(value)) {
    throw invalidParam(name, `a plain object: ${FORMS}${insteadOf(value)}`, value);
  }
  const members = copyOf(value, name);
  const keys = Object.keys(members);
  const level = keys.find((key) => isLevel(members[key]));
  if (level === undefined) {
    return { isSingle: true, value: { [SINGLE]: members }, placeOf: (_, part) => new Place(name, part) };
  }
  const other = keys.find((key) => !isLevel(members[key]));
  if (other !== undefined) {
    const both = `${new Place(name, level)} is an object, and ${new Place(name, other)} is not`;
    throw invalidParam(name, `of one level or of two, ${FORMS}: ${both}`, members[other]);
  }
  /** @type {Record<string, Record<string, unknown>>} */
  const inputs = {};
  for (const key of keys) {
    const place = new Place(name, key);
    const parts = copyOf(members[key], place);
    const deeper = Object.keys(parts).find((part) => isLevel(parts[part]));
    if (deeper !== undefined) {
      throw invalidParam(new Place(place, deeper), 'a source, not an object: inputs have two levels at most');
    }
    put(inputs, key, parts);
  }
  const placeOf = (/** @type {string} */ key, /** @type {string} */ part) => new Place(new Place(name, key), part);
  return { isSingle: false, value: inputs, placeOf };
}

/**
 * @param {any} value
 * @returns {value is Record<string, unknown>}
 */
function isLevel(value) {
  if (!isPlainObject(value)) {
    return false;
  }
  const { getReader, then, [Symbol.asyncIterator]: iterator } = /** @type {any} */ (value);
  return ![getReader, then, iterator].some((method) => typeof method === 'function');
}

/**
 * Returns the members of a level in an object of its own. Each is read once.
 *
 * @param {any} level
 * @param {import('./place.js').Name} name
 */
function copyOf(level, name) {
  /** @type {Record<string, unknown>} */
  const members = {};
  const names = Object.keys(level);
  for (const member of names) {
    put(members, string(member, name), level[member]);
  }
  if (names.length === 0) {
    throw invalidParam(name, 'an object with members');
  }
  return members;
}

module.exports = { modelInputs };
