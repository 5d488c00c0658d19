'use strict';

// The methods for models and their versions.

const { date, flag, notBlank, string } = require('../arguments/checks.js');
const { pageNumber } = require('../arguments/numbers.js');
const { readCall } = require('../arguments/read-call.js');
const { named, optional, required, version } = require('../arguments/rows.js');
const { writeJson } = require('../json.js');
const deployment = require('./deployment.js');
const lifetime = require('./lifetime.js');
const { Resource, alias, composeResource, list, methodsOf, read } = require('./resource.js');

const filter = [
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
];

const model = [required('modelId', string)];

/** @param {import('../arguments/read-call.js').Reading} reading */
const versionArgument = ({ values: { modelId, versionId } }) => writeJson({ modelId, version: versionId });

const getModels = read('getModels', filter);
const getModel = read('getModel', model);
const getModelVersions = read('getModelVersions', model);
const getModelVersion = read('getModelVersion', version, { argument: versionArgument });

const rows = {
  getModels,
  listModels: list('getModelsPage', named(filter)),
  // `getModels` without a filter. The defaults depend on the SDK generation.
  getAllModels: alias(
    getModels,
    read('getModels', [], {
      argument: ({ generation }) => writeJson(readCall('getModels', getModels, [], generation).values),
    }),
  ),
  getActiveModels: read('getActiveModels'),
  getModel,
  getModelById: alias(getModel),
  getModelByName: read('getModelByName', [required('name', notBlank)], {
    argument: ({ values: { name }, generation }) => writeJson({ name, activeOnly: generation === 1 }),
  }),
  getRelatedModels: read('getRelatedModels', model),
  getModelVersions,
  getModelVersionsById: alias(getModelVersions),
  getModelVersion,
  getModelDetails: alias(getModelVersion),
  getModelVersionInputSample: read('getModelVersionInputSample', version, { argument: versionArgument }),
  getModelVersionOutputSample: read('getModelVersionOutputSample', version, { argument: versionArgument }),
};

const methods = { ...methodsOf(rows), ...deployment.methods };

class ModelClient extends Resource {}
composeResource(ModelClient, 'models', methods, lifetime.methods);

module.exports = { ModelClient, methods, rows };
