'use strict';

// Abort signals. Each signal has one listener, regardless of how many calls use it, and none after they have settled.

const { warnOnce } = require('../diagnostics/warnings.js');
const { abortError } = require('./controller.js');
const { LargeSet } = require('./large.js');
const { nextTurn } = require('./turns.js');

/**
 * The members of a signal that are used. Signals of other realms and libraries have them too, although some have no `reason`.
 *
 * @typedef {Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'> & { reason?: unknown }} Signal
 *
 * @typedef {(reason: unknown) => void | (() => void)} Callback May return work that runs after all callbacks of a batch.
 *
 * @typedef {Callback | { onAbort: Callback }} Watcher A closure for each of thousands of calls would take a quarter of their memory.
 *
 * @typedef {object} Watch
 * @property {LargeSet<Watcher>} watchers
 * @property {() => void} listener
 */

/** How many watchers are notified in one turn of the event loop when a signal fires. They take a fraction of a millisecond. */
const NOTIFIED_IN_A_TURN = 32;

/** The reason of an internal signal that ends waits without canceling their jobs, regardless of `cancelOnAbort`. */
const LEFT = Symbol('left');

/** The reason for which the calls of a client end when it is closed. */
const CLOSED = Symbol('closed');

/** @type {WeakMap<Signal, Watch>} */
const watches = new WeakMap();

/** @type {WeakMap<Signal, unknown>} The reasons of signals that have none themselves. */
const reasons = new WeakMap();

/**
 * Returns the reason of a signal that has fired. For a signal without one it is an AbortError, the same one each time.
 *
 * @param {Signal} signal
 * @returns {unknown}
 */
function reasonOf(signal) {
  if (!reasons.has(signal)) {
    const reason = ownReason(signal);
    if (reason !== undefined) {
      return reason;
    }
    reasons.set(signal, abortError('This operation was aborted'));
  }
  return reasons.get(signal);
}

/** @param {Signal} signal */
function ownReason(signal) {
  try {
    return signal.reason;
  } catch (error) {
    return error;
  }
}

/**
 * Throws the reason of a signal that has fired.
 *
 * @param {Signal | undefined} signal
 */
function throwIfAborted(signal) {
  if (signal?.aborted) {
    throw reasonOf(signal);
  }
}

/**
 * Notifies a watcher when a signal fires. It is never notified if the signal has fired already.
 *
 * @param {Signal} signal
 * @param {Watcher} watcher
 */
function watch(signal, watcher) {
  const known = watches.get(signal);
  if (known !== undefined) {
    known.watchers.add(watcher);
    return;
  }
  /** @type {LargeSet<Watcher>} */
  const watchers = new LargeSet();
  watchers.add(watcher);
  const listener = () => void fire(signal, watchers);
  watches.set(signal, { watchers, listener });
  try {
    signal.addEventListener('abort', listener, { once: true });
  } catch (error) {
    watches.delete(signal);
    throw error;
  }
}

/**
 * Notifies the watchers of a signal. The first ones are notified at once, and thousands of them over several turns of the event loop.
 *
 * @param {Signal} signal
 * @param {LargeSet<Watcher>} watchers
 */
async function fire(signal, watchers) {
  const reason = reasonOf(signal);
  while (watchers.size > 0) {
    const rest = new Set();
    let left = NOTIFIED_IN_A_TURN;
    for (const each of watchers) {
      if (left === 0) {
        break;
      }
      left -= 1;
      watchers.delete(each);
      rest.add(typeof each === 'function' ? each(reason) : each.onAbort(reason));
    }
    for (const each of rest) {
      each?.();
    }
    if (watchers.size > 0) {
      await nextTurn();
    }
  }
  if (watches.get(signal)?.watchers === watchers) {
    watches.delete(signal);
  }
}

/**
 * Removes a watcher, and the listener with the last one.
 *
 * @param {Signal} signal
 * @param {Watcher} watcher
 */
function unwatch(signal, watcher) {
  const known = watches.get(signal);
  if (known?.watchers.delete(watcher) && known.watchers.size === 0) {
    watches.delete(signal);
    try {
      signal.removeEventListener('abort', known.listener);
    } catch {
      // The call keeps its outcome. The remaining listener does nothing.
      warnOnce('MODZY_SIGNAL', 'the signal of a call throws in removeEventListener and keeps its listener');
    }
  }
}

/**
 * Puts a watcher in place of another one, unless that has been notified.
 *
 * @param {Signal} signal
 * @param {Watcher} old
 * @param {Watcher} watcher
 */
function rewatch(signal, old, watcher) {
  const known = watches.get(signal);
  if (known?.watchers.delete(old)) {
    known.watchers.add(watcher);
  }
}

/**
 * Awaits work that runs in JavaScript, unless a signal fires first.
 *
 * @template T
 * @param {PromiseLike<T>} work
 * @param {Signal | undefined} signal
 * @returns {Promise<T>}
 */
async function untilAborted(work, signal) {
  if (signal === undefined) {
    return work;
  }
  /** @type {any} */
  let abort;
  // Both promises enter the race before anything can throw, so that neither causes an unhandled rejection.
  const aborted = new Promise((_, reject) => {
    abort = reject;
  });
  const first = Promise.race([new Promise((resolve) => resolve(work)), aborted]);
  try {
    throwIfAborted(signal);
    watch(signal, abort);
    return await first;
  } finally {
    first.catch(() => {});
    unwatch(signal, abort);
  }
}

module.exports = { CLOSED, LEFT, reasonOf, rewatch, throwIfAborted, untilAborted, unwatch, watch };
