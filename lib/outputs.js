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
    const { results, failures } = result;
    const found = BindingClient.outputsOf(textOf({ results, failures }), string(inputKey, 'inputKey'));
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

module.exports = { outputsOf };
