'use strict';

// Where inputs come from. Paths are for Rust to read; everything else is turned into a source that is pulled piece by
// piece, or into bytes.

const { types } = require('node:util');
const { MessageChannel } = require('node:worker_threads');
const { fileURLToPath } = require('node:url');
const { mistaken, object, string } = require('./values.js');

/**
 * What Rust pulls an input from.
 *
 * @typedef {object} Source
 * @property {() => Uint8Array | undefined | Promise<Uint8Array | undefined>} next The next piece; nothing at the end.
 * @property {() => void} close Nothing more will be asked for.
 *
 * @typedef {{ inputKey: string, inputName: string, path?: string, size?: number }} FileInput
 */

/** How many bytes of memory cross at a time. */
const PIECE = 1024 * 1024;

/** Bytes of memory. */
class MemorySource {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  next() {
    // Of memory that was transferred meanwhile nothing is left; Rust tells that it has changed.
    if (this.#bytes.length === 0) {
      return undefined;
    }
    const piece = this.#bytes.subarray(this.#at, this.#at + PIECE);
    this.#at += piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  close() {
    this.#bytes = new Uint8Array();
  }
}

/** A port that leads nowhere. What is transferred to it is gone at once. */
const nowhere = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

/** @type {any} Throws for anything but a Blob of Node.js. */
const sizeOfBlob = Object.getOwnPropertyDescriptor(Blob.prototype, 'size')?.get;

/** @param {Blob} blob */
function isOfNode(blob) {
  try {
    return sizeOfBlob.call(blob) === blob.size;
  } catch {
    return false;
  }
}

/**
 * A Blob or a File. What Node.js gives of one is a copy, which is freed once it has crossed: as garbage it would be collected
 * only when there are 32 MiB of it. What Blobs of others give may be their own memory.
 */
class BlobSource {
  /** @type {Blob | undefined} */
  #blob;
  #at = 0;
  #isOfNode;
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  #reader;
  /** @type {Uint8Array | undefined} What crossed last. */
  #copy;

  /** @param {Blob} blob */
  constructor(blob) {
    this.#blob = blob;
    this.#isOfNode = isOfNode(blob);
  }

  async next() {
    this.#free();
    for (;;) {
      const read = await this.#reader?.read();
      if (read?.value !== undefined) {
        this.#copy = read.value;
        return read.value;
      }
      this.#reader = undefined;
      const piece = this.#blob?.slice(this.#at, this.#at + PIECE);
      if (piece === undefined || piece.size === 0) {
        return undefined;
      }
      this.#at += piece.size;
      if (!this.#isOfNode) {
        return new Uint8Array(await piece.arrayBuffer());
      }
      this.#reader = piece.stream().getReader();
    }
  }

  close() {
    this.#blob = undefined;
    this.#reader = undefined;
    this.#free();
  }

  #free() {
    if (this.#copy !== undefined) {
      nowhere.postMessage(null, [/** @type {ArrayBuffer} */ (this.#copy.buffer)]);
      this.#copy = undefined;
    }
  }
}

/** A web stream. Its reader is held, because only that can let go of a stream whose next piece does not come. */
class WebSource {
  #stream;
  #name;
  /** @type {any} */
  #reader;

  /**
   * @param {any} stream
   * @param {string} name
   */
  constructor(stream, name) {
    this.#stream = stream;
    this.#name = name;
  }

  async next() {
    const reader = (this.#reader ??= this.#stream.getReader());
    return nextPiece(() => reader.read(), this.#name);
  }

  close() {
    letGo(() => (this.#reader ?? this.#stream).cancel?.());
  }
}

/** A stream of Node.js, or anything else that is iterated asynchronously. */
class IterableSource {
  #iterable;
  /** @type {AsyncIterator<unknown> | undefined} */
  #iterator;
  #name;
  /** @type {{ error: unknown } | undefined} */
  #failure;

  /**
   * @param {any} iterable
   * @param {string} name
   */
  constructor(iterable, name) {
    this.#iterable = iterable;
    this.#name = name;
    // A stream may fail before its turn, when nobody else listens: that must not end the process.
    if (typeof iterable.on === 'function') {
      iterable.on('error', (/** @type {unknown} */ error) => {
        this.#failure ??= { error };
      });
    }
  }

  async next() {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
    // Begun when its turn comes, so that a stream does not flow before that.
    const iterator = (this.#iterator ??= /** @type {AsyncIterator<unknown>} */ (
      this.#iterable[Symbol.asyncIterator]()
    ));
    return nextPiece(() => iterator.next(), this.#name);
  }

  close() {
    // A stream whose turn never came is not let go by its iterator.
    letGo(() => this.#iterable.destroy?.());
    letGo(() => (this.#iterator ?? this.#iterable[Symbol.asyncIterator]()).return?.());
  }
}

/**
 * Lets go of what is nobody's any more, and so is an error in doing that.
 *
 * @param {() => unknown} release
 */
function letGo(release) {
  Promise.resolve()
    .then(release)
    .catch(() => {});
}

/**
 * The next piece of a stream that is not empty.
 *
 * @param {() => Promise<{ done?: boolean, value?: unknown }>} read
 * @param {string} name
 * @returns {Promise<Uint8Array | undefined>}
 */
async function nextPiece(read, name) {
  for (;;) {
    const { done, value } = await read();
    if (done) {
      return undefined;
    }
    const bytes = toBytes(value);
    if (bytes === undefined) {
      throw mistaken(name, 'a stream of bytes');
    }
    if (bytes.length > 0) {
      return bytes;
    }
  }
}

/**
 * The bytes of a view or a buffer, of whatever realm; `undefined` for anything else.
 *
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
function toBytes(value) {
  let bytes;
  if (ArrayBuffer.isView(value)) {
    bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } else if (types.isAnyArrayBuffer(value)) {
    bytes = new Uint8Array(value);
  }
  // Rust must not read what another thread may be writing.
  return bytes !== undefined && types.isSharedArrayBuffer(bytes.buffer) ? Uint8Array.from(bytes) : bytes;
}

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
    for (const [name, value] of Object.entries(object(parts, `${argument}[${JSON.stringify(key)}]`))) {
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
