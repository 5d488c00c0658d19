'use strict';

// Sources that Rust pulls piece by piece: memory and streams. Blobs are read in blob-source.js.

const { types } = require('node:util');
const { mistaken } = require('../arguments/checks.js');
const { InputError } = require('../errors.js');
const { argumentError } = require('../stacks.js');

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
      throw this.#gone();
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
    const bytes = this.#bytesOf(value);
    if (bytes === undefined) {
      throw mistaken(name, 'a stream of bytes');
    }
    this.#given = new MemorySource(bytes);
    return this.#given.next() ?? bytes;
  }

  /** @param {unknown} value */
  #bytesOf(value) {
    try {
      return toBytes(value, this.#place.name);
    } catch (cause) {
      throw this.#gone(cause);
    }
  }

  /** @param {unknown} [cause] */
  #gone(cause) {
    const { name, ...input } = this.#place;
    const message = `the ${name} param should be a stream of bytes that stay in place until it is asked for more`;
    return new InputError(message, { code: 'changed', cause, ...input });
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
    throw argumentError(`the ${name} param should be memory that has not been transferred or cut short`, { cause });
  }
}

module.exports = { IterableSource, MemorySource, PIECE, WebSource, letGo, toBytes };
