'use strict';

// `npm run test:compatibility`: runs one program with the published SDK, 1.0.7, and with this client, each against its own
// emulator, and compares the results. Installs dependencies and builds first.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { buildDebug } = require('../scripts/builds.js');
const { installPackages, prepare } = require('../scripts/setup.js');

const API_KEY = 'compatibility.secret';
const START = new Date(Date.now() - 3_600_000).toISOString();

// Several full chunks of the emulator's 64 KiB, and a shorter one.
const BYTES = Buffer.alloc(200_000, 'All of it, in order. ');

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

/** Runs the steps with one SDK, and returns their outcomes. */
async function take({ ModzyClient }, steps) {
  const { startEmulator } = require('modzy-emulator');
  const options = { apiKey: API_KEY, submittedMs: 50, inProgressMs: 150, chunkSize: '64Ki' };
  const emulator = await startEmulator(options);
  const { baseURL } = emulator;
  try {
    const client = new ModzyClient(baseURL, API_KEY);
    const values = {};
    const outcomes = [];
    for (const { name, run, route } of steps) {
      try {
        // 1.0.7 throws synchronously for an invalid argument.
        values[name] = await run(client, values);
        outcomes.push({ value: comparable(values[name], baseURL) });
      } catch (error) {
        outcomes.push({ failure: comparable(failureOf(error), baseURL) });
      }
      if (route !== undefined) {
        outcomes.at(-1).served = comparable(await served(baseURL + route), baseURL);
      }
    }
    return outcomes;
  } finally {
    await emulator.close();
  }
}

/** Returns the members of a failure that both generations have. */
function failureOf(error) {
  const { code, message, url } = Object(error);
  return typeof error === 'string' ? { message: error } : { code, message, url };
}

/** Returns the response of the server itself. */
async function served(url) {
  const response = await fetch(url, { headers: { Authorization: `ApiKey ${API_KEY}` } });
  return response.json();
}

const ID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g;
const DURATION = /Time$|Latency$|^inputFetching$|^outputUploading$|^resultSummarizing$/;

/** Replaces the parts of a value that differ between runs: identifiers, times, durations, and the emulator's address. */
function comparable(value, baseURL, key = '') {
  if (typeof value === 'string') {
    return value.replaceAll(baseURL, '<base>').replace(ID, '<id>').replace(TIME, '<time>');
  }
  if (typeof value === 'number') {
    return DURATION.test(key) ? '<ms>' : value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => comparable(item, baseURL));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member, baseURL, name)]));
  }
  return value;
}

/** Compares the outcomes of a step: `equal`, `known difference`, or `DIFFERENT` with details. */
function verdict({ check, fails = false, known }, theirs, ours) {
  try {
    if (known !== undefined) {
      known(theirs, ours);
      return { good: true, text: 'known difference' };
    }
    assert.equal('failure' in theirs, fails, `1.0.7: ${describe(theirs)}`);
    assert.equal('failure' in ours, fails, `modzy-client: ${describe(ours)}`);
    assert.deepEqual(ours, theirs);
    check?.(ours.value);
    return { good: true, text: 'equal' };
  } catch (error) {
    return { good: false, text: 'DIFFERENT', detail: error.message };
  }
}

/** Returns a short description of an outcome. */
function describe({ value, failure }) {
  if (failure !== undefined) {
    return `fails: ${failure.code ?? ''} ${failure.message}`;
  }
  if (Array.isArray(value)) {
    return `${value.length} found`;
  }
  const { status, total, completed, failed } = Object(value);
  if (total !== undefined) {
    return `${status ?? 'results'}: ${completed} of ${total}, ${failed} failed`;
  }
  return status ?? `${Object.keys(Object(value)).length} members`;
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
}

async function main() {
  // If this process ends before the last step, it has failed.
  process.exitCode = 1;
  prepare();
  installPackages(__dirname);
  buildDebug();

  const folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-compatibility-'));
  try {
    const file = path.join(folder, 'input.bin');
    await writeFile(file, BYTES);
    const steps = program(file);
    const theirs = await take(require('@modzy/modzy-sdk'), steps);
    const ours = await take(require('../..'), steps);
    const verdicts = steps.map((step, index) => verdict(step, theirs[index], ours[index]));

    const lines = steps.map(({ name }, index) => [
      name,
      describe(theirs[index]),
      describe(ours[index]),
      verdicts[index].text,
    ]);
    print([['step', '@modzy/modzy-sdk 1.0.7', 'modzy-client', 'values'], ...lines]);
    const bad = verdicts.flatMap(({ good, detail }, index) => (good ? [] : [`\n${steps[index].name}: ${detail}`]));
    console.log(bad.length === 0 ? `\nAll ${steps.length} steps as expected.` : bad.join('\n'));
    process.exitCode = bad.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error) => console.error(inspect(error)));
