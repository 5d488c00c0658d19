'use strict';

// Abort signals: one listener for each signal, however many calls it is given to, and none once they have settled.

/**
 * What is used of a signal. Signals of other realms and libraries have it too, so that is all that is asked for.
 *
 * @typedef {Pick<AbortSignal, 'aborted' | 'reason' | 'addEventListener' | 'removeEventListener'>} Signal
 *
 * @typedef {object} Watch
 * @property {Set<(reason: unknown) => void>} callbacks
 * @property {() => void} listener
 */

/** The reason of a signal of ours that ends waits and leaves their jobs alone, whatever they were told about aborts. */
const LEFT = Symbol('left');

/** @type {WeakMap<Signal, Watch>} */
const watches = new WeakMap();

/**
 * Calls back when a signal fires. A signal that has fired already never does.
 *
 * @param {Signal} signal
 * @param {(reason: unknown) => void} callback
 */
function watch(signal, callback) {
  const known = watches.get(signal);
  if (known !== undefined) {
    known.callbacks.add(callback);
    return;
  }
  const callbacks = new Set([callback]);
  const listener = () => {
    watches.delete(signal);
    const { reason } = signal;
    for (const each of callbacks) {
      each(reason);
    }
  };
  watches.set(signal, { callbacks, listener });
  try {
    signal.addEventListener('abort', listener, { once: true });
  } catch (error) {
    watches.delete(signal);
    throw error;
  }
}

/**
 * Ends a watch. The last one takes the listener along.
 *
 * @param {Signal} signal
 * @param {(reason: unknown) => void} callback
 */
function unwatch(signal, callback) {
  const known = watches.get(signal);
  if (known?.callbacks.delete(callback) && known.callbacks.size === 0) {
    watches.delete(signal);
    signal.removeEventListener('abort', known.listener);
  }
}

/**
 * Awaits work of JavaScript's own, unless a signal fires first.
 *
 * @template T
 * @param {Promise<T>} work
 * @param {Signal | undefined} signal
 * @returns {Promise<T>}
 */
function untilAborted(work, signal) {
  if (signal === undefined) {
    return work;
  }
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    watch(signal, reject);
    work.then(resolve, reject).finally(() => unwatch(signal, reject));
  });
}

module.exports = { LEFT, untilAborted, unwatch, watch };
