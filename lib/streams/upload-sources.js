'use strict';

// The sources of inputs. Rust reads paths itself. Everything else becomes a source that hands over one chunk at a time, or
// bytes.

const { types } = require('node:util');
const { invalidParam, string } = require('../arguments/checks.js');
const { put } = require('../arguments/inputs.js');
const { filePath } = require('../arguments/paths.js');
const { Place, PlaceOfSource } = require('../arguments/place.js');
const { BlobSource } = require('./blob-source.js');
const { IterableSource, MemorySource, WebSource, inCallersContext, toBytes } = require('./pulled-sources.js');
const { closeStreams } = require('./refused.js');

/**
 * How many bytes of memory a call copies before it returns, which takes a few milliseconds. Memory beyond this limit is read in
 * place during the upload.
 */
const COPIED = 8 * 1024 * 1024;

/**
 * @typedef {import('../arguments/place.js').Name} Name
 * @typedef {import('./pulled-sources.js').Source} Source
 *
 * @typedef {{ inputKey: string, inputName: string, path?: string, size?: number, text?: string }} FileInput
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
 * Returns whether a value can be read only once.
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
 * @param {PlaceOfSource} place
 * @param {number} room How many bytes may be copied.
 * @returns {{ path: string } | { text: string } | { size?: number, source: Source, copied?: number }}
 */
function readFileSource(value, place, room) {
  if (typeof value === 'string' || isUrl(value)) {
    return { path: filePath(value, place) };
  }
  const bytes = toBytes(value, place);
  if (bytes !== undefined) {
    const { length: size } = bytes;
    return size > room
      ? { size, source: new MemorySource(bytes) }
      : { size, source: new MemorySource(new Uint8Array(bytes)), copied: size };
  }
  if (isBlob(value)) {
    return { size: value.size, source: new BlobSource(value, place) };
  }
  if (typeof value?.getReader === 'function') {
    if (value.locked === true) {
      throw invalidParam(place, 'a stream that nothing else reads: it is locked to a reader');
    }
    return { source: new WebSource(value, place) };
  }
  if (typeof value?.[Symbol.asyncIterator] === 'function') {
    return { source: new IterableSource(value, place) };
  }
  throw invalidParam(place, `a path, a file: URL, bytes, a Blob or a stream${insteadOf(value)}`, value);
}

/**
 * Returns what the message adds for a value that contains a source, or for none.
 *
 * @param {any} value
 */
function insteadOf(value) {
  if (value === undefined || value === null) {
    return `, not ${value}`;
  }
  if (typeof value.createReadStream === 'function') {
    return ', not an open file: pass handle.createReadStream()';
  }
  if (typeof value.body?.getReader === 'function') {
    return ', not a response: pass its body';
  }
  // Numbers may be meant as bytes.
  const isList = Array.isArray(value) && typeof value[0] !== 'number';
  return isList ? ', not an array: each of several inputs has a key' : '';
}

/**
 * Returns the inputs of `run` or `submit`, in which a string is a text, and the sources that Rust does not read itself.
 *
 * @param {import('../arguments/model-inputs.js').ModelInputs} inputs
 * @returns {{ files: FileInput[], carried: { sources: Source[] } }}
 */
function readModelSources({ value, placeOf }) {
  return readSources(value, placeOf, readModelSource);
}

/** @type {typeof readFileSource} */
function readModelSource(value, place, room) {
  if (typeof value === 'string') {
    return { text: string(value, place) };
  }
  const isMemory = ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
  if (!isMemory && !isUrl(value) && !isBlob(value) && !isStream(value)) {
    throw invalidParam(place, `a text, bytes, a Blob, a stream or a file: URL${insteadOf(value)}`, value);
  }
  return readFileSource(value, place, room);
}

/**
 * Returns the inputs of an upload, and, in the same order, the sources of those that Rust does not read itself.
 *
 * @param {Record<string, any>} sources Input key → name of the model's input → path, bytes, Blob or stream.
 * @param {string} argument
 * @param {boolean} [isSingle] Whether the argument is the only source itself, and not the two levels around it.
 * @returns {{ files: FileInput[], carried: { sources: Source[] } }}
 */
function readFileSources(sources, argument, isSingle = false) {
  return readSources(sources, isSingle ? () => argument : within(argument), readFileSource);
}

/**
 * @param {Record<string, any>} sources
 * @param {(key: string, name: string) => Name} nameOf
 * @param {typeof readFileSource} readSource
 * @returns {{ files: FileInput[], carried: { sources: Source[] } }}
 */
function readSources(sources, nameOf, readSource) {
  /** @type {FileInput[]} */
  const files = [];
  /** @type {Source[]} */
  const pulled = [];
  const streams = new Set();
  let room = COPIED;
  /** @type {(value: any, place: PlaceOfSource) => void} */
  const visit = (value, place) => {
    if (isStream(value)) {
      if (streams.has(value)) {
        throw invalidParam(place, 'a stream that appears only once');
      }
      streams.add(value);
    }
    const { source, copied = 0, path, size, text } = /** @type {any} */ (readSource(value, place, room));
    room -= copied;
    files.push({ inputKey: place.inputKey, inputName: place.inputName, path, size, text });
    if (source !== undefined) {
      pulled.push(source);
    }
  };
  try {
    eachSource(sources, visit, nameOf);
  } catch (error) {
    pulled.forEach((source) => source.close());
    throw error;
  }
  return { files, carried: { sources: inCallersContext(pulled) } };
}

