'use strict';

// Abort signals of this package. A DOM for tests may replace `AbortController`, and its signals have no reason: the end of a loop would
// look like an abort, and cancel jobs.

/** The signal of a {@link Controller}. */
class OwnSignal {
  aborted = false;

  /** @type {unknown} */
  reason;

  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {string} _type `abort` is the only event.
   * @param {any} listener Is called once.
   */
  addEventListener(_type, listener) {
    this.#listeners.add(listener);
  }

  /**
   * @param {string} _type
   * @param {any} listener
   */
  removeEventListener(_type, listener) {
    this.#listeners.delete(listener);
  }

  /** @param {unknown} reason */
  fire(reason) {
    if (!this.aborted) {
      this.aborted = true;
      this.reason = reason;
      const listeners = [...this.#listeners];
      this.#listeners.clear();
      listeners.forEach((listener) => listener());
    }
  }
}

/** Aborts the calls that have its signal. */
class Controller {
  signal = new OwnSignal();

  /** @param {unknown} [reason] Without one, the reason is an AbortError. */
  abort(reason) {
    this.signal.fire(reason);
  }
}

/** The class when the package was loaded. Environments of tests may remove it, or replace it later. */
const { DOMException } = globalThis;

/**
 * Returns an AbortError.
 *
 * @param {string} message
 */
function abortError(message) {
  return typeof DOMException === 'function'
    ? new DOMException(message, 'AbortError')
    : Object.assign(new Error(message), { name: 'AbortError' });
}

module.exports = { Controller, abortError };
