'use strict';

// Async iterators that are fed from outside. The feed buffers items and begins with the first `next()`. The queue is the iterator
// that a loop holds. Pending work refers to the feed alone, so an abandoned queue is garbage-collected, and its work ends as if
// the loop had been left.

const { inThisContext } = require('../calls/context.js');
const { nextTurn } = require('../calls/turns.js');

/** How many buffered items are taken before the event loop gets a turn. Promises alone never give it one. */
const TAKEN_IN_A_TURN = 250;

/**
 * The feeds that have not ended. It keeps them, and so what they refer to: the lines of an error may refer to the queue itself.
 *
 * @type {FinalizationRegistry<Feed<any>>}
 */
const abandoned = new FinalizationRegistry((feed) => {
  // No caller is left to report an error of the source to.
  feed.leave().catch(() => {});
});

/** @template T */
class Feed {
  #begin;
  #leave;
  #state = /** @type {'new' | 'open' | 'ended'} */ ('new');
  /**
   * The first and the last of the items that no `next()` has taken yet. They are linked, because `shift` of an array with tens of
   * thousands moves all of them.
   *
   * @type {Item<T> | undefined}
   */
  #first;
  /** @type {Item<T> | undefined} */
  #last;
  /** How many buffered items have been taken one after the other. */
  #taken = 0;
  /** @type {Taker<T>[]} Calls of `next()` that wait for an item. */
  #takers = [];
  /** @type {{ reason: unknown } | undefined} The rejection of the next `next()`. */
  #failure;

  /**
   * @param {(feed: Feed<T>) => void} begin Runs with the first `next()`, in the async context of this call.
   * @param {() => Promise<void>} leave Runs when the loop is left early.
   */
  constructor(begin, leave) {
    this.#begin = inThisContext(begin);
    this.#leave = leave;
  }

  /**
   * Adds an item.
   *
   * @param {T} item
   */
  put(item) {
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      taker.resolve({ done: false, value: item });
    } else if (this.#state === 'open') {
      const last = this.#last;
      this.#last = { value: item, next: undefined };
      if (last === undefined) {
        this.#first = this.#last;
      } else {
        last.next = this.#last;
      }
    }
  }

  /**
   * Adds an item, and drops the last buffered one if the new item replaces it.
   *
   * @param {T} item
   * @param {(last: T) => boolean} replaces
   */
  putOver(item, replaces) {
    const last = this.#last;
    if (last !== undefined && replaces(last.value)) {
      last.value = item;
    } else {
      this.put(item);
    }
  }

  /** Ends the iteration after the buffered items. */
  end() {
    this.#state = 'ended';
    abandoned.unregister(this);
    for (const taker of this.#takers.splice(0)) {
      taker.resolve({ done: true, value: undefined });
    }
  }

  /**
   * Ends the iteration with a rejection after the buffered items.
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
   * Ends the iteration with a rejection, and drops the buffered items.
   *
   * @param {unknown} reason
   */
  abort(reason) {
    this.#drop();
    this.fail(reason);
  }

  /**
   * Returns the next item.
   *
   * @param {AsyncQueue<T>} queue The caller. It is kept from garbage collection until the promise settles.
   * @returns {Promise<IteratorResult<T, undefined>>}
   */
  async next(queue) {
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#begin(this);
    }
    const first = this.#first;
    if (first !== undefined) {
      this.#first = first.next;
      this.#last = first.next && this.#last;
      this.#taken += 1;
      if (this.#taken % TAKEN_IN_A_TURN === 0) {
        await nextTurn();
      }
      return { done: false, value: first.value };
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

  #drop() {
    this.#first = undefined;
    this.#last = undefined;
  }

  /** Ends the iteration early, and resolves after all work has ended. */
  async leave() {
    const hasBegun = this.#state !== 'new';
    this.#drop();
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

  /** @param {Feed<T>} feed Does not refer to this queue, except while a `next()` is pending. */
  constructor(feed) {
    this.#feed = feed;
    abandoned.register(this, feed, feed);
  }

  /**
   * Returns the iterator that a function makes. If the function throws, the returned iterator rejects with the error.
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
 * @typedef {{ value: T, next: Item<T> | undefined }} Item
 */

/**
 * @template T
 * @typedef {object} Taker
 * @property {AsyncQueue<T>} queue
 * @property {(result: IteratorResult<T, undefined>) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

module.exports = { AsyncQueue, Feed };
