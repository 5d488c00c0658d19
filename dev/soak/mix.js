'use strict';

// The programs of a soak. Each makes some calls with a client, and returns how many.

const assert = require('node:assert/strict');
const fs = require('node:fs/promises');
const path = require('node:path');
const { Readable } = require('node:stream');
const { lies } = require('./faults.js');
const { chunksOf, sources } = require('./inputs.js');

const SENTIMENT = ['ed542963de', '1.0.1'];
const DIGEST = ['d1g35t0256', '1.0.0'];

/** The options of waits. A job stays in progress for some tens of milliseconds. */
const waits = { pollInterval: 50, waitTimeout: 20_000, maxOutage: 10_000 };

const DATABASE = ['jdbc:postgresql://db/shop', 'reader', 'a password', 'org.postgresql.Driver', 'SELECT 1'];

/** Throws unless bytes are those of the output or of one of the `lies`. */
function checkBytes(bytes, { known }) {
  const isLie = lies.some(({ body = '' }) => bytes.equals(Buffer.from(body)));
  assert.ok(isLie || bytes.equals(known.bytes), `an output of ${bytes.length} bytes: ${bytes}`);
}

/** Throws unless JSON is the expected one or one of the `lies` that the client accepts: no body, and a list. */
function checkJson(json, known) {
  if (json !== undefined && !(Array.isArray(json) && json.length === 0)) {
    assert.deepEqual(json, known);
  }
}

/**
 * The programs by name, each with its weight.
 *
 * @type {Record<string, [number, (turn: any) => Promise<unknown>]>}
 */
