'use strict';

// Blobs and Files, pulled piece by piece.

const { types } = require('node:util');
const { MessageChannel } = require('node:worker_threads');
const { mistaken } = require('../arguments/checks.js');
const { InputError } = require('../errors.js');
const { PIECE, letGo, toBytes } = require('./pulled-sources.js');

/** A port that leads nowhere. What is transferred to it is gone at once. */
const nowhere = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

const { arrayBuffer, slice, stream } = Blob.prototype;

/** @type {any} Throws for anything but a Blob of Node.js. */
const sizeOfBlob = Object.getOwnPropertyDescriptor(Blob.prototype, 'size')?.get;

/**
 * Whether it is a Blob of Node.js in all that is used of it: one with a method of its own may give memory of its own.
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
 * A Blob or a File. What Node.js gives of one is a copy, which is freed once it has crossed: as garbage it would be collected
 * only when there are 32 MiB of it. What Blobs of others give may be their own memory.
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
  /** @type {Uint8Array | undefined} What crossed last. */
  #copy;

  /**
   * @param {Blob} blob
   * @param {Place} place
   * @param {boolean} [isWhole] Whether a Blob of others is asked for all of its bytes, and not for slices.
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
    const piece = this.#isWhole ? this.#blob : this.#blob.slice(this.#at, this.#at + PIECE);
    if (piece.size === 0) {
      return undefined;
    }
    this.#at += piece.size;
    return bytesOfBlob(await piece.arrayBuffer(), this.#place.name);
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
      const piece = this.#blob && slice.call(this.#blob, this.#at, this.#at + PIECE);
      if (piece === undefined || piece.size === 0) {
        return undefined;
      }
      this.#at += piece.size;
      this.#reader = stream.call(piece).getReader();
    }
  }

  /** Only those of `openAsBlob` fail: when their file is another than it was. */
  async #read() {
    try {
      return await this.#reader?.read();
    } catch (cause) {
      const { name, ...input } = this.#place;
      const message = `the ${name} param has changed since it was made a Blob, or cannot be read any more`;
      throw new InputError(message, { code: 'changed', cause, ...input });
    }
  }

  close() {
    const reader = this.#reader;
    letGo(() => reader?.cancel());
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

/** @typedef {import('./pulled-sources.js').Place} Place */

module.exports = { BlobSource };
