'use strict';

// Jobs and results, in the form of 2.x; and with a client in that form, the calls that have the same shape in 1.x.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { JOB, del, file, get, inFile, job, ofJob, post, receipt, refusal, reply } = require('./wire.js');

/** Whether a date is the one that 2.x begins its history with, give or take a minute. */
function thirtyDaysAgo(text) {
  const start = new Date();
  start.setDate(start.getDate() - 30);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && Math.abs(Date.parse(text) - start.getTime()) < 60_000;
}

const defaults = { startDate: thirtyDaysAgo, 'sort-by': 'createdAt', direction: 'DESC', page: 1, 'per-page': 100 };

/** A row about the query of a call, beside the defaults. */
const asked = (call, query = {}, more = {}) => ({
  call,
  client: 2,
  asks: [get('/jobs/history', { ...defaults, ...query })],
  answers: [[job]],
  gives: [job],
  ...more,
});

/** A row about one read. */
const reads = (call, route, answer, more) => ({
  call,
  client: 2,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, client: 2, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';
const running = { ...job, status: 'IN_PROGRESS' };
const result = { jobIdentifier: JOB, results: { first: { 'results.json': { a: [1.5] } } }, failures: null };

/** Where a row downloads to. */
const downloaded = path.join(os.tmpdir(), `modzy-client-contract-${process.pid}`);

const OUTPUT = `/results/${JOB}/datasource/first/output/results.json`;
const output = { jobId: JOB, inputKey: 'first', outputName: 'results.json' };
const BYTES = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
const octets = (body) => reply(200, body, { 'content-type': 'application/octet-stream' });

/** A row about the contents of an output. */
const fetched = (call, answer, gives, more) => ({
  call,
  client: 2,
  asks: [get(OUTPUT)],
  answers: [answer],
  gives,
  ...more,
});

const isBuffer = (bytes) => (value) => {
  assert.ok(Buffer.isBuffer(value), 'no Buffer');
  assert.deepEqual(value, Buffer.from(bytes));
};
const isBlob = (bytes) => async (value) => {
  assert.ok(value instanceof Blob, 'no Blob');
  assert.equal(value.type, 'application/octet-stream');
  assert.deepEqual(Buffer.from(await value.arrayBuffer()), Buffer.from(bytes));
};

module.exports = [
  // The history, and its defaults.
  asked((c) => c.getJobHistory()),
  asked((c) => c.getJobHistory(), {}, { on: 'job' }),
  asked((c) => c.getJobHistory({})),
  asked((c) => c.getJobHistory({}), {}, { client: 1 }),
  asked((c) => c.getJobHistory(null)),
  asked((c) => c.getJobHistory({ startDate: '' })),
  asked((c) => c.getJobHistory({ user: '' }), { user: '' }),
  asked((c) => c.getJobHistory({ startDate: null, page: undefined, user: null })),
  asked((c) => c.getJobHistory({ user: 'Ada & Co' }), { user: 'Ada & Co' }),
  asked((c) => c.getJobHistory({ accessKey: 'aPrefix' }), { accessKey: 'aPrefix' }),
  asked((c) => c.getJobHistory({ startDate: ISO }), { startDate: ISO }),
  asked((c) => c.getJobHistory({ startDate: moment }), { startDate: ISO }),
  asked((c) => c.getJobHistory({ startDate: '2021-07-20T01:40:11+0000' }), { startDate: '2021-07-20T01:40:11+0000' }),
  asked((c) => c.getJobHistory({ endDate: ISO }), { endDate: ISO }),
  asked((c) => c.getJobHistory({ endDate: moment }), { endDate: ISO }),
  asked((c) => c.getJobHistory({ model: 'Sentiment Analysis' }), { model: 'Sentiment Analysis' }),
  asked((c) => c.getJobHistory({ model: JOB }), { model: JOB }),
  asked((c) => c.getJobHistory({ status: 'TERMINATED_WITH_ERROR' }), { status: 'TERMINATED_WITH_ERROR' }),
  asked((c) => c.getJobHistory({ page: 2 }), { page: 2 }),
  asked((c) => c.getJobHistory({ perPage: 5 }), { 'per-page': 5 }),
  asked((c) => c.getJobHistory({ direction: 'ASC' }), { direction: 'ASC' }),
  asked((c) => c.getJobHistory({ sortBy: 'status' }), { 'sort-by': 'status' }),
  {
    ...asked((c) => c.getJobHistory({ page: null, perPage: null, direction: null, sortBy: null })),
    asks: [get('/jobs/history', { startDate: thirtyDaysAgo })],
  },
  asked(
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
  refused((c) => c.getJobHistory({ user: 7 }), 'the user param should be a string'),
  refused((c) => c.getJobHistory({ endDate: 7 }), 'the endDate param should be a datetime or string'),
  {
    call: (c) => c.getJobHistory({ endDate: ISO }),
    client: 2,
    asks: [get('/jobs/history', { ...defaults, endDate: ISO })],
    answers: [refusal(400, 'endDate before startDate')],
    fails: { of: 'BadRequestError', code: 400, message: 'endDate before startDate' },
  },

  // Jobs.
  reads((c) => c.getJob(JOB), ofJob, job),
  reads((c) => c.getJob(JOB), ofJob, job, { on: 'job' }),
  { call: (c) => c.cancelJob(JOB), client: 2, asks: [del(ofJob)], answers: [job], gives: job },
  reads((c) => c.getProcessingEngineStatus(), '/resources/processing/engines', [{ identifier: 'm1', ready: 1 }]),
  reads((c) => c.getProcessingEngineStatus(), '/resources/processing/engines', [], { on: 'job' }),
  reads((c) => c.getProcessingEngineStatus({ retries: 0 }), '/resources/processing/engines', [], { client: 1 }),
  reads((c) => c.getJobClient().getFeatures(), '/jobs/features', { inputChunkMaximumSize: '1Mi' }),
  {
    call: (c) => c.closeOpenJob(JOB),
    client: 2,
    on: 'job',
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: receipt,
  },
  {
    call: (c) => c.jobClient.closeOpenJob(JOB),
    client: 2,
    asks: [post(`${ofJob}/close`, {})],
    answers: [{ ...receipt, status: 'IN_PROGRESS' }],
    gives: { ...receipt, status: 'IN_PROGRESS' },
  },

  // Waits: the first poll at once.
  { call: (c) => c.blockUntilJobComplete(JOB), client: 2, asks: [get(ofJob)], answers: [job], gives: job },
  {
    call: (c) => c.blockUntilJobComplete(JOB, { timeout: 1 }),
    client: 2,
    asks: [get(ofJob), get(ofJob), get(ofJob)],
    answers: [running, { ...job, status: 'OPEN' }, job],
    gives: job,
  },
  {
    call: (c) => c.blockUntilJobComplete({ jobIdentifier: JOB }, { pollInterval: 1 }),
    client: 2,
    on: 'job',
    asks: [get(ofJob), get(ofJob)],
    answers: [running, { ...job, status: 'TIMEDOUT' }],
    gives: { ...job, status: 'TIMEDOUT' },
  },
  { call: (c) => c.blockUntilJobComplete(JOB), client: 1, asks: [get(ofJob)], answers: [job], gives: job },
  { call: (c) => c.blockUntilComplete(JOB), client: 2, asks: [get(ofJob)], answers: [job], gives: job },
  {
    call: (c) => c.blockUntilResult(receipt),
    client: 2,
    asks: [get(ofJob), get(`/results/${JOB}`)],
    answers: [job, result],
    gives: { job, result },
  },

  // Results.
  reads((c) => c.getResult(JOB), `/results/${JOB}`, result),
  reads((c) => c.getResult(JOB), `/results/${JOB}`, result, { on: 'job' }),
  fetched((c) => c.getOutputContents(output), { a: [1.5, null] }, { a: [1.5, null] }),
  fetched((c) => c.getOutputContents(output), { a: 1 }, { a: 1 }, { on: 'job' }),
  fetched((c) => c.getOutputContents(output), { a: 1 }, { a: 1 }, { client: 1 }),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'json' }), octets('{"a":"ü"}'), { a: 'ü' }),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'json' }), octets('größer'), 'größer'),
  fetched((c) => c.getOutputContents({ ...output, responseType: null }), octets('7'), 7),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }), octets(BYTES), isBuffer(BYTES)),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }), { a: 1 }, isBuffer('{"a":1}')),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'blob' }), octets(BYTES), isBlob(BYTES)),
  fetched((c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }), octets(''), isBuffer('')),
  {
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [octets(BYTES)],
    fails: { of: 'ResponseError', code: 200, message: /arraybuffer/ },
  },
  {
    call: (c) => c.getOutputContents({ jobId: JOB, inputKey: 'a b/ü?', outputName: 'c#d' }, { retries: 0 }),
    client: 2,
    asks: [get(`/results/${JOB}/datasource/a%20b%2F%C3%BC%3F/output/c%23d`)],
    answers: [[]],
    gives: [],
  },
  {
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [refusal(404, 'no such output')],
    fails: { of: 'NotFoundError', code: 404, message: 'no such output' },
  },
  fetched(
    async (c) => {
      const { body, contentType } = await c.openOutput(output);
      return [await new Response(body).text(), contentType];
    },
    octets('bytes'),
    ['bytes', 'application/octet-stream'],
  ),
  fetched((c) => c.downloadOutput(output, downloaded).finally(() => fs.rmSync(downloaded)), octets('bytes'), {
    bytes: 5,
    contentType: 'application/octet-stream',
  }),
  refused((c) => c.getOutputContents({ ...output, responseType: 'text' }), /responseType/),
  refused((c) => c.getOutputContents({ jobId: JOB, inputKey: 'first' }), /outputName/),

  // Accounts, which have one form.
  reads((c) => c.getAPIKeys('a@b.c'), '/accounting/access-keys/user/a%40b.c', [], { on: 'accounting' }),
  {
    call: (c) => c.getAccountingClient().getKeyBody('aPrefix'),
    client: 2,
    asks: [post('/accounting/access-keys/aPrefix/hash', {})],
    answers: ['aPrefix.theBody'],
    gives: 'aPrefix.theBody',
  },

  // Data URLs, which ask nobody.
  {
    call: (c) => c.pathToDataUrl(file, 'text/plain'),
    client: 2,
    asks: [],
    gives: `data:text/plain;base64,${Buffer.from(inFile).toString('base64')}`,
  },
  {
    call: (c) => c.pathToDataUrl(`${file}.missing`, 'text/plain'),
    client: 2,
    asks: [],
    fails: { of: 'InputError', message: /sentence\.txt\.missing/ },
  },
  {
    call: (c) => c.fileToDataUrl(new Blob(['a'], { type: 'text/plain' })),
    client: 2,
    asks: [],
    gives: 'data:text/plain;base64,YQ==',
  },
  {
    call: (c) => c.fileToDataUrl(new File([BYTES], 'x.png', { type: 'image/png' })),
    client: 2,
    asks: [],
    gives: 'data:image/png;base64,/wD+gA==',
  },
  {
    call: (c) => c.fileToDataUrl(new Blob([])),
    client: 1,
    asks: [],
    gives: 'data:application/octet-stream;base64,',
  },
  refused((c) => c.fileToDataUrl('a'), /file/),
];
