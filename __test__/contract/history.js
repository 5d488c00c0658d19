'use strict';

// The history of jobs, in the form of 1.x: ten positional arguments. Those that are not null are sent.

const { JOB, get, job, refusal } = require('./wire.js');

const OTHER = '00000000-0000-4000-8000-000000000002';
const THIRD = '00000000-0000-4000-8000-00000000000A';
const other = { ...job, jobIdentifier: OTHER };
const third = { ...job, jobIdentifier: THIRD, status: 'CANCELED' };

/** A row about the query of a call. */
const queries = (title, call, query, more) => ({
  title,
  call,
  asks: [get('/jobs/history', query)],
  answers: [[job]],
  gives: [job],
  ...more,
});

/** A row about a call with job identifiers. It reads each job with a request of its own. */
const named = (title, call, jobs, missing = []) => ({
  title,
  call,
  asks: [[...jobs.map(({ jobIdentifier }) => jobIdentifier), ...missing].map((id) => get(`/jobs/${id}`))],
  answers: Object.fromEntries([
    ...jobs.map((each) => [`/api/jobs/${each.jobIdentifier}`, each]),
    ...missing.map((id) => [`/api/jobs/${id}`, refusal(404, 'no such job')]),
  ]),
  gives: jobs,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';
const _ = null;

module.exports = [
  // No values, in all ways to write that.
  queries('getJobHistory without arguments sends 1000 per page', (c) => c.getJobHistory(), { 'per-page': 1000 }),
  queries(
    'getJobHistory without arguments sends 1000 per page on a JobClient',
    (c) => c.getJobHistory(),
    { 'per-page': 1000 },
    { on: 'job' },
  ),
  queries(
    'getJobHistory without arguments sends 1000 per page on the client of getJobClient',
    (c) => c.getJobClient().getJobHistory(),
    { 'per-page': 1000 },
  ),
  queries(
    'getJobHistory leaves out null and replaces an undefined perPage',
    (c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, _, _),
    { 'per-page': 1000 },
  ),
  queries('getJobHistory sends no perPage where it is null', (c) => c.getJobHistory(_, _, _, _, _, _, _, _, _, _), {}),
  queries(
    'getJobHistory leaves out undefined',
    (c) => c.getJobHistory(undefined, undefined, undefined, undefined, undefined, undefined, undefined),
    {
      'per-page': 1000,
    },
  ),

  // Each argument alone.
  queries('getJobHistory sends the user, encoded', (c) => c.getJobHistory('Ada & Co'), {
    user: 'Ada & Co',
    'per-page': 1000,
  }),
  queries('getJobHistory sends the access key', (c) => c.getJobHistory(_, 'aPrefix'), {
    accessKey: 'aPrefix',
    'per-page': 1000,
  }),
  queries('getJobHistory sends a Date as startDate in ISO 8601', (c) => c.getJobHistory(_, _, moment), {
    startDate: ISO,
    'per-page': 1000,
  }),
  queries(
    'getJobHistory sends a string as startDate unchanged',
    (c) => c.getJobHistory(_, _, '2021-07-20T01:40:11.187+0000'),
    {
      startDate: '2021-07-20T01:40:11.187+0000',
      'per-page': 1000,
    },
  ),
  queries('getJobHistory sends a Date as endDate in ISO 8601', (c) => c.getJobHistory(_, _, _, moment), {
    endDate: ISO,
    'per-page': 1000,
  }),
  queries('getJobHistory sends a string as endDate unchanged', (c) => c.getJobHistory(_, _, _, '2021-07-20'), {
    endDate: '2021-07-20',
    'per-page': 1000,
  }),
  queries(
    'getJobHistory sends the fifth argument as the name of a model',
    (c) => c.getJobHistory(_, _, _, _, 'Sentiment Analysis'),
    { model: 'Sentiment Analysis', 'per-page': 1000 },
  ),
  queries(
    'getJobHistory reads a name with separators as a name, not as job identifiers',
    (c) => c.getJobHistory(_, _, _, _, 'Tom, Dick; Harry'),
    { model: 'Tom, Dick; Harry', 'per-page': 1000 },
  ),
  queries(
    'getJobHistory reads a list with one text that is not an identifier as a name',
    (c) => c.getJobHistory(_, _, _, _, `${JOB},Sentiment`),
    { model: `${JOB},Sentiment`, 'per-page': 1000 },
  ),
  queries('getJobHistory sends the status', (c) => c.getJobHistory(_, _, _, _, _, 'terminated'), {
    status: 'terminated',
    'per-page': 1000,
  }),
  queries('getJobHistory sends the page', (c) => c.getJobHistory(_, _, _, _, _, _, 2), { page: 2, 'per-page': 1000 }),
  queries('getJobHistory sends perPage', (c) => c.getJobHistory(_, _, _, _, _, _, _, 50), { 'per-page': 50 }),
  queries('getJobHistory sends the direction', (c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, 'DESC'), {
    direction: 'DESC',
    'per-page': 1000,
  }),
  queries(
    'getJobHistory sends sortBy as sort-by',
    (c) => c.getJobHistory(_, _, _, _, _, _, _, undefined, _, 'createdAt'),
    {
      'sort-by': 'createdAt',
      'per-page': 1000,
    },
  ),
  queries('getJobHistory sends an empty user', (c) => c.getJobHistory(''), { user: '', 'per-page': 1000 }),

  // All arguments, and options after them.
  queries(
    'getJobHistory sends all ten arguments',
    (c) => c.getJobHistory('Ada', 'aPrefix', moment, moment, 'Sentiment', 'ALL', 1, 10, 'ASC', 'updatedAt'),
    {
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
    },
  ),
  queries(
    'getJobHistory takes options after its ten arguments',
    (c) => c.getJobHistory('Ada', _, _, _, _, _, _, 7, _, _, { retries: 0 }),
    { user: 'Ada', 'per-page': 7 },
  ),

  // Job identifiers as the fifth argument, as the documentation describes it.
  named('getJobHistory reads the job that the fifth argument identifies', (c) => c.getJobHistory(_, _, _, _, JOB), [
    job,
  ]),
  named('getJobHistory reads each job of a list with commas', (c) => c.getJobHistory(_, _, _, _, `${JOB},${OTHER}`), [
    job,
    other,
  ]),
  named(
    'getJobHistory reads each job of a list with semicolons, in the order given',
    (c) => c.getJobHistory(_, _, _, _, `${OTHER};${JOB}`),
    [other, job],
  ),
  named(
    'getJobHistory reads each job of a list with both separators, spaces and upper case',
    (c) => c.getJobHistory(_, _, _, _, `${JOB}, ${OTHER}; ${THIRD}`),
    [job, other, third],
  ),
  named(
    'getJobHistory reads each job of an array, in the order given',
    (c) => c.getJobHistory(_, _, _, _, [THIRD, JOB]),
    [third, job],
  ),
  named('getJobHistory reads the only job of an array', (c) => c.getJobHistory(_, _, _, _, [JOB]), [job]),
  named(
    'getJobHistory leaves out a job that does not exist',
    (c) => c.getJobHistory(_, _, _, _, [JOB, OTHER]),
    [job],
    [OTHER],
  ),
  named(
    'getJobHistory returns an empty array where no job exists',
    (c) => c.getJobHistory(_, _, _, _, OTHER),
    [],
    [OTHER],
  ),
  named(
    'getJobHistory takes options after job identifiers',
    (c) => c.getJobHistory(_, _, _, _, [JOB], _, _, _, _, _, { retries: 0 }),
    [job],
  ),

  // Wrong types, in the words of 1.x.
  refused('getJobHistory refuses a number as user', (c) => c.getJobHistory(7), 'the user param should be a string'),
  refused(
    'getJobHistory refuses a number as accessKey',
    (c) => c.getJobHistory(_, 7),
    'the accessKey param should be a string',
  ),
  refused(
    'getJobHistory refuses a number as startDate',
    (c) => c.getJobHistory(_, _, 7),
    'the startDate param should be a datetime or string',
  ),
  refused(
    'getJobHistory refuses a boolean as endDate',
    (c) => c.getJobHistory(_, _, _, true),
    'the endDate param should be a datetime or string',
  ),
  refused(
    'getJobHistory refuses a number as fifth argument',
    (c) => c.getJobHistory(_, _, _, _, 7),
    /^the (jobIdentifiers|model) param should be a string$/,
  ),
  refused(
    'getJobHistory refuses an array of texts that are not identifiers',
    (c) => c.getJobHistory(_, _, _, _, ['Sentiment']),
    /jobIdentifiers/,
  ),
  refused(
    'getJobHistory refuses a number as status',
    (c) => c.getJobHistory(_, _, _, _, _, 7),
    'the status param should be a string',
  ),
  refused(
    'getJobHistory refuses a string as page',
    (c) => c.getJobHistory(_, _, _, _, _, _, '2'),
    'the page param should be a number',
  ),
  refused(
    'getJobHistory refuses a string as perPage',
    (c) => c.getJobHistory(_, _, _, _, _, _, _, '50'),
    'the perPage param should be a number',
  ),
  refused(
    'getJobHistory refuses a number as direction',
    (c) => c.getJobHistory(_, _, _, _, _, _, _, _, 7),
    'the direction param should be a string',
  ),
  refused(
    'getJobHistory refuses a number as sortBy',
    (c) => c.getJobHistory(_, _, _, _, _, _, _, _, _, 7),
    'the sortBy param should be a string',
  ),
  {
    title: 'getJobHistory rejects with the message of the server',
    call: (c) => c.getJobHistory(_, _, _, '2021-07-20'),
    asks: [get('/jobs/history', { endDate: '2021-07-20', 'per-page': 1000 })],
    answers: [refusal(400, 'endDate needs startDate')],
    fails: { of: 'BadRequestError', code: 400, message: 'endDate needs startDate' },
  },
];
