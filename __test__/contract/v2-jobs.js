'use strict';

// Jobs, accounts and data URLs, in the form of 2.x, and calls of the same shape in 1.x with a client of 2.x.

const { reads, refused } = require('../support/rows-of-2x.js');
const { JOB, del, file, get, inFile, job, ofJob, post, receipt } = require('./wire.js');

const BYTES = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
const running = { ...job, status: 'IN_PROGRESS' };

const result = { jobIdentifier: JOB, results: { first: { 'results.json': { a: [1.5] } } }, failures: null };

module.exports = [
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
