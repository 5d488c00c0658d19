'use strict';

// What a client tells the console, as that of 2.x does: calls by their names, their outcomes and their errors. Never a key,
// never a body.

class Logger {
  #calls;
  #outcomes;

  /** @param {string} level `off`, `on` or `verbose`. */
  constructor(level) {
    this.#calls = level === 'verbose';
    this.#outcomes = level !== 'off';
  }

  /** @param {string} method */
  called(method) {
    if (this.#calls) {
      console.log('Modzy > ', `${method} called`);
    }
  }

  /** @param {string} method */
  done(method) {
    if (this.#outcomes) {
      console.info('Modzy > ', `${method} response`);
    }
  }

  /**
   * @param {string} method
   * @param {unknown} error
   */
  failed(method, error) {
    if (this.#outcomes) {
      console.error('Modzy > ', `${method} error`, error instanceof Error ? String(error) : 'aborted');
    }
  }

  /**
   * Follows a call, and leaves its promise as it is.
   *
   * @template T
   * @param {string} method
   * @param {Promise<T>} promise
   * @param {{ aborted: boolean, reason: unknown }} [signal] Whose reason is the caller's, and is not told.
   */
  follow(method, promise, signal) {
    if (this.#outcomes) {
      promise.then(
        () => this.done(method),
        (error) => this.failed(method, signal?.aborted && error === signal.reason ? undefined : error),
      );
    }
    return promise;
  }
}

module.exports = { Logger };
