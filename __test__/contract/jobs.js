'use strict';

// Jobs, results, tags and accounts, in the form of 1.x.

const { JOB, del, get, job, ofJob, post, refusal, reply } = require('./wire.js');

/** A row about one read. */
const reads = (title, call, route, answer, on) => ({
  title,
  call,
  on,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message, on) => ({ title, call, on, asks: [], fails: { of: 'TypeError', message } });

const running = { ...job, status: 'IN_PROGRESS' };
const polls = (count) => Array.from({ length: count }, () => get(ofJob));
const result = {
  jobIdentifier: JOB,
  total: 2,
  completed: 1,
  failed: 1,
  finished: true,
  results: {
    first: { status: 'SUCCESSFUL', engine: 'e', 'results.json': [1, null, { deep: 'ü' }], voting: { up: 0 } },
  },
  failures: { second: { status: 'FAILED', error: 'too dark' } },
  anUnknownMember: true,
};
const tag = { identifier: 't1', name: 'Language', dataType: 'Task', isCategorical: true, images: [] };
const tagged = { tags: [tag], models: [{ identifier: 'm1', name: 'Sentiment', tags: [tag] }] };
const key = { prefix: 'aPrefix', name: 'mine', status: 'Active', roles: [{ name: 'x' }], submittedJobs: 3 };
const KEYS = '/accounting/access-keys';

module.exports = [
  // Jobs.
  reads('getJob returns the job unchanged', (c) => c.getJob(JOB), ofJob, job),
  reads('getJob returns the job on a JobClient', (c) => c.getJob(JOB), ofJob, job, 'job'),
  reads(
    'getJob takes options on the client of getJobClient',
    (c) => c.getJobClient().getJob(JOB, { retries: 0 }),
    ofJob,
    job,
  ),
  reads('getJob encodes the identifier into one path segment', (c) => c.getJob('a b/c'), '/jobs/a%20b%2Fc', {
    ...job,
    jobIdentifier: 'A b/c',
  }),
  {
    title: 'getJobs sends its filter, and pages of 100',
    call: (c) => c.getJobs({ user: 'Ada', status: 'PENDING', startDate: new Date(0) }),
    asks: [
      get('/jobs', { user: 'Ada', startDate: '1970-01-01T00:00:00.000Z', status: 'PENDING', page: 1, 'per-page': 100 }),
    ],
    answers: [[{ jobIdentifier: JOB, status: 'OPEN', model: {} }]],
    gives: [{ jobIdentifier: JOB, status: 'OPEN', model: {} }],
  },
  {
    title: 'getJobs leaves a default out where it is null',
    call: (c) => c.getJobs({ page: null, perPage: null }, { retries: 0 }),
    client: 2,
    on: 'job',
    asks: [get('/jobs')],
    answers: [[]],
    gives: [],
  },
  {
    title: 'getJob reads a response without a content type',
    call: (c) => c.getJob(JOB),
    asks: [get(ofJob)],
    answers: [reply(200, JSON.stringify(job))],
    gives: job,
  },
  {
    title: 'getJob returns a job with the identifier of 1.x',
    call: (c) => c.getJob(JOB).then(({ identifier }) => identifier),
    asks: [get(ofJob)],
    answers: [job],
    gives: JOB,
  },
  {
    title: 'getJob returns a job whose JSON is what the server sent',
    call: (c) => c.getJob(JOB).then((read) => JSON.stringify(read)),
    asks: [get(ofJob)],
    answers: [job],
    gives: JSON.stringify(job),
  },
  {
    title: 'cancelJob returns the canceled job',
    call: (c) => c.cancelJob(JOB),
    asks: [del(ofJob)],
    answers: [{ ...job, status: 'CANCELED' }],
    gives: { ...job, status: 'CANCELED' },
  },
  {
    title: 'cancelJob reads a 202 on a JobClient',
    call: (c) => c.cancelJob(JOB),
    on: 'job',
    asks: [del(ofJob)],
    answers: [reply(202, job)],
    gives: job,
  },
  {
    title: 'cancelJob takes options',
    call: (c) => c.cancelJob(JOB, { retries: 0 }),
    asks: [del(ofJob)],
    answers: [job],
    gives: job,
  },
  {
    title: 'cancelJob rejects with the message of the server',
    call: (c) => c.cancelJob(JOB),
    asks: [del(ofJob)],
    answers: [refusal(403, 'auditors may not')],
    fails: { of: 'PermissionError', code: 403, message: 'auditors may not' },
  },

  // Waits.
  {
    title: 'blockUntilComplete waits for an object with a jobIdentifier',
    call: (c) => c.blockUntilComplete({ jobIdentifier: JOB }),
    asks: polls(1),
    answers: [job],
    gives: job,
  },
  {
    title: 'blockUntilComplete waits for a job that it gets, on a JobClient',
    call: (c) => c.blockUntilComplete(running),
    on: 'job',
    asks: polls(1),
    answers: [job],
    gives: job,
  },
  {
    title: 'blockUntilComplete waits for the job of an identifier',
    call: (c) => c.blockUntilComplete(JOB),
    asks: polls(1),
    answers: [job],
    gives: job,
  },
  ...['COMPLETED', 'TIMEDOUT', 'CANCELED', 'ERROR'].map((status) => ({
    title: `blockUntilComplete ends on ${status}`,
    call: (c) => c.blockUntilComplete(job),
    asks: polls(1),
    answers: [{ ...job, status }],
    gives: { ...job, status },
  })),
  {
    title: 'blockUntilComplete polls on while the job is open, submitted, pending or in progress',
    call: (c) => c.blockUntilComplete(job, { pollInterval: 1 }),
    asks: polls(5),
    answers: [...['OPEN', 'SUBMITTED', 'PENDING', 'IN_PROGRESS'].map((status) => ({ ...job, status })), job],
    gives: job,
  },
  {
    title: 'blockUntilComplete polls on with an interval that grows up to maxPollInterval',
    call: (c) => c.blockUntilComplete(job, { pollInterval: 1, maxPollInterval: 5 }),
    asks: polls(5),
    answers: [running, running, running, running, job],
    gives: job,
  },
  {
    title: 'blockUntilComplete rejects at once for a key that is not active',
    call: (c) => c.blockUntilComplete(job),
    asks: polls(1),
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  {
    title: 'blockUntilResult reads the result after the last poll',
    call: (c) => c.blockUntilResult(job, { pollInterval: 1 }),
    asks: [...polls(2), get(`/results/${JOB}`)],
    answers: [running, job, result],
    gives: { job, result },
  },
  {
    title: 'blockUntilResult takes an identifier on a JobClient',
    call: (c) => c.blockUntilResult(JOB),
    on: 'job',
    asks: [...polls(1), get(`/results/${JOB}`)],
    answers: [job, result],
    gives: { job, result },
  },
  refused('getJob refuses a missing identifier', (c) => c.getJob(), /jobId/),
  refused('getJob refuses a number', (c) => c.getJob(7), /jobId/),
  refused('cancelJob refuses an empty identifier', (c) => c.cancelJob(''), /jobId/),
  refused('blockUntilComplete refuses a missing job', (c) => c.blockUntilComplete(), /\bjob\b/),
  refused(
    'blockUntilComplete refuses an object without a jobIdentifier',
    (c) => c.blockUntilComplete({ identifier: JOB }),
    /\bjob\b/,
  ),

  // Results.
  reads('getResult returns the result unchanged', (c) => c.getResult(JOB), `/results/${JOB}`, result),
  reads('getResult returns the result on a ResultClient', (c) => c.getResult(JOB), `/results/${JOB}`, result, 'result'),
  reads(
    'getResult takes options on the client of getResultClient',
    (c) => c.getResultClient().getResult(JOB, { retries: 0 }),
    `/results/${JOB}`,
    result,
  ),
  reads('getResult returns a result without outputs unchanged', (c) => c.getResult(JOB), `/results/${JOB}`, {
    jobIdentifier: JOB,
    finished: true,
    failures: null,
  }),
  {
    title: 'getInputResult returns a failure, without the level of old servers',
    call: (c) => c.getInputResult(JOB, '..'),
    asks: [get(`/results/${JOB}`)],
    answers: [{ jobIdentifier: JOB, failures: { '..': { '..': { status: 'FAILED', error: 'too dark' } } } }],
    gives: { status: 'FAILED', error: 'too dark' },
  },
  {
    title: 'getInputResult rejects with the name of an input that the results do not hold',
    call: (c) => c.getInputResult(JOB, 'third'),
    asks: [get(`/results/${JOB}`)],
    answers: [result],
    fails: { of: 'NotFoundError', code: 404, message: 'the job has no result of the input "third"' },
  },
  {
    title: 'getResult rejects with the message of the server',
    call: (c) => c.getResult(JOB),
    asks: [get(`/results/${JOB}`)],
    answers: [refusal(404, 'not yet')],
    fails: { of: 'NotFoundError', code: 404, message: 'not yet' },
  },
  refused('getResult refuses a number on a ResultClient', (c) => c.getResult(7), /jobId/, 'result'),

  // Tags, with the key that 1.x leaves out.
  reads('getAllTags sends the API key', (c) => c.getAllTags(), '/models/tags', [tag]),
  reads('getAllTags sends the API key on a TagClient', (c) => c.getAllTags(), '/models/tags', [tag], 'tag'),
  reads(
    'getAllTags takes options on the client of getTagClient',
    (c) => c.getTagClient().getAllTags({ retries: 0 }),
    '/models/tags',
    [tag],
  ),
  reads('getTagsAndModels reads one tag', (c) => c.getTagsAndModels('t1'), '/models/tags/t1', tagged),
  reads(
    'getTagsAndModels reads one tag on a TagClient',
    (c) => c.getTagsAndModels('t1'),
    '/models/tags/t1',
    tagged,
    'tag',
  ),
  reads(
    'getTagsAndModels joins its arguments with commas',
    (c) => c.getTagsAndModels('t1', 't2', 't3'),
    '/models/tags/t1,t2,t3',
    tagged,
  ),
  reads(
    'getTagsAndModels sends a list with commas unchanged',
    (c) => c.getTagsAndModels('t1,t2'),
    '/models/tags/t1,t2',
    tagged,
  ),
  reads(
    'getTagsAndModels joins an array with commas',
    (c) => c.getTagsAndModels(['t1', 't2']),
    '/models/tags/t1,t2',
    tagged,
  ),
  reads(
    'getTagsAndModels takes options after several tags',
    (c) => c.getTagsAndModels('t1', 't2', { retries: 0 }),
    '/models/tags/t1,t2',
    tagged,
  ),
  reads(
    'getTagsAndModels takes options after an array',
    (c) => c.getTagsAndModels(['t1', 't2'], { retries: 0 }),
    '/models/tags/t1,t2',
    tagged,
  ),
  reads(
    'getTagsAndModels encodes each tag into the one path segment',
    (c) => c.getTagsAndModels('a b', 'c/d'),
    '/models/tags/a%20b,c%2Fd',
    { tags: [], models: [] },
  ),
  refused('getTagsAndModels refuses a number', (c) => c.getTagsAndModels(7), /tagsId/),
  refused('getTagsAndModels refuses no tags', (c) => c.getTagsAndModels(), /tagsId/),

  // Accounts.
  reads(
    'getAPIKeys encodes the email on an AccountingClient',
    (c) => c.getAPIKeys('ada@example.com'),
    `${KEYS}/user/ada%40example.com`,
    [key],
    'accounting',
  ),
  reads(
    'getAPIKeys encodes the email on the client of getAccountingClient',
    (c) => c.getAccountingClient().getAPIKeys('a/b+c@d.e'),
    `${KEYS}/user/a%2Fb%2Bc%40d.e`,
    [key],
  ),
  ...[
    ['plain text', reply(200, 'aPrefix.theBody', { 'content-type': 'text/plain' }), 'aPrefix.theBody'],
    ['a JSON string', 'aPrefix.theBody', 'aPrefix.theBody'],
    ['a JSON object', { key: 'aPrefix.theBody' }, { key: 'aPrefix.theBody' }],
  ].map(([kind, answer, gives]) => ({
    title: `getKeyBody returns ${kind} unchanged`,
    call: (c) => c.getKeyBody('aPrefix'),
    on: 'accounting',
    asks: [post(`${KEYS}/aPrefix/hash`, {})],
    answers: [answer],
    gives,
  })),
  {
    title: 'getKeyBody encodes the prefix and rejects with the message of the server',
    call: (c) => c.getAccountingClient().getKeyBody('a/b', { retries: 0 }),
    asks: [post(`${KEYS}/a%2Fb/hash`, {})],
    answers: [refusal(403, 'only once')],
    fails: { of: 'PermissionError', code: 403, message: 'only once' },
  },
  refused(
    'getAPIKeys refuses a number in the words of 1.x',
    (c) => c.getAPIKeys(7),
    'the email param should be a not empty string',
    'accounting',
  ),
  refused(
    'getKeyBody refuses a number in the words of 1.x',
    (c) => c.getKeyBody(7),
    'the key param should be a not empty string',
    'accounting',
  ),

  // Responses of servers and of proxies before them.
  ...[
    ['a 422', refusal(422, 'unprocessable'), { of: 'BadRequestError', code: 422, message: 'unprocessable' }],
    ['a 401', refusal(401, 'who are you'), { of: 'AuthenticationError', code: 401, message: 'who are you' }],
    [
      'a 404 whose body says 400',
      reply(404, { statusCode: 400, message: 'other' }),
      { of: 'NotFoundError', code: 404, message: 'other' },
    ],
    [
      'a 500 without a statusCode',
      reply(500, { message: 'Java heap space' }),
      { of: 'ServerError', code: 500, message: 'Java heap space' },
    ],
    ['a 404 with a page', reply(404, '<html>no such page</html>'), { of: 'NotFoundError', code: 404, message: /./ }],
    ['a 403 without a body', reply(403), { of: 'PermissionError', code: 403, message: /./ }],
    [
      'a page in place of the job',
      reply(200, '<html>sign in</html>'),
      { of: 'ResponseError', code: 200, message: /./ },
    ],
  ].map(([kind, answer, fails]) => ({
    title: `getJob rejects on ${kind}`,
    call: (c) => c.getJob(JOB, { retries: 0 }),
    asks: [get(ofJob)],
    answers: [answer],
    fails,
  })),
];
