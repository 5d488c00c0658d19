'use strict';

// Blobs and Files, read one chunk at a time.

// The global class may be a substitute of the environment, such as a DOM for tests, that hands over its own memory.
const { Blob: NodeBlob } = require('node:buffer');
const { types } = require('node:util');
const { invalidParam } = require('../arguments/checks.js');
const { outside } = require('../calls/context.js');
const { InputError } = require('../errors.js');
const { CHUNK_BYTES, release, toBytes } = require('./pulled-sources.js');

/**
 * A port whose other end is closed, once there is one.
 *
 * @type {import('node:worker_threads').MessagePort | undefined}
 */
let closedPort;

/**
 * Frees memory at once: it is transferred to a port that discards it. The port is created outside of all calls, because it would
 * keep the async context of the first one.
 *
 * @param {ArrayBuffer} memory
 */
function free(memory) {
  closedPort ??= outside.runInAsyncScope(() => {
    // Loaded here, because that takes long.
    const { MessageChannel } = require('node:worker_threads');
    const { port1, port2 } = new MessageChannel();
    port2.close();
    return port1;
  });
  closedPort.postMessage(null, [memory]);
}

const { arrayBuffer, slice, stream } = NodeBlob.prototype;

/** @type {any} Throws unless it is called on a Blob of Node.js. */
const sizeOfBlob = Object.getOwnPropertyDescriptor(NodeBlob.prototype, 'size')?.get;

/**
 * Returns whether a Blob has the methods and the size of a Node.js Blob. One that overrides a method may return memory that
 * belongs to the caller.
 *
 * @param {Blob} blob
 */
function isOfNode(blob) {
  try {
    const isPlain = blob.slice === slice && blob.stream === stream && blob.arrayBuffer === arrayBuffer;
    return isPlain && sizeOfBlob.call(blob) === blob.size;
  } catch {
    return false;
  }
}

/**
 * A Blob or a File. Node.js returns copies of its bytes, and each copy is freed after Rust has taken it: the garbage collector
 * would wait until there are 32 MiB of them. Other implementations may return their own memory, which is left alone.
 */
class BlobSource {
  /** @type {Blob | undefined} */
  #blob;
  #at = 0;
  #size;
  #place;
  #isWhole;
  #isOfNode;
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  #reader;
  /** @type {Uint8Array | undefined} The last chunk that was handed to Rust. */
  #copy;

  /**
   * @param {Blob} blob
   * @param {Place} place
   * @param {boolean} [isWhole] Whether a Blob of another implementation is read as a whole instead of in slices.
   */
  constructor(blob, place, isWhole = false) {
    this.#blob = blob;
    this.#size = blob.size;
    this.#place = place;
    this.#isWhole = isWhole;
    this.#isOfNode = isOfNode(blob);
  }

  async next() {
    this.#free();
    return this.#isOfNode ? this.#nextOfNode() : this.#nextOfOthers();
  }

  async #nextOfOthers() {
    if (this.#blob === undefined || !(this.#at < this.#size)) {
      return undefined;
    }
    const chunk = this.#isWhole ? this.#blob : this.#blob.slice(this.#at, this.#at + CHUNK_BYTES);
    if (chunk.size === 0) {
      return undefined;
    }
    this.#at += chunk.size;
    return bytesOfBlob(await chunk.arrayBuffer(), this.#place);
  }

  /** @returns {Promise<Uint8Array | undefined>} */
  async #nextOfNode() {
    for (;;) {
      const read = await this.#read();
      if (read?.value !== undefined) {
        this.#copy = read.value;
        return read.value;
      }
      this.#reader = undefined;
      const chunk = this.#blob && slice.call(this.#blob, this.#at, this.#at + CHUNK_BYTES);
      if (chunk === undefined || chunk.size === 0) {
        return undefined;
      }
      this.#at += chunk.size;
      this.#reader = stream.call(chunk).getReader();
    }
  }

  /** Reads from the current slice. Only a Blob of `openAsBlob` fails: when its file has changed. */
  async #read() {
    try {
      return await this.#reader?.read();
    } catch (cause) {
      const { inputKey, inputName } = this.#place;
      const message = `the ${this.#place} param cannot be read: its file has changed or is unreadable since the Blob was created`;
      throw new InputError(message, { code: 'changed', cause, inputKey, inputName });
    }
  }

  close() {
    const reader = this.#reader;
    release(() => reader?.cancel());
    this.#blob = undefined;
    this.#reader = undefined;
    this.#free();
  }

  #free() {
    if (this.#copy !== undefined) {
      free(/** @type {ArrayBuffer} */ (this.#copy.buffer));
      this.#copy = undefined;
    }
  }
}

/**
 * Returns the bytes that `arrayBuffer()` of a Blob resolved with. Other implementations may resolve with any value: from a
 * number, for one, `new Uint8Array` would make zeros.
 *
 * @param {unknown} value
 * @param {import('../arguments/place.js').Name} name
 */
function bytesOfBlob(value, name) {
  const bytes = toBytes(value, name);
  if (bytes === undefined) {
    throw invalidParam(name, 'a Blob whose arrayBuffer() resolves with bytes');
  }
  // Rust must not read memory that another thread may be writing.
  return types.isSharedArrayBuffer(bytes.buffer) ? new Uint8Array(bytes) : bytes;
}

/** @typedef {import('./pulled-sources.js').Place} Place */

module.exports = { BlobSource };
