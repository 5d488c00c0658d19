'use strict';

// The readers of the end of a job of a batch.

const { isGiven } = require('../arguments/checks.js');
const { readDocument } = require('../documents.js');

/** @param {string} job */
function readEnded(job) {
  return { job: readDocument(job) };
}

/**
 * @param {string} job
 * @param {string | undefined} result
 * @param {Error | undefined} error Why the results of a completed job cannot be read.
 */
function readOutcome(job, result, error) {
  return {
    job: readDocument(job),
    ...(isGiven(result) && { result: readDocument(result) }),
    ...(error !== undefined && { error }),
  };
}

/**
 * @typedef {{ index: number, inputKey?: string, jobIdentifier: string, job: object, result?: object, error?: undefined }
 *   | { index: number, inputKey?: string, jobIdentifier: string | undefined, job?: object, result?: undefined, error?: Error }} JobOutcome
 */

module.exports = { readEnded, readOutcome };
