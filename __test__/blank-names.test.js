'use strict';

// A blank identifier, key or name is refused by the name that the caller used, in each method and both forms. Nothing is sent.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { serve } = require('./support/server.js');

const JOB = '00000000-0000-4000-8000-000000000001';
const texts = { k: { 'input.txt': 'A text' } };
const of = { modelId: 'm', version: '1.0.0' };
const s3 = {
  ...of,
  accessKeyID: 'i',
  secretAccessKey: 's',
  region: 'r',
  sources: { k: { i: { bucket: 'b', key: 'k' } } },
};
const grid = { ...of, accessKeyID: 'i', secretAccessKey: 's', endpoint: 'https://grid.example', sources: s3.sources };
const azure = {
  ...of,
  storageAccount: 'a',
  storageAccountKey: 'k',
  sources: { k: { i: { container: 'c', filePath: 'f' } } },
};
const jdbc = { ...of, url: 'jdbc:x', username: '', password: '', driver: 'd', query: 'q' };
const step = { ...of, pollInterval: 1 };
const sample = { a: 1 };
const uri = 'data:text/plain;base64,eA==';

/** Methods with an object form: the parameters that work, and those that must not be blank. */
const inObjects = {
  submitJobText: [{ ...of, sources: texts }, ['modelId', 'version']],
  submitJobEmbedded: [{ ...of, sources: { k: { i: uri } } }, ['modelId', 'version']],
  submitJobFile: [{ ...of, sources: { k: { i: Buffer.from('x') } } }, ['modelId', 'version']],
  submitJobAwsS3: [s3, ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'region']],
  submitJobAwsS3Folder: [s3, ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'region']],
  submitJobAzureBlob: [azure, ['modelId', 'version', 'storageAccount', 'storageAccountKey']],
  submitJobStorageGrid: [grid, ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'endpoint']],
  submitJobJDBC: [jdbc, ['modelId', 'version', 'url', 'driver', 'query']],
  getModelDetails: [of, ['modelId', 'version']],
  getModelVersionInputSample: [of, ['modelId', 'version']],
  editModelVersion: [{ ...of, changes: { longDescription: 'L' } }, ['modelId', 'version']],
  updateProcessingEngines: [{ ...of, minimum: 0, maximum: 1 }, ['modelId', 'version']],
  waitForEngines: [{ ...step, minimum: 0 }, ['modelId', 'version']],
  createModel: [{ name: 'n', version: '1.0.0' }, ['name', 'version']],
  createModelVersion: [of, ['modelId', 'version']],
  describeModel: [{ modelId: 'm', name: 'n' }, ['modelId', 'name']],
  pullImage: [{ ...of, image: 'x' }, ['modelId', 'version', 'image']],
  waitForImage: [step, ['modelId', 'version']],
  loadModel: [of, ['modelId', 'version']],
  sendTestInput: [{ ...of, input: 'i', file: __filename }, ['modelId', 'version', 'input']],
  startTest: [of, ['modelId', 'version']],
  waitForTest: [step, ['modelId', 'version']],
  setModelVersionInputSample: [{ ...of, sample }, ['modelId', 'version']],
  setModelVersionOutputSample: [{ ...of, sample }, ['modelId', 'version']],
  sendPicture: [{ modelId: 'm', file: __filename }, ['modelId']],
  activateModelVersion: [of, ['modelId', 'version']],
  getOutputContents: [{ jobId: JOB, inputKey: 'k', outputName: 'o' }, ['jobId', 'inputKey', 'outputName']],
};

/** Listings, and methods of the account. */
const filters = {
  listModelVersions: [{}, ['modelId', 'version']],
  findJobs: [{ inputKey: 'k' }, ['inputKey', 'modelId', 'version']],
  getJobs: [{}, ['accessKey']],
  listJobs: [{}, ['accessKey']],
  listUsers: [{}, ['accessKey']],
  getUsers: [{}, ['accessKey']],
  getDataProcessed: [{}, ['userId', 'accessKey', 'modelId', 'teamId']],
  getMostActiveModels: [{}, ['userId', 'accessKey', 'modelId', 'teamId']],
  getClusterMetric: [{ metric: 'cpu-used' }, ['metric']],
};

/** Positional calls: the arguments that work, and the names of those that must not be blank, by their places. */
const positional = {
  getJob: [[JOB], ['jobId']],
  getResult: [[JOB], ['jobId']],
  blockUntilComplete: [[JOB], ['job']],
  getInputResult: [
    [JOB, 'k'],
    ['jobId', 'inputKey'],
  ],
  getModel: [['m'], ['modelId']],
  getModelById: [['m'], ['modelId']],
  getModelByName: [['n'], ['name']],
  getRelatedModels: [['m'], ['modelId']],
  getModelVersions: [['m'], ['modelId']],
  getModelVersion: [
    ['m', '1.0.0'],
    ['modelId', 'versionId'],
  ],
  getTagsAndModels: [['t'], ['tagsId']],
  submitJobText: [
    ['m', '1.0.0', texts],
    ['modelId', 'versionId'],
  ],
  submitJobFiles: [
    ['m', '1.0.0', { k: { i: Buffer.from('x') } }],
    ['modelId', 'versionId'],
  ],
  submitJobAzureBlob: [
    ['m', '1.0.0', 'a', 'k', azure.sources],
    ['modelId', 'versionId', 'storageAccount', 'storageAccountKey'],
  ],
  submitJobAWSS3: [
    ['m', '1.0.0', 'i', 's', 'r', s3.sources],
    ['modelId', 'versionId', 'accessKeyID', 'secretAccessKey', 'region'],
  ],
  appendInput: [
    [JOB, 'k', 'i', Buffer.from('x')],
    ['job', 'inputItemKey', 'dataItemKey'],
  ],
  run: [['m', { i: 'x' }], ['model']],
  submit: [['m', { i: 'x' }], ['model']],
  getAPIKeys: [['a@b.example'], ['email']],
  getKeyBody: [['p'], ['key']],
  getProject: [['p'], ['projectId']],
  getAccount: [['a'], ['accountId']],
  getAlertEntities: [['JOB_STUCK'], ['alertType']],
};

