'use strict';

// A stream held open in Rust and read one chunk per call. Each call is made when its chunk is requested, so nothing is read
// ahead, and nothing keeps the process alive between two chunks.

const { inThisContext } = require('../calls/context.js');
const { throwIfAborted, unwatch, watch } = require('../calls/signals.js');
const { keepLines } = require('../stacks.js');

/**
 * Closes a stream whose reader was garbage-collected.
 *
 * @type {FinalizationRegistry<{ session: Session, id: number }>}
 */
const abandoned = new FinalizationRegistry(({ session, id }) => session.close(id));

class OpenStream {
  #session;
  #id;
  #options;
  #signal;
  /** Ends the pending call for a chunk. */
  #ended = new AbortController();
  /** @type {Promise<unknown> | undefined} */
  #pulling;
  /** @type {((reason: unknown) => void) | undefined} */
  #onAbort;

  /**
   * @param {Session} session
   * @param {number} id
   * @param {CallOptions} options
   */
  constructor(session, id, options) {
    this.#session = session;
    this.#id = id;
    const { onDownloadProgress, trace, site, binding: { progress, observe } = {} } = options;
    const { signal } = this.#ended;
    this.#options = { onDownloadProgress, trace, site: keepLines(site), binding: { progress, observe }, signal };
    this.#signal = options.signal;
  }

  /**
   * Makes the call that opens a stream. Its callback runs in the async context of this call, for later chunks too, and so do
   * subscribers to retries.
   *
   * @param {Session} session
   * @param {'openOutput' | 'openResults'} operation
   * @param {string} argument
   * @param {CallOptions} options
   */
  static async open(session, operation, argument, options) {
    const { onDownloadProgress, signal } = options;
    const inContext = onDownloadProgress && inThisContext(onDownloadProgress);
    const bound = { ...options, onDownloadProgress: inContext };
    return session.report(bound, async (extended) => {
      const head = await session.runSilently(operation, argument, extended, (opened) => opened);
      try {
        throwIfAborted(signal);
      } catch (error) {
        session.close(head.id);
        throw error;
      }
      return { head, stream: new OpenStream(session, head.id, extended) };
    });
  }

  /**
   * Begins to listen to the signal. If that throws, the stream is closed.
   *
   * @param {object} reader When it is garbage-collected, the stream is closed.
   * @param {(reason: unknown) => void} [onAbort] Runs when the signal fires between two chunks.
   */
  watch(reader, onAbort) {
    this.#onAbort = onAbort;
    abandoned.register(reader, { session: this.#session, id: this.#id }, this);
    try {
      if (this.#signal !== undefined) {
        watch(this.#signal, this.#abort);
      }
    } catch (error) {
      this.close(error);
      throw error;
    }
  }

  /**
   * Reads the next chunk.
   *
   * @template T
   * @param {(chunk: any) => T} read Converts the chunk.
   * @returns {Promise<T | undefined>} `undefined` at the end.
   */
  async pull(read) {
    const pulling = this.#session.runSilently('nextChunk', String(this.#id), this.#options, read);
    this.#pulling = pulling;
    try {
      return await pulling;
    } catch (error) {
      this.close(error);
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  /**
   * Closes the stream. A pending read rejects with the reason.
   *
   * @param {unknown} [reason]
   */
  close(reason) {
    if (this.#signal !== undefined) {
      unwatch(this.#signal, this.#abort);
      this.#signal = undefined;
    }
    abandoned.unregister(this);
    this.#ended.abort(reason);
    this.#session.close(this.#id);
  }

  /** Waits until the pending read has settled. Its request is closed by then. */
  async closed() {
    await this.#pulling?.catch(() => {});
  }

  /** @param {unknown} reason */
  #abort = (reason) => {
    const isIdle = this.#pulling === undefined;
    this.close(reason);
    if (isIdle) {
      this.#onAbort?.(reason);
    }
  };
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('../calls/session.js').Session} Session
 */

module.exports = { OpenStream };
