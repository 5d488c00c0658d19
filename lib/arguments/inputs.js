'use strict';

// The inputs of a job: by their keys, and by the names that the model has for their parts. What a source is read from is left to
// streams.

const { types } = require('node:util');
const { isGiven, invalidParam, object, string } = require('./checks.js');

/**
 * Inputs by their keys, each with its parts by the names that the model has for them. All is read once, so that what was
 * checked is what is sent.
 *
 * @template T
 * @param {(value: unknown, name: string) => T} read
 */
function inputsOf(read) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    /** @type {Record<string, Record<string, T>>} */
    const inputs = Object.create(null);
    for (const [key, parts] of membersOf(value, name)) {
      const place = `${name}[${JSON.stringify(string(key, name))}]`;
      /** @type {Record<string, T>} */
      const named = (inputs[key] = Object.create(null));
      for (const [part, leaf] of membersOf(parts, place)) {
        named[part] = read(leaf, `${place}[${JSON.stringify(string(part, place))}]`);
      }
    }
    return inputs;
  };
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function membersOf(value, name) {
  return Object.entries(object(withoutToJson(value, name), name));
}

/**
 * What is read member by member, and so must not say something else of itself.
 *
 * @param {any} value
 * @param {string} name
 */
function withoutToJson(value, name) {
  if (typeof value === 'object' && typeof value?.toJSON === 'function' && !types.isDate(value)) {
    throw invalidParam(name, 'an object of sources, without a toJSON that makes another of it');
  }
  return value;
}

/**
 * An object in a bucket. What else is said of it goes to the server as it is.
 *
 * @param {unknown} value
 * @param {string} name
 */
function s3Object(value, name) {
  const members = { .../** @type {Record<string, unknown>} */ (object(withoutToJson(value, name), name)) };
  string(members.bucket, `${name}.bucket`);
  string(members.key, `${name}.key`);
  for (const [member, each] of Object.entries(members)) {
    const place = `${name}[${JSON.stringify(string(member, name))}]`;
    if (typeof each === 'string') {
      string(each, place);
    } else if (isGiven(each) && typeof each !== 'boolean' && !Number.isFinite(each)) {
      throw invalidParam(place, 'a string, a finite number or a boolean');
    }
  }
  return members;
}

/** @param {unknown} value */
function unread(value) {
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
  return { value: inputsOf(unread)(value, name), name };
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
    throw invalidParam(name, 'a path or bytes');
  }
  return { value, name };
}

const texts = inputsOf(string);
const s3Objects = inputsOf(s3Object);

module.exports = { s3Objects, source, sources, texts };
