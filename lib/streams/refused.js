'use strict';

// What becomes of the streams among the sources of a call that is refused. Nobody else may listen to them, and a Node.js stream that
// fails without a listener ends the process. All other streams in the arguments, such as that of a logger, are not the call's.

const { types } = require('node:util');
const { blob, isPlainObject, iterable } = require('../arguments/checks.js');
const { source, sources, texts } = require('../arguments/inputs.js');
const { modelInputs } = require('../arguments/model-inputs.js');
const { release } = require('./pulled-sources.js');

/**
 * How a parameter contains sources: the number of levels around them, and what is a level.
 *
 * @typedef {{ levels: number, isLevel: (value: object) => boolean }} Form
 */

/** Names with sources in objects of any class, but not those that emit events, such as an agent. */
const named = { levels: 2, isLevel: (/** @type {any} */ value) => typeof value.on !== 'function' };

/** A source without a name. */
const alone = { levels: 0, isLevel: () => false };

/**
 * The forms of the parameters that are sources, or contain some, by their checks.
 *
 * @type {Map<unknown, Form>}
 */
const forms = new Map(
  /** @type {[unknown, Form][]} */ ([
    [blob, alone],
    [iterable, alone],
    [source, alone],
    [sources, named],
    [texts, named],
    [modelInputs, { levels: 2, isLevel: isPlainObject }],
  ]),
);

/**
 * Closes the Node.js streams and web streams among the sources of a call.
 *
 * @param {import('../arguments/rows.js').Form} row
 * @param {unknown[]} given The arguments, in either form.
 */
function closeSources({ parameters }, given) {
  const positional = parameters.filter(({ positional: isPositional = true }) => isPositional);
  for (const parameter of parameters) {
    const form = forms.get(parameter.read);
    if (form !== undefined) {
      const { member } = parameter;
      const at = positional.indexOf(parameter);
      attempt(() => closeStreams(given[at], form));
      attempt(() => member !== undefined && closeStreams(/** @type {any} */ (given[0])?.[member], form));
    }
  }
}

/**
 * Closes the Node.js streams and web streams in the value of a parameter.
 *
 * @param {any} value
 * @param {Form} [form]
 */
function closeStreams(value, form = named) {
  if (typeof value !== 'object' || value === null || closeStream(value) || form.levels === 0) {
    return;
  }
  const below = { ...form, levels: form.levels - 1 };
  const close = (/** @type {() => unknown} */ read) => attempt(() => closeStreams(read(), below));
  if (Array.isArray(value) || types.isMap(value)) {
    // Neither is a level, but may have been meant as one. It may have millions of numbers.
    for (const each of value.values()) {
      if (typeof each === 'object') {
        close(() => each);
      }
    }
  } else if (!ArrayBuffer.isView(value) && form.isLevel(value)) {
    Object.keys(value).forEach((name) => close(() => value[name]));
  }
}

/**
 * Closes a source that nothing has begun to read, if it is a stream.
 *
 * @param {unknown} value
 */
function closeUnread(value) {
  attempt(() => closeStreams(value, alone));
}

/**
 * Closes a value that is a stream to read from. Returns whether it is one.
 *
 * @param {any} value
 */
function closeStream(value) {
  if (typeof value.pipe === 'function' && typeof value.read === 'function') {
    value.on?.('error', () => {});
    // A socket may be open for writing only.
    if (value.readable !== false) {
      release(() => value.destroy());
    }
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
 * @param {() => unknown} work
 */
function attempt(work) {
  try {
    work();
  } catch {
    // It throws again where the caller uses it.
  }
}

module.exports = { closeSources, closeStreams, closeUnread };
