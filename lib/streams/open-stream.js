'use strict';

// A stream held open in Rust and read one chunk per call. Each call is made when its chunk is requested, so nothing is read
// ahead, and nothing keeps the process alive between two chunks.

const { Controller } = require('../calls/controller.js');
const { throwIfAborted, untilAborted, unwatch, watch } = require('../calls/signals.js');
const { nextTurn } = require('../calls/turns.js');
const { keepLines } = require('../stacks.js');
const { Progress } = require('./progress.js');

/**
 * Closes a stream whose reader was garbage-collected, and stops listening to its signals.
 *
 * @type {FinalizationRegistry<{ session: Session, id: number, watched: Watched[] }>}
 */
const abandoned = new FinalizationRegistry(({ session, id, watched }) => {
  session.close(id);
  watched.forEach(({ signal, callback }) => unwatch(signal, callback));
});

class OpenStream {
  #session;
  #id;
  #options;
  #signal;
  #progress;
  /** Ends the pending call for a chunk. */
  #ended = new Controller();
  /** @type {Promise<unknown> | undefined} */
  #pulling;
  /** @type {((reason: unknown) => void) | undefined} */
  #onAbort;
  /** Runs when the signal fires. The signal may outlive the reader, to which the stream may refer. */
  #callback = OpenStream.#weakly(this);

  /**
   * @param {Session} session
   * @param {number} id
   * @param {CallOptions} options
   * @param {Progress} [callback]
   */
  constructor(session, id, options, callback) {
    this.#session = session;
    this.#id = id;
    this.#progress = callback;
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
    const progress = onDownloadProgress && new Progress(onDownloadProgress);
    const bound = { ...options, onDownloadProgress: progress?.report };
    return session.report(bound, async (extended) => {
      const head = await session.runSilently(operation, argument, extended, (opened) => opened);
      try {
        if (progress?.busy !== undefined) {
          // A callback that rejects at once ends this call. A later rejection ends the stream.
          await nextTurn();
        }
        progress?.check();
        throwIfAborted(signal);
      } catch (error) {
        progress?.stop();
        session.close(head.id);
        throw error;
      }
      return { head, stream: new OpenStream(session, head.id, extended, progress) };
    });
  }

  /**
   * Begins to listen to the signal. If that throws, the stream is closed.
   *
   * @param {object} reader When it is garbage-collected, the stream is closed.
   * @param {object} [more]
   * @param {(reason: unknown) => void} [more.onAbort] Runs when the signal fires between two chunks.
   * @param {Watched[]} [more.watched] What the reader itself listens to. It does not refer to the reader.
   */
  watch(reader, { onAbort, watched = [] } = {}) {
    this.#onAbort = onAbort;
    const own = this.#signal === undefined ? [] : [{ signal: this.#signal, callback: this.#callback }];
    abandoned.register(reader, { session: this.#session, id: this.#id, watched: [...own, ...watched] }, this);
    if (this.#progress !== undefined) {
      this.#progress.onFailure = this.#abort;
    }
    try {
      if (this.#signal !== undefined) {
        watch(this.#signal, this.#callback);
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
    const pulling = this.#next(read);
    this.#pulling = pulling;
    try {
      return await pulling;
    } catch (thrown) {
      const error = this.#progress?.failure === undefined ? thrown : this.#progress.failure.reason;
      this.close(error);
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  /**
   * @template T
   * @param {(chunk: any) => T} read
   * @returns {Promise<T | undefined>}
   */
  async #next(read) {
    const chunk = await this.#session.runSilently('nextChunk', String(this.#id), this.#options, read);
    if (chunk === undefined && this.#progress !== undefined) {
      // The end of a stream, like that of any call, waits for its callback, but not for long.
      const { busy } = this.#progress;
      if (busy !== undefined) {
        await this.#session.withinGrace(untilAborted(busy, this.#ended.signal));
      }
      this.#progress.check();
    }
    return chunk;
  }

  /**
   * Closes the stream. A pending read rejects with the reason.
   *
   * @param {unknown} [reason]
   */
  close(reason) {
    if (this.#signal !== undefined) {
      unwatch(this.#signal, this.#callback);
      this.#signal = undefined;
    }
    abandoned.unregister(this);
    this.#progress?.stop();
    this.#ended.abort(reason);
    this.#session.close(this.#id);
  }

  /** Waits until the pending read has settled. Its request is closed by then. */
  async closed() {
    await this.#pulling?.catch(() => {});
  }

  /**
   * Returns a function that ends a stream, and does not keep it from garbage collection.
   *
   * @param {OpenStream} stream
   * @returns {(reason: unknown) => void}
   */
  static #weakly(stream) {
    const weak = new WeakRef(stream);
    return (reason) => {
      const kept = weak.deref();
      if (kept !== undefined) {
        kept.#abort(reason);
      }
    };
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
 *
 * @typedef {{ signal: import('../calls/signals.js').Signal, callback: (reason: any) => void }} Watched
 */

module.exports = { OpenStream };
