'use strict';

// The callback that receives the progress of a stream. No chunk waits for it, but it is called again only after the promise that it
// returned has settled.

const { inThisContext } = require('../calls/context.js');
const { Listener } = require('../calls/listener.js');

class Progress {
  #listener;

  /** @type {{ reason: unknown } | undefined} What the callback has thrown. */
  failure;

  /** @type {((reason: unknown) => void) | undefined} Runs when the callback fails after its call. */
  onFailure;

  /** @param {(progress: any) => unknown} callback Runs in the async context of this call. */
  constructor(callback) {
    this.#listener = new Listener(inThisContext(callback), (reason) => {
      this.failure = { reason };
      this.onFailure?.(reason);
    });
  }

  /** A promise that resolves when the callback is no longer busy, or `undefined`. */
  get busy() {
    return this.#listener.busy;
  }

  /** Passes progress on. Throws what the callback throws. */
  report = (/** @type {object} */ progress) => {
    this.#listener.notify(progress);
    this.check();
  };

  /** Throws what the callback has thrown. */
  check() {
    if (this.failure !== undefined) {
      throw this.failure.reason;
    }
  }

  /** Drops the reports that wait for the callback. */
  stop() {
    this.#listener.stop();
  }
}

module.exports = { Progress };
