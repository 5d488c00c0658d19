'use strict';

const assert = require('node:assert/strict');
const { truncate } = require('node:fs/promises');
const { inspect } = require('node:util');
const { setImmediate: turn } = require('node:timers/promises');
const modzy = require('modzy-client');
const { SOURCES, sharedTests } = require('./support/differences.js');
const { temporaryFile } = require('./support/files.js');
const { testRows } = require('./support/migrating.js');
const { failure } = require('./support/outcomes.js');
const { chunksOf, serve, uploadRoutes } = require('./support/server.js');
const { complaintsAbout } = require('./support/typescript.js');

const { ModzyClient } = modzy;
const KEY = 'aPrefix.aSecretBody';
const DAY = 24 * 60 * 60 * 1000;

const connect = ({ url }, options) => new ModzyClient({ url, apiKey: KEY, ...options });
const model = { modelId: 'm', version: 'v' };
const s3 = {
  ...model,
  accessKeyID: 'access',
  secretAccessKey: 'aSecretAccessKey',
  region: 'us-east-1',
  sources: { a: { input: { bucket: 'b', key: 'k' } } },
};
const completed = { body: { jobIdentifier: 'j', status: 'COMPLETED' } };

/** Reads an output of a job with a response type. */
async function outputOf(t, body, responseType) {
  const server = await serve(t, { 'GET /api/results/j/datasource/a/output/o': { body } });
  return connect(server).getOutputContents({ jobId: 'j', inputKey: 'a', outputName: 'o', responseType });
}

