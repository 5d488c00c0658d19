'use strict';

// Calls about many jobs, models or results. They send the polls of single waits and the pages of single reads.

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

const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

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

/** The query of a search, whose start is an hour before the earliest job. */
const searched = {
  accessKey: 'contractPrefix',
  startDate: (date) => Date.parse(date) < Date.now(),
  'sort-by': 'createdAt',
  direction: 'DESC',
  'per-page': 100,
};
const mine = {
  ...job,
  jobIdentifier: JOB,
  model: { identifier: 'm', version: '1' },
  submittedBy: 'contractPrefix',
  createdAt: new Date().toISOString(),
  jobInputs: [{ identifier: 'my-input' }],
};
const others = { ...mine, jobIdentifier: 'y', jobInputs: [{ identifier: 'other' }] };

module.exports = [
  {
    title: 'blockUntilAllComplete waits for identifiers and for functions that submit',
    call: (c) => c.blockUntilAllComplete([JOB, () => other], { concurrency: 1 }),
    asks: [get(ofJob), get(`/jobs/${OTHER}`)],
    answers: [job, other],
    gives: both,
  },
  {
    title: 'jobsAsCompleted waits for a set of jobs and identifiers',
    call: (c) => collect(c.jobsAsCompleted(new Set([job, OTHER]), { concurrency: 1 })),
    client: 2,
    on: 'job',
    asks: [get(ofJob), get(`/jobs/${OTHER}`)],
    answers: [job, other],
    gives: both,
  },
  {
    title: 'blockUntilAllComplete returns the error of a failed wait as an outcome',
    call: (c) => c.blockUntilAllComplete([JOB]),
    asks: [get(ofJob)],
    answers: [refusal(403, 'not yours')],
    gives: ([{ index, jobIdentifier, error }]) => {
      assert.deepEqual([index, jobIdentifier, error.name, error.message], [0, JOB, 'PermissionError', 'not yours']);
    },
  },
  {
    title: 'watchJob yields the job at each change, and no two equal ones',
    call: (c) => collect(c.watchJob(JOB, { pollInterval: 1 })),
    asks: [get(ofJob), get(ofJob), get(ofJob)],
    answers: [running, running, job],
    gives: [running, job],
  },
  {
    title: 'listJobHistory reads the next page while the server links to one',
    call: (c) => c.listJobHistory({ user: 'u', perPage: 1 }).toArray(),
    asks: [1, 2].map((page) => get('/jobs/history', { user: 'u', ...newest, page, 'per-page': 1 })),
    answers: [linked([job]), [other]],
    gives: [job, other],
  },
  {
    title: 'listJobHistory sends the defaults of 2.x on a JobClient',
    call: (c) => collect(c.listJobHistory()),
    client: 2,
    on: 'job',
    asks: [get('/jobs/history', { ...newest, page: 1, 'per-page': 100 })],
    answers: [[job]],
    gives: [job],
  },
  {
    title: 'listJobs reads the next page while the server links to one',
    call: (c) => c.listJobs({ status: 'PENDING', perPage: 1 }).toArray(),
    asks: [1, 2].map((page) => get('/jobs', { status: 'PENDING', page, 'per-page': 1 })),
    answers: [linked([job]), [other]],
    gives: [job, other],
  },
  {
    title: 'listJobs sends pages of 100 on a JobClient',
    call: (c) => collect(c.listJobs()),
    client: 2,
    on: 'job',
    asks: [get('/jobs', { page: 1, 'per-page': 100 })],
    answers: [[job]],
    gives: [job],
  },
  {
    title: 'findJobs reads the history until an empty page, and yields the own jobs with the key',
    call: (c) => c.findJobs({ inputKey: 'my-input', modelId: 'm' }).toArray(),
    asks: [{}, { page: 1 }].map((page) => get('/jobs/history', { ...searched, ...page })),
    answers: [[mine, { ...mine, jobIdentifier: 'x', submittedBy: 'another' }, others], []],
    gives: [mine],
  },
  {
    title: 'findJobs ends at its limit, and takes a Date, on a JobClient',
    call: (c) => collect(c.findJobs({ inputKey: 'my-input', since: new Date(Date.now() - 3_600_000) }, { limit: 1 })),
    client: 2,
    on: 'job',
    asks: [get('/jobs/history', searched)],
    answers: [[mine, { ...mine, jobIdentifier: 'x', createdAt: new Date(Date.now() - 1000).toISOString() }]],
    gives: [mine],
  },
  {
    title: 'listModels yields whole pages, and sends isFeatured as isRecommended',
    call: (c) => collect(c.listModels({ isFeatured: true, perPage: 2 }).pages()),
    asks: [1, 2].map((page) => get('/models', { isRecommended: true, page, 'per-page': 2 })),
    answers: [linked(models.slice(0, 2)), models.slice(2)],
    gives: [models.slice(0, 2), models.slice(2)],
  },
  {
    title: 'listModels ends at its limit on a ModelClient',
    call: (c) => c.listModels(null, { limit: 2 }).toArray(),
    client: 2,
    on: 'model',
    asks: [get('/models', { page: 1, 'per-page': 500 })],
    answers: [models],
    gives: models.slice(0, 2),
  },
  {
    title: 'streamResults yields outputs and failures on a ResultClient',
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
    title: 'streamResults rejects with the message of the server on a JobClient',
    call: (c) => collect(c.streamResults(job, { retries: 0 })),
    client: 2,
    on: 'job',
    asks: [get(`/results/${JOB}`)],
    answers: [refusal(404, 'not yet')],
    fails: { of: 'NotFoundError', code: 404, message: 'not yet' },
  },
  refused('blockUntilAllComplete refuses one job', (c) => c.blockUntilAllComplete(JOB), /the jobs param/),
  refused('jobsAsCompleted refuses one job', (c) => collect(c.jobsAsCompleted(job)), /the jobs param/),
  refused('watchJob refuses a missing job', (c) => collect(c.watchJob()), /the job param/),
  refused('streamResults refuses a missing job', (c) => collect(c.streamResults()), /the job param/),
  refused('listJobHistory refuses positional arguments', (c) => c.listJobHistory('u').toArray(), /takes \(\{ user, /),
  refused('listJobs refuses positional arguments', (c) => c.listJobs('u').toArray(), /takes \(\{ user, /),
  refused('findJobs refuses a missing key', (c) => c.findJobs({}).toArray(), /the inputKey param/),
  refused('findJobs refuses a key alone', (c) => c.findJobs('my-input').toArray(), /takes \(\{ inputKey, /),
  {
    ...refused(
      'findJobs refuses a key alone on a client of 2.x',
      (c) => c.findJobs('a').toArray(),
      /takes \(\{ inputKey, /,
    ),
    client: 2,
  },
  refused(
    'findJobs refuses a time that cannot be read',
    (c) => c.findJobs({ inputKey: 'a', since: 'yesterday' }).toArray(),
    /since must be a time in ISO 8601/,
  ),
  refused('listModels refuses a number as name', (c) => collect(c.listModels({ name: 7 })), /the name param/),
];
