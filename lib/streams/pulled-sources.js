'use strict';

// Sources from which Rust requests one chunk at a time: memory and streams. Blobs are read in blob-source.js.

const { types } = require('node:util');
const { invalidParam } = require('../arguments/checks.js');
const { inThisContext } = require('../calls/context.js');
const { InputError } = require('../errors.js');
const { argumentError } = require('../stacks.js');

/**
 * The source of an input.
 *
 * @typedef {object} Source
 * @property {() => Uint8Array | undefined | Promise<Uint8Array | undefined>} next Returns the next chunk, or `undefined` at the
 *   end.
 * @property {() => void} [check] Throws if the last chunk was transferred or truncated since `next` has returned it.
 * @property {() => void} close Releases the source. No further chunk is requested.
 */

/**
 * How error messages name a source: by the argument that contains it, and by its input.
 *
 * @typedef {import('../arguments/place.js').PlaceOfSource} Place
 */

/** The largest chunk that is handed to Rust, in bytes. */
const CHUNK_BYTES = 1024 * 1024;

/** What a closed source keeps. */
const NO_BYTES = new Uint8Array();

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

  /** Whether the memory was transferred or truncated. */
  get isShorter() {
    return this.#bytes.length < this.#size;
  }

  /** Whether that happened before all of it was read. */
  get isGone() {
    return this.#at < this.#size && this.isShorter;
  }

  next() {
    // If it is gone, Rust receives fewer bytes than announced, and reports that the source has changed.
    if (this.#at === this.#size || this.isGone) {
      return undefined;
    }
    const chunk = this.#bytes.subarray(this.#at, this.#at + CHUNK_BYTES);
    this.#at += chunk.length;
    return this.#unshared(chunk);
  }

  /**
   * Returns a chunk that no other thread writes while Rust reads it. All copies share one buffer, because Rust has copied a
   * chunk before it requests the next one.
   *
   * @param {Uint8Array} chunk
   */
  #unshared(chunk) {
    if (!types.isSharedArrayBuffer(chunk.buffer)) {
      return chunk;
    }
    this.#copy ??= new Uint8Array(Math.min(this.#size, CHUNK_BYTES));
    this.#copy.set(chunk);
    return this.#copy.subarray(0, chunk.length);
  }

  close() {
    this.#bytes = NO_BYTES;
    this.#at = this.#size;
  }
}

/** @param {Source} source */
function isMemory(source) {
  return source instanceof MemorySource;
}

/** A web stream. The reader is kept, because only the reader can cancel a stream while a read is pending. */
class WebSource {
  #stream;
  #chunks;
  /** @type {any} */
  #reader;

  /**
   * @param {any} stream
   * @param {Place} place
   */
  constructor(stream, place) {
    this.#stream = stream;
    this.#chunks = new ChunkReader(place);
  }

