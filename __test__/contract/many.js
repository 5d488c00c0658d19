'use strict';

// Many at once: the same polls as single waits, and the same pages as single reads, one after the other.

const assert = require('node:assert/strict');
const { JOB, get, job, ofJob, refusal, reply } = require('./wire.js');
const { collect } = require('../support/outcomes.js');

const OTHER = '00000000-0000-4000-8000-00000000000b';
const other = { ...job, jobIdentifier: OTHER };
const running = { ...job, status: 'IN_PROGRESS' };
const models = [{ modelId: 'a' }, { modelId: 'b' }, { modelId: 'c' }];

const newest = { direction: 'DESC', 'sort-by': 'createdAt' };
/** A page that links to a next one. */
const linked = (items) => reply(200, items, { link: '<https://h.example/api/next>; rel="next"' });

const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

const both = (value) => {
  assert.deepEqual(value, [
    { index: 0, jobIdentifier: JOB, job },
    { index: 1, jobIdentifier: OTHER, job: other },
  ]);
};

const streamed = [
  { inputKey: 'a', status: 'SUCCESSFUL', metadata: { engine: 'e' }, outputs: { 'results.json': 1 } },
  { inputKey: 'b', status: 'FAILED', error: 'why', metadata: {}, outputs: {} },
];

module.exports = [
  {
    call: (c) => c.blockUntilAllComplete([JOB, () => other], { concurrency: 1 }),
    asks: [get(ofJob), get(`/jobs/${OTHER}`)],
    answers: [job, other],
    gives: both,
  },
  {
    call: (c) => collect(c.jobsAsCompleted(new Set([job, OTHER]), { concurrency: 1 })),
    client: 2,
    on: 'job',
    asks: [get(ofJob), get(`/jobs/${OTHER}`)],
    answers: [job, other],
    gives: both,
  },
  {
    call: (c) => c.blockUntilAllComplete([JOB]),
    asks: [get(ofJob)],
    answers: [refusal(403, 'not yours')],
    gives: ([{ index, jobIdentifier, error }]) => {
      assert.deepEqual([index, jobIdentifier, error.name, error.message], [0, JOB, 'PermissionError', 'not yours']);
    },
  },
  {
    call: (c) => collect(c.watchJob(JOB, { pollInterval: 1 })),
    asks: [get(ofJob), get(ofJob), get(ofJob)],
    answers: [running, running, job],
    gives: [running, job],
  },
  {
    call: (c) => c.listJobHistory({ user: 'u', perPage: 1 }).toArray(),
    asks: [1, 2].map((page) => get('/jobs/history', { user: 'u', ...newest, page, 'per-page': 1 })),
    answers: [linked([job]), [other]],
    gives: [job, other],
  },
  {
    call: (c) => collect(c.listJobHistory()),
    client: 2,
    on: 'job',
    asks: [get('/jobs/history', { ...newest, page: 1, 'per-page': 100 })],
    answers: [[job]],
    gives: [job],
  },
  {
    call: (c) => collect(c.listModels({ isFeatured: true, perPage: 2 }).pages()),
    asks: [1, 2].map((page) => get('/models', { isRecommended: true, page, 'per-page': 2 })),
    answers: [linked(models.slice(0, 2)), models.slice(2)],
    gives: [models.slice(0, 2), models.slice(2)],
  },
  {
    call: (c) => c.listModels(null, { limit: 2 }).toArray(),
    client: 2,
    on: 'model',
    asks: [get('/models', { page: 1, 'per-page': 500 })],
    answers: [models],
    gives: models.slice(0, 2),
  },
  {
    call: (c) => collect(c.streamResults(JOB)),
    on: 'result',
    asks: [get(`/results/${JOB}`)],
    answers: [
      {
        jobIdentifier: JOB,
        results: { a: { engine: 'e', 'results.json': 1 } },
        failures: { b: { status: 'FAILED', error: 'why' } },
      },
    ],
    gives: streamed,
  },
  {
    call: (c) => collect(c.streamResults(job, { retries: 0 })),
    client: 2,
    on: 'job',
    asks: [get(`/results/${JOB}`)],
    answers: [refusal(404, 'not yet')],
    fails: { of: 'NotFoundError', code: 404, message: 'not yet' },
  },
  refused((c) => c.blockUntilAllComplete(JOB), /the jobs param/),
  refused((c) => collect(c.jobsAsCompleted(job)), /the jobs param/),
  refused((c) => collect(c.watchJob()), /the job param/),
  refused((c) => collect(c.streamResults()), /the job param/),
  refused((c) => c.listJobHistory('u').toArray(), /takes \(\{ user, /),
  refused((c) => collect(c.listModels({ name: 7 })), /the name param/),
];
