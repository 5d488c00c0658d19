'use strict';

// The steps of a deployment, each a method of its own, with clients of both generations.

const { devNull } = require('node:os');
const { file, get, inFile, post, reply } = require('./wire.js');

const VERSION = '/models/m1/versions/0.0.1';
const of = { modelId: 'm1', version: '0.0.1' };
const patch = (route, json) => ({ ...post(route, json), method: 'PATCH' });
const version = { version: '0.0.1', status: 'active' };

const each = (title, row) =>
  [1, 2].map((client) => ({ title: `${title}, on a client of ${client}.x`, client, ...row }));

const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const sent = (route) => ({
  ...post(route),
  parts: [{ name: 'file', filename: 'sentence.txt', contentType: 'text/plain', bytes: Buffer.from(inFile) }],
});

const posted = (step) => ({ ...get(`${VERSION}/${step}`), method: 'POST' });

module.exports = [
  ...each('createModel returns the model', {
    call: (c) => c.createModel({ name: 'Größe', version: '0.0.1' }),
    asks: [post('/models', { name: 'Größe', version: '0.0.1' })],
    answers: [{ identifier: 'm1' }],
    gives: { identifier: 'm1' },
  }),
  ...each('createModelVersion encodes the model, and takes an empty response', {
    call: (c) => c.createModelVersion({ modelId: 'a b/c', version: '0.0.1' }),
    asks: [post('/models/a%20b%2Fc/versions', { version: '0.0.1' })],
    answers: [reply(201)],
    gives: undefined,
  }),
  ...each('describeModel sends only what is given', {
    call: (c) => c.describeModel({ modelId: 'm1', tags: [], name: null, description: 'D' }, { retries: 0 }),
    asks: [{ ...post('/models/m1', { description: 'D', tags: [] }), method: 'PATCH' }],
    answers: [{ modelId: 'm1' }],
    gives: { modelId: 'm1' },
  }),
  ...each('pullImage sends the image unchanged', {
    call: (c) =>
      c.pullImage({ ...of, image: 'host:5000/x@sha256:ab', registryUsername: 'u', registryPassword: 'aPassword' }),
    asks: [
      post(`${VERSION}/container-image`, {
        registry: { url: 'host:5000/x@sha256:ab', username: 'u', password: 'aPassword' },
      }),
    ],
    answers: [reply(200)],
    gives: undefined,
  }),
  ...each('waitForImage polls until 100 %', {
    call: (c) => c.waitForImage(of, { pollInterval: 1 }),
    asks: [get(`${VERSION}/container-image`), get(`${VERSION}/container-image`)],
    answers: [{ percentage: 99.9 }, { percentage: 100, more: true }],
    gives: { percentage: 100, more: true },
  }),
  ...each('loadModel sends no body', {
    call: (c) => c.loadModel(of),
    asks: [posted('load-process')],
    answers: [reply(200)],
    gives: undefined,
  }),
  ...each('sendTestInput sends the file', {
    call: (c) => c.sendTestInput({ ...of, input: 'größe & b', file }),
    asks: [{ ...sent(`${VERSION}/testInput`), query: { name: 'größe & b' } }],
    answers: [{}],
    gives: undefined,
  }),
  ...each('sendPicture describes it by its name', {
    call: (c) => c.sendPicture({ modelId: 'm1', file }),
    asks: [{ ...sent('/models/m1/image'), query: { description: 'sentence.txt' } }],
    answers: [{}],
    gives: undefined,
  }),
  ...each('startTest sends no body', {
    call: (c) => c.startTest(of),
    asks: [posted('run-process')],
    answers: [reply(200)],
    gives: undefined,
  }),
  ...each('waitForTest returns the result', {
    call: (c) => c.waitForTest({ ...of, pollInterval: 1 }),
    asks: [get(`${VERSION}/run-process`), get(`${VERSION}/run-process`)],
    answers: [{ percentage: 20 }, { percentage: 100, result: { status: 'SUCCESSFUL', any: [1.0] } }],
    gives: { status: 'SUCCESSFUL', any: [1] },
  }),
  ...['Input', 'Output'].flatMap((name) =>
    each(`setModelVersion${name}Sample sends the sample`, {
      call: (c) => c[`setModelVersion${name}Sample`]({ ...of, sample: { a: { __proto__: null, b: '<text>' } } }),
      asks: [{ ...post(`${VERSION}/sample-${name.toLowerCase()}`, { a: { b: '<text>' } }), method: 'PUT' }],
      answers: [{}],
      gives: undefined,
    }),
  ),
  ...each('activateModelVersion returns the version', {
    call: (c) => c.activateModelVersion(of),
    asks: [patch(VERSION, { status: 'active' })],
    answers: [version],
    gives: version,
  }),
  ...each('waitForEngines polls until the minimum is ready', {
    call: (c) => c.waitForEngines({ ...of, minimum: 2, pollInterval: 1 }),
    asks: [get('/resources/processing/engines'), get('/resources/processing/engines')],
    answers: [[], [{ identifier: 'm1', version: '0.0.1', ready: 2 }]],
    gives: undefined,
  }),
  {
    title: 'waitForTest rejects with what the server says about a failed run',
    call: (c) => c.waitForTest(of),
    asks: [get(`${VERSION}/run-process`)],
    answers: [{ percentage: 100, result: { status: 'FAILED', error: 'no memory' } }],
    fails: { of: 'DeploymentError', message: 'the step run failed: no memory' },
  },
  {
    title: 'waitForImage rejects with what the server says about a failed pull',
    call: (c) => c.waitForImage(of),
    asks: [get(`${VERSION}/container-image`)],
    answers: [reply(500, { statusCode: 500, message: 'No such image', technicalInformation: 'manifest unknown' })],
    fails: { of: 'ServerError', code: 500, message: 'No such image' },
  },
  refused(
    'createModel refuses an empty name',
    (c) => c.createModel({ name: ' ', version: '1' }),
    /name must not be empty/,
  ),
  refused(
    'createModel refuses a version that no path can hold',
    (c) => c.createModel({ name: 'n', version: '.' }),
    /version/,
  ),
  refused('createModelVersion refuses an empty model', (c) => c.createModelVersion({ ...of, modelId: '' }), /modelId/),
  refused('describeModel refuses nothing', (c) => c.describeModel({ modelId: 'm1' }), /description must be given/),
  refused(
    'describeModel refuses a date as a tag',
    (c) => c.describeModel({ modelId: 'm1', tags: ['a', new Date(0)] }),
    /tags\[1\] param should be a string/,
  ),
  refused(
    'describeModel refuses tags that are not strings',
    (c) => c.describeModel({ modelId: 'm1', tags: [1] }),
    /tags/,
  ),
  refused('pullImage refuses a blank image', (c) => c.pullImage({ ...of, image: ' ' }), /image must not be empty/),
  refused('pullImage has no pollInterval', (c) => c.pullImage({ ...of, image: 'x', pollInterval: 1 }), /pollInterval/),
  refused('waitForImage has no retries', (c) => c.waitForImage({ ...of, retries: 1 }), /no option retries/),
  refused(
    'waitForImage refuses a model that no path can hold',
    (c) => c.waitForImage({ ...of, modelId: '..' }),
    /modelId/,
  ),
  refused('loadModel refuses positional arguments', (c) => c.loadModel('m1', '0.0.1'), /takes \(\{ modelId, version/),
  refused(
    'sendTestInput refuses a missing file',
    (c) => c.sendTestInput({ ...of, input: 'i', file: '/no/file' }),
    /\/no\/file/,
  ),
  refused(
    'sendTestInput refuses a device',
    (c) => c.sendTestInput({ ...of, input: 'i', file: devNull }),
    /is not a file/,
  ),
  refused('sendPicture refuses a folder', (c) => c.sendPicture({ modelId: 'm1', file: __dirname }), /is not a file/),
  refused(
    'setModelVersionInputSample refuses a list',
    (c) => c.setModelVersionInputSample({ ...of, sample: [1] }),
    /sample/,
  ),
  refused('waitForEngines refuses a negative minimum', (c) => c.waitForEngines({ ...of, minimum: -1 }), /minimum/),
];