  async next() {
    const reader = (this.#reader ??= this.#stream.getReader());
    return this.#chunks.next(() => reader.read());
  }

  check() {
    this.#chunks.check();
  }

  close() {
    release(() => (this.#reader ?? this.#stream).cancel?.());
  }
}

/** A Node.js stream, or any other async iterable. */
class IterableSource {
  #iterable;
  /** @type {AsyncIterator<unknown> | undefined} */
  #iterator;
  #chunks;
  /** @type {{ error: unknown } | undefined} */
  #failure;

  /**
   * @param {any} iterable
   * @param {Place} place
   */
  constructor(iterable, place) {
    this.#iterable = iterable;
    this.#chunks = new ChunkReader(place);
    // A stream may fail before it is read. Without a listener, the `error` event would end the process.
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
    // The iterator is created on the first read, so that the stream does not flow earlier.
    const iterator = (this.#iterator ??= /** @type {AsyncIterator<unknown>} */ (
      this.#iterable[Symbol.asyncIterator]()
    ));
    return this.#chunks.next(() => iterator.next());
  }

  check() {
    this.#chunks.check();
  }

  close() {
    // The iterator does not destroy a stream that it has not begun to read.
    release(() => this.#iterable.destroy?.());
    release(() => (this.#iterator ?? this.#iterable[Symbol.asyncIterator]()).return?.());
  }
}

/**
 * Binds sources to the current async context, because their chunks are requested outside of all calls. Memory runs no code of the
 * caller, and there may be thousands of such sources.
 *
 * @param {Source[]} sources
 * @returns {Source[]}
 */
function inCallersContext(sources) {
  if (sources.every(isMemory)) {
    return sources;
  }
  const inContext = inThisContext((/** @type {() => any} */ work) => work());
  return sources.map((source) =>
    isMemory(source)
      ? source
      : {
          next: () => inContext(() => source.next()),
          check: () => source.check?.(),
          close: () => inContext(() => source.close()),
        },
  );
}

/**
 * Closes a source. Errors are ignored, because no call is left to report them to.
 *
 * @param {() => unknown} close
 */
function release(close) {
  Promise.resolve()
    .then(close)
    .catch(() => {});
}

/** Reads the chunks of a stream, and splits those that exceed `CHUNK_BYTES`. */
class ChunkReader {
  #place;
  /** The last chunk of the stream. */
  #last = new MemorySource(new Uint8Array());

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
  }

  /**
   * Returns the next chunk. Empty chunks are handed to Rust too: each takes a turn of the event loop, and Rust enforces
   * `idleTimeout`.
   *
   * @param {() => Promise<{ done?: boolean, value?: unknown }>} read
   * @returns {Promise<Uint8Array | undefined>}
   */
  async next(read) {
    if (this.#last.isGone) {
      throw this.#gone();
    }
    const chunk = this.#last.next();
    if (chunk !== undefined) {
      return chunk;
    }
    const result = await read();
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      const { inputKey, inputName } = this.#place;
      const message = `the ${this.#place} param cannot be read: its iterator returned a result that is not an object`;
      throw new InputError(message, { code: 'unusable', inputKey, inputName });
    }
    const { done, value } = result;
    if (done) {
      return undefined;
    }
    const bytes = this.#bytesOf(value);
    if (bytes === undefined) {
      const found =
        typeof value === 'string' ? 'strings: encode them, for example with Buffer.from(text)' : 'other values';
      throw invalidParam(this.#place, `a stream of bytes, not of ${found}`);
    }
    this.#last = new MemorySource(bytes);
    return this.#last.next() ?? bytes;
  }

  /** Throws if the last chunk was transferred or truncated. */
  check() {
    if (this.#last.isShorter) {
      throw this.#gone();
    }
  }

  /** @param {unknown} value */
  #bytesOf(value) {
    try {
      return toBytes(value, this.#place);
    } catch (cause) {
      throw this.#gone(cause);
    }
  }

  /** @param {unknown} [cause] */
  #gone(cause) {
    const { inputKey, inputName } = this.#place;
    const message = `the ${this.#place} param should be a stream that keeps each chunk unchanged until the next one is requested`;
    return new InputError(message, { code: 'changed', cause, inputKey, inputName });
  }
}

/**
 * Returns the current bytes of a view or a buffer of any realm, without copying them. Returns `undefined` for any other value.
 *
 * @param {unknown} value
 * @param {import('../arguments/place.js').Name} name
 * @returns {Uint8Array | undefined}
 */
function toBytes(value, name) {
  try {
    if (ArrayBuffer.isView(value)) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    return types.isAnyArrayBuffer(value) ? new Uint8Array(value, 0, value.byteLength) : undefined;
  } catch (cause) {
    throw argumentError(`the ${name} param should be memory that has not been transferred or truncated`, { cause });
  }
}

module.exports = { IterableSource, MemorySource, CHUNK_BYTES, WebSource, inCallersContext, release, toBytes };
