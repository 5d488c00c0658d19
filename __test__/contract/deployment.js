'use strict';

// Deployments, and changes of versions and engines, with clients of both generations.

const { file, get, post, refusal, reply } = require('./wire.js');

const VERSION = '/models/m1/versions/0.0.1';
const of = { modelId: 'm1', version: '0.0.1' };
const patch = (route, json) => ({ ...post(route, json), method: 'PATCH' });
const version = { version: '0.0.1', timeout: { status: 1, run: 2 }, longDescription: 'L' };

const each = (title, row) =>
  [1, 2].map((client) => ({ title: `${title}, on a client of ${client}.x`, client, ...row }));

const reads = (title, call, ask, answer) => each(title, { call, asks: [ask], answers: [answer], gives: answer });

const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const posted = (step) => ({ ...get(`${VERSION}/${step}`), method: 'POST' });

const ATTRIBUTES = {
  requirement: { requirementId: 1 },
  timeout: { status: 60000, run: 60000 },
  inputs: [{ name: 'input', acceptedMediaTypes: 'application/json', maximumSize: 1000000, description: '' }],
  outputs: [{ name: 'results.json', mediaType: 'application/json', maximumSize: 1000000, description: '' }],
  processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 },
};

const model = { ...of, image: 'modzy/echo:1', inputs: [{ name: 'input', sample: file }] };

/** Values that JSON would turn into null, `{}` or nothing. */
const unlikeJson = {
  NaN,
  Infinity,
  'a bigint': 1n,
  'a function': () => 1,
  'a symbol': Symbol('s'),
  'a Map': new Map([['a', 1]]),
  'a Set': new Set([1]),
  'a promise': Promise.resolve(1),
  'an invalid date': new Date(NaN),
  'a RegExp': /a/,
  'an error': new Error('a'),
  bytes: Buffer.from('a'),
};

