'use strict';

// What the methods take: a row for each, with its parameters under the names of both generations. The reader of calls, its
// messages and the tests all go by these rows.

/**
 * @typedef {1 | 2} Generation
 *
 * @typedef {object} Parameter
 * @property {string} name Its name in the positional form.
 * @property {string | undefined} member Its name in the object form, where it has one.
 * @property {(value: unknown, name: string) => any} read Checks a value, and converts it.
 * @property {boolean} optional
 * @property {boolean} [positional] Whether the positional form has it: true.
 * @property {string} [unless] The parameter that stands in place of this one.
 * @property {boolean} [skippable] Whether options may stand in its place.
 * @property {Partial<Record<Generation, unknown>>} [defaults] What it is where it is not given. With one, `null` is not
 *   the same as not given: it leaves the parameter out.
 *
 * @typedef {object} Row
 * @property {Parameter[]} parameters
 * @property {boolean} [objectOnly] There is no positional form.
 * @property {boolean} [variadic] The parameter takes all positional arguments up to the options.
 * @property {Generation} [generation] Which one has the method, where its receipts tell them apart.
 * @property {string[]} [ignored] Members that the types of 2.x have and that mean nothing.
 * @property {'timeout'[]} [renamed] Options that the method knows by another name.
 */

const values = require('./checks.js');
const { s3Objects, source, sources, texts } = require('./inputs.js');
const { count, pageNumber } = require('./numbers.js');
const { jobReference, jobsOrModel, outputReference, tagIds } = require('./references.js');

const { blob, boolean, date, filePath, flag, iterable, notEmptyString } = values;
const { object, oneOf, string, url } = values;

/**
 * Without a prototype, so that nothing but what stands here can be read from it.
 *
 * @template {object} T
 * @param {T} entry
 * @returns {T}
 */
function bare(entry) {
  return Object.assign(Object.create(null), entry);
}

/**
 * @param {string} name
 * @param {Parameter['read']} read
 * @param {string} [member]
 * @returns {Parameter}
 */
function required(name, read, member) {
  return bare({ name, read, member, optional: false });
}

/**
 * @param {string} name
 * @param {Parameter['read']} read
 * @param {string} [member]
 * @param {Parameter['defaults']} [defaults]
 * @returns {Parameter}
 */
function optional(name, read, member, defaults) {
  return bare({ name, read, member, optional: true, defaults });
}

/**
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function skippable(parameter) {
  return bare({ ...parameter, skippable: true });
}

/**
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function membersOnly(parameter) {
  return bare({ ...parameter, positional: false });
}

/**
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function unlessUrl(parameter) {
  return bare({ ...parameter, unless: 'url' });
}

/**
 * @param {Parameter[]} parameters
 * @param {Partial<Row>} [more]
 * @returns {Row}
 */
function row(parameters, more) {
  return bare({ parameters, ...more });
}

const model = required('modelId', string, 'modelId');
const version = required('versionId', string, 'version');
const explain = skippable(optional('explain', boolean, 'explain'));

const none = row([]);
const ofJob = row([required('jobId', string)]);
const ofModel = row([required('modelId', string)]);
const ofVersion = row([model, version]);

const wait = [required('job', jobReference)];

const models = row([
  optional('modelId', string, 'modelId'),
  optional('author', string, 'author'),
  optional('createdByEmail', string, 'createdByEmail'),
  optional('name', string, 'name'),
  optional('description', string, 'description'),
  optional('isActive', flag, 'isActive'),
  optional('isExpired', flag, 'isExpired'),
  optional('isRecommended', flag, 'isFeatured'),
  optional('lastActiveDateTime', date, 'lastActiveDateTime'),
  optional('expirationDateTime', date, 'expirationDateTime'),
  optional('page', pageNumber, 'page'),
  optional('perPage', pageNumber, 'perPage', { 1: 1000, 2: 500 }),
  optional('direction', string, 'direction'),
  optional('sortBy', string, 'sortBy'),
]);

