'use strict';

// A user's callback that may return a promise. It is called again only after that promise has settled.

/** How many events wait for a busy callback at most. The oldest ones are dropped. */
const MOST_WAITING = 64;

class Listener {
  #callback;
  #onFailure;
  /** @type {{ value: object, topic: unknown }[]} */
  #waiting = [];

  /** @type {Promise<void> | undefined} Resolves when the callback is no longer busy. Never rejects. */
  busy;

  /**
   * @param {(value: any) => unknown} callback
   * @param {(reason: unknown) => void} onFailure Receives what the callback throws or rejects with. Does not throw.
   */
  constructor(callback, onFailure) {
    this.#callback = callback;
    this.#onFailure = onFailure;
  }

  /**
   * Calls the callback, or queues the event while the callback is busy. A queued event replaces the previous one if both have
   * the same topic.
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

  /** Drops the queued events. */
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
