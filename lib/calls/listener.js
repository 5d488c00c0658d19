'use strict';

// The callbacks of a call, which may return promises. Each is called again only after its promise has settled.

const { inThisContext } = require('./context.js');

/** How many events wait for a busy callback at most. The oldest ones are dropped. */
const MOST_WAITING = 64;

/** A callback. */
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

/** The callbacks of a call, in the async context of its caller. */
class Listeners {
  /** @param {Partial<Record<'progress' | 'transfer' | 'opened' | 'submitted' | 'canceled', Given>>} given */
  constructor({ progress, transfer, opened, submitted, canceled }) {
    this.progress = listen(progress);
    /** For the progress of the upload of a run. */
    this.transfer = listen(transfer);
    this.opened = listen(opened);
    this.submitted = listen(submitted);
    this.canceled = listen(canceled);
  }

  /** A promise that resolves when no callback for progress is busy any more, or `undefined`. */
  get busy() {
    const busy = [this.opened, this.submitted, this.transfer, this.progress].flatMap(
      (listener) => listener?.busy ?? [],
    );
    return busy.length < 2 ? busy[0] : Promise.all(busy).then(() => {});
  }

  /** Drops the reports that wait for a callback. */
  stop() {
    this.opened?.stop();
    this.submitted?.stop();
    this.transfer?.stop();
    this.progress?.stop();
  }
}

/** @param {Given} [given] */
function listen([callback, onFailure] = [undefined, () => {}]) {
  return callback && new Listener(inThisContext(callback), onFailure);
}

/** Shared by the calls without callbacks, which may be thousands. */
const NO_LISTENERS = new Listeners({});

/** @typedef {[callback: ((value: any) => unknown) | undefined, onFailure: (reason: unknown) => void]} Given */

module.exports = { Listener, Listeners, NO_LISTENERS };
