'use strict';

// The inputs of a job: by their keys, and by the names that the model has for their parts. What a source is read from is left to
// streams.

const { isGiven, mistaken, object, string } = require('./checks.js');

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
  const given = /** @type {any} */ (object(value, name));
  if (typeof given.toJSON === 'function') {
    throw mistaken(name, 'an object of sources, without a toJSON that makes another of it');
  }
  return Object.entries(given);
}

/**
 * An object in a bucket.
 *
 * @param {unknown} value
 * @param {string} name
 */
function s3Object(value, name) {
  const members = { .../** @type {Record<string, unknown>} */ (object(value, name)) };
  for (const [member, each] of Object.entries({ bucket: undefined, key: undefined, ...members })) {
    if (member === 'bucket' || member === 'key' || typeof each === 'string') {
      string(each, `${name}.${member}`);
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
    throw mistaken(name, 'a path or bytes');
  }
  return { value, name };
}

const texts = inputsOf(string);
const s3Objects = inputsOf(s3Object);

module.exports = { s3Objects, source, sources, texts };
