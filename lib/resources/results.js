'use strict';

// The methods for the results of jobs.

// Not the global, which DOMs for tests leave out.
const { TextDecoder } = require('node:util');
const { isGiven, notBlank, oneOf, url } = require('../arguments/checks.js');
const { targetPath } = require('../arguments/paths.js');
const { jobReference, outputReference } = require('../arguments/references.js');
const { optional, required, unless } = require('../arguments/rows.js');
const { ResponseError } = require('../errors.js');
const { writeJson } = require('../json.js');
const { argumentError, withoutCaller } = require('../stacks.js');
const { openOutputStream } = require('../streams/output-stream.js');
const { ResultStream } = require('../streams/result-stream.js');
const lifetime = require('./lifetime.js');
const { Resource, composeResource, inSteps, iterate, methodsOf, own, plain, read } = require('./resource.js');

/** @typedef {import('../arguments/read-call.js').Reading} Reading */

const jobId = required('jobId', jobReference);
const output = required('output', outputReference);

const outputContents = [
  unless(['job', 'url'], required('jobId', jobReference, 'jobId')),
  unless(['url'], required('inputKey', notBlank, 'inputKey')),
  unless(['url'], required('outputName', notBlank, 'outputName')),
  optional('responseType', oneOf('json', 'blob', 'arraybuffer'), 'responseType'),
  optional('url', url, 'url'),
  optional('job', jobReference, 'job'),
];

const rows = {
  getResult: read('getResult', [jobId]),
  getInputResult: read('getInputResult', [jobId, required('inputKey', notBlank)]),
  streamResults: iterate(
    'download',
    ['openResults'],
    [required('job', jobReference)],
    (session, { values, options }) => new ResultStream(session, values.job, options),
  ),
  getOutputContents: own('read', ['getOutputContents'], outputContents, inSteps(getOutputContents), {
    objectOnly: true,
  }),
  downloadOutput: plain('download', 'downloadOutput', [output, required('file', targetPath)], {
    answer: readDownloaded,
  }),
  openOutput: own('download', ['openOutput'], [output], (session, { values, options }) =>
    openOutputStream(session, values.output, options),
  ),
};

const methods = methodsOf(rows);

class ResultClient extends Resource {}
composeResource(ResultClient, 'results', methods, lifetime.methods);

/**
 * @param {import('../calls/session.js').Session} session
 * @param {Reading} reading
 */
async function getOutputContents(session, { values, options }) {
  const { url: address, inputKey, outputName, responseType = 'json' } = values;
  const job = values.jobId ?? values.job;
  const isTwice = isGiven(values.jobId) && isGiven(values.job);
  if (isTwice || (address !== undefined && [job, inputKey, outputName].some(isGiven))) {
    throw argumentError('getOutputContents takes { job, inputKey, outputName } or { url }, but not both');
  }
  const argument = writeJson(address === undefined ? { jobId: job, inputKey, outputName } : { url: address });
  const { bytes, type, status, url: requested } = await session.run('getOutputContents', argument, options, contentsOf);
  switch (responseType) {
    case 'arraybuffer':
      return bytes;
    case 'blob':
      return new Blob([bytes], { type });
    default:
      return readJsonOrText(bytes, { status, jobIdentifier: job, url: requested });
  }
}

/** @param {{ bytes: number, contentType?: string | null }} downloaded */
function readDownloaded({ bytes, contentType = null }) {
  return { bytes, contentType };
}

/** @param {{ bytes: Uint8Array, status: number, contentType?: string, url: string }} contents */
function contentsOf({ bytes, status, contentType: type = '', url: requested }) {
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, byteLength),
    type,
    status,
    url: requested,
  };
}

/**
 * @param {Buffer} bytes
 * @param {{ status: number, jobIdentifier?: string, url: string }} request Details of the response, for an error.
 * @returns {unknown}
 */
function readJsonOrText(bytes, request) {
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = 'the output is neither JSON nor text: ask for the responseType "arraybuffer" or "blob"';
    throw withoutCaller(new ResponseError(message, { ...request, attempts: 1, sent: 'maybe', cause }));
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

module.exports = { ResultClient, methods, rows };
