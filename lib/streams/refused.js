'use strict';

// What becomes of the streams in the arguments of a call that is refused. Nobody else may listen to them, and a Node.js stream that
// fails without a listener ends the process.

const { types } = require('node:util');
const { release } = require('./pulled-sources.js');

/** An argument is an object of parameters, which has sources by input key and by name. */
const LEVELS = 4;

/**
 * Closes the Node.js streams and web streams in the arguments of a call.
 *
 * @param {any} given
 * @param {number} [levels] How many levels of objects, arrays and maps are searched.
 */
function closeStreams(given, levels = LEVELS) {
  if (typeof given !== 'object' || given === null || attempt(() => closeStream(given))) {
    return;
  }
  if (levels > 0 && !ArrayBuffer.isView(given)) {
    for (const read of readersOf(given)) {
      attempt(() => closeStreams(read(), levels - 1));
    }
  }
}

/**
 * Returns a function for each value in an object, which reads it, and may throw. Objects of any class may hold sources, but not those
 * that emit events, such as an agent.
 *
 * @param {any} holder
 * @returns {(() => unknown)[]}
 */
function readersOf(holder) {
  if (types.isMap(holder)) {
    return [...Map.prototype.values.call(holder)].map((value) => () => value);
  }
  const names = attempt(() => (typeof holder.on === 'function' ? [] : Object.keys(holder))) ?? [];
  return names.map((name) => () => holder[name]);
}

/**
 * Closes a value that is a stream. Returns whether it is one.
 *
 * @param {any} value
 */
function closeStream(value) {
  if (typeof value.pipe === 'function' && typeof value.destroy === 'function') {
    value.on?.('error', () => {});
    release(() => value.destroy());
    return true;
  }
  if (typeof value.getReader === 'function') {
    if (value.locked !== true) {
      release(() => value.cancel());
    }
    return true;
  }
  return false;
}

/**
 * Runs work on a value of the caller's, which may throw. The caller learns why the call is refused, and not of this.
 *
 * @template T
 * @param {() => T} work
 */
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

module.exports = { closeStreams };
