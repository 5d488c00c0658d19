'use strict';

// The kinds of operations, and the entry point of the addon for each kind. The enums of the addon define both.

const binding = /** @type {any} */ (require('../binding.js'));

/** @type {Map<string, Kind>} */
const kinds = new Map([
  ...Object.values(binding.BindingRead).map((read) => /** @type {const} */ ([read, 'read'])),
  ...Object.values(binding.BindingWrite).map((write) => /** @type {const} */ ([write, 'write'])),
  ...Object.values(binding.BindingSubmit).map((submit) => /** @type {const} */ ([submit, 'submit'])),
  ...Object.values(binding.BindingWait).map((wait) => /** @type {const} */ ([wait, 'wait'])),
  /** @type {const} */ (['nextChunk', 'chunk']),
  /** @type {const} */ (['sourceIdle', 'sourceIdle']),
  /** @type {const} */ (['grace', 'grace']),
]);

/**
 * Returns the kind of an operation.
 *
 * @param {Operation} operation
 * @returns {Kind}
 */
function kindOf(operation) {
  const kind = kinds.get(operation);
  if (kind === undefined) {
    throw new TypeError(`internal error: the addon has no operation ${operation}`);
  }
  return kind;
}

/**
 * Starts a call.
 *
 * @param {import('../../js-binding').BindingClient} native
 * @param {Started} call
 * @param {any} operation
 * @param {string} argument
 * @param {Passed} passed
 * @returns {number} Its id.
 */
function start(native, { kind, cancelOnAbort }, operation, argument, { binding: options, bytes }) {
  switch (kind) {
    case 'read':
      return native.startRead(operation, argument, options);
    case 'write':
      return native.startWrite(operation, argument, options);
    case 'submit':
      return native.startSubmit(operation, argument, cancelOnAbort, options, bytes);
    case 'wait':
      return native.startWait(operation, argument, cancelOnAbort, options);
    case 'chunk':
      return native.nextChunk(Number(argument), options);
    case 'sourceIdle':
      return native.startSourceIdle(options);
    case 'grace':
      return native.startGrace(argument === '' ? undefined : Number(argument));
  }
}

/**
 * @typedef {import('../../js-binding').BindingRead} Read
 * @typedef {import('../../js-binding').BindingWrite} Write
 * @typedef {import('../../js-binding').BindingSubmit} Submit
 * @typedef {import('../../js-binding').BindingWait} Wait
 * @typedef {Read | Write | Submit | Wait | 'nextChunk' | 'sourceIdle' | 'grace'} Operation The argument of `nextChunk` is the id
 *   of the call that has opened the stream; that of `grace` a time in ms, or nothing.
 *
 * @typedef {object} Started The members of a call that its entry point takes.
 * @property {Kind} kind
 * @property {boolean} cancelOnAbort
 *
 * @typedef {object} Passed
 * @property {import('../../js-binding').BindingCallOptions} [binding]
 * @property {Uint8Array[]} [bytes] They are copied.
 *
 * @typedef {'read' | 'write' | 'submit' | 'wait' | 'chunk' | 'sourceIdle' | 'grace'} Kind
 */

module.exports = { kindOf, start };
