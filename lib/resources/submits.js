'use strict';

// The methods that submit jobs whose inputs are part of the request, or are fetched by the server. Uploads are in uploads.js.

const { object, string } = require('../arguments/checks.js');
const { azureBlobs, s3Folders, s3Objects, sources, texts } = require('../arguments/inputs.js');
const { explain, required, version } = require('../arguments/rows.js');
const { receiptReader, writeBody, writeTexts } = require('../documents.js');
const { argumentError } = require('../stacks.js');
const { joinShort } = require('../streams/joined-bytes.js');
const { readBlob } = require('../streams/read-blob.js');
const { readEmbeddedSources } = require('../streams/upload-sources.js');
const { alias, inSteps, methodsOf, own } = require('./resource.js');

/**
 * @typedef {import('../calls/operations.js').Operation} Operation
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../arguments/rows.js').Parameter} Parameter
 * @typedef {import('../calls/session.js').Session} Session
 */

/**
 * Returns the row of a method that submits a job with the inputs of its parameters.
 *
 * @param {Operation} operation
 * @param {Parameter[]} input
 * @param {(values: Reading['values']) => object} inputOf The members of the argument besides the model and the job's settings.
 */
function submit(operation, input, inputOf) {
  const parameters = [...version, ...input, explain];
  return own('submit', [operation], parameters, (session, reading) =>
    submitTo(session, operation, reading, inputOf(reading.values)),
  );
}

/**
 * @param {Session} session
 * @param {Operation} operation
 * @param {Reading} reading
 * @param {object} input The members of the argument besides the model and the job's settings.
 * @param {import('../calls/call.js').Carried} [carried] Bytes and sources that are passed in addition to the JSON.
 */
function submitTo(session, operation, { values, options, generation }, input, carried) {
  const { modelId, versionId } = values;
  // 1.x sends it only if it is true; 2.x always does.
  const isExplained = generation === 2 ? (values.explain ?? false) : values.explain || undefined;
  const job = { modelId, version: versionId, ...input, explain: isExplained, timeout: options.jobTimeout };
  return session.run(operation, writeTexts(job), options, receiptReader(generation, 'SUBMITTED'), carried);
}

/** @param {Parameter['read']} read The check of the sources. */
const s3 = (read) => [
  required('accessKeyID', string, 'accessKeyID'),
  required('secretAccessKey', string, 'secretAccessKey'),
  required('region', string, 'region'),
  required('awss3Sources', read, 'sources'),
];

/** @param {Reading['values']} values */
const s3Input = ({ accessKeyID, secretAccessKey, region, awss3Sources }) => ({
  accessKeyID,
  secretAccessKey,
  region,
  sources: awss3Sources,
});

const submitJobAWSS3 = submit('submitJobAwsS3', s3(s3Objects), s3Input);

const rows = {
  submitJob: own('submit', ['submitJob'], [required('job', object)], submitJob),
  submitJobText: submit('submitJobText', [required('textSources', texts, 'sources')], ({ textSources }) => ({
    sources: textSources,
  })),
  submitJobEmbedded: own(
    'embed',
    ['submitJobEmbedded'],
    [...version, required('mediaType', string), required('embeddedSources', sources, 'sources'), explain],
    inSteps(submitJobEmbedded),
    { ignored: ['mediaType'] },
  ),
  submitJobAWSS3,
  submitJobAwsS3: alias(submitJobAWSS3),
  submitJobAwsS3Folder: submit('submitJobAwsS3Folder', s3(s3Folders), s3Input),
  submitJobAzureBlob: submit(
    'submitJobAzureBlob',
    [
      required('storageAccount', string, 'storageAccount'),
      required('storageAccountKey', string, 'storageAccountKey'),
      required('azureSources', azureBlobs, 'sources'),
    ],
    ({ storageAccount, storageAccountKey, azureSources }) => ({
      storageAccount,
      storageAccountKey,
      sources: azureSources,
    }),
  ),
  submitJobStorageGrid: submit(
    'submitJobStorageGrid',
    [
      required('accessKeyID', string, 'accessKeyID'),
      required('secretAccessKey', string, 'secretAccessKey'),
      required('endpoint', string, 'endpoint'),
      required('storageGridSources', s3Objects, 'sources'),
    ],
    ({ accessKeyID, secretAccessKey, endpoint, storageGridSources }) => ({
      accessKeyID,
      secretAccessKey,
      endpoint,
      sources: storageGridSources,
    }),
  ),
  submitJobJDBC: submit(
    'submitJobJdbc',
    ['url', 'username', 'password', 'driver', 'query'].map((name) => required(name, string, name)),
    ({ url, username, password, driver, query }) => ({ url, username, password, driver, query }),
  ),
};

/**
 * @param {Session} session
 * @param {Reading} reading
 */
function submitJob(session, { values: { job }, options, generation }) {
  const body = writeBody(options.jobTimeout === undefined ? job : { ...job, timeout: options.jobTimeout });
  if (typeof body !== 'string') {
    throw argumentError('the job param should be an object with members');
  }
  const status = job.input === undefined ? 'OPEN' : 'SUBMITTED';
  return session.run('submitJob', body, options, receiptReader(generation, status));
}

/**
 * @param {Session} session
 * @param {Reading} reading
 */
async function submitJobEmbedded(session, reading) {
  const { mediaType, embeddedSources } = reading.values;
  const { value, name } = embeddedSources;
  const read = readEmbeddedSources(value, name, reading.generation, (blob, place) =>
    readBlob(session, blob, place, reading.options),
  );
  // Memory is copied before the first `await`, so that the caller may change it afterwards.
  const bytes = Array.isArray(read.bytes) ? read.bytes : await read.bytes;
  const { arrays, lengths } = joinShort(bytes);
  const input = { sources: read.sources, lengths, mediaType };
  return submitTo(session, 'submitJobEmbedded', reading, input, { bytes: arrays });
}

module.exports = { methods: methodsOf(rows), rows, submitTo };
