'use strict';

// The program that `compatibility.js` runs with two SDKs in JavaScript. dev/python/program.py has the same steps for a third.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');

const START = new Date(Date.now() - 3_600_000).toISOString();

// Several full chunks of the emulator's 1 MiB, and a shorter one. The Python SDK sends chunks of that size whatever the limit is.
const BYTES = Buffer.alloc(2_500_000, 'All of it, in order. ');

// A binary string: each character is a byte.
const BINARY = '\u00ff\u00fe\u0000 and more';

const SENTIMENT = ['ed542963de', '1.0.1'];
const DIGEST = ['d1g35t0256', '1.0.0'];

const MODEL = { identifier: DIGEST[0], version: DIGEST[1] };

const DATABASE = [
  'jdbc:postgresql://db/shop',
  'reader',
  'a secret',
  'org.postgresql.Driver',
  'SELECT text FROM reviews',
];

const TEXTS = {
  praise: { 'input.txt': 'I love it, wonderful!' },
  blame: { 'input.txt': 'I hate it, awful! – Gar nicht gut.' },
  'wrong name': { text: 'Nobody reads this.' },
};

/**
 * Returns the steps of the program, in order. A step computes a value from the client and from the values of earlier steps, by name.
 *
 * `known` asserts a documented difference. `check` asserts properties that the comparison does not cover.
 */
