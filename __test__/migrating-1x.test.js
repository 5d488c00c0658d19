'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { inspect, promisify } = require('node:util');
const modzy = require('modzy-client');
const { SOURCES, sharedTests } = require('./support/differences.js');
const { temporaryFile } = require('./support/files.js');
const { testRows } = require('./support/migrating.js');
const { failure } = require('./support/outcomes.js');
const { serve, uploadRoutes } = require('./support/server.js');

const { ModzyClient } = modzy;
const KEY = 'aPrefix.aSecretBody';
const JOBS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const UNKNOWN = '00000000-0000-4000-8000-000000000003';

const connect = ({ baseURL }, options) => new ModzyClient(baseURL, KEY, options);
const list = { '*': { body: [] } };
const accepted = { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } };

/** Returns the bodies of the submits that a server received. */
const bodiesOf = ({ requests }) => requests.map(({ body }) => JSON.parse(body.toString()));

const s3 = ['access', 'secret', 'us-east-1', { a: { input: { bucket: 'b', key: 'k' } } }];
const jdbc = ['jdbc:postgresql://host/name', 'user', 'password', 'org.postgresql.Driver', 'select 1'];

testRows('From 1.x', {
  ...sharedTests({
    connect,
    construct: (url) => new ModzyClient(url, KEY),
    nameQuery: /^(?=.*name=sentiment\+analysis)(?=.*isActive=true)(?=.*per-page=20)(?=.*sort-by=name)/,
    submitText: (client, sources, options) => client.submitJobText('m', 'v', sources, false, options),
    historyPage: (client, page, perPage) => client.getJobHistory(null, null, null, null, null, null, page, perPage),
    submitEmbedded: (client, size) =>
      client.submitJobEmbedded('m', 'v', 'text/plain', { a: { input: Buffer.alloc(size) } }),
    submitFiles: (client, sources, options) => client.submitJobFiles('m', 'v', sources, false, options),
    wait: (client, job, options) => client.blockUntilComplete(job, options),
  }),

  async 'Tag routes'(t) {
    const server = await serve(t, { '*': { body: { tags: [], models: [] } }, 'GET /api/models/tags': { body: [] } });
    const client = connect(server);
    await client.getAllTags();
    await client.getTagsAndModels('a', 'b');
    await new modzy.TagClient(server.baseURL, KEY).getAllTags();
    assert.deepEqual(
      server.requests.map(({ url, headers }) => [url, headers.authorization]),
      ['/api/models/tags', '/api/models/tags/a,b', '/api/models/tags'].map((url) => [url, `ApiKey ${KEY}`]),
    );
  },

  async 'Values of the history’s query'(t) {
    const server = await serve(t, list);
    const user = 'Ada & Grace+1 #?=ü';
    await connect(server).getJobHistory(user, null, '2021-07-20T01:40:11.187+0000');
    const [{ query }] = server.requests;
    assert.deepEqual([...query].sort(), [
      ['per-page', '1000'],
      ['startDate', '2021-07-20T01:40:11.187+0000'],
      ['user', user],
    ]);
  },

  async 'Omitted arguments'(t) {
    const server = await serve(t, list);
    const client = connect(server);
    await client.getJobHistory();
    await client.getJobHistory(undefined, undefined, undefined, undefined, undefined, 'ALL');
    await client.getJobHistory(null, null, null, null, null, null, null, null, null, null);
    await client.getModels(undefined, 'author');
    assert.deepEqual(server.lines(), [
      'GET /api/jobs/history?per-page=1000',
      'GET /api/jobs/history?status=ALL&per-page=1000',
      'GET /api/jobs/history',
      'GET /api/models?author=author&per-page=1000',
    ]);
  },

  async Dates(t) {
    const server = await serve(t, list);
    const client = connect(server);
    const date = new Date('2021-07-20T01:40:11.187Z');
    await client.getJobHistory(null, null, date, date, null, null, null, null, null, null);
    await client.getModels(null, null, null, null, null, null, null, null, date, date);
    const [history, models] = server.requests.map(({ query }) => Object.fromEntries(query));
    const text = '2021-07-20T01:40:11.187Z';
    assert.deepEqual(history, { startDate: text, endDate: text });
    assert.deepEqual(models, { lastActiveDateTime: text, expirationDateTime: text, 'per-page': '1000' });
  },

  async 'Fifth argument of `getJobHistory`'(t) {
    const jobs = Object.fromEntries(JOBS.map((id) => [`GET /api/jobs/${id}`, { body: { jobIdentifier: id } }]));
    const server = await serve(t, { ...jobs, 'GET /api/jobs/history': { body: [] } });
    const client = connect(server);
    const fifth = (value) => client.getJobHistory(null, null, null, null, value);
    const [first, second] = JOBS;
    const found = (ids) => ids.map((jobIdentifier) => ({ jobIdentifier }));
    assert.deepEqual(await fifth(first), found([first]));
    assert.deepEqual(await fifth(`${first},${second}`), found(JOBS));
    assert.deepEqual(await fifth(`${first};${UNKNOWN};${second}`), found(JOBS));
    assert.deepEqual(await fifth([second, UNKNOWN]), found([second]));
    assert.ok(!server.lines().some((line) => line.includes('history')));
    assert.deepEqual(await fifth('Sentiment'), []);
    assert.equal(server.lines().at(-1), 'GET /api/jobs/history?model=Sentiment&per-page=1000');
  },

  async '`explain`'(t) {
    const server = await serve(t, accepted);
    const client = connect(server);
    await client.submitJobText('m', 'v', SOURCES, true);
    await client.submitJobEmbedded('m', 'v', 'text/plain', { a: { input: 'a' } }, true);
    await client.submitJobAWSS3('m', 'v', ...s3, true);
    await client.submitJobJDBC('m', 'v', ...jdbc, true);
    await client.submitJobText('m', 'v', SOURCES);
    await client.submitJobText('m', 'v', SOURCES, false, { retries: 0 });
    assert.deepEqual(
      bodiesOf(server).map(({ explain }) => explain),
      [true, true, true, true, undefined, undefined],
    );
    const uploads = await serve(t, uploadRoutes());
    await connect(uploads).submitJobFile('m', 'v', { a: { input: Buffer.from('x') } }, true);
    const open = uploads.requests.find(({ url }) => url === '/api/jobs');
    assert.deepEqual(JSON.parse(open.body), { model: { identifier: 'm', version: 'v' }, explain: true });
  },

  async '`submitJobFile`'(t) {
    for (const method of ['submitJobFile', 'submitJobFiles']) {
      const server = await serve(t, uploadRoutes());
      const receipt = await connect(server)[method]('m', 'v', { a: { input: Buffer.from('x') } });
      assert.equal(receipt.status, 'SUBMITTED');
      assert.equal(server.lines().at(-1), 'POST /api/jobs/j/close');
    }
  },

  async 'Wrong arguments'(t) {
    const server = await serve(t, {});
    const client = connect(server);
    const words = {
      'the user param should be a string': () => client.getJobHistory(7),
      'the startDate param should be a datetime or string': () => client.getJobHistory(null, null, 7),
      'the perPage param should be a number': () =>
        client.getJobHistory(null, null, null, null, null, null, null, '7', null, null),
      'the name param should be a string': () => client.getModels(null, null, null, 7),
      'the isActive param should be a boolean or string': () => client.getModels(null, null, null, null, null, 7),
      'the email param should be a not empty string': () => client.getAccountingClient().getAPIKeys(7),
    };
    for (const [message, call] of Object.entries(words)) {
      await assert.rejects(call(), { name: 'TypeError', message });
    }
    assert.equal(server.requests.length, 0);
    assert.throws(() => new ModzyClient(server.baseURL, ''), {
      name: 'TypeError',
      message: 'Cannot initialize the modzy client: the apiKey param should be a valid not empty string',
    });
  },

  async '`ApiError`'(t) {
    const body = { statusCode: 599, message: 'not with this model' };
    const server = await serve(t, { 'POST /api/jobs': { status: 400, body } });
    const error = await failure(connect(server).submitJobAWSS3('m', 'v', ...s3));
    assert.ok(error instanceof modzy.ApiError && error instanceof Error);
    const url = `${server.baseURL}/jobs`;
    assert.deepEqual([error.code, error.message, error.url], [400, 'not with this model', url]);
    assert.deepEqual(error.error.response, { status: 400, data: body });
    assert.equal(`${error}`, `400 :: not with this model :: ${url}`);
    const json = JSON.parse(JSON.stringify(error));
    assert.deepEqual([json.code, json.message, json.url], [400, 'not with this model', url]);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    assert.ok(!shown.includes('aSecretBody') && !shown.includes('secretAccessKey'));
  },

  async 'Receipt of an open job'(t) {
    const server = await serve(t, accepted);
    const client = connect(server);
    const model = { identifier: 'm', version: 'v' };
    assert.equal((await client.getJobClient().submitJob({ model })).status, 'OPEN');
    assert.equal((await client.submitJobText('m', 'v', SOURCES)).status, 'SUBMITTED');
  },

  async 'Strings of `submitJobEmbedded`'(t) {
    const server = await serve(t, accepted);
    const client = connect(server);
    await client.submitJobEmbedded('m', 'v', 'image/png', { a: { input: '\x89PNG\xff' } });
    assert.equal(bodiesOf(server)[0].input.sources.a.input, 'data:image/png;base64,iVBOR/8=');
    await assert.rejects(client.submitJobEmbedded('m', 'v', 'text/plain', { a: { input: 'a €' } }), {
      name: 'TypeError',
      message: /Buffer/,
    });
    assert.equal(server.requests.length, 1);
  },

  async 'Bytes of `submitJobEmbedded`'(t) {
    const server = await serve(t, accepted);
    const bytes = new TextEncoder().encode('lovely');
    const values = {
      buffer: Buffer.from(bytes),
      typedArray: new Uint16Array(bytes.slice().buffer),
      arrayBuffer: bytes.slice().buffer,
      dataView: new DataView(bytes.slice().buffer),
      blob: new Blob([bytes]),
    };
    await connect(server).submitJobEmbedded('m', 'v', 'text/plain', { a: values });
    const uri = `data:text/plain;base64,${Buffer.from(bytes).toString('base64')}`;
    const expected = Object.fromEntries(Object.keys(values).map((name) => [name, uri]));
    assert.deepEqual(bodiesOf(server)[0].input.sources, { a: expected });
  },

  '`client.apiKey`'() {
    const client = new ModzyClient('https://h.example/api', KEY);
    for (const each of [client, client.getJobClient(), client.getModelClient(), client.getTagClient()]) {
      assert.equal(each.apiKey, undefined);
      assert.ok(!inspect(each, { depth: 9, showHidden: true, getters: true }).includes('aSecretBody'));
    }
  },

  async '`.env`'(t) {
    const file = await temporaryFile(t, `MODZY_API_KEY=${KEY}\nMODZY_BASE_URL=https://h.example\n`, '.env');
    const env = { ...process.env };
    delete env.MODZY_API_KEY;
    delete env.MODZY_BASE_URL;
    const program = `
      const { ModzyClient } = require(${JSON.stringify(path.resolve(__dirname, '..'))});
      console.log(process.env.MODZY_API_KEY, process.env.MODZY_BASE_URL);
      process.env.MODZY_API_KEY = 'a.b';
      process.env.MODZY_BASE_URL = 'https://other.example';
      console.log(ModzyClient.fromEnv().baseURL);`;
    const run = promisify(execFile)(process.execPath, ['--eval', program], { cwd: path.dirname(file), env });
    assert.equal((await run).stdout, 'undefined undefined\nhttps://other.example/api\n');
  },

  async log4js(t) {
    const { dependencies } = require('../package.json');
    assert.equal(dependencies, undefined);
    const server = await serve(t, accepted);
    const calls = [];
    for (const method of ['log', 'info', 'debug', 'warn', 'error']) {
      t.mock.method(console, method, (...args) => calls.push(args));
    }
    const client = connect(server);
    await client.submitJobEmbedded('m', 'v', 'text/plain', { a: { input: 'a' } });
    await failure(client.getJob('unknown'));
    assert.deepEqual(calls, []);
  },
});
