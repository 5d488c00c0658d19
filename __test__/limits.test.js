'use strict';

// Long, deep and large values: the client reads them where possible, or refuses them by name before it sends anything.

const assert = require('node:assert/strict');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { InputError, ModzyClient } = require('modzy-client');
const { collect } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

process.env.no_proxy = '*';

const clientOf = ({ baseURL }, options) => new ModzyClient(baseURL, 'aPrefix.aSecretBody', options);

describe('an identifier of 70,000 characters', () => {
  const long = 'x'.repeat(70_000);
  const calls = {
    'getJob(jobId)': (c) => c.getJob(long),
    'cancelJob(jobId)': (c) => c.cancelJob(long),
    'getResult(jobId)': (c) => c.getResult(long),
    'getInputResult(jobId)': (c) => c.getInputResult(long, 'k'),
    'blockUntilComplete(job)': (c) => c.blockUntilComplete(long),
    'blockUntilResult(job)': (c) => c.blockUntilResult(long),
    'watchJob(job)': (c) => collect(c.watchJob(long)),
    'streamResults(job)': (c) => collect(c.streamResults(long)),
    'openOutput(outputName)': (c) => c.openOutput({ jobId: 'j', inputKey: 'k', outputName: long }),
    'openOutput(url)': (c) => c.openOutput({ url: `${c.baseURL ?? 'http://127.0.0.1:9'}/${long}` }),
    'getModel(modelId)': (c) => c.getModel(long),
    'getModelVersion(version)': (c) => c.getModelVersion('m', long),
    'getModelByName(name)': (c) => c.getModelByName(long),
    'getTagsAndModels(ids)': (c) => c.getTagsAndModels(...Array(7_000).fill('0123456789')),
    'getJobHistory(user)': (c) => c.getJobHistory(long),
    'listJobHistory(model)': (c) => c.listJobHistory({ model: long }).toArray(),
    'getAPIKeys(email)': (c) => c.getAccountingClient().getAPIKeys(long),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`is refused at once in ${name}`, async (t) => {
      const server = await serve(t, {});
      const error = await call(clientOf(server)).catch((reason) => reason);
      assert.ok(error instanceof TypeError, String(error).slice(0, 300));
      assert.match(error.message, /^\w+: (output\.)?\w+( \w+)? is too long: \d+ bytes, where a URL has at most 65534$/);
      assert.equal(server.requests.length, 0);
    });
  }
});

