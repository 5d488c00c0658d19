'use strict';

// Abort signals: one listener for each signal, however many calls it is given to, and none once they have settled.

const { warnOnce } = require('../diagnostics/warnings.js');
const { nextTurn } = require('./turns.js');

/**
 * What is used of a signal. Signals of other realms and libraries have it too, so that is all that is asked for. Some have no
 * `reason`.
 *
 * @typedef {Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'> & { reason?: unknown }} Signal
 *
 * @typedef {(reason: unknown) => void | (() => void)} Callback May return what is left to do once all are called back.
 *
 * @typedef {object} Watch
 * @property {Set<Callback>} callbacks
 * @property {() => void} listener
 */

/** How many calls end in a turn of the event loop when their signal fires, which takes them a millisecond or two. */
const CALLED_IN_A_TURN = 1000;

/** The reason of a signal of ours that ends waits and leaves their jobs alone, whatever they were told about aborts. */
const LEFT = Symbol('left');

/** @type {WeakMap<Signal, Watch>} */
const watches = new WeakMap();

/** @type {WeakMap<Signal, unknown>} The reasons of signals that have none of their own. */
const reasons = new WeakMap();

/**
 * The reason of a signal that has fired. Of one that has none it is an AbortError, always the same one.
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
    reasons.set(signal, new DOMException('This operation was aborted', 'AbortError'));
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
 * Calls back when a signal fires. A signal that has fired already never does.
 *
 * @param {Signal} signal
 * @param {Callback} callback
 */
function watch(signal, callback) {
  const known = watches.get(signal);
  if (known !== undefined) {
    known.callbacks.add(callback);
    return;
  }
  const callbacks = new Set([callback]);
  const listener = () => void fire(signal, callbacks);
  watches.set(signal, { callbacks, listener });
  try {
    signal.addEventListener('abort', listener, { once: true });
  } catch (error) {
    watches.delete(signal);
    throw error;
  }
}

/**
 * Calls back, the first of them at once and thousands in several turns of the event loop.
 *
 * @param {Signal} signal
 * @param {Set<Callback>} callbacks
 */
async function fire(signal, callbacks) {
  const reason = reasonOf(signal);
  while (callbacks.size > 0) {
    const rest = new Set();
    let left = CALLED_IN_A_TURN;
    for (const each of callbacks) {
      if (left === 0) {
        break;
      }
      left -= 1;
      callbacks.delete(each);
      rest.add(each(reason));
    }
    for (const each of rest) {
      each?.();
    }
    if (callbacks.size > 0) {
      await nextTurn();
    }
  }
  if (watches.get(signal)?.callbacks === callbacks) {
    watches.delete(signal);
  }
}

/**
 * Ends a watch. The last one takes the listener along.
 *
 * @param {Signal} signal
 * @param {Callback} callback
 */
function unwatch(signal, callback) {
  const known = watches.get(signal);
  if (known?.callbacks.delete(callback) && known.callbacks.size === 0) {
    watches.delete(signal);
    try {
      signal.removeEventListener('abort', known.listener);
    } catch {
      // The call has its outcome, which counts. The listener does nothing any more.
      warnOnce(
        'MODZY_SIGNAL',
        'a signal that was given to a call throws in removeEventListener, and so keeps a listener',
      );
    }
  }
}

/**
 * Awaits work of JavaScript's own, unless a signal fires first.
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
  // Both promises are in the race before anything can throw, so that neither rejects where nobody listens.
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

module.exports = { LEFT, reasonOf, throwIfAborted, untilAborted, unwatch, watch };
