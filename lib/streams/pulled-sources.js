'use strict';

// Sources that Rust pulls piece by piece: memory, Blobs and streams.

const { types } = require('node:util');
const { MessageChannel } = require('node:worker_threads');
const { mistaken } = require('../arguments/checks.js');
const { InputError } = require('../errors.js');

/**
 * What Rust pulls an input from.
 *
 * @typedef {object} Source
 * @property {() => Uint8Array | undefined | Promise<Uint8Array | undefined>} next The next piece; nothing at the end.
 * @property {() => void} close Nothing more will be asked for.
 */

/**
 * What messages call a stream: the argument that it stands in, and the input that it is.
 *
 * @typedef {{ name: string, inputKey: string, inputName: string }} Place
 */

/** How many bytes of memory cross at a time. */
const PIECE = 1024 * 1024;

/** Bytes of memory. */
class MemorySource {
  #bytes;
  #size;
  #at = 0;
  /** @type {Uint8Array | undefined} */
  #copy;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#size = bytes.length;
  }

  /** Whether the memory was transferred or cut short before its end was read. */
  get isGone() {
    return this.#at < this.#size && this.#bytes.length < this.#size;
  }

  next() {
    if (this.isGone) {
      // Rust tells that it has changed.
      return undefined;
    }
    const piece = this.#bytes.subarray(this.#at, this.#at + PIECE);
    this.#at += piece.length;
    return piece.length === 0 ? undefined : this.#unshared(piece);
  }

  /**
   * A piece that no other thread writes while Rust reads it. Copies are made in the same place, as each has crossed when the
   * next is asked for.
   *
   * @param {Uint8Array} piece
   */
  #unshared(piece) {
    if (!types.isSharedArrayBuffer(piece.buffer)) {
      return piece;
    }
    this.#copy ??= new Uint8Array(Math.min(this.#size, PIECE));
    this.#copy.set(piece);
    return this.#copy.subarray(0, piece.length);
  }

  close() {
    this.#bytes = new Uint8Array();
    this.#at = this.#size;
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
        return bytesOfBlob(await piece.arrayBuffer(), 'Blob');
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
  #pieces;
  /** @type {any} */
  #reader;

  /**
   * @param {any} stream
   * @param {Place} place
   */
  constructor(stream, place) {
    this.#stream = stream;
    this.#pieces = new Pieces(place);
  }

  async next() {
    const reader = (this.#reader ??= this.#stream.getReader());
    return this.#pieces.next(() => reader.read());
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
  #pieces;
  /** @type {{ error: unknown } | undefined} */
  #failure;

  /**
   * @param {any} iterable
   * @param {Place} place
   */
  constructor(iterable, place) {
    this.#iterable = iterable;
    this.#pieces = new Pieces(place);
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
    return this.#pieces.next(() => iterator.next());
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

/** The pieces of a stream, none of them larger than what crosses at a time. */
class Pieces {
  #place;
  /** What the stream gave last. */
  #given = new MemorySource(new Uint8Array());

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
  }

  /**
   * The next piece. An empty one crosses as well: it takes a turn of the event loop then, and Rust goes by the limit.
   *
   * @param {() => Promise<{ done?: boolean, value?: unknown }>} read
   * @returns {Promise<Uint8Array | undefined>}
   */
  async next(read) {
    const { name, ...input } = this.#place;
    if (this.#given.isGone) {
      throw mistaken(name, 'a stream of bytes that stay in place until it is asked for more');
    }
    const piece = this.#given.next();
    if (piece !== undefined) {
      return piece;
    }
    const result = await read();
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      const message = `the ${name} param cannot be read: its iterator brought a result that is not an object`;
      throw new InputError(message, { code: 'unusable', ...input });
    }
    const { done, value } = result;
    if (done) {
      return undefined;
    }
    const bytes = toBytes(value, name);
    if (bytes === undefined) {
      throw mistaken(name, 'a stream of bytes');
    }
    this.#given = new MemorySource(bytes);
    return this.#given.next() ?? bytes;
  }
}

/**
 * The bytes of a view or a buffer, of whatever realm, as many as there are now; `undefined` for anything else. They are not
 * copied.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {Uint8Array | undefined}
 */
function toBytes(value, name) {
  try {
    if (ArrayBuffer.isView(value)) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    return types.isAnyArrayBuffer(value) ? new Uint8Array(value, 0, value.byteLength) : undefined;
  } catch (cause) {
    throw new TypeError(`the ${name} param should be memory that has not been transferred or cut short`, { cause });
  }
}

/**
 * What a Blob has brought. Those of others may bring anything, and of a number an array would be made.
 *
 * @param {unknown} brought
 * @param {string} name
 */
function bytesOfBlob(brought, name) {
  const bytes = toBytes(brought, name);
  if (bytes === undefined) {
    throw mistaken(name, 'a Blob whose arrayBuffer() resolves with bytes');
  }
  // Rust must not read what another thread may be writing.
  return types.isSharedArrayBuffer(bytes.buffer) ? new Uint8Array(bytes) : bytes;
}

module.exports = { BlobSource, IterableSource, MemorySource, WebSource, bytesOfBlob, toBytes };
