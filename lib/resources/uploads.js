'use strict';

// The upload methods: they submit a job with files as its inputs, or send inputs to an open job.

const { notBlank } = require('../arguments/checks.js');
const { source, sources } = require('../arguments/inputs.js');
const { count } = require('../arguments/numbers.js');
const { jobReference } = require('../arguments/references.js');
const { explain, optional, required, skippable, version } = require('../arguments/rows.js');
const { receiptReader } = require('../documents.js');
const { writeJson } = require('../json.js');
const { argumentError } = require('../stacks.js');
const { readFileSources } = require('../streams/upload-sources.js');
const { alias, methodsOf, own, read } = require('./resource.js');
const { submitTo } = require('./submits.js');

/**
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../calls/session.js').Session} Session
 */

const job = required('job', jobReference);

const submitJobFile = own(
  'upload',
  ['submitJobFiles'],
  [...version, required('fileSources', sources, 'sources'), explain],
  submitFiles,
);

const closeJob = read('closeJob', [job], { generation: 1, answer: receiptReader(1, 'SUBMITTED') });

const rows = {
  submitJobFile,
  submitJobFiles: alias(submitJobFile),
  appendInput: own(
    'append',
    ['appendInput'],
    [
      job,
      required('inputItemKey', notBlank),
      required('dataItemKey', notBlank),
      required('inputValue', source),
      skippable(optional('chunkSize', count)),
    ],
    appendInput,
  ),
  closeJob,
  closeOpenJob: alias(closeJob, read('closeJob', [job], { generation: 2, answer: receiptReader(2, 'SUBMITTED') })),
};

/**
 * @param {Session} session
 * @param {Reading} reading
 */
function submitFiles(session, reading) {
  const { value, name } = reading.values.fileSources;
  const { files, carried } = readFileSources(value, name);
  const input = { sources: files, chunkSize: reading.options.chunkSize };
  return submitTo(session, 'submitJobFiles', reading, input, carried);
}

/**
 * @param {Session} session
 * @param {Reading} reading
 */
function appendInput(session, { values, options }) {
  const { job: jobId, inputItemKey, dataItemKey, inputValue, chunkSize = options.chunkSize } = values;
  if (values.chunkSize !== undefined && options.chunkSize !== undefined) {
    throw argumentError('appendInput: the option chunkSize is given twice');
  }
  const { files, carried } = readFileSources(
    { [inputItemKey]: { [dataItemKey]: inputValue.value } },
    inputValue.name,
    true,
  );
  const argument = writeJson({ jobId, ...files[0], chunkSize });
  return session.run('appendInput', argument, options, () => null, carried);
}

module.exports = { methods: methodsOf(rows), rows };
