'use strict';

// Where inputs come from. Paths are for Rust to read; everything else is turned into a source that is pulled piece by
// piece, or into bytes.

const { fileURLToPath } = require('node:url');
const { mistaken, string } = require('../arguments/checks.js');
const { BlobSource, IterableSource, MemorySource, WebSource, toBytes } = require('./pulled-sources.js');

/**
 * @typedef {import('./pulled-sources.js').Source} Source
 *
 * @typedef {{ inputKey: string, inputName: string, path?: string, size?: number }} FileInput
 */

/**
 * @param {any} value
 * @returns {value is Blob}
 */
function isBlob(value) {
  const methods = [value?.slice, value?.arrayBuffer];
  return typeof value?.size === 'number' && methods.every((method) => typeof method === 'function');
}

/**
 * What can be read once only.
 *
 * @param {any} value
 */
function isStream(value) {
  return typeof value?.getReader === 'function' || typeof value?.[Symbol.asyncIterator] === 'function';
}

/** @param {any} value */
function isUrl(value) {
  return typeof value === 'object' && typeof value?.href === 'string' && typeof value.protocol === 'string';
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {{ path: string } | { size?: number, source: Source }}
 */
function readFileSource(value, name) {
  if (typeof value === 'string') {
    return { path: string(value, name) };
  }
  if (isUrl(value)) {
    if (value.protocol !== 'file:') {
      throw mistaken(name, 'a file: URL');
    }
    return { path: fileURLToPath(value.href) };
  }
  const bytes = toBytes(value);
  if (bytes !== undefined) {
    return { size: bytes.length, source: new MemorySource(bytes) };
  }
  if (isBlob(value)) {
    return { size: value.size, source: new BlobSource(value) };
  }
  if (typeof value?.getReader === 'function') {
    return { source: new WebSource(value, name) };
  }
  if (typeof value?.[Symbol.asyncIterator] === 'function') {
    return { source: new IterableSource(value, name) };
  }
  throw mistaken(name, 'a path, a file: URL, bytes, a Blob or a stream');
}

/**
 * The inputs of an upload, and those of them that are pulled, in the same order.
 *
 * @param {Record<string, any>} sources Input key → name of the model's input → path, bytes, Blob or stream.
 * @param {string} argument
 * @returns {{ files: FileInput[], carried: { sources: Source[] } }}
 */
function readFileSources(sources, argument) {
  /** @type {FileInput[]} */
  const files = [];
  /** @type {Source[]} */
  const pulled = [];
  const streams = new Set();
  try {
    for (const [inputKey, inputName, value, name] of leaves(sources, argument)) {
      if (isStream(value)) {
        if (streams.has(value)) {
          throw mistaken(name, 'a stream that is given once');
        }
        streams.add(value);
      }
      const { source, ...origin } = /** @type {any} */ (readFileSource(value, name));
      files.push({ inputKey, inputName, ...origin });
      if (source !== undefined) {
        pulled.push(source);
      }
    }
  } catch (error) {
    pulled.forEach((source) => source.close());
    throw error;
  }
  return { files, carried: { sources: pulled } };
}

/**
 * The inputs of an embedded job. Bytes go along beside it, and their numbers stand in their places.
 *
 * @param {Record<string, any>} sources Input key → name of the model's input → value.
 * @param {string} argument
 * @param {1 | 2} generation What a string is: a binary string in 1.x, a data URI in 2.x.
 * @returns {Promise<{ sources: Record<string, Record<string, string | number>>, carried: { bytes: Uint8Array[] } }>}
 */
async function readEmbeddedSources(sources, argument, generation) {
  /** @type {[string, string, string | number][]} */
  const read = [];
  /** @type {(Uint8Array | Promise<Uint8Array>)[]} */
  const bytes = [];
  for (const [key, name, value, place] of leaves(sources, argument)) {
    if (generation === 2) {
      if (typeof value !== 'string') {
        throw mistaken(place, 'a data URI, which pathToDataUrl and fileToDataUrl make');
      }
      read.push([key, name, string(value, place)]);
    } else {
      read.push([key, name, bytes.push(embeddedBytes(value, place)) - 1]);
    }
  }
  /** @type {Record<string, Record<string, string | number>>} */
  const named = Object.create(null);
  for (const [key, name, value] of read) {
    (named[key] ??= Object.create(null))[name] = value;
  }
  const arrays = await Promise.all(bytes);
  const inline = read.reduce((sum, [, , value]) => sum + (typeof value === 'string' ? value.length : 0), 0);
  warnOfSize(arrays.reduce((sum, { length }) => sum + length, inline));
  return { sources: named, carried: { bytes: arrays } };
}

let warned = false;

/**
 * Servers are known to fail at embedded inputs of more than a megabyte. They are sent all the same.
 *
 * @param {number} size In bytes.
 */
function warnOfSize(size) {
  if (size > 1_000_000 && !warned) {
    warned = true;
    const advice = 'servers are known to fail above 1 MB; upload them with submitJobFile instead';
    process.emitWarning(`embedded inputs of ${size} bytes: ${advice}`, { code: 'MODZY_LARGE_EMBEDDED' });
  }
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {Uint8Array | Promise<Uint8Array>}
 */
function embeddedBytes(value, name) {
  if (typeof value === 'string') {
    if (/[^\0-\xff]/.test(value)) {
      throw mistaken(name, 'a binary string, with one byte a character; pass text as Buffer.from(text)');
    }
    return Buffer.from(value, 'latin1');
  }
  const bytes = toBytes(value);
  if (bytes !== undefined) {
    return bytes;
  }
  if (isBlob(value)) {
    return value.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }
  throw mistaken(name, 'a binary string, bytes or a Blob');
}

/**
 * The values of two levels of objects.
 *
 * @param {Record<string, any>} sources
 * @param {string} argument
 * @returns {Generator<[key: string, name: string, value: unknown, place: string]>}
 */
function* leaves(sources, argument) {
  for (const [key, parts] of Object.entries(sources)) {
    for (const [name, value] of Object.entries(parts)) {
      yield [
        string(key, argument),
        string(name, argument),
        value,
        `${argument}[${JSON.stringify(key)}][${JSON.stringify(name)}]`,
      ];
    }
  }
}

module.exports = { readEmbeddedSources, readFileSources };
