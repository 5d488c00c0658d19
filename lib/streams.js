'use strict';

// Outputs as web streams. Each piece is a call of its own, made when the reader asks for it, so nothing is read ahead, and
// nothing keeps the process alive between two pieces.

const { AsyncResource } = require('node:async_hooks');
const { ReadableStream } = require('node:stream/web');
const { unwatch, watch } = require('./signals.js');

/**
 * What becomes of an output whose stream was left without a word.
 *
 * @type {FinalizationRegistry<{ session: Session, id: number }>}
 */
const abandoned = new FinalizationRegistry(({ session, id }) => session.close(id));

/** The source of a stream. */
class OutputSource {
  #session;
  #id;
  #options;
  #signal;
  /** Ends the call for a piece that is under way. */
  #ended = new AbortController();
  /** @type {Promise<void> | undefined} */
  #pulling;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  #controller;

  /**
   * @param {Session} session
   * @param {number} id
   * @param {CallOptions} options
   */
  constructor(session, id, options) {
    this.#session = session;
    this.#id = id;
    const { onDownloadProgress, binding: { progress } = {} } = options;
    this.#options = { onDownloadProgress, binding: { progress }, signal: this.#ended.signal };
    this.#signal = options.signal;
  }

  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  start(controller) {
    this.#controller = controller;
    if (this.#signal !== undefined) {
      watch(this.#signal, this.#abort);
    }
  }

  pull() {
    this.#pulling = this.#pull();
    return this.#pulling;
  }

  /** @param {unknown} reason */
  async cancel(reason) {
    this.#end(reason);
    // Its request is closed by then.
    await this.#pulling?.catch(() => {});
  }

  async #pull() {
    try {
      const piece = await this.#session.runSilently('pullOutput', String(this.#id), this.#options, bytesOf);
      if (piece === undefined) {
        this.#end();
        this.#controller?.close();
      } else {
        this.#controller?.enqueue(piece);
      }
    } catch (error) {
      this.#end(error);
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  /** @param {unknown} reason */
  #abort = (reason) => {
    const isIdle = this.#pulling === undefined;
    this.#end(reason);
    if (isIdle) {
      this.#controller?.error(reason);
    }
  };

  /** @param {unknown} [reason] */
  #end(reason) {
    if (this.#signal !== undefined) {
      unwatch(this.#signal, this.#abort);
      this.#signal = undefined;
    }
    abandoned.unregister(this);
    this.#ended.abort(reason);
    this.#session.close(this.#id);
  }
}

/**
 * Opens an output.
 *
 * @param {Session} session
 * @param {object} output
 * @param {CallOptions} options
 */
async function openStream(session, output, options) {
  const { onDownloadProgress, signal } = options;
  const inContext = onDownloadProgress && AsyncResource.bind(onDownloadProgress, 'ModzyCallback');
  const bound = { ...options, onDownloadProgress: inContext };
  const opened = await session.run('openOutput', JSON.stringify(output), bound, (text) => JSON.parse(text));
  const { output: id, contentType, contentLength } = opened;
  if (signal?.aborted) {
    session.close(id);
    throw signal.reason;
  }
  const source = new OutputSource(session, id, bound);
  const body = new ReadableStream(source, { highWaterMark: 0 });
  abandoned.register(body, { session, id }, source);
  return { body, contentType, contentLength };
}

/**
 * @param {string} _text
 * @param {Uint8Array} [bytes] Missing at the end.
 */
function bytesOf(_text, bytes) {
  return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * @typedef {import('./options.js').CallOptions} CallOptions
 * @typedef {import('./session.js').Session} Session
 */

module.exports = { openStream };
