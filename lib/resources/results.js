'use strict';

// The methods for the results of jobs.

const { filePath, isGiven, notEmptyString, oneOf, string, url } = require('../arguments/checks.js');
const { jobReference, outputReference } = require('../arguments/references.js');
const { optional, required, unless } = require('../arguments/rows.js');
const { ResponseError } = require('../errors.js');
const { argumentError, withoutCaller } = require('../stacks.js');
const { openOutputStream } = require('../streams/output-stream.js');
const { ResultStream } = require('../streams/result-stream.js');
const { Resource, composeResource, inSteps, iterate, methodsOf, own, plain, read } = require('./resource.js');

/** @typedef {import('../arguments/read-call.js').Reading} Reading */

const output = required('output', outputReference);

const outputContents = [
  unless('url', required('jobId', string, 'jobId')),
  unless('url', required('inputKey', notEmptyString, 'inputKey')),
  unless('url', required('outputName', notEmptyString, 'outputName')),
  optional('responseType', oneOf('json', 'blob', 'arraybuffer'), 'responseType'),
  optional('url', url, 'url'),
];

const rows = {
  getResult: read('getResult', [required('jobId', string)]),
  getInputResult: read('getInputResult', [required('jobId', string), required('inputKey', notEmptyString)]),
  streamResults: iterate(
    'download',
    ['openResults'],
    [required('job', jobReference)],
    (session, { values, options }) => new ResultStream(session, values.job, options),
  ),
  getOutputContents: own('read', ['getOutputContents'], outputContents, inSteps(getOutputContents), {
    objectOnly: true,
  }),
  downloadOutput: plain('download', 'downloadOutput', [output, required('file', filePath)], {
    answer: readDownloaded,
  }),
  openOutput: own('download', ['openOutput'], [output], (session, { values, options }) =>
    openOutputStream(session, values.output, options),
  ),
};

const methods = methodsOf(rows);

class ResultClient extends Resource {}
composeResource(ResultClient, 'results', methods);

/**
 * @param {import('../calls/session.js').Session} session
 * @param {Reading} reading
 */
async function getOutputContents(session, { values, options }) {
  const { url: address, jobId, inputKey, outputName, responseType = 'json' } = values;
  if (address !== undefined && [jobId, inputKey, outputName].some(isGiven)) {
    throw argumentError('getOutputContents takes { jobId, inputKey, outputName } or { url }, but not both');
  }
  const argument = JSON.stringify(address === undefined ? { jobId, inputKey, outputName } : { url: address });
  const { bytes, type, status, url: requested } = await session.run('getOutputContents', argument, options, contentsOf);
  switch (responseType) {
    case 'arraybuffer':
      return bytes;
    case 'blob':
      return new Blob([bytes], { type });
    default:
      return readJsonOrText(bytes, { status, jobIdentifier: jobId, url: requested });
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