function program(file) {
  // 1.0.7 reads tags without the API key.
  const refused = (theirs, ours) => {
    assert.equal(theirs.failure?.code, 401);
    assert.deepEqual(ours.value, ours.served, 'differs from the response of the server');
  };
  return [
    { name: 'submit text', run: (client) => client.submitJobText(...SENTIMENT, TEXTS) },
    { name: 'wait for text', run: (client, { 'submit text': job }) => client.blockUntilComplete(job) },
    { name: 'result of text', run: (client, { 'submit text': job }) => client.getResult(job.jobIdentifier) },
    {
      name: 'submit embedded',
      run: (client) =>
        client.submitJobEmbedded(...DIGEST, 'application/octet-stream', {
          buffer: { input: BYTES.subarray(0, 1000) },
          'binary string': { input: BINARY },
        }),
    },
    { name: 'wait for embedded', run: (client, { 'submit embedded': job }) => client.blockUntilComplete(job) },
    {
      name: 'result of embedded',
      run: (client, { 'submit embedded': job }) => client.getResult(job.jobIdentifier),
      check({ results }) {
        const sent = { buffer: BYTES.subarray(0, 1000), 'binary string': Buffer.from(BINARY, 'latin1') };
        for (const [key, bytes] of Object.entries(sent)) {
          assert.deepEqual(results[key]['results.json'].input, digest(bytes), `${key} did not arrive whole`);
        }
      },
    },
    {
      name: 'submit files',
      run: (client) => client.submitJobFiles(...DIGEST, { path: { input: file }, buffer: { input: BYTES } }),
    },
    { name: 'wait for files', run: (client, { 'submit files': job }) => client.blockUntilComplete(job) },
    {
      name: 'result of files',
      run: (client, { 'submit files': job }) => client.getResult(job.jobIdentifier),
      check({ results }) {
        for (const key of ['path', 'buffer']) {
          assert.deepEqual(
            results[key]['results.json'].input,
            digest(BYTES),
            `the upload by ${key} did not arrive whole`,
          );
        }
      },
    },
    {
      name: 'submit S3',
      run: (client) =>
        client.submitJobAWSS3(...SENTIMENT, 'an id', 'a secret', 'us-east-1', {
          review: { 'input.txt': { bucket: 'reviews', key: 'today/1.txt' } },
        }),
    },
    { name: 'wait for S3', run: (client, { 'submit S3': job }) => client.blockUntilComplete(job) },
    { name: 'submit JDBC', run: (client) => client.submitJobJDBC(...SENTIMENT, ...DATABASE) },
    { name: 'wait for JDBC', run: (client, { 'submit JDBC': job }) => client.blockUntilComplete(job) },
    {
      name: 'open',
      run: (client) => client.getJobClient().submitJob({ model: MODEL }),
      // 1.0.7 calls every job that it makes SUBMITTED.
      known(theirs, ours) {
        assert.equal(theirs.value?.status, 'SUBMITTED');
        assert.deepEqual(ours.value, { ...theirs.value, status: 'OPEN' });
      },
    },
    { name: 'cancel', run: (client, { open: job }) => client.cancelJob(job.jobIdentifier) },
    { name: 'features', run: (client) => client.getJobClient().getFeatures() },
    { name: 'job', run: (client, { 'submit text': job }) => client.getJob(job.jobIdentifier) },
    {
      name: 'history',
      run: (client) => client.getJobHistory(null, null, START, null, null, 'all', null, 1000, 'asc', 'createdAt'),
      check: (jobs) => assert.equal(jobs.length, 6),
    },
    {
      name: 'history by model',
      run: (client) => client.getJobHistory(null, null, START, null, 'Digest', 'all', 1, 1, 'desc', 'createdAt'),
      check: (jobs) => assert.equal(jobs.length, 1),
    },
    { name: 'all models', run: (client) => client.getAllModels(), check: (models) => assert.ok(models.length >= 8) },
    {
      name: 'models by author',
      run: (client) => {
        const unused = Array(5).fill(null);
        return client.getModels(null, 'Emulator Labs', null, null, null, ...unused, 1, 2, 'asc', 'name');
      },
      check: (models) => assert.equal(models.length, 2),
    },
    { name: 'model', run: (client) => client.getModel(SENTIMENT[0]) },
    { name: 'model by name', run: (client) => client.getModelByName('Sentiment Analysis') },
    {
      name: 'nearest name',
      run: (client) => client.getModelByName('Sentiment'),
      // 1.0.7 leaves how near it is in the model.
      known(theirs, ours) {
        const { distance, ...model } = theirs.value ?? {};
        assert.equal(typeof distance, 'number');
        assert.deepEqual(ours.value, model);
      },
    },
    { name: 'related models', run: (client) => client.getRelatedModels(SENTIMENT[0]) },
    { name: 'versions', run: (client) => client.getModelClient().getModelVersions(SENTIMENT[0]) },
    { name: 'version', run: (client) => client.getModelVersion(...SENTIMENT) },
    { name: 'sample input', run: (client) => client.getModelClient().getModelVersionInputSample(...SENTIMENT) },
    { name: 'sample output', run: (client) => client.getModelClient().getModelVersionOutputSample(...SENTIMENT) },
    { name: 'all tags', run: (client) => client.getAllTags(), known: refused, route: '/models/tags' },
    {
      name: 'models by tag',
      run: (client) => client.getTagsAndModels('files', 'audio'),
      known: refused,
      route: '/models/tags/files,audio',
    },
    { name: 'keys', run: (client) => client.getAccountingClient().getAPIKeys('user@emulator.local') },
    { name: 'unknown model', run: (client) => client.getModel('n0such0n33'), fails: true },
  ];
}

/** Returns the output of the Digest model for these bytes. */
function digest(bytes) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * The documented differences of the Python SDK, by step. Each asserts one. The names are those of the steps; steps that are not in its
 * program have no method there.
 *
 * @type {Record<string, (theirs: any, ours: any) => void>}
 */
const ofPython = {
  // It has no method to open a job.
  history: (theirs, ours) => assert.deepEqual(theirs.value, ours.value.slice(0, -1)),
  'history by model': (theirs) => assert.equal(theirs.value[0].status, 'COMPLETED'),
  // It adds the identifier under another name.
  'related models': (theirs, ours) => assert.deepEqual(theirs.value, ours.value.map(withModelId)),
  'models by tag': (theirs, ours) => {
    const { tags, models } = ours.value;
    assert.deepEqual(theirs.value, [tags.map(withModelId), models.map(withModelId)]);
  },
};

function withModelId(object) {
  return { ...object, modelId: object.identifier };
}

module.exports = { BYTES, ofPython, program };
