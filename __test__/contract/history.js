'use strict';

// The history of jobs, in the form of 1.x: ten positional arguments, of which 1.x sends what is not null.

const { JOB, get, job, refusal } = require('./wire.js');

const OTHER = '00000000-0000-4000-8000-000000000002';
const THIRD = '00000000-0000-4000-8000-00000000000A';
const other = { ...job, jobIdentifier: OTHER };
const third = { ...job, jobIdentifier: THIRD, status: 'CANCELED' };

/** A row about the query of a call. */
const asked = (call, query, more) => ({
  call,
  asks: [get('/jobs/history', query)],
  answers: [[job]],
  gives: [job],
  ...more,
});

/** A row about a call that names jobs: each is read by itself. */
const named = (call, jobs, missing = []) => ({
  call,
  asks: [[...jobs.map(({ jobIdentifier }) => jobIdentifier), ...missing].map((id) => get(`/jobs/${id}`))],
  answers: Object.fromEntries([
    ...jobs.map((each) => [`/api/jobs/${each.jobIdentifier}`, each]),
    ...missing.map((id) => [`/api/jobs/${id}`, refusal(404, 'no such job')]),
  ]),
  gives: jobs,
});

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';
const _ = null;

module.exports = [
  // Nothing given, in all ways of giving nothing.
  asked((c) => c.getJobHistory(), { 'per-page': 1000 }),
  asked((c) => c.getJobHistory(), { 'per-page': 1000 }, { on: 'job' }),
  asked((c) => c.getJobClient().getJobHistory(), { 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, _, _), { 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, _, _, _, _), {}),
  asked((c) => c.getJobHistory(undefined, undefined, undefined, undefined, undefined, undefined, undefined), {
    'per-page': 1000,
  }),

  // Each argument alone.
  asked((c) => c.getJobHistory('Ada & Co'), { user: 'Ada & Co', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, 'aPrefix'), { accessKey: 'aPrefix', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, moment), { startDate: ISO, 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, '2021-07-20T01:40:11.187+0000'), {
    startDate: '2021-07-20T01:40:11.187+0000',
    'per-page': 1000,
  }),
  asked((c) => c.getJobHistory(_, _, _, moment), { endDate: ISO, 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, '2021-07-20'), { endDate: '2021-07-20', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, 'Sentiment Analysis'), { model: 'Sentiment Analysis', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, 'Tom, Dick; Harry'), { model: 'Tom, Dick; Harry', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, `${JOB},Sentiment`), { model: `${JOB},Sentiment`, 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, 'terminated'), { status: 'terminated', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, 2), { page: 2, 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, _, 50), { 'per-page': 50 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, 'DESC'), { direction: 'DESC', 'per-page': 1000 }),
  asked((c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, _, 'createdAt'), {
    'sort-by': 'createdAt',
    'per-page': 1000,
  }),
  asked((c) => c.getJobHistory(''), { user: '', 'per-page': 1000 }),

  // All of them, and options after them.
  asked((c) => c.getJobHistory('Ada', 'aPrefix', moment, moment, 'Sentiment', 'ALL', 1, 10, 'ASC', 'updatedAt'), {
    user: 'Ada',
    accessKey: 'aPrefix',
    startDate: ISO,
    endDate: ISO,
    model: 'Sentiment',
    status: 'ALL',
    page: 1,
    'per-page': 10,
    direction: 'ASC',
    'sort-by': 'updatedAt',
  }),
  asked((c) => c.getJobHistory('Ada', _, _, _, _, _, _, 7, _, _, { retries: 0 }), { user: 'Ada', 'per-page': 7 }),

  // The fifth as the documentation has it: identifiers of jobs.
  named((c) => c.getJobHistory(_, _, _, _, JOB), [job]),
  named((c) => c.getJobHistory(_, _, _, _, `${JOB},${OTHER}`), [job, other]),
  named((c) => c.getJobHistory(_, _, _, _, `${OTHER};${JOB}`), [other, job]),
  named((c) => c.getJobHistory(_, _, _, _, `${JOB}, ${OTHER}; ${THIRD}`), [job, other, third]),
  named((c) => c.getJobHistory(_, _, _, _, [THIRD, JOB]), [third, job]),
  named((c) => c.getJobHistory(_, _, _, _, [JOB]), [job]),
  named((c) => c.getJobHistory(_, _, _, _, [JOB, OTHER]), [job], [OTHER]),
  named((c) => c.getJobHistory(_, _, _, _, OTHER), [], [OTHER]),
  named((c) => c.getJobHistory(_, _, _, _, [JOB], _, _, _, _, _, { retries: 0 }), [job]),

  // Wrong types, in the words of 1.x.
  refused((c) => c.getJobHistory(7), 'the user param should be a string'),
  refused((c) => c.getJobHistory(_, 7), 'the accessKey param should be a string'),
  refused((c) => c.getJobHistory(_, _, 7), 'the startDate param should be a datetime or string'),
  refused((c) => c.getJobHistory(_, _, _, true), 'the endDate param should be a datetime or string'),
  refused((c) => c.getJobHistory(_, _, _, _, 7), /^the (jobIdentifiers|model) param should be a string$/),
  refused((c) => c.getJobHistory(_, _, _, _, ['Sentiment']), /jobIdentifiers/),
  refused((c) => c.getJobHistory(_, _, _, _, _, 7), 'the status param should be a string'),
  refused((c) => c.getJobHistory(_, _, _, _, _, _, '2'), 'the page param should be a number'),
  refused((c) => c.getJobHistory(_, _, _, _, _, _, _, '50'), 'the perPage param should be a number'),
  refused((c) => c.getJobHistory(_, _, _, _, _, _, _, _, 7), 'the direction param should be a string'),
  refused((c) => c.getJobHistory(_, _, _, _, _, _, _, _, _, 7), 'the sortBy param should be a string'),
  {
    call: (c) => c.getJobHistory(_, _, _, '2021-07-20'),
    asks: [get('/jobs/history', { endDate: '2021-07-20', 'per-page': 1000 })],
    answers: [refusal(400, 'endDate needs startDate')],
    fails: { of: 'BadRequestError', code: 400, message: 'endDate needs startDate' },
  },
];
