'use strict';

// Jobs as arguments: wherever a call names a job, in each of its forms, it takes the identifier, a receipt or a job.

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { collect, failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const KEY = 'aPrefix.aSecretBody';
const JOB = '00000000-0000-4000-8000-000000000001';

const receipt = { jobIdentifier: JOB, status: 'SUBMITTED', totalInputs: 1 };
const job = { jobIdentifier: JOB, status: 'COMPLETED', total: 1 };
const result = { jobIdentifier: JOB, results: { a: { status: 'SUCCESSFUL', b: 1 } } };

/** What names the job in a call. */
const references = {
  'an identifier': JOB,
  'a receipt': receipt,
  'a job': Object.defineProperty({ ...job }, 'identifier', { get: () => JOB, enumerable: false }),
  'an object of a class': new (class {
    jobIdentifier = JOB;
  })(),
};

const routes = {
  [`GET /api/jobs/${JOB}`]: { body: job },
  [`DELETE /api/jobs/${JOB}`]: { body: job },
  [`POST /api/jobs/${JOB}/close`]: { body: receipt },
  [`POST /api/jobs/${JOB}/a/b`]: { status: 202 },
  [`GET /api/results/${JOB}`]: { body: result },
  [`GET /api/results/${JOB}/datasource/a/output/b`]: { body: 1 },
};

const file = path.join(os.tmpdir(), `modzy-client-job-references-${process.pid}`);
const ofOutput = { inputKey: 'a', outputName: 'b' };

/** The calls that name a job, by what they request last. */
const calls = {
  getJob: [`GET /api/jobs/${JOB}`, (c, ref) => c.getJob(ref)],
  'getJob with options': [`GET /api/jobs/${JOB}`, (c, ref) => c.getJob(ref, { retries: 0 })],
  'getJob by map': [`GET /api/jobs/${JOB}`, (c, ref) => Promise.all([ref].map(c.getJob.bind(c)))],
  cancelJob: [`DELETE /api/jobs/${JOB}`, (c, ref) => c.cancelJob(ref)],
  closeJob: [`POST /api/jobs/${JOB}/close`, (c, ref) => c.closeJob(ref)],
  closeOpenJob: [`POST /api/jobs/${JOB}/close`, (c, ref) => c.closeOpenJob(ref)],
  appendInput: [`POST /api/jobs/${JOB}/a/b`, (c, ref) => c.appendInput(ref, 'a', 'b', Buffer.from('c'))],
  getResult: [`GET /api/results/${JOB}`, (c, ref) => c.getResult(ref)],
  getInputResult: [`GET /api/results/${JOB}`, (c, ref) => c.getInputResult(ref, 'a')],
  streamResults: [`GET /api/results/${JOB}`, (c, ref) => collect(c.streamResults(ref))],
  'getOutputContents with job': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    (c, ref) => c.getOutputContents({ ...ofOutput, job: ref }),
  ],
  'getOutputContents with jobId': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    (c, ref) => c.getOutputContents({ ...ofOutput, jobId: ref }),
  ],
  'openOutput with job': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    async (c, ref) => (await c.openOutput({ ...ofOutput, job: ref })).body.cancel(),
  ],
  'openOutput with jobId': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    async (c, ref) => (await c.openOutput({ ...ofOutput, jobId: ref })).body.cancel(),
  ],
  'downloadOutput with job': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    (c, ref) => c.downloadOutput({ ...ofOutput, job: ref }, file),
  ],
  'downloadOutput with jobId': [
    `GET /api/results/${JOB}/datasource/a/output/b`,
    (c, ref) => c.downloadOutput({ ...ofOutput, jobId: ref }, file),
  ],
  blockUntilComplete: [`GET /api/jobs/${JOB}`, (c, ref) => c.blockUntilComplete(ref)],
  blockUntilJobComplete: [`GET /api/jobs/${JOB}`, (c, ref) => c.blockUntilJobComplete(ref)],
  blockUntilResult: [`GET /api/results/${JOB}`, (c, ref) => c.blockUntilResult(ref)],
  watchJob: [`GET /api/jobs/${JOB}`, (c, ref) => collect(c.watchJob(ref))],
  blockUntilAllComplete: [`GET /api/jobs/${JOB}`, (c, ref) => c.blockUntilAllComplete([ref])],
  jobsAsCompleted: [`GET /api/jobs/${JOB}`, (c, ref) => collect(c.jobsAsCompleted(new Set([ref])))],
  'jobsAsCompleted with a function': [`GET /api/jobs/${JOB}`, (c, ref) => collect(c.jobsAsCompleted([() => ref]))],
  'getJobHistory with a job': [`GET /api/jobs/${JOB}`, (c, ref) => c.getJobHistory(null, null, null, null, ref)],
  'getJobHistory with several jobs': [
    `GET /api/jobs/${JOB}`,
    (c, ref) => c.getJobHistory(null, null, null, null, [ref, ref]),
  ],
};

describe('a job as an argument', () => {
  for (const [name, [request, call]] of Object.entries(calls)) {
    it(`of ${name} is an identifier, a receipt or a job`, async (t) => {
      const server = await serve(t, routes);
      const clients = [new ModzyClient(server.baseURL, KEY), new ModzyClient({ url: server.baseURL, apiKey: KEY })];
      for (const client of clients) {
        for (const [what, reference] of Object.entries(references)) {
          await call(client, reference);
          assert.equal(server.lines().at(-1), request, what);
        }
      }
    });
  }

  // Batches await what the function of a job returns, and name the job by its place.
  const awaits = ['jobsAsCompleted with a function'];
  const inBatch = ['blockUntilAllComplete', 'jobsAsCompleted'];

  for (const [name, [, call]] of Object.entries(calls).filter(([each]) => !awaits.includes(each))) {
    it(`of ${name} is not a promise, and the error says to await it`, async (t) => {
      const server = await serve(t, routes);
      const client = new ModzyClient(server.baseURL, KEY);
      const promise = Promise.resolve(receipt);
      const error = inBatch.includes(name)
        ? (await call(client, promise))[0].error
        : await failure(call(client, promise));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, /param should be .*, not a promise: await it first$/);
      assert.equal(server.requests.length, 0);
    });
  }

  it('of an output is named once', async () => {
    const client = new ModzyClient('http://127.0.0.1:9', KEY);
    for (const twice of [
      { job, jobId: JOB },
      { job, url: 'https://h.example' },
      { jobId: JOB, url: 'https://h.example' },
    ]) {
      for (const call of [
        () => client.openOutput({ ...ofOutput, ...twice }),
        () => client.downloadOutput({ ...ofOutput, ...twice }, file),
        () => client.getOutputContents({ ...ofOutput, ...twice }),
      ]) {
        const error = await failure(call());
        assert.equal(error.name, 'TypeError');
        assert.match(error.message, /\{ job, inputKey, outputName \} or \{ url \}, but not both$/);
      }
    }
  });
});
