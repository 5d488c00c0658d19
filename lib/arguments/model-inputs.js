'use strict';

// The inputs of `run` and `submit`: of one level, for a single input, or of two. Reading the sources is left to lib/streams.

const { invalidParam, isPlainObject, string } = require('./checks.js');

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
 * @property {(key: string, name: string) => string} placeOf Returns the name of a source, for error messages.
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
  const members = membersOf(value, name);
  const levels = members.filter(([, member]) => isLevel(member));
  /** @type {Record<string, Record<string, unknown>>} */
  const inputs = Object.create(null);
  if (levels.length === 0) {
    inputs[SINGLE] = Object.assign(Object.create(null), Object.fromEntries(members));
    return { isSingle: true, value: inputs, placeOf: (_, part) => placeIn(name, part) };
  }
  const other = members.find(([, member]) => !isLevel(member));
  if (other !== undefined) {
    const [[key] = ['']] = levels;
    const both = `${placeIn(name, key)} is an object, and ${placeIn(name, other[0])} is not`;
    throw invalidParam(name, `of one level or of two, ${FORMS}: ${both}`, other[1]);
  }
  for (const [key, parts] of members) {
    const place = placeIn(name, key);
    const read = membersOf(parts, place);
    const deeper = read.find(([, member]) => isLevel(member));
    if (deeper !== undefined) {
      throw invalidParam(placeIn(place, deeper[0]), 'a source, not an object: inputs have two levels at most');
    }
    inputs[key] = Object.assign(Object.create(null), Object.fromEntries(read));
  }
  return { isSingle: false, value: inputs, placeOf: (key, part) => placeIn(placeIn(name, key), part) };
}

/**
 * @param {any} value
 * @returns {value is Record<string, unknown>}
 */
function isLevel(value) {
  const isSource = typeof value?.getReader === 'function' || typeof value?.[Symbol.asyncIterator] === 'function';
  return isPlainObject(value) && !isSource && typeof value.then !== 'function';
}

/**
 * Returns the members of a level. Each is read once.
 *
 * @param {any} level
 * @param {string} name
 */
function membersOf(level, name) {
  const members = Object.entries(level);
  if (members.length === 0) {
    throw invalidParam(name, 'an object with members');
  }
  members.forEach(([member]) => string(member, name));
  return members;
}

/**
 * @param {string} name
 * @param {string} member
 */
function placeIn(name, member) {
  return `${name}[${JSON.stringify(member)}]`;
}

module.exports = { modelInputs };
