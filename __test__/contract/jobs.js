'use strict';

// Jobs, results, tags and accounts, in the form of 1.x.

const { JOB, del, get, job, ofJob, post, refusal, reply } = require('./wire.js');

/** A row about one read. */
const reads = (call, route, answer, on) => ({ call, on, asks: [get(route)], answers: [answer], gives: answer });

/** A row about an argument of the wrong type. */
const refused = (call, message, on) => ({ call, on, asks: [], fails: { of: 'TypeError', message } });

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
  aMemberNobodyKnows: true,
};
const tag = { identifier: 't1', name: 'Language', dataType: 'Task', isCategorical: true, images: [] };
const tagged = { tags: [tag], models: [{ identifier: 'm1', name: 'Sentiment', tags: [tag] }] };
const key = { prefix: 'aPrefix', name: 'mine', status: 'Active', roles: [{ name: 'x' }], submittedJobs: 3 };
const KEYS = '/accounting/access-keys';

module.exports = [
  // Jobs.
  reads((c) => c.getJob(JOB), ofJob, job),
  reads((c) => c.getJob(JOB), ofJob, job, 'job'),
  reads((c) => c.getJobClient().getJob(JOB, { retries: 0 }), ofJob, job),
  reads((c) => c.getJob('a b/c'), '/jobs/a%20b%2Fc', { ...job, jobIdentifier: 'A b/c' }),
  { call: (c) => c.getJob(JOB), asks: [get(ofJob)], answers: [reply(200, JSON.stringify(job))], gives: job },
  { call: (c) => c.getJob(JOB).then(({ identifier }) => identifier), asks: [get(ofJob)], answers: [job], gives: JOB },
  {
    call: (c) => c.getJob(JOB).then((read) => JSON.stringify(read)),
    asks: [get(ofJob)],
    answers: [job],
    gives: JSON.stringify(job),
  },
  {
    call: (c) => c.cancelJob(JOB),
    asks: [del(ofJob)],
    answers: [{ ...job, status: 'CANCELED' }],
    gives: { ...job, status: 'CANCELED' },
  },
  { call: (c) => c.cancelJob(JOB), on: 'job', asks: [del(ofJob)], answers: [reply(202, job)], gives: job },
  { call: (c) => c.cancelJob(JOB, { retries: 0 }), asks: [del(ofJob)], answers: [job], gives: job },
  {
    call: (c) => c.cancelJob(JOB),
    asks: [del(ofJob)],
    answers: [refusal(403, 'auditors may not')],
    fails: { of: 'PermissionError', code: 403, message: 'auditors may not' },
  },

  // Waits.
  { call: (c) => c.blockUntilComplete({ jobIdentifier: JOB }), asks: polls(1), answers: [job], gives: job },
  { call: (c) => c.blockUntilComplete(running), on: 'job', asks: polls(1), answers: [job], gives: job },
  { call: (c) => c.blockUntilComplete(JOB), asks: polls(1), answers: [job], gives: job },
  ...['COMPLETED', 'TIMEDOUT', 'CANCELED', 'ERROR'].map((status) => ({
    call: (c) => c.blockUntilComplete(job),
    asks: polls(1),
    answers: [{ ...job, status }],
    gives: { ...job, status },
  })),
  {
    call: (c) => c.blockUntilComplete(job, { pollInterval: 1 }),
    asks: polls(5),
    answers: [...['OPEN', 'SUBMITTED', 'PENDING', 'IN_PROGRESS'].map((status) => ({ ...job, status })), job],
    gives: job,
  },
  {
    call: (c) => c.blockUntilComplete(job),
    asks: polls(1),
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  {
    call: (c) => c.blockUntilResult(job, { pollInterval: 1 }),
    asks: [...polls(2), get(`/results/${JOB}`)],
    answers: [running, job, result],
    gives: { job, result },
  },
  {
    call: (c) => c.blockUntilResult(JOB),
    on: 'job',
    asks: [...polls(1), get(`/results/${JOB}`)],
    answers: [job, result],
    gives: { job, result },
  },
  refused((c) => c.getJob(), /jobId/),
  refused((c) => c.getJob(7), /jobId/),
  refused((c) => c.cancelJob(''), /jobId/),
  refused((c) => c.blockUntilComplete(), /\bjob\b/),
  refused((c) => c.blockUntilComplete({ identifier: JOB }), /\bjob\b/),

  // Results.
  reads((c) => c.getResult(JOB), `/results/${JOB}`, result),
  reads((c) => c.getResult(JOB), `/results/${JOB}`, result, 'result'),
  reads((c) => c.getResultClient().getResult(JOB, { retries: 0 }), `/results/${JOB}`, result),
  reads((c) => c.getResult(JOB), `/results/${JOB}`, { jobIdentifier: JOB, finished: true, failures: null }),
  reads((c) => c.getInputResult(JOB, 'a b/c'), `/results/${JOB}/datasource/a%20b%2Fc`, { status: 'SUCCESSFUL' }),
  {
    call: (c) => c.getResult(JOB),
    asks: [get(`/results/${JOB}`)],
    answers: [refusal(404, 'not yet')],
    fails: { of: 'NotFoundError', code: 404, message: 'not yet' },
  },
  refused((c) => c.getResult(7), /jobId/, 'result'),

  // Tags, with the key that 1.x leaves out.
  reads((c) => c.getAllTags(), '/models/tags', [tag]),
  reads((c) => c.getAllTags(), '/models/tags', [tag], 'tag'),
  reads((c) => c.getTagClient().getAllTags({ retries: 0 }), '/models/tags', [tag]),
  reads((c) => c.getTagsAndModels('t1'), '/models/tags/t1', tagged),
  reads((c) => c.getTagsAndModels('t1'), '/models/tags/t1', tagged, 'tag'),
  reads((c) => c.getTagsAndModels('t1', 't2', 't3'), '/models/tags/t1,t2,t3', tagged),
  reads((c) => c.getTagsAndModels('t1,t2'), '/models/tags/t1,t2', tagged),
  reads((c) => c.getTagsAndModels(['t1', 't2']), '/models/tags/t1,t2', tagged),
  reads((c) => c.getTagsAndModels('t1', 't2', { retries: 0 }), '/models/tags/t1,t2', tagged),
  reads((c) => c.getTagsAndModels(['t1', 't2'], { retries: 0 }), '/models/tags/t1,t2', tagged),
  reads((c) => c.getTagsAndModels('a b', 'c/d'), '/models/tags/a%20b,c%2Fd', { tags: [], models: [] }),
  refused((c) => c.getTagsAndModels(7), /tagsId/),
  refused((c) => c.getTagsAndModels(), /tagsId/),

  // Accounts.
  reads((c) => c.getAPIKeys('ada@example.com'), `${KEYS}/user/ada%40example.com`, [key], 'accounting'),
  reads((c) => c.getAccountingClient().getAPIKeys('a/b+c@d.e'), `${KEYS}/user/a%2Fb%2Bc%40d.e`, [key]),
  ...[
    [reply(200, 'aPrefix.theBody', { 'content-type': 'text/plain' }), 'aPrefix.theBody'],
    ['aPrefix.theBody', 'aPrefix.theBody'],
    [{ key: 'aPrefix.theBody' }, { key: 'aPrefix.theBody' }],
  ].map(([answer, gives]) => ({
    call: (c) => c.getKeyBody('aPrefix'),
    on: 'accounting',
    asks: [post(`${KEYS}/aPrefix/hash`, {})],
    answers: [answer],
    gives,
  })),
  {
    call: (c) => c.getAccountingClient().getKeyBody('a/b', { retries: 0 }),
    asks: [post(`${KEYS}/a%2Fb/hash`, {})],
    answers: [refusal(403, 'only once')],
    fails: { of: 'PermissionError', code: 403, message: 'only once' },
  },
  refused((c) => c.getAPIKeys(7), 'the email param should be a not empty string', 'accounting'),
  refused((c) => c.getKeyBody(7), 'the key param should be a not empty string', 'accounting'),

  // What a server may answer at its worst.
  ...[
    [refusal(422, 'unprocessable'), { of: 'BadRequestError', code: 422, message: 'unprocessable' }],
    [refusal(401, 'who are you'), { of: 'AuthenticationError', code: 401, message: 'who are you' }],
    [reply(404, { statusCode: 400, message: 'other' }), { of: 'NotFoundError', code: 404, message: 'other' }],
    [reply(500, { message: 'Java heap space' }), { of: 'ServerError', code: 500, message: 'Java heap space' }],
    [reply(404, '<html>no such page</html>'), { of: 'NotFoundError', code: 404, message: /./ }],
    [reply(403), { of: 'PermissionError', code: 403, message: /./ }],
    [reply(200, '<html>sign in</html>'), { of: 'ResponseError', code: 200, message: /./ }],
  ].map(([answer, fails]) => ({
    call: (c) => c.getJob(JOB, { retries: 0 }),
    asks: [get(ofJob)],
    answers: [answer],
    fails,
  })),
];
