'use strict';

// A callback of a user's that may return a promise: it is called again only once that has settled.

/** How many events wait for a callback that is busy; the oldest ones are dropped. */
const MOST_WAITING = 64;

class Listener {
  #callback;
  #onFailure;
  /** @type {{ value: object, topic: unknown }[]} */
  #waiting = [];

  /** @type {Promise<void> | undefined} Settles, and never rejects, once the callback is not busy any more. */
  busy;

  /**
   * @param {(value: any) => unknown} callback
   * @param {(reason: unknown) => void} onFailure Gets what the callback throws or rejects with. Does not throw.
   */
  constructor(callback, onFailure) {
    this.#callback = callback;
    this.#onFailure = onFailure;
  }

  /**
   * Calls back, or has the event wait. Of two in a row that wait and have the same topic, the newer one is kept.
   *
   * @param {object} value
   * @param {unknown} [topic]
   */
  notify(value, topic) {
    if (this.busy === undefined) {
      this.#call(value);
      return;
    }
    const waiting = this.#waiting;
    if (waiting.at(-1)?.topic === topic || waiting.length === MOST_WAITING) {
      waiting.splice(waiting.at(-1)?.topic === topic ? -1 : 0, 1);
    }
    waiting.push({ value, topic });
  }

  /** Drops the events that wait. */
  stop() {
    this.#waiting = [];
  }

  /** @param {object} value */
  #call(value) {
    const callback = this.#callback;
    try {
      const returned = callback(value);
      if (isThenable(returned)) {
        this.busy = this.#finish(returned);
      }
    } catch (error) {
      this.#onFailure(error);
    }
  }

  /** @param {unknown} returned */
  async #finish(returned) {
    const callback = this.#callback;
    try {
      await returned;
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        await callback(next.value);
      }
    } catch (error) {
      this.stop();
      this.#onFailure(error);
    }
    this.busy = undefined;
  }
}

/** @param {any} value */
function isThenable(value) {
  return (typeof value === 'object' || typeof value === 'function') && typeof value?.then === 'function';
}

module.exports = { Listener };
