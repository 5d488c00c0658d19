'use strict';

// The history of jobs, in the form of 2.x, and calls of the same shape in 1.x with a client of 2.x.

const { refused } = require('../support/rows-of-2x.js');
const { JOB, get, job, refusal } = require('./wire.js');

/** Whether a date is 30 days ago, the default start of a history in 2.x, within a minute. */
function thirtyDaysAgo(text) {
  const start = new Date();
  start.setDate(start.getDate() - 30);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && Math.abs(Date.parse(text) - start.getTime()) < 60_000;
}

const defaults = { startDate: thirtyDaysAgo, 'sort-by': 'createdAt', direction: 'DESC', page: 1, 'per-page': 100 };

/** A row about the query of a call. The defaults are part of it. */
const queries = (title, call, query = {}, more = {}) => ({
  title,
  call,
  client: 2,
  asks: [get('/jobs/history', { ...defaults, ...query })],
  answers: [[job]],
  gives: [job],
  ...more,
});

const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';

module.exports = [
  queries('getJobHistory sends the defaults of 2.x', (c) => c.getJobHistory()),
  queries('getJobHistory sends the defaults of 2.x on a JobClient', (c) => c.getJobHistory(), {}, { on: 'job' }),
  queries('getJobHistory sends the defaults for an empty object', (c) => c.getJobHistory({})),
  queries(
    'getJobHistory sends the defaults for an empty object on a client of 1.x',
    (c) => c.getJobHistory({}),
    {},
    { client: 1 },
  ),
  queries('getJobHistory sends the defaults for null', (c) => c.getJobHistory(null)),
  queries('getJobHistory sends the default startDate for an empty string', (c) => c.getJobHistory({ startDate: '' })),
  queries('getJobHistory sends an empty user', (c) => c.getJobHistory({ user: '' }), { user: '' }),
  queries('getJobHistory replaces a null startDate and an undefined page, and leaves out a null user', (c) =>
    c.getJobHistory({ startDate: null, page: undefined, user: null }),
  ),
  queries('getJobHistory sends the user, encoded', (c) => c.getJobHistory({ user: 'Ada & Co' }), { user: 'Ada & Co' }),
  queries('getJobHistory sends the access key', (c) => c.getJobHistory({ accessKey: 'aPrefix' }), {
    accessKey: 'aPrefix',
  }),
  queries('getJobHistory sends a string in ISO 8601 as startDate', (c) => c.getJobHistory({ startDate: ISO }), {
    startDate: ISO,
  }),
  queries('getJobHistory sends a Date as startDate in ISO 8601', (c) => c.getJobHistory({ startDate: moment }), {
    startDate: ISO,
  }),
  queries(
    'getJobHistory sends a startDate with an offset unchanged',
    (c) => c.getJobHistory({ startDate: '2021-07-20T01:40:11+0000' }),
    { startDate: '2021-07-20T01:40:11+0000' },
  ),
  queries('getJobHistory sends a string as endDate', (c) => c.getJobHistory({ endDate: ISO }), { endDate: ISO }),
  queries('getJobHistory sends a Date as endDate in ISO 8601', (c) => c.getJobHistory({ endDate: moment }), {
    endDate: ISO,
  }),
  queries('getJobHistory sends the name of a model', (c) => c.getJobHistory({ model: 'Sentiment Analysis' }), {
    model: 'Sentiment Analysis',
  }),
  queries('getJobHistory sends a job identifier as model like any name', (c) => c.getJobHistory({ model: JOB }), {
    model: JOB,
  }),
  queries('getJobHistory sends the status', (c) => c.getJobHistory({ status: 'TERMINATED_WITH_ERROR' }), {
    status: 'TERMINATED_WITH_ERROR',
  }),
  queries('getJobHistory sends the page', (c) => c.getJobHistory({ page: 2 }), { page: 2 }),
  queries('getJobHistory sends perPage', (c) => c.getJobHistory({ perPage: 5 }), { 'per-page': 5 }),
  queries('getJobHistory sends the direction', (c) => c.getJobHistory({ direction: 'ASC' }), { direction: 'ASC' }),
  queries('getJobHistory sends sortBy as sort-by', (c) => c.getJobHistory({ sortBy: 'status' }), {
    'sort-by': 'status',
  }),
  {
    ...queries('getJobHistory sends neither paging nor order where they are null', (c) =>
      c.getJobHistory({ page: null, perPage: null, direction: null, sortBy: null }),
    ),
    asks: [get('/jobs/history', { startDate: thirtyDaysAgo })],
  },
  queries(
    'getJobHistory sends all ten members',
    (c) =>
      c.getJobHistory({
        user: 'Ada',
        accessKey: 'aPrefix',
        startDate: ISO,
        endDate: ISO,
        model: 'Sentiment',
        status: 'ALL',
        page: 3,
        perPage: 7,
        direction: 'ASC',
        sortBy: 'model',
      }),
    {
      user: 'Ada',
      accessKey: 'aPrefix',
      startDate: ISO,
      endDate: ISO,
      model: 'Sentiment',
      status: 'ALL',
      page: 3,
      'per-page': 7,
      direction: 'ASC',
      'sort-by': 'model',
    },
  ),
  refused(
    'getJobHistory refuses a number as user',
    (c) => c.getJobHistory({ user: 7 }),
    'the user param should be a string',
  ),
  refused(
    'getJobHistory refuses a number as endDate',
    (c) => c.getJobHistory({ endDate: 7 }),
    'the endDate param should be a datetime or string',
  ),
  {
    title: 'getJobHistory rejects with the message of the server',
    call: (c) => c.getJobHistory({ endDate: ISO }),
    client: 2,
    asks: [get('/jobs/history', { ...defaults, endDate: ISO })],
    answers: [refusal(400, 'endDate before startDate')],
    fails: { of: 'BadRequestError', code: 400, message: 'endDate before startDate' },
  },
];
