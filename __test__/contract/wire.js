'use strict';

// Requests and responses for the rows of the contract.

const path = require('node:path');
const { Reply } = require('../support/recorder.js');

const API = '/api';

/**
 * @param {string} route
 * @param {Record<string, unknown>} [query] A function in place of a text decides whether it accepts a value.
 */
const get = (route, query = {}) => ({ method: 'GET', path: API + route, query });

/** @param {string} route */
const del = (route) => ({ method: 'DELETE', path: API + route });

/**
 * @param {string} route
 * @param {unknown} json
 */
const post = (route, json) => ({ method: 'POST', path: API + route, json });

/**
 * Returns the request of one chunk of an input.
 *
 * @param {string} route
 * @param {string | Buffer} bytes
 * @param {string} [contentType]
 */
function chunk(route, bytes, contentType = 'application/octet-stream') {
  const filename = decodeURIComponent(route.slice(route.lastIndexOf('/') + 1));
  return {
    method: 'POST',
    path: API + route,
    parts: [{ name: 'input', filename, contentType, bytes: Buffer.from(bytes) }],
  };
}

/** @param {ConstructorParameters<typeof Reply>} given */
const reply = (...given) => new Reply(...given);

/**
 * Returns an error response in the shape of the API.
 *
 * @param {number} statusCode
 * @param {string} message
 */
const refusal = (statusCode, message) => reply(statusCode, { statusCode, status: 'Reason', message });

/** A receipt as the server sends it, often without a status. */
const receipt = {
  jobIdentifier: '14856eb1-0ad8-49e7-9da3-887acb80fea5',
  model: { identifier: 'ed542963de', version: '1.0.1' },
  totalInputs: 1,
  jobInputs: { identifier: ['first'] },
  accessKey: 'contractPrefix',
  jobType: 'batch',
  anUnknownMember: { deep: [1, null, 'x'] },
};
const JOB = receipt.jobIdentifier;

/** The route of the job. */
const ofJob = `/jobs/${JOB}`;

/** A job as the server sends it. */
const job = {
  jobIdentifier: JOB,
  status: 'COMPLETED',
  model: { identifier: 'ed542963de', version: '1.0.1', name: 'Sentiment Analysis' },
  submittedBy: 'contractPrefix',
  createdAt: '2021-07-20T01:40:11.187+0000',
  updatedAt: '2021-07-20T01:40:09.560+00:00',
  total: 1,
  completed: 1,
  jobInputs: [{ identifier: 'first' }],
  anUnknownMember: { deep: [1, null, 'x'] },
};

/** A file to upload by its path, and its content. */
const file = path.join(__dirname, 'data', 'sentence.txt');
const inFile = 'What a lovely day!';

module.exports = { JOB, chunk, del, file, get, inFile, job, ofJob, post, receipt, refusal, reply };
