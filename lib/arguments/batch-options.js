'use strict';

// The options that a batch passes to its functions, which pass them on to the submits. What a submit learns from its batch is a
// member with a symbol, which survives spreading. A submit without it follows the rules of a single call. All copies of the package
// have the same symbol, so that a submit of one copy can refuse the options of another.

const { argumentError } = require('../stacks.js');

/** The member with what the submits of a batch share. */
const BATCH = Symbol.for('modzy-client.batch');

/** What only the batches of this copy of the package have. */
const COPY = Symbol('copy');

/** The kinds of calls that submit one job, whose keys a journal may know. */
const submits = ['submit', 'embed', 'upload', 'submitModel'];

/**
 * @typedef {object} Shared
 * @property {symbol} copy The copy of the package that the batch belongs to.
 * @property {number | undefined} maxOutage For how long a refused submit is sent again, in ms.
 * @property {import('../calls/signals.js').Signal} left Fires when the batch is over.
 * @property {boolean | undefined} cancelOnAbort Whether an abort cancels the job.
 * @property {((outcome: object) => void) | undefined} onCancel
 * @property {() => object} [passed] Notes that a submit has the options, and returns those that tie it to the journal of the batch.
 */

/**
 * Returns what the submits of a batch share.
 *
 * @param {Omit<Shared, 'copy'>} shared
 * @returns {Readonly<Shared>}
 */
function sharedBy(shared) {
  return Object.freeze({ ...shared, copy: COPY });
}

/**
 * Completes the options of a call with those of its batch, if it is part of one.
 *
 * @param {any} read The options that have been read, which are changed.
 * @param {any} given The options that the caller has passed.
 * @param {string} method
 * @param {string} kind The kind of the call.
 */
function addBatch(read, given, method, kind) {
  /** @type {Shared | undefined} */
  const shared = given[BATCH] ?? undefined;
  if (shared !== undefined && shared.copy !== COPY) {
    if (shared.passed !== undefined) {
      throw argumentError(
        `${method}: the options belong to a batch with a journal of another copy of modzy-client; ` +
          'submit with a client of the copy that has the journal (npm ls modzy-client)',
      );
    }
  } else if (shared !== undefined) {
    const { maxOutage, left, cancelOnAbort, onCancel, passed } = shared;
    if (passed !== undefined && kind === 'run') {
      throw argumentError(
        `${method}: a batch with a journal waits itself; use submit, or another method that only submits`,
      );
    }
    read.binding = {
      __proto__: null,
      ...(maxOutage === undefined ? {} : { maxOutage }),
      ...read.binding,
      ofBatch: true,
      ...(submits.includes(kind) && passed?.()),
    };
    read.left = left;
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

module.exports = { BATCH, addBatch, copyBatch, sharedBy };