const history = row([
  optional('user', string, 'user'),
  optional('accessKey', string, 'accessKey'),
  optional('startDate', date, 'startDate'),
  optional('endDate', date, 'endDate'),
  optional('jobIdentifiers', jobsOrModel),
  optional('status', string, 'status'),
  optional('page', pageNumber, 'page', { 2: 1 }),
  optional('perPage', pageNumber, 'perPage', { 1: 1000, 2: 100 }),
  optional('direction', string, 'direction', { 2: 'DESC' }),
  optional('sortBy', string, 'sortBy', { 2: 'createdAt' }),
  membersOnly(optional('model', string, 'model')),
]);

/**
 * The same with the names of 2.x alone.
 *
 * @param {Row} whole
 */
function listing({ parameters }) {
  const named = parameters.filter(({ member }) => member !== undefined);
  return row(named, { objectOnly: true, generation: 2 });
}

const jobs = [required('jobs', iterable)];

const files = row([model, version, required('fileSources', sources, 'sources'), explain]);

const awsS3 = row([
  model,
  version,
  required('accessKeyID', string, 'accessKeyID'),
  required('secretAccessKey', string, 'secretAccessKey'),
  required('region', string, 'region'),
  required('awss3Sources', s3Objects, 'sources'),
  explain,
]);

/** @type {Record<string, Row>} */
const rows = {
  // Models
  getModels: models,
  listModels: listing(models),
  getAllModels: none,
  getActiveModels: none,
  getModel: ofModel,
  getModelById: ofModel,
  getModelByName: row([required('name', notEmptyString)]),
  getRelatedModels: ofModel,
  getModelVersions: ofModel,
  getModelVersionsById: ofModel,
  getModelVersion: ofVersion,
  getModelDetails: ofVersion,
  getModelVersionInputSample: ofVersion,
  getModelVersionOutputSample: ofVersion,
  // Tags
  getAllTags: none,
  getTagsAndModels: row([required('tagsId', tagIds)], { variadic: true }),
  // Jobs
  getJob: ofJob,
  cancelJob: ofJob,
  getJobHistory: history,
  listJobHistory: listing(history),
  getFeatures: none,
  getProcessingEngineStatus: none,
  blockUntilComplete: row(wait),
  blockUntilJobComplete: row(wait, { renamed: ['timeout'] }),
  blockUntilResult: row(wait),
  blockUntilAllComplete: row(jobs),
  jobsAsCompleted: row(jobs),
  watchJob: row(wait),
  submitJob: row([required('job', object)]),
  submitJobText: row([model, version, required('textSources', texts, 'sources'), explain]),
  submitJobEmbedded: row(
    [model, version, required('mediaType', string), required('embeddedSources', sources, 'sources'), explain],
    { ignored: ['mediaType'] },
  ),
  submitJobFile: files,
  submitJobFiles: files,
  submitJobAWSS3: awsS3,
  submitJobAwsS3: awsS3,
  submitJobJDBC: row([
    model,
    version,
    required('url', string, 'url'),
    required('username', string, 'username'),
    required('password', string, 'password'),
    required('driver', string, 'driver'),
    required('query', string, 'query'),
    explain,
  ]),
  appendInput: row([
    ...wait,
    required('inputItemKey', notEmptyString),
    required('dataItemKey', notEmptyString),
    required('inputValue', source),
    skippable(optional('chunkSize', count)),
  ]),
  closeJob: row(wait, { generation: 1 }),
  closeOpenJob: row(wait, { generation: 2 }),
  // Results
  getResult: ofJob,
  getInputResult: row([required('jobId', string), required('inputKey', notEmptyString)]),
  getOutputContents: row(
    [
      unlessUrl(required('jobId', string, 'jobId')),
      unlessUrl(required('inputKey', notEmptyString, 'inputKey')),
      unlessUrl(required('outputName', notEmptyString, 'outputName')),
      optional('responseType', oneOf('json', 'blob', 'arraybuffer'), 'responseType'),
      optional('url', url, 'url'),
    ],
    { objectOnly: true },
  ),
  streamResults: row(wait),
  openOutput: row([required('output', outputReference)]),
  downloadOutput: row([required('output', outputReference), required('file', filePath)]),
  // Accounting
  getAPIKeys: row([required('email', notEmptyString)]),
  getKeyBody: row([required('key', notEmptyString)]),
  // Data URLs
  pathToDataUrl: row([required('path', filePath), required('mimeType', string)]),
  fileToDataUrl: row([required('file', blob)]),
};

module.exports = { rows };
