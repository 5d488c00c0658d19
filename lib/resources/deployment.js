'use strict';

// The methods that deploy models and change their versions and engines.

const { array, boolean, flag, notEmptyString, object, oneOf, string } = require('../arguments/checks.js');
const { fromZero, pageNumber } = require('../arguments/numbers.js');
const { optional, required } = require('../arguments/rows.js');
const { list, methodsOf, plain, read } = require('./resource.js');

/** The steps of a deployment, in order. */
const step = oneOf(
  ...['create', 'describe', 'image', 'attributes', 'load', 'testInput', 'run', 'samples', 'restore', 'picture'],
  'activate',
);

const version = ['modelId', 'version'].map((name) => required(name, notEmptyString, name));

const versions = [
  ...['modelId', 'version', 'status'].map((name) => optional(name, string, name)),
  ...['isActive', 'isAvailable'].map((name) => optional(name, flag, name)),
  ...['sortBy', 'direction'].map((name) => optional(name, string, name)),
  optional('page', pageNumber, 'page', { 2: 1 }),
  optional('perPage', pageNumber, 'perPage', { 2: 100 }),
];

const spec = [
  ...['name', 'modelId', 'registryUsername', 'registryPassword', 'description', 'longDescription'].map((name) =>
    optional(name, string, name),
  ),
  ...['technicalDetails', 'performanceSummary', 'picture'].map((name) => optional(name, string, name)),
  ...['version', 'image'].map((name) => required(name, notEmptyString, name)),
  required('inputs', array, 'inputs'),
  ...['outputs', 'tags'].map((name) => optional(name, array, name)),
  optional('hardware', integer, 'hardware'),
  ...['statusTimeout', 'runTimeout', 'minimumEngines', 'maximumEngines'].map((name) => optional(name, fromZero, name)),
  ...['from', 'until'].map((name) => optional(name, step, name)),
];

/** @type {Partial<import('../arguments/rows.js').Form>} */
const inObject = { objectOnly: true, generation: 2 };

const rows = {
  getHardware: read('getHardware'),
  getMinimumEngines: read('getMinimumEngines'),
  getProcessingEngineDetails: read('getProcessingEngineDetails'),
  listModelVersions: list('getAllModelVersionsPage', versions),
  editModelVersion: read('editModelVersion', [...version, required('changes', object, 'changes')], inObject),
  updateProcessingEngines: plain(
    'deploy',
    'updateProcessingEngines',
    [
      ...version,
      ...['minimum', 'maximum'].map((name) => required(name, fromZero, name)),
      optional('wait', boolean, 'wait'),
    ],
    inObject,
  ),
  deployModel: plain('deploy', 'deployModel', spec, {
    ...inObject,
    argument: ({ values: { from, until, ...rest } }) => JSON.stringify({ spec: rest, from, until }),
  }),
};

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number}
 */
function integer(value, name) {
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`the ${name} param should be a whole number`);
  }
  return /** @type {number} */ (value);
}

module.exports = { methods: methodsOf(rows), rows };
