'use strict';

// Jobs and results, in the form of 2.x, and calls of the same shape in 1.x with a client of 2.x.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { JOB, del, file, get, inFile, job, ofJob, post, receipt, refusal, reply } = require('./wire.js');

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

/** A row about one read. */
const reads = (title, call, route, answer, more) => ({
  title,
  call,
  client: 2,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, client: 2, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';
const running = { ...job, status: 'IN_PROGRESS' };
const result = { jobIdentifier: JOB, results: { first: { 'results.json': { a: [1.5] } } }, failures: null };

/** The path that a row downloads to. */
const downloaded = path.join(os.tmpdir(), `modzy-client-contract-${process.pid}`);

const OUTPUT = `/results/${JOB}/datasource/first/output/results.json`;
const output = { jobId: JOB, inputKey: 'first', outputName: 'results.json' };
const BYTES = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
const octets = (body) => reply(200, body, { 'content-type': 'application/octet-stream' });

/** A row about the contents of an output. */
const fetched = (title, call, answer, gives, more) => ({
  title,
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
  // The history and its defaults.
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

  // Jobs.
  reads('getJob returns the job unchanged', (c) => c.getJob(JOB), ofJob, job),
  reads('getJob returns the job on a JobClient', (c) => c.getJob(JOB), ofJob, job, { on: 'job' }),
  {
    title: 'cancelJob returns the job',
    call: (c) => c.cancelJob(JOB),
    client: 2,
    asks: [del(ofJob)],
    answers: [job],
    gives: job,
  },
  reads(
    'getProcessingEngineStatus returns the engines',
    (c) => c.getProcessingEngineStatus(),
    '/resources/processing/engines',
    [{ identifier: 'm1', ready: 1 }],
  ),
  reads(
    'getProcessingEngineStatus returns an empty array on a JobClient',
    (c) => c.getProcessingEngineStatus(),
    '/resources/processing/engines',
    [],
    { on: 'job' },
  ),
  reads(
    'getProcessingEngineStatus takes options on a client of 1.x',
    (c) => c.getProcessingEngineStatus({ retries: 0 }),
    '/resources/processing/engines',
    [],
    { client: 1 },
  ),
  reads(
    'getFeatures returns the limits of uploads on the client of getJobClient',
    (c) => c.getJobClient().getFeatures(),
    '/jobs/features',
    { inputChunkMaximumSize: '1Mi' },
  ),
  {
    title: 'closeOpenJob returns the receipt unchanged on a JobClient',
    call: (c) => c.closeOpenJob(JOB),
    client: 2,
    on: 'job',
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: receipt,
  },
  {
    title: 'closeOpenJob returns the status of the server on the client of jobClient',
    call: (c) => c.jobClient.closeOpenJob(JOB),
    client: 2,
    asks: [post(`${ofJob}/close`, {})],
    answers: [{ ...receipt, status: 'IN_PROGRESS' }],
    gives: { ...receipt, status: 'IN_PROGRESS' },
  },

  // Waits. The first poll comes at once.
  {
    title: 'blockUntilJobComplete polls at once',
    call: (c) => c.blockUntilJobComplete(JOB),
    client: 2,
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  {
    title: 'blockUntilJobComplete reads timeout as the time between polls, as in 2.x',
    call: (c) => c.blockUntilJobComplete(JOB, { timeout: 1 }),
    client: 2,
    asks: [get(ofJob), get(ofJob), get(ofJob)],
    answers: [running, { ...job, status: 'OPEN' }, job],
    gives: job,
  },
  {
    title: 'blockUntilJobComplete takes a receipt and pollInterval on a JobClient',
    call: (c) => c.blockUntilJobComplete({ jobIdentifier: JOB }, { pollInterval: 1 }),
    client: 2,
    on: 'job',
    asks: [get(ofJob), get(ofJob)],
    answers: [running, { ...job, status: 'TIMEDOUT' }],
    gives: { ...job, status: 'TIMEDOUT' },
  },
  {
    title: 'blockUntilJobComplete waits on a client of 1.x',
    call: (c) => c.blockUntilJobComplete(JOB),
    client: 1,
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  {
    title: 'blockUntilComplete waits on a client of 2.x',
    call: (c) => c.blockUntilComplete(JOB),
    client: 2,
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  {
    title: 'blockUntilResult takes a receipt and reads the result',
    call: (c) => c.blockUntilResult(receipt),
    client: 2,
    asks: [get(ofJob), get(`/results/${JOB}`)],
    answers: [job, result],
    gives: { job, result },
  },

  // Results.
  reads('getResult returns the result unchanged', (c) => c.getResult(JOB), `/results/${JOB}`, result),
  reads('getResult returns the result on a JobClient', (c) => c.getResult(JOB), `/results/${JOB}`, result, {
    on: 'job',
  }),
  fetched(
    'getOutputContents returns JSON by default',
    (c) => c.getOutputContents(output),
    { a: [1.5, null] },
    { a: [1.5, null] },
  ),
  fetched(
    'getOutputContents returns JSON on a JobClient',
    (c) => c.getOutputContents(output),
    { a: 1 },
    { a: 1 },
    { on: 'job' },
  ),
  fetched(
    'getOutputContents returns JSON on a client of 1.x',
    (c) => c.getOutputContents(output),
    { a: 1 },
    { a: 1 },
    { client: 1 },
  ),
  fetched(
    'getOutputContents parses JSON of any content type for the responseType json',
    (c) => c.getOutputContents({ ...output, responseType: 'json' }),
    octets('{"a":"ü"}'),
    { a: 'ü' },
  ),
  fetched(
    'getOutputContents returns the text for the responseType json where it is not JSON',
    (c) => c.getOutputContents({ ...output, responseType: 'json' }),
    octets('größer'),
    'größer',
  ),
  fetched(
    'getOutputContents parses JSON for the responseType null',
    (c) => c.getOutputContents({ ...output, responseType: null }),
    octets('7'),
    7,
  ),
  fetched(
    'getOutputContents returns a Buffer for the responseType arraybuffer',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    octets(BYTES),
    isBuffer(BYTES),
  ),
  fetched(
    'getOutputContents returns the bytes of JSON for the responseType arraybuffer',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    { a: 1 },
    isBuffer('{"a":1}'),
  ),
  fetched(
    'getOutputContents returns a Blob for the responseType blob',
    (c) => c.getOutputContents({ ...output, responseType: 'blob' }),
    octets(BYTES),
    isBlob(BYTES),
  ),
  fetched(
    'getOutputContents returns an empty Buffer for an empty output',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    octets(''),
    isBuffer(''),
  ),
  {
    title: 'getOutputContents rejects bytes that are not text, and names arraybuffer',
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [octets(BYTES)],
    fails: { of: 'ResponseError', code: 200, message: /arraybuffer/ },
  },
  {
    title: 'getOutputContents encodes the input key and the output name into one path segment each',
    call: (c) => c.getOutputContents({ jobId: JOB, inputKey: 'a b/ü?', outputName: 'c#d' }, { retries: 0 }),
    client: 2,
    asks: [get(`/results/${JOB}/datasource/a%20b%2F%C3%BC%3F/output/c%23d`)],
    answers: [[]],
    gives: [],
  },
  {
    title: 'getOutputContents rejects with the message of the server',
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [refusal(404, 'no such output')],
    fails: { of: 'NotFoundError', code: 404, message: 'no such output' },
  },
  fetched(
    'openOutput returns a stream and the content type',
    async (c) => {
      const { body, contentType } = await c.openOutput(output);
      return [await new Response(body).text(), contentType];
    },
    octets('bytes'),
    ['bytes', 'application/octet-stream'],
  ),
  fetched(
    'downloadOutput writes a file and returns the number of bytes',
    (c) => c.downloadOutput(output, downloaded).finally(() => fs.rmSync(downloaded)),
    octets('bytes'),
    {
      bytes: 5,
      contentType: 'application/octet-stream',
    },
  ),
  refused(
    'getOutputContents refuses an unknown responseType',
    (c) => c.getOutputContents({ ...output, responseType: 'text' }),
    /responseType/,
  ),
  refused(
    'getOutputContents refuses a missing outputName',
    (c) => c.getOutputContents({ jobId: JOB, inputKey: 'first' }),
    /outputName/,
  ),

  // Accounts, which have one form.
  reads(
    'getAPIKeys encodes the email on an AccountingClient',
    (c) => c.getAPIKeys('a@b.c'),
    '/accounting/access-keys/user/a%40b.c',
    [],
    { on: 'accounting' },
  ),
  {
    title: 'getKeyBody returns the body on the client of getAccountingClient',
    call: (c) => c.getAccountingClient().getKeyBody('aPrefix'),
    client: 2,
    asks: [post('/accounting/access-keys/aPrefix/hash', {})],
    answers: ['aPrefix.theBody'],
    gives: 'aPrefix.theBody',
  },

  // Data URLs, which need no request.
  {
    title: 'pathToDataUrl reads a file and sends nothing',
    call: (c) => c.pathToDataUrl(file, 'text/plain'),
    client: 2,
    asks: [],
    gives: `data:text/plain;base64,${Buffer.from(inFile).toString('base64')}`,
  },
  {
    title: 'pathToDataUrl rejects for a missing file',
    call: (c) => c.pathToDataUrl(`${file}.missing`, 'text/plain'),
    client: 2,
    asks: [],
    fails: { of: 'InputError', message: /sentence\.txt\.missing/ },
  },
  {
    title: 'fileToDataUrl reads a Blob with a type',
    call: (c) => c.fileToDataUrl(new Blob(['a'], { type: 'text/plain' })),
    client: 2,
    asks: [],
    gives: 'data:text/plain;base64,YQ==',
  },
  {
    title: 'fileToDataUrl reads a File',
    call: (c) => c.fileToDataUrl(new File([BYTES], 'x.png', { type: 'image/png' })),
    client: 2,
    asks: [],
    gives: 'data:image/png;base64,/wD+gA==',
  },
  {
    title: 'fileToDataUrl reads an empty Blob without a type on a client of 1.x',
    call: (c) => c.fileToDataUrl(new Blob([])),
    client: 1,
    asks: [],
    gives: 'data:application/octet-stream;base64,',
  },
  refused('fileToDataUrl refuses a string', (c) => c.fileToDataUrl('a'), /file/),
];
