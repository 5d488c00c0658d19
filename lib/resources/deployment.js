'use strict';

// The methods that deploy models and change their versions and engines.

const { array, boolean, notEmptyString, object, oneOf, string, strings } = require('../arguments/checks.js');
const { fromZero, pageNumber } = require('../arguments/numbers.js');
const { filePath, isUrl } = require('../arguments/paths.js');
const { optional, required } = require('../arguments/rows.js');
const { inJson } = require('../documents.js');
const { writeJson } = require('../json.js');
const { list, methodsOf, plain, read } = require('./resource.js');

/** The steps of a deployment, in order. */
const step = oneOf(
  ...['create', 'describe', 'image', 'attributes', 'load', 'testInput', 'run', 'samples', 'restore', 'picture'],
  'activate',
);

const named = (/** @type {string} */ name) => required(name, notEmptyString, name);

const version = ['modelId', 'version'].map(named);

const sample = required('sample', inJson(object), 'sample');

const file = required('file', filePath, 'file');

const versions = [
  ...['modelId', 'version', 'status'].map((name) => optional(name, string, name)),
  ...['isActive', 'isAvailable'].map((name) => optional(name, boolean, name)),
  ...['sortBy', 'direction'].map((name) => optional(name, string, name)),
  optional('page', pageNumber, 'page', { 2: 1 }),
  optional('perPage', pageNumber, 'perPage', { 2: 100 }),
];

const spec = [
  ...['name', 'modelId', 'registryUsername', 'registryPassword', 'description', 'longDescription'].map((name) =>
    optional(name, string, name),
  ),
  ...['technicalDetails', 'performanceSummary'].map((name) => optional(name, string, name)),
  optional('picture', filePath, 'picture'),
  ...['version', 'image'].map((name) => required(name, notEmptyString, name)),
  required('inputs', deploymentInputs, 'inputs'),
  optional('outputs', inJson(array), 'outputs'),
  optional('tags', strings, 'tags'),
  optional('hardware', integer, 'hardware'),
  ...['statusTimeout', 'runTimeout', 'minimumEngines', 'maximumEngines'].map((name) => optional(name, fromZero, name)),
  ...['from', 'until'].map((name) => optional(name, step, name)),
  optional('resume', boolean, 'resume'),
];

/** @type {Partial<import('../arguments/rows.js').Form>} */
const inObject = { objectOnly: true, generation: 2 };

const rows = {
  getHardware: read('getHardware'),
  getMinimumEngines: read('getMinimumEngines'),
  getProcessingEngineDetails: read('getProcessingEngineDetails'),
  listModelVersions: list('getAllModelVersionsPage', versions),
  editModelVersion: read('editModelVersion', [...version, required('changes', inJson(object), 'changes')], inObject),
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
    argument: ({ values: { from, until, resume, ...rest } }) => writeJson({ spec: rest, from, until, resume }),
  }),
  createModel: read('createModel', ['name', 'version'].map(named), inObject),
  createModelVersion: read('createModelVersion', version, inObject),
  describeModel: read(
    'describeModel',
    [
      named('modelId'),
      ...['name', 'description'].map((name) => optional(name, string, name)),
      optional('tags', strings, 'tags'),
    ],
    inObject,
  ),
  pullImage: plain(
    'step',
    'pullImage',
    [
      ...version,
      named('image'),
      ...['registryUsername', 'registryPassword'].map((name) => optional(name, string, name)),
    ],
    inObject,
  ),
  waitForImage: plain('stepWait', 'waitForImage', version, inObject),
  loadModel: plain('step', 'loadModel', version, inObject),
  sendTestInput: read('sendTestInput', [...version, named('input'), file], inObject),
  startTest: read('startTest', version, inObject),
  waitForTest: plain('stepWait', 'waitForTest', version, inObject),
  setModelVersionInputSample: read('setModelVersionInputSample', [...version, sample], inObject),
  setModelVersionOutputSample: read('setModelVersionOutputSample', [...version, sample], inObject),
  sendPicture: read('sendPicture', [named('modelId'), file, optional('description', string, 'description')], inObject),
  activateModelVersion: read('activateModelVersion', version, inObject),
  waitForEngines: plain('stepWait', 'waitForEngines', [...version, required('minimum', fromZero, 'minimum')], inObject),
};

/**
 * Checks the inputs of a model, and the paths of their samples. The checked value is a copy.
 *
 * @param {unknown} value
 * @param {string} name
 */
function deploymentInputs(value, name) {
  const inputs = /** @type {any[]} */ (inJson(array)(value, name));
  inputs.forEach((input, at) => {
    if (typeof input?.sample === 'string') {
      // In JSON, a URL is a text.
      const given = /** @type {any} */ (value)[at]?.sample;
      input.sample = filePath(isUrl(given) ? given : input.sample, `${name}[${at}].sample`);
    }
  });
  return inputs;
}

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
