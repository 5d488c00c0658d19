'use strict';

// The outputs of an input, out of results that the caller holds. Which members are outputs is decided in Rust.

const { invalidParam, string } = require('./arguments/checks.js');
const { BindingClient } = require('./binding.js');
const { readDocument, textOf } = require('./documents.js');
const { JobFailedError, NotFoundError } = require('./errors.js');
const { captureSite, showCaller } = require('./stacks.js');

/**
 * Returns the outputs of an input by their names, without metadata. Throws for an input that failed.
 *
 * @param {any} result A result of `getResult`, `blockUntilResult` or `run`.
 * @param {string} inputKey
 * @returns {object}
 */
function outputsOf(result, inputKey) {
  const site = captureSite(outputsOf, 'outputsOf');
  try {
    if (typeof result !== 'object' || result === null) {
      throw invalidParam('result', 'a result, as getResult returns it', result);
    }
    const key = string(inputKey, 'inputKey');
    const results = only(result.results, key);
    const failures = only(result.failures, key);
    const found = BindingClient.outputsOf(textOf({ results, failures }), key);
    if (found.outputs !== undefined && found.outputs !== null) {
      return readDocument(found.outputs);
    }
    const message = found.message ?? '';
    if (found.fault === 'failed') {
      const { job, jobIdentifier = job?.jobIdentifier } = result;
      throw new JobFailedError(message, { jobIdentifier, job });
    }
    if (found.fault === 'missing') {
      throw new NotFoundError(message, { status: 404 });
    }
    const instead = typeof result.result === 'object' ? ', not an outcome of a batch: pass its result' : '';
    throw invalidParam('result', `a result, as getResult returns it${instead}`, result);
  } catch (error) {
    throw showCaller(error, site);
  }
}

/**
 * Returns a section of a result with one of its inputs, so that reading all inputs of a large result costs as much as the result.
 *
 * @param {unknown} section
 * @param {string} key
 * @returns {unknown} A value that is not a section is returned unchanged.
 */
function only(section, key) {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) {
    return section;
  }
  return Object.hasOwn(section, key) ? { [key]: /** @type {any} */ (section)[key] } : {};
}

module.exports = { outputsOf };
