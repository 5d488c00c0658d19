'use strict';

// What is open in Rust and read piece by piece. Each piece is a call of its own, made when it is asked for, so nothing is read
// ahead, and nothing keeps the process alive between two pieces.

const { inThisContext } = require('../calls/context.js');
const { throwIfAborted, unwatch, watch } = require('../calls/signals.js');
const { keepLines } = require('../stacks.js');

/**
 * What becomes of it when whoever reads it was left without a word.
 *
 * @type {FinalizationRegistry<{ session: Session, id: number }>}
 */
const abandoned = new FinalizationRegistry(({ session, id }) => session.close(id));

class OpenStream {
  #session;
  #id;
  #options;
  #signal;
  /** Ends the call for a piece that is under way. */
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
   * Makes the call that opens something. Its callback runs in the context of this call then as well as later, and so does who
   * listens to retries.
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
    return session.tell(bound, async (told) => {
      const head = await session.runSilently(operation, argument, told, (opened) => opened);
      try {
        throwIfAborted(signal);
      } catch (error) {
        session.close(head.id);
        throw error;
      }
      return { head, stream: new OpenStream(session, head.id, told) };
    });
  }

  /**
   * Begins to listen to the signal. Where that throws, this is closed.
   *
   * @param {object} reader When it is collected, this is closed.
   * @param {(reason: unknown) => void} [onAbort] Runs where the signal fires between two pieces.
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
   * The next piece, by this reader of it.
   *
   * @template T
   * @param {(piece: any) => T} read
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
   * Closes it. A piece that is under way rejects with the reason.
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

  /** Waits until a piece that is under way is no more: its request is closed by then. */
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
