'use strict';

// Reads the options of a call by the table in option-table.js.

const { argumentError } = require('../stacks.js');
const { addBatch } = require('./batch-options.js');
const { isGiven } = require('./checks.js');
const { optionOf, otherNames, ownMembers } = require('./option-table.js');

/**
 * @typedef {object} CallOptions
 * @property {import('../../js-binding').BindingCallOptions} [binding] The options that Rust uses.
 * @property {string} [method] The name of the called method.
 * @property {string} [jobIdentifier] The job that the call is about.
 * @property {import('../stacks.js').Site} [site] The lines of the caller.
 * @property {import('../diagnostics/diagnostics.js').Trace} [trace] Reports the call to subscribers and loggers.
 * @property {number} [jobTimeout]
 * @property {number} [chunkSize]
 * @property {boolean} [explain]
 * @property {'reject' | 'return'} [failures]
 * @property {string} [journal] The file in which a batch writes its steps.
 * @property {boolean} [results] Whether a batch reads the results of its jobs.
 * @property {number} [concurrency]
 * @property {number} [drain]
 * @property {number} [limit]
 * @property {number} [maxBytes]
 * @property {import('../calls/signals.js').Signal} [signal]
 * @property {import('../calls/signals.js').Signal} [left] Fires when the batch of a submit is over.
 * @property {boolean} [cancelOnAbort]
 * @property {boolean} [isUpload] Whether a submit of unknown inputs uploads them.
 * @property {(outcome: object) => void} [onCancel]
 * @property {(submitted: object) => void} [onSubmit]
 * @property {(opened: object) => void} [onOpen]
 * @property {(job: object, of?: object) => void} [onProgress]
 * @property {(progress: object) => void} [onUploadProgress]
 * @property {(progress: object) => void} [onDownloadProgress]
 */

/**
 * Returns the options under the names of the table.
 *
 * @param {unknown} given
 * @param {string} method
 * @param {readonly (keyof typeof otherNames)[]} renamed The other names that the method accepts.
 */
function withOwnNames(given, method, renamed) {
  const members = ownMembers(given, method);
  for (const former of renamed) {
    const { name, check } = otherNames[former];
    if (isGiven(members[former])) {
      if (isGiven(members[name])) {
        throw argumentError(`${method}: the option ${name} is given twice, as ${name} and as ${former}`);
      }
      members[name] = check(members[former], former);
    }
    delete members[former];
  }
  return members;
}

/**
 * Reads the options of a call.
 *
 * @param {unknown} given
 * @param {string} method
 * @param {import('./rows.js').Form} row
 * @returns {CallOptions}
 */
function readOptions(given, method, { kind, renamed = [] }) {
  /** @type {any} */
  // Without a prototype, so that neither JavaScript nor Rust reads inherited members.
  const read = { __proto__: null, binding: undefined };
  if (!isGiven(given)) {
    return read;
  }
  for (const [name, value] of Object.entries(withOwnNames(given, method, renamed))) {
    const option = optionOf(name, value, kind, method, renamed);
    if (option !== undefined && isGiven(value)) {
      const { check, side } = option;
      if (side === 'rust') {
        read.binding ??= { __proto__: null };
        read.binding[name] = check(value, name);
      } else {
        read[name] = check(value, name);
      }
    }
  }
  addBatch(read, given, method, kind);
  if ([read.onProgress, read.onUploadProgress, read.onDownloadProgress].some(isGiven)) {
    read.binding ??= { __proto__: null };
    read.binding.progress = true;
  }
  if (read.onOpen !== undefined) {
    read.binding ??= { __proto__: null };
    read.binding.opened = true;
  }
  return read;
}

module.exports = { readOptions };