const mix = {
  text: [4, ({ client, options, submits }) => client.submitJobText(...SENTIMENT, submits.texts(), options)],
  embedded: [
    2,
    ({ client, options, submits }) =>
      client.submitJobEmbedded(...DIGEST, 'text/plain', { [submits.name()]: { input: Buffer.from('bytes') } }, options),
  ],
  s3: [
    2,
    ({ client, options, submits }) => {
      const object = { [submits.name()]: { 'input.txt': { bucket: 'b', key: 'k' } } };
      return client.submitJobAWSS3(...SENTIMENT, 'an id', 'a secret', 'us-east-1', object, options);
    },
  ],
  jdbc: [1, ({ client, options }) => client.submitJobJDBC(...SENTIMENT, ...DATABASE, options)],
  raw: [
    2,
    ({ client, options, submits }) => {
      const model = { identifier: SENTIMENT[0], version: SENTIMENT[1] };
      return client.submitJob({ model, input: { type: 'text', sources: submits.texts() } }, options);
    },
  ],
  wait: [
    8,
    async ({ client, options, submits }) => {
      const job = await client.submitJobText(...SENTIMENT, submits.texts(), options);
      await client.blockUntilComplete(job, { ...options, ...waits, onProgress: () => {} });
      return 2;
    },
  ],
  result: [
    4,
    async ({ client, options, submits }) => {
      const texts = submits.texts();
      const job = await client.submitJobText(...SENTIMENT, texts, options);
      const { result } = await client.blockUntilResult(job, { ...options, ...waits });
      const [key] = Object.keys(texts);
      checkJson(await client.getInputResult(job, key, options), result.results[key]);
      return 3;
    },
  ],
  watch: [
    2,
    async ({ client, options, random, submits }) => {
      const job = await client.submitJobText(...SENTIMENT, submits.texts(), options);
      const leaves = random.chance(0.3);
      for await (const { status } of client.watchJob(job, { ...options, ...waits })) {
        if (leaves || status === 'COMPLETED') {
          break;
        }
      }
      return 2;
    },
  ],
  batch: [
    1,
    async ({ client, options, random, submits }) => {
      const jobs = Array.from({ length: 4 }, () => {
        const own = submits.ofOne();
        return async () => {
          try {
            return await client.submitJobText(...SENTIMENT, own.texts());
          } catch (error) {
            own.failed(error);
            throw error;
          }
        };
      });
      if (random.chance(0.5)) {
        await client.blockUntilAllComplete(jobs, { ...options, ...waits, concurrency: 2 });
      } else {
        const most = random.below(5);
        let count = 0;
        for await (const { index } of client.jobsAsCompleted(jobs, { ...options, ...waits, concurrency: 2 })) {
          count += 1;
          if (index === most || count === most) {
            break;
          }
        }
      }
      return 5;
    },
  ],
  upload: [
    3,
    async ({ client, options, random, files }) => {
      const { file, bytes, sha256 } = random.pick(files);
      const kind = random.pick(Object.keys(sources));
      const input = await sources[kind](bytes, file);
      const job = await client.submitJobFiles(...DIGEST, { [kind]: { input } }, { ...options, onUploadProgress() {} });
      const { result } = await client.blockUntilResult(job, { ...options, ...waits });
      // A wait that received an unknown status has ended early.
      const digest = result.results?.[kind]?.['results.json'];
      assert.ok(digest === undefined || digest.input.sha256 === sha256, `${kind}: ${JSON.stringify(digest)}`);
      return 3;
    },
  ],
  'append and close': [
    1,
    async ({ client, options, random, files }) => {
      const job = await client.submitJob({ model: { identifier: DIGEST[0], version: DIGEST[1] } }, options);
      // With a chunk size, the client does not request the server's limits.
      await client.appendInput(job, 'key', 'input', random.pick(files).bytes, 50_000, options);
      await client.closeJob(job, options);
      return 3;
    },
  ],
  cancel: [
    1,
    async ({ client, options, submits }) => {
      const { jobIdentifier } = await client.submitJobText(...SENTIMENT, submits.texts(), options);
      await client.cancelJob(jobIdentifier, options);
      return 2;
    },
  ],
  abort: [
    4,
    async ({ client, options, random, submits }) => {
      const signal = AbortSignal.timeout(random.below(250));
      const job = await client.submitJobText(...SENTIMENT, submits.texts(), options);
      const cancels = { cancelOnAbort: random.chance(0.5), onCancel: () => {} };
      await client.blockUntilComplete(job, { ...options, ...waits, ...cancels, signal });
      return 2;
    },
  ],
  'abort of an upload': [
    1,
    ({ client, options, random }) => {
      const signal = AbortSignal.timeout(random.below(30));
      const input = Readable.from(chunksOf(random.bytes(1000)));
      return client.submitJobFiles(...DIGEST, { a: { input } }, { ...options, signal });
    },
  ],
  contents: [
    3,
    async ({ client, options, output, known }) => {
      const bytes = await client.getOutputContents({ ...output, responseType: 'arraybuffer' }, options);
      checkBytes(Buffer.from(bytes), { known });
    },
  ],
  stream: [
    3,
    async ({ client, options, output, known, random }) => {
      const { body } = await client.openOutput(output, options);
      const leaves = random.chance(0.3);
      const read = [];
      for await (const chunk of body) {
        assert.ok(chunk.length > 0);
        if (leaves) {
          return;
        }
        read.push(chunk);
      }
      checkBytes(Buffer.concat(read), { known });
    },
  ],
  'streamed results': [
    3,
    async ({ client, options, output, known, random }) => {
      for await (const { inputKey, outputs } of client.streamResults(output.jobId, options)) {
        assert.equal(inputKey, output.inputKey);
        assert.deepEqual(outputs['results.json'], known.result.results[inputKey]['results.json']);
        if (random.chance(0.3)) {
          break;
        }
      }
    },
  ],
  download: [
    3,
    async ({ client, options, output, known, folder, submits }) => {
      const file = path.join(folder, submits.ofOne().name());
      try {
        await client.downloadOutput(output, file, { ...options, onDownloadProgress() {} });
        checkBytes(await fs.readFile(file), { known });
      } finally {
        await fs.rm(file, { force: true });
      }
    },
  ],
  job: [
    4,
    async ({ client, options, output, known }) => checkJson(await client.getJob(output.jobId, options), known.job),
  ],
  'job that is not there': [1, ({ client, options }) => client.getJob('00000000-0000-4000-8000-00000000dead', options)],
  results: [
    3,
    async ({ client, options, output, known }) =>
      checkJson(await client.getResult(output.jobId, options), known.result),
  ],
  model: [2, ({ client, options }) => client.getModelDetails(...SENTIMENT, options)],
  'model by name': [1, ({ client, options }) => client.getModelByName('Sentiment Analysis', options)],
  models: [1, ({ client, options }) => client.listModels({ perPage: 5 }, { ...options, limit: 12 }).toArray()],
  tags: [1, ({ client, options }) => client.getTagsAndModels('files', 'audio', options)],
  features: [1, ({ client, options }) => client.getFeatures(options)],
  keys: [1, ({ client, options }) => client.accountingClient.getAPIKeys('user@emulator.local', options)],
  'wrong argument': [1, ({ client, options }) => client.getJob('..', options)],
  'wrong path': [
    1,
    ({ client, options }) => client.submitJobFiles(...DIGEST, { a: { input: '/no/such/file' } }, options),
  ],
};

const wheel = Object.entries(mix).flatMap(([name, [weight, program]]) => Array(weight).fill([name, program]));

module.exports = { SENTIMENT, wheel };
