'use strict';

// What becomes of the streams in the arguments of a call that is refused. Nobody else may listen to them, and a Node.js stream that
// fails without a listener ends the process.

const { isPlainObject } = require('../arguments/checks.js');
const { release } = require('./pulled-sources.js');

/** An argument is an object of parameters, which has sources by input key and by name. */
const LEVELS = 4;

/**
 * Closes the Node.js streams and web streams in the arguments of a call.
 *
 * @param {unknown} given
 * @param {number} [levels] How many levels of objects and arrays are searched.
 */
function closeStreams(given, levels = LEVELS) {
  try {
    closeStream(given);
    if (levels > 0 && (Array.isArray(given) || isPlainObject(given))) {
      Object.values(/** @type {object} */ (given)).forEach((value) => closeStreams(value, levels - 1));
    }
  } catch {
    // A getter or a proxy that throws. The caller learns why the call is refused.
  }
}

/** @param {any} value */
function closeStream(value) {
  if (typeof value?.pipe === 'function' && typeof value.destroy === 'function') {
    value.on?.('error', () => {});
    release(() => value.destroy());
  } else if (typeof value?.getReader === 'function' && value.locked !== true) {
    release(() => value.cancel());
  }
}

module.exports = { closeStreams };
