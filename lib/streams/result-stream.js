'use strict';

// Results that are read as they arrive. Rust hands over all results that have arrived as one text, and each is parsed when the
// loop reaches it.

const { inThisContext } = require('../calls/context.js');
const { Controller } = require('../calls/controller.js');
const { LEFT, throwIfAborted, unwatch, watch } = require('../calls/signals.js');
const { OpenStream } = require('./open-stream.js');

/** Separates two results in the text that Rust hands over. */
const SEPARATOR = '\x1e';

/** @implements {AsyncIterableIterator<object, undefined>} */
class ResultStream {
  #session;
  #job;
  #options;
  #signal;
  #ended = new Controller();
  #results = this.#read();

  /**
   * @param {import('../calls/session.js').Session} session
   * @param {string} job
   * @param {import('../arguments/options.js').CallOptions} options
   */
  constructor(session, job, options) {
    const { onDownloadProgress, signal } = options;
    // The stream is opened by the first `next()`, in the async context of that call.
    const inContext = onDownloadProgress && inThisContext(onDownloadProgress);
    this.#session = session;
    this.#job = job;
    this.#signal = signal;
    this.#options = { ...options, onDownloadProgress: inContext, signal: this.#ended.signal };
  }

  next() {
    return this.#results.next();
  }

  async return() {
    this.#ended.abort(LEFT);
    return this.#results.return(undefined);
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** @returns {AsyncGenerator<object, undefined>} */
  async *#read() {
    const ended = this.#ended;
    const abort = (/** @type {unknown} */ reason) => ended.abort(reason);
    /** @type {OpenStream | undefined} */
    let stream;
    try {
      if (this.#signal !== undefined) {
        throwIfAborted(this.#signal);
        watch(this.#signal, abort);
      }
      ({ stream } = await OpenStream.open(this.#session, 'openResults', this.#job, this.#options));
      stream.watch(this, { watched: this.#signal && [{ signal: this.#signal, callback: abort }] });
      for (;;) {
        const text = await stream.pull(unchanged);
        if (text === undefined) {
          return;
        }
        for (const result of text.split(SEPARATOR)) {
          yield JSON.parse(result);
          throwIfAborted(ended.signal);
        }
      }
    } catch (error) {
      if (ended.signal.reason !== LEFT) {
        throw error;
      }
    } finally {
      stream?.close();
      if (this.#signal !== undefined) {
        unwatch(this.#signal, abort);
      }
    }
  }
}

/** @param {string} text */
function unchanged(text) {
  return text;
}

module.exports = { ResultStream };