module.exports = [
  ...reads('getHardware returns the hardware', (c) => c.getHardware(), get('/models/requirements/account'), [
    { requirementId: 1 },
  ]),
  ...reads('getMinimumEngines returns the sum', (c) => c.getMinimumEngines(), get('/models/processing-engines'), {
    minimumProcessingEnginesSum: '3',
  }),
  ...reads(
    'getProcessingEngineDetails returns the engines',
    (c) => c.getProcessingEngineDetails(),
    get('/resources/processing/models'),
    [{ identifier: 'm1', version: '0.0.1', engines: [] }],
  ),
  ...reads(
    'listModelVersions sends its filter',
    (c) => c.listModelVersions({ modelId: 'm1', isActive: true, sortBy: 'version', direction: 'DESC' }).toArray(),
    get('/models/all/versions/all', {
      ...{ 'model.modelId': 'm1', isActive: true, 'sort-by': 'version', direction: 'DESC' },
      ...{ page: 1, 'per-page': 100 },
    }),
    [version],
  ),
  ...each('editModelVersion sends only what is named, with the members that an object has', {
    call: (c) => c.editModelVersion({ ...of, changes: { timeout: { run: 5 }, outputs: [] } }),
    asks: [get(VERSION), patch(VERSION, { timeout: { status: 1, run: 5 }, outputs: [] })],
    answers: [version, version],
    gives: version,
  }),
  ...each('editModelVersion takes null as not given', {
    call: (c) =>
      c.editModelVersion({ ...of, changes: { timeout: { status: null, run: 5 }, inputs: null, outputs: [] } }),
    asks: [get(VERSION), patch(VERSION, { timeout: { status: 1, run: 5 }, outputs: [] })],
    answers: [version, version],
    gives: version,
  }),
  ...each('updateProcessingEngines sends the range', {
    call: (c) => c.updateProcessingEngines({ ...of, minimum: 1, maximum: 2 }),
    asks: [patch(VERSION, { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 2 } })],
    answers: [version],
    gives: version,
  }),
  {
    title: 'updateProcessingEngines takes the other route where the first is refused',
    call: (c) => c.updateProcessingEngines({ ...of, minimum: 1, maximum: 2 }),
    asks: [
      patch(VERSION, { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 2 } }),
      patch(`${VERSION}/processing`, { minimumParallelCapacity: 1, maximumParallelCapacity: 2 }),
    ],
    answers: [refusal(403, 'no'), version],
    gives: version,
  },
  {
    title: 'updateProcessingEngines rejects with the first refusal where there is no other route',
    call: (c) => c.updateProcessingEngines({ ...of, minimum: 1, maximum: 9 }),
    asks: [
      patch(VERSION, { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 9 } }),
      patch(`${VERSION}/processing`, { minimumParallelCapacity: 1, maximumParallelCapacity: 9 }),
    ],
    answers: [refusal(400, 'at most 8 engines'), refusal(404, 'no such route')],
    fails: { of: 'BadRequestError', message: 'at most 8 engines' },
  },
  ...each('deployModel takes the steps from one to another', {
    call: (c) =>
      c.deployModel({ ...model, from: 'image', until: 'load', registryPassword: 'aPassword', pollInterval: 1 }),
    asks: [
      post(`${VERSION}/container-image`, { registry: { url: 'modzy/echo:1', password: 'aPassword' } }),
      get(`${VERSION}/container-image`),
      get(`${VERSION}/container-image`),
      patch(VERSION, ATTRIBUTES),
      posted('load-process'),
      get(VERSION),
    ],
    answers: [{}, { percentage: 13 }, { percentage: 100 }, version, reply(200), version],
    gives: version,
  }),
  ...each('deployModel resumes what the server says is not done', {
    call: (c) => c.deployModel({ ...model, resume: true, until: 'load', pollInterval: 1 }),
    asks: [
      get(VERSION),
      get(`${VERSION}/container-image`),
      get(`${VERSION}/container-image`),
      patch(VERSION, ATTRIBUTES),
      posted('load-process'),
      get(VERSION),
    ],
    answers: [version, { percentage: 47 }, { percentage: 100 }, version, reply(200), version],
    gives: version,
  }),
  ...each('editModelVersion looks up the latest version', {
    call: (c) => c.editModelVersion({ modelId: 'm1', version: 'latest', changes: { longDescription: 'D' } }),
    asks: [get('/models/m1'), get(VERSION), patch(VERSION, { longDescription: 'D' })],
    answers: [{ modelId: 'm1', latestActiveVersion: '0.0.1' }, version, version],
    gives: version,
  }),
  ...each('updateProcessingEngines looks up the latest version', {
    call: (c) => c.updateProcessingEngines({ modelId: 'm1', version: 'latest', minimum: 0, maximum: 1 }),
    asks: [
      get('/models/m1'),
      patch(VERSION, { processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 } }),
    ],
    answers: [{ modelId: 'm1', latestActiveVersion: '0.0.1' }, version],
    gives: version,
  }),
  refused(
    'createModel refuses the version latest',
    (c) => c.createModel({ name: 'n', version: 'latest' }),
    /version must be/,
  ),
  {
    title: 'listModelVersions refuses a flag that is a string',
    call: (c) => c.listModelVersions({ isActive: 'yes' }).toArray(),
    asks: [],
    fails: { of: 'TypeError', message: /the isActive param should be a boolean/ },
  },
  refused('deployModel refuses a missing image', (c) => c.deployModel({ ...model, image: undefined }), /image/),
  refused('deployModel refuses an unknown step', (c) => c.deployModel({ ...model, from: 'start' }), /from param/),
  refused('deployModel refuses positional arguments', (c) => c.deployModel('m1'), /takes \(\{ /),
  refused(
    'deployModel refuses an input without a name',
    (c) => c.deployModel({ ...model, inputs: [{ sample: file }] }),
    /inputs\[0\]\.name is missing/,
  ),
  ...Object.entries(unlikeJson).flatMap(([kind, value]) => [
    refused(
      `editModelVersion refuses ${kind}`,
      (c) => c.editModelVersion({ ...of, changes: { timeout: { run: value }, longDescription: 'L' } }),
      /the changes\.timeout\.run param should be/,
    ),
    ...['Input', 'Output'].map((end) =>
      refused(
        `setModelVersion${end}Sample refuses ${kind}`,
        (c) => c[`setModelVersion${end}Sample`]({ ...of, sample: { a: [1, value] } }),
        /the sample\.a\[1\] param should be/,
      ),
    ),
    refused(
      `deployModel refuses ${kind}`,
      (c) => c.deployModel({ ...model, inputs: [{ name: 'a', sample: file, maximumSize: value }] }),
      /the inputs\[0\]\.maximumSize param should be/,
    ),
    refused(
      `describeModel refuses ${kind}`,
      (c) => c.describeModel({ modelId: 'm1', tags: ['a', value] }),
      /the tags\[1\] param should be/,
    ),
  ]),
  refused(
    'editModelVersion refuses null as the only change',
    (c) => c.editModelVersion({ ...of, changes: { timeout: null } }),
    /changes must name an attribute/,
  ),
  refused('editModelVersion refuses no changes', (c) => c.editModelVersion({ ...of, changes: {} }), /changes/),
  refused(
    'updateProcessingEngines refuses a minimum above the maximum',
    (c) => c.updateProcessingEngines({ ...of, minimum: 3, maximum: 2 }),
    /minimum must not be above the maximum: 3 > 2/,
  ),
];