/**
 * Returns the inputs of an embedded job. Bytes are passed separately, and the job refers to them by number. The bytes of the
 * moment of the call are sent: Rust copies them when the job is submitted. If Blobs have to be read before that, they are copied
 * here.
 *
 * @param {Record<string, any>} sources Input key → name of the model's input → value.
 * @param {string} argument
 * @param {1 | 2} generation Decides what a string means: a binary string in 1.x, a data URI in 2.x.
 * @param {(blob: Blob, place: PlaceOfSource) => Promise<Uint8Array>} readBlob
 * @returns {{ sources: Record<string, Record<string, string | number>>, bytes: Uint8Array[] | Promise<Uint8Array[]> }}
 */
function readEmbeddedSources(sources, argument, generation, readBlob) {
  /** @type {Record<string, Record<string, string | number>>} */
  const named = {};
  /** @type {(Uint8Array | Blob)[]} */
  const given = [];
  /** @type {PlaceOfSource[]} */
  const places = [];
  let inline = 0;
  /** @type {(value: any, place: PlaceOfSource) => string | number} */
  const read = (value, place) => {
    if (generation === 1) {
      places.push(place);
      return given.push(embeddedBytes(value, place)) - 1;
    }
    if (typeof value !== 'string') {
      throw invalidParam(place, 'a data URI, which pathToDataUrl and fileToDataUrl make', value);
    }
    inline += string(value, place).length;
    return value;
  };
  /** @type {string | undefined} */
  let current;
  /** @type {Record<string, string | number>} */
  let parts = {};
  /** @type {(value: any, place: PlaceOfSource) => void} */
  const visit = (value, place) => {
    const { inputKey, inputName } = place;
    // The sources of an input follow each other.
    if (inputKey !== current) {
      [current, parts] = [inputKey, {}];
      put(named, inputKey, parts);
    }
    put(parts, inputName, read(value, place));
  };
  try {
    eachSource(sources, visit, within(argument));
  } catch (error) {
    closeStreams(sources);
    throw error;
  }
  const warn = (/** @type {Uint8Array[]} */ bytes) => {
    warnOfSize(bytes.reduce((sum, { length }) => sum + length, inline));
    return bytes;
  };
  if (given.every((each) => types.isUint8Array(each))) {
    return { sources: named, bytes: warn(given) };
  }
  const copied = given.map((each) => (types.isUint8Array(each) ? new Uint8Array(each) : each));
  return { sources: named, bytes: readAll(copied, places, readBlob).then(warn) };
}

/**
 * Returns the bytes of all inputs. Blobs are read one after another, until one fails.
 *
 * @param {(Uint8Array | Blob)[]} given
 * @param {PlaceOfSource[]} places
 * @param {(blob: Blob, place: PlaceOfSource) => Promise<Uint8Array>} readBlob
 */
async function readAll(given, places, readBlob) {
  const read = [];
  for (const [index, each] of given.entries()) {
    read.push(types.isUint8Array(each) ? each : await readBlob(each, /** @type {PlaceOfSource} */ (places[index])));
  }
  return read;
}

let warned = false;

/**
 * Warns about embedded inputs of more than a megabyte, at which servers are known to fail. They are sent nevertheless.
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
 * @param {Name} name
 * @returns {Uint8Array | Blob}
 */
function embeddedBytes(value, name) {
  if (typeof value === 'string') {
    if (/[^\0-\xff]/.test(value)) {
      throw invalidParam(name, 'a binary string, with one byte a character; pass text as Buffer.from(text)');
    }
    return Buffer.from(value, 'latin1');
  }
  const bytes = toBytes(value, name);
  if (bytes !== undefined) {
    // Rust must not read memory that another thread may be writing.
    return types.isSharedArrayBuffer(bytes.buffer) ? new Uint8Array(bytes) : bytes;
  }
  if (isBlob(value)) {
    return value;
  }
  throw invalidParam(name, 'a binary string, bytes or a Blob', value);
}

/**
 * Visits the values of two levels of objects, whose keys are checked.
 *
 * @param {Record<string, any>} sources
 * @param {(value: any, place: PlaceOfSource) => void} visit
 * @param {(key: string, name: string) => Name} nameOf
 */
function eachSource(sources, visit, nameOf) {
  for (const key of Object.keys(sources)) {
    const parts = sources[key];
    for (const name of Object.keys(parts)) {
      visit(parts[name], new PlaceOfSource(nameOf, key, name));
    }
  }
}

/**
 * Returns the names of sources within an argument.
 *
 * @param {string} argument
 * @returns {(key: string, name: string) => Name}
 */
function within(argument) {
  return (key, name) => new Place(new Place(argument, key), name);
}

module.exports = { readEmbeddedSources, readFileSources, readModelSources };