testRows('From 2.x', {
  ...sharedTests({
    connect,
    construct: (url) => new ModzyClient({ url, apiKey: KEY }),
    nameQuery: /^(?!.*isActive)(?=.*name=sentiment\+analysis)(?=.*per-page=20)(?=.*sort-by=name)/,
    submitText: (client, sources, options) => client.submitJobText({ ...model, sources }, options),
    historyPage: (client, page, perPage) => client.getJobHistory({ page, perPage }),
    submitEmbedded: (client, size) =>
      client.submitJobEmbedded({ ...model, sources: { a: { input: `data:,${'a'.repeat(size)}` } } }),
    submitFiles: (client, sources, options) => client.submitJobFile({ ...model, sources }, options),
    wait: (client, job, options) => client.blockUntilJobComplete(job, options),
  }),

  async 'Parameters in an object of a class'(t) {
    const server = await serve(t, {});
    class Params {
      modelId = 'm';
      version = 'v';
      sources = SOURCES;
    }
    const error = await failure(connect(server).submitJobText(new Params()));
    assert.equal(error.name, 'TypeError');
    assert.match(error.message, /plain object/);
    assert.equal(server.requests.length, 0);
  },

  async 'Parameters of another type'(t) {
    const server = await serve(t, {});
    const client = connect(server);
    for (const [call, name] of [
      [() => client.getModels({ perPage: '50' }), 'perPage'],
      [() => client.getJobHistory({ startDate: 7 }), 'startDate'],
      [() => client.getModelById(5), 'modelId'],
      [() => client.submitJobText({ ...model, sources: SOURCES, explain: 1 }), 'explain'],
    ]) {
      const error = await failure(call());
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, new RegExp(`^the ${name} param should be`));
    }
    assert.equal(server.requests.length, 0);
  },

  async 'Code and message of errors'(t) {
    const server = await serve(t, {
      'GET /api/jobs/j': { status: 404, body: { statusCode: 404, message: 'no such job' } },
      'GET /api/results/j': { status: 403, body: '<html>no</html>' },
    });
    const client = connect(server);
    const refused = await failure(client.getJob('j'));
    assert.deepEqual([refused.code, refused.message], [404, 'no such job']);
    const answered = await failure(client.getResult('j'));
    assert.deepEqual([answered.code, answered.message], [403, 'the server answered 403 Forbidden']);
  },

  async '`ApiError`'(t) {
    const body = { statusCode: 400, message: 'not with this model' };
    const server = await serve(t, { 'POST /api/jobs': { status: 400, body } });
    const error = await failure(connect(server).submitJobAwsS3(s3));
    assert.ok(error instanceof modzy.BadRequestError && error instanceof modzy.ApiError && error instanceof Error);
    const url = `${server.url}/api/jobs`;
    assert.deepEqual([error.code, error.message, error.url], [400, 'not with this model', url]);
    assert.deepEqual(error.error.response, { status: 400, data: body });
    assert.equal(error.error.config.url, url);
    assert.equal(`${error}`, `400 :: not with this model :: ${url}`);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    assert.ok(!shown.includes('aSecretBody') && !shown.includes('aSecretAccessKey'));
  },

  'Errors of the constructor'(t) {
    const { mock } = t.mock.method(console, 'error', () => {});
    assert.throws(() => new ModzyClient({ apiKey: '' }), { name: 'TypeError', message: /apiKey/ });
    assert.throws(() => new ModzyClient({ apiKey: KEY, url: '' }), { name: 'TypeError', message: /url/ });
    assert.equal(mock.callCount(), 0);
  },

  async 'Missing parameters'(t) {
    const server = await serve(t, {});
    const client = connect(server);
    const calls = {
      modelId: () => client.submitJobText(),
      version: () => client.submitJobText({ modelId: 'm', sources: SOURCES }),
      sources: () => client.submitJobFile({ ...model }),
      secretAccessKey: () => client.submitJobAwsS3({ ...s3, secretAccessKey: undefined }),
      query: () => client.submitJobJDBC({ ...model, url: 'u', username: 'n', password: 'p', driver: 'd' }),
      inputKey: () => client.getOutputContents({ jobId: 'j', outputName: 'o' }),
    };
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects(call(), { name: 'TypeError', message: new RegExp(`\\b${name}\\b`) });
    }
    assert.equal(server.requests.length, 0);
  },

  'Unknown members of the constructor'() {
    const given = { url: 'http://127.0.0.1:9', apikey: KEY };
    assert.throws(() => new ModzyClient(/** @type {any} */ (given)), {
      name: 'TypeError',
      message: 'the client has no option apikey; use apiKey',
    });
  },

  async 'Unknown members of parameters'(t) {
    const server = await serve(t, { '*': { body: [] } });
    const client = connect(server);
    const warnings = [];
    const listener = (warning) => warnings.push(warning.message);
    process.on('warning', listener);
    t.after(() => process.off('warning', listener));
    await client.getModels({ isFeatured: true, nmae: 'Sentiment' });
    await client.getModels({ isFeatured: true, nmae: 'Sentiment' });
    await turn();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /nmae/);
    assert.deepEqual(
      server.requests.map(({ query }) => Object.fromEntries(query)),
      Array(2).fill({ isRecommended: 'true', 'per-page': '500' }),
    );
  },

  async '`null` in place of parameters'(t) {
    const server = await serve(t, { '*': { body: [] } });
    const client = connect(server);
    await client.getModels(null);
    await client.getModels({ name: null, isActive: null });
    await client.getJobHistory(null, { retries: 0 });
    const [first, second, history] = server.requests.map(({ query }) => Object.fromEntries(query));
    assert.deepEqual([first, second], [{ 'per-page': '500' }, { 'per-page': '500' }]);
    assert.equal(history['per-page'], '100');
  },

  async '`url` with a trailing slash'(t) {
    const server = await serve(t, { '*': completed });
    await connect({ url: `${server.url}/` }).getJob('j');
    await connect({ url: `${server.url}/prefix/` }).getJob('j');
    assert.deepEqual(server.lines(), ['GET /api/jobs/j', 'GET /prefix/api/jobs/j']);
  },

  async '`url` that ends in `/api`'(t) {
    const server = await serve(t, { '*': completed });
    for (const end of ['/api', '/api/', '/prefix/api', '/prefix/api/']) {
      await connect({ url: server.url + end }).getJob('j');
    }
    const [plain, prefixed] = ['GET /api/jobs/j', 'GET /prefix/api/jobs/j'];
    assert.deepEqual(server.lines(), [plain, plain, prefixed, prefixed]);
  },

  async 'History without a `startDate`'(t) {
    const server = await serve(t, { '*': { body: [] } });
    const client = connect(server);
    await client.getJobHistory();
    await client.getJobHistory({ startDate: '2019-01-01T00:00:00.000Z', perPage: null });
    const [{ startDate, ...rest }, lifted] = server.requests.map(({ query }) => Object.fromEntries(query));
    const age = Date.now() - Date.parse(startDate);
    assert.ok(Math.abs(age - 30 * DAY) < DAY / 8, startDate);
    const others = { direction: 'DESC', page: '1', 'sort-by': 'createdAt' };
    assert.deepEqual(rest, { ...others, 'per-page': '100' });
    assert.deepEqual(lifted, { ...others, startDate: '2019-01-01T00:00:00.000Z' });
  },

  async "`responseType: 'blob'`"(t) {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const blob = await outputOf(t, bytes, 'blob');
    assert.ok(blob instanceof Blob);
    assert.deepEqual(Buffer.from(await blob.arrayBuffer()), bytes);
  },

  async "`responseType: 'json'`"(t) {
    assert.deepEqual(await outputOf(t, '{"class":"positive"}', 'json'), { class: 'positive' });
    assert.deepEqual(await outputOf(t, '[1]'), [1]);
    assert.equal(await outputOf(t, 'ein schöner Tag'), 'ein schöner Tag');
    const error = await failure(outputOf(t, Buffer.from([0, 255, 128, 10])));
    assert.ok(error instanceof modzy.ResponseError, `${error}`);
    assert.match(error.message, /arraybuffer.*blob/);
  },

  async "`responseType: 'arraybuffer'`"(t) {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const contents = await outputOf(t, bytes, 'arraybuffer');
    assert.ok(Buffer.isBuffer(contents));
    assert.deepEqual(contents, bytes);
  },

  async '`mediaType` of `submitJobEmbedded`'(t) {
    const complaints = complaintsAbout(`
      import { ModzyClient, type SubmitJobEmbeddedParams } from 'modzy-client';
      const params: SubmitJobEmbeddedParams = { modelId: 'm', version: 'v', sources: { a: { input: 'data:,' } } };
      await new ModzyClient({ apiKey: 'a.b' }).submitJobEmbedded(params);
      await new ModzyClient({ apiKey: 'a.b' }).submitJobEmbedded({ ...params, mediaType: 'image/png' });`);
    assert.deepEqual(complaints, []);
    const server = await serve(t, { '*': { status: 202, body: { jobIdentifier: 'j' } } });
    const sources = { a: { input: 'data:image/png;base64,iVBOR/8=' } };
    await connect(server).submitJobEmbedded({ ...model, sources });
    await connect(server).submitJobEmbedded({ ...model, sources, mediaType: 'text/plain' });
    const [without, given] = server.requests.map(({ body }) => JSON.parse(body.toString()));
    assert.deepEqual(without.input, { type: 'embedded', sources });
    assert.deepEqual(given, without);
  },

  '`results` and `failures`'() {
    const complaints = complaintsAbout(`
      import { ModzyClient } from 'modzy-client';
      const { results, failures } = await new ModzyClient({ apiKey: 'a.b' }).getResult('j');
      for (const [key, { status }] of Object.entries(results)) {
        const text: string = key + status + results['my-input']?.status;
        console.log(text);
      }
      console.log(failures?.['my-input']?.error?.length);`);
    assert.deepEqual(complaints, []);
    const wrong = "import { ModzyClient } from 'modzy-client'; new ModzyClient({ apiKey: 7 });";
    assert.equal(complaintsAbout(wrong).length, 1);
  },

  async 'Values of `submitJobEmbedded`'(t) {
    const server = await serve(t, {});
    for (const value of [Buffer.from('a'), 7, { a: 1 }, null]) {
      const submit = connect(server).submitJobEmbedded({ ...model, sources: { a: { input: value } } });
      await assert.rejects(submit, { name: 'TypeError', message: /data UR[IL]/ });
    }
    assert.equal(server.requests.length, 0);
  },

  async Receipts(t) {
    const open = { jobIdentifier: 'j' };
    const server = await serve(t, { '*': { status: 202, body: open } });
    const client = connect(server);
    assert.deepEqual(await client.submitJobText({ ...model, sources: SOURCES }), open);
    assert.deepEqual(await client.getJobClient().closeOpenJob('j'), open);
    assert.deepEqual(await client.submitJobText('m', 'v', SOURCES), { ...open, status: 'SUBMITTED' });
  },

  async '`logging`'(t) {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'anAnswer' } } });
    const said = [];
    for (const method of ['log', 'info', 'error']) {
      t.mock.method(console, method, (...args) => said.push(args.map((each) => inspect(each, { depth: 9 })).join(' ')));
    }
    const saidWith = async (logging) => {
      said.length = 0;
      const client = connect(server, { logging });
      await client.submitJobText({ ...model, sources: { a: { input: 'aBody' } } });
      await failure(client.getJob('j'));
      await turn();
      return said.join('\n');
    };
    assert.equal(await saidWith('off'), '');
    assert.equal(await saidWith(undefined), '');
    const [on, verbose] = [await saidWith('on'), await saidWith('verbose')];
    assert.match(on, /Modzy > .*submitJobText/);
    assert.match(on, /getJob.*404 :: not here/);
    assert.ok(verbose.length > on.length);
    for (const secret of ['aSecretBody', 'aBody', 'anAnswer']) {
      assert.ok(!verbose.includes(secret) && !on.includes(secret), secret);
    }
  },

  '`headers` and `logger` of sub-clients'() {
    const client = new ModzyClient({ apiKey: KEY });
    for (const each of [client.jobClient, client.modelClient, client.fileJobClient]) {
      assert.deepEqual([each.headers, each.logger], [undefined, undefined]);
      assert.equal(each.baseUrl, 'https://app.modzy.com');
      assert.ok(!inspect(each, { depth: 9, showHidden: true, getters: true }).includes('aSecretBody'));
    }
  },

  async 'Methods with an underscore'(t) {
    const features = { inputChunkMaximumSize: '2i' };
    const server = await serve(t, uploadRoutes(features));
    const { fileJobClient } = connect(server);
    assert.deepEqual(await fileJobClient.getFeatures(), features);
    await fileJobClient.appendInput({ jobIdentifier: 'j' }, 'a', 'input', Buffer.from('123'), 2);
    assert.deepEqual(chunksOf(server), [
      ['a/input', 2],
      ['a/input', 1],
    ]);
    assert.deepEqual([fileJobClient._getFeatures, fileJobClient._appendInput], [undefined, undefined]);
  },

  async 'Methods that 2.x had dropped'(t) {
    const tagged = { body: { tags: [], models: [] } };
    const server = await serve(t, { '*': { body: [] }, 'GET /api/models/tags/a,b': tagged });
    const client = connect(server);
    await client.getAllModels();
    await client.getRelatedModels('m');
    await client.getAllTags();
    await client.getTagsAndModels('a', 'b');
    await client.getAccountingClient().getAPIKeys('ada@h.example');
    assert.deepEqual(server.lines(), [
      'GET /api/models?per-page=500',
      'GET /api/models/m/related-models',
      'GET /api/models/tags',
      'GET /api/models/tags/a,b',
      'GET /api/accounting/access-keys/user/ada%40h.example',
    ]);
  },

  async '`fileToDataUrl`'() {
    const client = new ModzyClient({ apiKey: KEY });
    const bytes = Buffer.from('lovely');
    const data = `base64,${bytes.toString('base64')}`;
    assert.equal(await client.fileToDataUrl(new Blob([bytes], { type: 'text/plain' })), `data:text/plain;${data}`);
    const file = new File([bytes], 'a.png', { type: 'image/png' });
    assert.equal(await client.fileToDataUrl(file), `data:image/png;${data}`);
  },

  async 'Large files as data URLs'(t) {
    const client = connect({ url: 'http://127.0.0.1:9' });
    const file = await temporaryFile(t, '');
    // The file is sparse.
    await truncate(file, 2 ** 28 + 1);
    const refused = { name: 'InputError', code: 'limit', message: /has 268435457 bytes.*\(maxBytes\)$/ };
    await assert.rejects(client.pathToDataUrl(file, 'image/png'), refused);
    await assert.rejects(client.pathToDataUrl(__filename, 'image/png', { maxBytes: 5 }), { code: 'limit' });
  },

  Browsers() {
    const { browser, engines } = require('../package.json');
    assert.equal(browser, undefined);
    assert.deepEqual(Object.keys(engines), ['node']);
  },
});