describe('a blank name is refused before anything is sent', () => {
  const stops = [];
  let server;
  before(async () => {
    server = await serve({ after: (stop) => stops.push(stop) }, { '*': { body: {} } });
  });
  after(() => stops.forEach((stop) => stop()));

  const call = async (method, args) => {
    const modzy = new ModzyClient({ url: server.url, apiKey: 'a.b' });
    const called = (method in modzy ? modzy : modzy.getAccountingClient())[method](...args);
    return typeof called.toArray === 'function' ? called.toArray() : called;
  };

  async function refuses(method, args, name) {
    const error = await call(method, args).then(
      () => assert.fail(`${method} accepts ${JSON.stringify(args)}`),
      (reason) => reason,
    );
    assert.equal(error.name, 'TypeError', `${method} ${name}: ${error.stack}`);
    assert.match(error.message, new RegExp(`\\b(${name})\\b`), method);
    assert.deepEqual(server.requests, [], method);
  }

  const blanks = ['', ' ', '\t\n'];

  for (const [method, [params, names]] of Object.entries({ ...inObjects, ...filters })) {
    it(`${method}({ ${names.join(', ')} })`, async () => {
      for (const name of names) {
        for (const blank of blanks) {
          await refuses(method, [{ ...params, [name]: blank }], name);
        }
      }
    });
  }

  for (const [method, [args, names]] of Object.entries(positional)) {
    it(`${method}(${names.join(', ')})`, async () => {
      for (const [index, name] of names.entries()) {
        for (const blank of blanks) {
          await refuses(method, args.with(index, blank), name);
        }
      }
    });
  }

  it('searchUsers in its list', async () => {
    for (const blank of blanks) {
      await refuses('searchUsers', [['a@b.example', blank]], 'emails');
    }
  });

  it('keys and names in the sources of each submit', async () => {
    const leaf = { submitJobAwsS3: [s3], submitJobAzureBlob: [azure], submitJobStorageGrid: [grid] };
    const all = { ...leaf, submitJobText: [{ ...of, sources: texts }] };
    for (const blank of blanks) {
      for (const [method, [params]] of Object.entries(all)) {
        const [parts] = Object.values(params.sources);
        const [source] = Object.values(parts);
        await refuses(method, [{ ...params, sources: { [blank]: parts } }], 'sources');
        await refuses(method, [{ ...params, sources: { k: { [blank]: source } } }], 'sources');
        for (const member of typeof source === 'object' ? Object.keys(source) : []) {
          const sources = { k: { i: { ...source, [member]: blank } } };
          await refuses(method, [{ ...params, sources }], String.raw`sources\["k"\]\["i"\]\.${member}`);
        }
      }
      for (const [method, source] of [
        ['submitJobEmbedded', uri],
        ['submitJobFile', Buffer.from('x')],
      ]) {
        await refuses(
          method,
          [{ ...of, sources: { [blank]: { i: source } } }],
          'must not have an empty input key|input key',
        );
        await refuses(
          method,
          [{ ...of, sources: { k: { [blank]: source } } }],
          "empty name of an input|name of a model's input",
        );
      }
      await refuses('run', ['m@1.0.0', { [blank]: { i: 'x' } }], 'inputs');
      await refuses('run', ['m@1.0.0', { [blank]: 'x' }], 'inputs');
      await refuses(
        'submitJob',
        [{ model: { identifier: blank, version: '1' }, input: { sources: texts } }],
        'model.identifier',
      );
      await refuses('submitJob', [{ model: { identifier: 'm', version: blank } }], 'model.version');
      await refuses(
        'submitJob',
        [{ model: { identifier: 'm', version: '1' }, input: { sources: { [blank]: {} } } }],
        'input.sources',
      );
      await refuses(
        'submitJob',
        [
          {
            model: { identifier: 'm', version: '1' },
            input: { type: 'aws-s3', sources: { k: { i: { bucket: blank } } } },
          },
        ],
        'input.sources',
      );
    }
  });

  it('but not the key of a folder in S3, which is empty for a whole bucket', async () => {
    const sources = { k: { i: { bucket: 'b', key: '' } } };
    await assert.rejects(call('submitJobAwsS3Folder', [{ ...s3, sources }]), { name: 'ResponseError' });
    const [{ body }] = server.requests.splice(0);
    assert.deepEqual(JSON.parse(body).input.sources, sources);
  });
});
