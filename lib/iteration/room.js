'use strict';

// How many jobs of a batch are in progress, and which of them wait to go on.

/** How many jobs a batch submits and awaits at a time, unless `concurrency` is set. Jobs that exist already have no bound. */
const SUBMITTED_AT_A_TIME = 50;

class Room {
  #limit;
  #onFree;
  #taken = 0;
  /** @type {(() => void)[]} */
  #waiting = [];
  #isClosed = false;

  /**
   * @param {number | undefined} limit
   * @param {() => void} onFree Runs when there may be room for another job.
   */
  constructor(limit, onFree) {
    this.#limit = limit ?? SUBMITTED_AT_A_TIME;
    this.#onFree = onFree;
  }

  get isFree() {
    return this.#taken < this.#limit;
  }

  /** @param {boolean} counts Whether the job counts toward the limit. */
  enter(counts) {
    this.#taken += Number(counts);
  }

  /** @param {boolean} counts As when it entered. */
  leave(counts) {
    this.#taken -= Number(counts);
    const next = this.isFree ? this.#waiting.shift() : undefined;
    if (next === undefined) {
      this.#onFree();
    } else {
      next();
    }
  }

  /**
   * Runs a part of a job that may take minutes, and that the other jobs do not wait for.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  outside = async (work) => {
    this.leave(true);
    try {
      const done = await work();
      if (!this.isFree && !this.#isClosed) {
        await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
      }
      return done;
    } finally {
      this.enter(true);
    }
  };

  /** Lets all jobs go on, because the batch is over. */
  close() {
    this.#isClosed = true;
    this.#waiting.splice(0).forEach((goOn) => goOn());
  }
}

module.exports = { Room };
