'use strict';

// The inputs of a job: input key → the model's input name → source. Reading the sources is left to lib/streams.

const { types } = require('node:util');
const { toJSONOf, writeJson } = require('../json.js');
const { isGiven, invalidParam, notBlank, object, string } = require('./checks.js');
const { Place } = require('./place.js');

/** @typedef {import('./place.js').Name} Name */

/**
 * Returns a check for inputs: input key → the model's input name → source. Each member is read once, so that the checked value is
 * the one that is sent.
 *
 * @template T
 * @param {(value: unknown, name: Name) => T} read
 * @param {string} leaf What a source is, for error messages.
 * @param {readonly string[]} [members] The members of a source that is an object. Where the second level has them, a level is missing.
 */
function inputsOf(read, leaf, members) {
  return (/** @type {any} */ value, /** @type {string} */ name) => {
    /** @type {Record<string, Record<string, T>>} */
    const inputs = {};
    for (const key of keysOf(value, name, leaf)) {
      const place = new Place(name, string(key, name));
      const parts = value[key];
      if (members?.every((member) => typeof parts?.[member] === 'string')) {
        throw invalidParam(place, `an object with members${levelsOf(leaf, key)}`);
      }
      /** @type {Record<string, T>} */
      const named = {};
      for (const part of keysOf(parts, place, leaf, key)) {
        put(named, part, read(parts[part], new Place(place, string(part, place))));
      }
      put(inputs, key, named);
    }
    return inputs;
  };
}

/**
 * Adds a member to an object, whatever its name is. Thousands of objects without a prototype would take more memory.
 *
 * @param {Record<string, unknown>} members
 * @param {string} name
 * @param {unknown} value
 */
function put(members, name, value) {
  // The prototype of objects has some names, and may be frozen.
  if (name in Object.prototype) {
    Object.defineProperty(members, name, { value, configurable: true, enumerable: true, writable: true });
  } else {
    members[name] = value;
  }
}

/**
 * Returns the names of the members of one of the two levels.
 *
 * @param {unknown} value
 * @param {Name} name
 * @param {string} leaf
 * @param {string} [key] The key of the value in the first level, which may be the name of an input whose key is missing.
 */
function keysOf(value, name, leaf, key) {
  return Object.keys(object(withoutToJson(value, name), name, () => levelsOf(leaf, key)));
}

/**
 * Returns the end of a message that shows both levels.
 *
 * @param {string} leaf
 * @param {string} [key]
 */
function levelsOf(leaf, key) {
  const levels =
    key === undefined ? `{ inputKey: { inputName: ${leaf} } }` : `{ "my-input": { ${writeJson(key)}: ${leaf} } }`;
  return `, as sources have two levels: ${levels}`;
}

/**
 * @param {unknown} value
 * @param {Name} name
 */
function text(value, name) {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    throw invalidParam(name, 'a string, not bytes: decode them, or upload them with submitJobFile');
  }
  return string(value, name);
}

/**
 * Refuses an object with `toJSON`: its members are read one by one, and `toJSON` may return others.
 *
 * @param {any} value
 * @param {Name} name
 */
function withoutToJson(value, name) {
  const isMembers = typeof value === 'object' && !types.isDate(value) && !ArrayBuffer.isView(value);
  if (isMembers && typeof toJSONOf(value) === 'function') {
    throw invalidParam(name, 'an object of sources without toJSON', value);
  }
  return value;
}

/** @type {typeof string} */
function nameInStore(value, name) {
  return notBlank(string(value, name), name);
}

/**
 * Checks an object in a store, which has these members. Additional members are sent unchanged.
 *
 * @param {unknown} value
 * @param {Name} name
 * @param {Record<string, typeof string>} needed
 */
function stored(value, name, needed) {
  const members = { .../** @type {Record<string, unknown>} */ (object(withoutToJson(value, name), name)) };
  for (const [member, check] of Object.entries(needed)) {
    check(members[member], `${name}.${member}`);
  }
  for (const [member, each] of Object.entries(members)) {
    const place = new Place(name, string(member, name));
    if (typeof each === 'string') {
      string(each, place);
    } else if (isGiven(each) && typeof each !== 'boolean' && !Number.isFinite(each)) {
      throw invalidParam(place, 'a string, a finite number or a boolean');
    }
  }
  return members;
}

/**
 * Returns a check for objects in a store.
 *
 * @param {Record<string, typeof string>} needed Their members, and the check of each.
 */
function storedIn(needed) {
  const members = Object.keys(needed);
  return inputsOf((value, name) => stored(value, name, needed), `{ ${members.join(', ')} }`, members);
}

/** @param {unknown} value */
function unread(value) {
  return value;
}

/**
 * Checks the keys and names of sources, which are read when the call is made. The result contains the argument's name for error
 * messages.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ value: any, name: string }}
 */
function sources(value, name) {
  return { value: inputsOf(unread, 'source')(value, name), name };
}

/**
 * Checks that a single source is given. The result contains the argument's name for error messages.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ value: any, name: string }}
 */
function source(value, name) {
  if (!isGiven(value)) {
    throw invalidParam(name, 'a path or bytes', value);
  }
  return { value, name };
}

const texts = inputsOf(text, 'text');
const s3Objects = storedIn({ bucket: nameInStore, key: nameInStore });
// The key of a whole bucket is empty.
const s3Folders = storedIn({ bucket: nameInStore, key: string });
const azureBlobs = storedIn({ container: nameInStore, filePath: nameInStore });

module.exports = { azureBlobs, put, s3Folders, s3Objects, source, sources, texts };