describe('JSON nested 10,000 deep', () => {
  const deep = `${'{"a":['.repeat(5_000)}1${']}'.repeat(5_000)}`;
  const job = (status, more = '') => `{"jobIdentifier":"j","status":"${status}","deep":${deep}${more}}`;
  /** Returns the depth of a value. */
  const depthOf = (value) => {
    let depth = 0;
    for (let inner = value; typeof inner === 'object'; inner = Array.isArray(inner) ? inner[0] : inner.a) {
      depth += 1;
    }
    return depth;
  };

  it('is read in a job, and a watch sees its changes', async (t) => {
    const polls = [job('IN_PROGRESS'), job('IN_PROGRESS'), job('IN_PROGRESS', ',"completed":1'), job('COMPLETED')];
    const server = await serve(t, { 'GET /api/jobs/j': polls.map((body) => ({ body })) });
    const jobs = await collect(clientOf(server).watchJob('j', { pollInterval: 5 }));
    const seen = jobs.map(({ status, completed }) => [status, completed]);
    assert.deepEqual(seen, [
      ['IN_PROGRESS', undefined],
      ['IN_PROGRESS', 1],
      ['COMPLETED', undefined],
    ]);
    assert.deepEqual(
      jobs.map(({ deep: value }) => depthOf(value)),
      [10_000, 10_000, 10_000],
    );
  });

  it('is read in listings, in items with and without an identifier', async (t) => {
    const page = (items) => ({ headers: { link: '<next>; rel="next"' }, body: `[${items.join(',')}]` });
    const unnamed = (number) => `{"deep":${deep},"number":${number}}`;
    const server = await serve(t, {
      'GET /api/jobs/history': [page([unnamed(1), unnamed(2)]), page([unnamed(2), unnamed(3)]), page([unnamed(3)])],
      'GET /api/models': [page([`{"modelId":"m","deep":${deep}}`]), page([])],
    });
    const jobs = await clientOf(server).listJobHistory({ perPage: 2 }).toArray();
    assert.deepEqual(
      jobs.map(({ number, deep: value }) => [number, depthOf(value)]),
      [
        [1, 10_000],
        [2, 10_000],
        [3, 10_000],
      ],
    );
    const models = await clientOf(server).listModels({ perPage: 1 }).toArray();
    assert.deepEqual(
      models.map(({ modelId }) => modelId),
      ['m'],
    );
  });

  it('is read in receipts, results, streamed results and refusals, and sent in submits', async (t) => {
    const results = `{"jobIdentifier":"j","results":{"k":{"status":"SUCCESSFUL","results.json":${deep}}}}`;
    const server = await serve(t, {
      'POST /api/jobs': { status: 202, body: job('SUBMITTED') },
      'GET /api/jobs/j': { body: job('COMPLETED') },
      'GET /api/results/j': { body: results },
      '*': { status: 400, body: `{"message":"no","deep":${deep}}` },
    });
    const client = clientOf(server);
    const sources = { k: { 'input.txt': 't' } };
    const receipt = await client.submitJobText('m', 'v', sources);
    assert.equal(depthOf(receipt.deep), 10_000);
    const { job: ended, result } = await client.blockUntilResult(receipt);
    assert.deepEqual([ended.deep, result.results.k['results.json']].map(depthOf), [10_000, 10_000]);
    const [streamed] = await collect(client.streamResults('j'));
    assert.equal(depthOf(streamed.outputs['results.json']), 10_000);
    const error = await client.getModel('m').catch((reason) => reason);
    assert.deepEqual([error.message, depthOf(error.body.deep)], ['no', 10_000]);
  });

  it('is refused by name in a submit that is too deep for JSON.stringify', async (t) => {
    const server = await serve(t, {});
    const input = JSON.parse(deep);
    const submit = clientOf(server).submitJob({ model: { identifier: 'm', version: 'v' }, input });
    await assert.rejects(submit, {
      name: 'TypeError',
      message: /^submitJob: the job param cannot be serialized to JSON: Maximum call stack/,
    });
    assert.equal(server.requests.length, 0);
  });
});

describe('a page of 150,000 items', () => {
  it('is an array like any other', async (t) => {
    const items = Array.from({ length: 150_000 }, (_, number) => ({ jobIdentifier: String(number) }));
    const server = await serve(t, { 'GET /api/jobs/history': { body: items } });
    const jobs = await clientOf(server).listJobHistory({ perPage: 150_000 }).toArray();
    assert.deepEqual([jobs.length, jobs[149_999].jobIdentifier], [150_000, '149999']);
  });
});

describe('a file that is too large for a data URL', () => {
  const client = new ModzyClient('http://127.0.0.1:9/api', 'aPrefix.aSecretBody');
  let folder;
  let file;
  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    file = path.join(folder, 'large');
    await fs.writeFile(file, '');
    // The file is sparse.
    await fs.truncate(file, 420_000_000);
  });
  after(() => fs.rm(folder, { recursive: true }));

  const refusal = (most) => (error) => {
    assert.ok(error instanceof InputError, error);
    assert.equal(error.code, 'limit');
    assert.match(
      error.message,
      new RegExp(`has 420000000 bytes, and at most ${most} are made a data URL \\(maxBytes\\)$`),
    );
    return true;
  };

  it('is refused before it is read, by the limit of 256 MiB, of the caller, or of strings', async () => {
    await assert.rejects(client.pathToDataUrl(file, 'image/png'), refusal(268_435_456));
    await assert.rejects(client.pathToDataUrl(file, 'image/png', { maxBytes: 5 }), refusal(5));
    await assert.rejects(client.pathToDataUrl(file, 'image/png', { maxBytes: Infinity }), refusal(402_653_148));
    assert.match(
      await client.pathToDataUrl(__filename, 'text/plain', { maxBytes: 100_000 }),
      /^data:text\/plain;base64,/,
    );
  });

  it('is refused as a Blob, too', async () => {
    const blob = Object.assign(new Blob(), { arrayBuffer: () => assert.fail('it was read') });
    Object.defineProperty(blob, 'size', { value: 420_000_000 });
    await assert.rejects(client.fileToDataUrl(blob), refusal(268_435_456));
    await assert.rejects(client.fileToDataUrl(blob, { maxBytes: 5 }), refusal(5));
  });
});
