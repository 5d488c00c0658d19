'use strict';

// Async iterators that are fed from outside. The feed buffers what nobody has asked for yet and begins with the first question;
// the queue is what a loop holds of it. Work that goes on holds the feed alone: so a queue that was abandoned without a word is
// collected, and its work ends as if the loop had been left.

const { inThisContext } = require('../calls/context.js');

/** @type {FinalizationRegistry<Feed<any>>} */
const abandoned = new FinalizationRegistry((feed) => {
  // Nobody is left to hear how the source was closed.
  feed.leave().catch(() => {});
});

/** @template T */
class Feed {
  #begin;
  #leave;
  #state = /** @type {'new' | 'open' | 'ended'} */ ('new');
  /** @type {T[]} What nobody has asked for yet. */
  #ready = [];
  /** @type {Taker<T>[]} Who has asked before there was anything. */
  #takers = [];
  /** @type {{ reason: unknown } | undefined} What the loop is to reject with, once. */
  #failure;

  /**
   * @param {(feed: Feed<T>) => void} begin Runs with the first question, in the context of this call.
   * @param {() => Promise<void>} leave Runs when the loop is left early.
   */
  constructor(begin, leave) {
    this.#begin = inThisContext(begin);
    this.#leave = leave;
  }

  /** @param {T} item */
  put(item) {
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      taker.resolve({ done: false, value: item });
    } else if (this.#state === 'open') {
      this.#ready.push(item);
    }
  }

  /**
   * Puts an item in the place of the last one that nobody has asked for yet, where the two belong together.
   *
   * @param {T} item
   * @param {(last: T) => boolean} replaces
   */
  putOver(item, replaces) {
    const last = this.#ready.at(-1);
    if (last !== undefined && replaces(last)) {
      this.#ready.pop();
    }
    this.put(item);
  }

  /** Ends it after what is ready. */
  end() {
    this.#state = 'ended';
    for (const taker of this.#takers.splice(0)) {
      taker.resolve({ done: true, value: undefined });
    }
  }

  /**
   * Ends it with a rejection after what is ready.
   *
   * @param {unknown} reason
   */
  fail(reason) {
    if (this.#state === 'ended') {
      return;
    }
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#failure = { reason };
    } else {
      taker.reject(reason);
    }
    this.end();
  }

  /**
   * Ends it with a rejection, and drops what is ready.
   *
   * @param {unknown} reason
   */
  abort(reason) {
    this.#ready = [];
    this.fail(reason);
  }

  /**
   * @param {AsyncQueue<T>} queue Who asks, who is not abandoned before there is an answer.
   * @returns {Promise<IteratorResult<T, undefined>>}
   */
  async next(queue) {
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#begin(this);
    }
    const [value] = this.#ready;
    if (value !== undefined) {
      this.#ready.shift();
      return { done: false, value };
    }
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure.reason;
    }
    if (this.#state === 'ended') {
      return { done: true, value: undefined };
    }
    return new Promise((resolve, reject) => {
      this.#takers.push({ queue, resolve, reject });
    });
  }

  /** Leaves the loop, and settles once nothing of its work is left. */
  async leave() {
    const hasBegun = this.#state !== 'new';
    this.#ready = [];
    this.#failure = undefined;
    this.end();
    if (hasBegun) {
      await this.#leave();
    }
  }
}

/**
 * @template T
 * @implements {AsyncIterableIterator<T>}
 */
class AsyncQueue {
  #feed;

  /** @param {Feed<T>} feed What holds the feed does not hold this. */
  constructor(feed) {
    this.#feed = feed;
    abandoned.register(this, feed);
  }

  /**
   * What makes an iterator, or one that rejects with what that throws: the methods themselves throw nothing.
   *
   * @template T
   * @param {() => AsyncIterableIterator<T>} make
   * @returns {AsyncIterableIterator<T>}
   */
  static attempt(make) {
    try {
      return make();
    } catch (error) {
      return new AsyncQueue(
        new Feed(
          (feed) => feed.fail(error),
          async () => {},
        ),
      );
    }
  }

  /** @returns {Promise<IteratorResult<T, undefined>>} */
  async next() {
    return this.#feed.next(this);
  }

  /** @returns {Promise<IteratorReturnResult<undefined>>} */
  async return() {
    await this.#feed.leave();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/**
 * @template T
 * @typedef {object} Taker
 * @property {AsyncQueue<T>} queue
 * @property {(result: IteratorResult<T, undefined>) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

module.exports = { AsyncQueue, Feed };
