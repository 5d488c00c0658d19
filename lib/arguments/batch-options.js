'use strict';

// The options that a batch passes to its functions, which pass them on to the submits. What a submit learns from its batch is a
// member with a symbol, which survives spreading. A submit without it follows the rules of a single call.

/** The member with what the submits of a batch share. */
const BATCH = Symbol('modzy.batch');

/**
 * @typedef {object} Shared
 * @property {number | undefined} maxOutage For how long a refused submit is sent again, in ms.
 * @property {boolean | undefined} cancelOnAbort Whether an abort cancels the job.
 * @property {((outcome: object) => void) | undefined} onCancel
 */

/**
 * Completes the options of a call with those of its batch, if it is part of one.
 *
 * @param {any} read The options that have been read, which are changed.
 * @param {any} given The options that the caller has passed.
 */
function addBatch(read, given) {
  /** @type {Shared | undefined} */
  const shared = given[BATCH];
  if (shared !== undefined) {
    const { maxOutage, cancelOnAbort, onCancel } = shared;
    read.binding = {
      __proto__: null,
      ...(maxOutage === undefined ? {} : { maxOutage }),
      ...read.binding,
      ofBatch: true,
    };
    read.cancelOnAbort ??= cancelOnAbort;
    read.onCancel ??= onCancel;
  }
}

/**
 * Copies the member to the options of a call from its params, which the options may be part of.
 *
 * @param {any} options
 * @param {any} params
 */
function copyBatch(options, params) {
  options[BATCH] ??= params[BATCH];
}

module.exports = { BATCH, addBatch, copyBatch };
