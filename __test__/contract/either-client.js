'use strict';

// Calls that the other tables make with a client of one generation, made with a client of the other one.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { JOB, chunk, get, inFile, file, job, ofJob, post, receipt, reply } = require('./wire.js');
const { collect } = require('../support/outcomes.js');

const [ID, VERSION] = ['ed542963de', '1.0.1'];
const model = { identifier: ID, version: VERSION };
const of = { modelId: ID, version: VERSION };
const submitted = { ...receipt, status: 'SUBMITTED' };

/** A row about one read. */
const reads = (title, client, call, route, answer) => ({
  title,
  client,
  call,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
});

/** A row about a submit in the form of 1.x, which says SUBMITTED and leaves `explain` out. */
const sends = (title, client, call, input) => ({
  title,
  client,
  call,
  asks: [post('/jobs', { model, input })],
  answers: [receipt],
  gives: submitted,
});

/** A row about a submit in the form of 2.x, which returns the receipt unchanged and sends `explain`. */
const sendsObject = (title, call, input) => ({
  title,
  call,
  asks: [post('/jobs', { model, explain: false, input })],
  answers: [receipt],
  gives: receipt,
});

/** A row about an upload of three bytes. */
const uploads = (title, client, call, body, gives) => ({
  title,
  client,
  call,
  asks: [get('/jobs/features'), post('/jobs', body), chunk(`${ofJob}/first/image`, 'abc'), post(`${ofJob}/close`, {})],
  answers: [{}, { jobIdentifier: JOB, status: 'OPEN' }, reply(202), receipt],
  gives,
});

const objects = { first: { 'input.txt': { bucket: 'aBucket', key: 'a/key.txt' } } };
const login = { accessKeyID: 'AKIA', secretAccessKey: 'aSecret', region: 'us-east-1' };
const s3 = { type: 'aws-s3', ...login, sources: objects };
const account = { storageAccount: 'anAccount', storageAccountKey: 'aKey' };
const blobs = { first: { 'input.txt': { container: 'aContainer', filePath: '/a/b.txt' } } };
const azure = { type: 'azureblob', ...account, sources: blobs };
const store = { accessKeyID: 'AKIA', secretAccessKey: 'aSecret', endpoint: 'https://grid.example.com:8082' };
const grid = { type: 'storage-grid', ...store, sources: objects };
const database = { url: 'jdbc:x', username: 'ada', password: 'aPassword', driver: 'x.Driver', query: 'SELECT 1' };
const jdbc = { type: 'jdbc', ...database };
const bytes = { first: { image: Buffer.from('abc') } };
const output = { jobId: JOB, inputKey: 'first', outputName: 'results.json' };
const OUTPUT = `/results/${JOB}/datasource/first/output/results.json`;
const octets = reply(200, 'bytes', { 'content-type': 'application/octet-stream' });
const OF_VERSION = '/models/m1/versions/1.0.1';
const version = { version: '1.0.1' };
const result = { jobIdentifier: JOB, results: { a: { 'results.json': 1 } } };

/** The path that a row downloads to. */
const downloaded = path.join(os.tmpdir(), `modzy-client-either-client-${process.pid}`);

module.exports = [
  // Reads.
  reads('getModelVersion takes positional arguments', 2, (c) => c.getModelVersion('m1', '1.0.1'), OF_VERSION, version),
  reads(
    'getModelVersion takes an object',
    2,
    (c) => c.getModelVersion({ modelId: 'm1', version: '1.0.1' }),
    OF_VERSION,
    version,
  ),
  reads('getModelDetails takes positional arguments', 1, (c) => c.getModelDetails('m1', '1.0.1'), OF_VERSION, version),
  reads(
    'getModelVersionOutputSample takes positional arguments',
    2,
    (c) => c.getModelVersionOutputSample('m1', '1.0.1'),
    `${OF_VERSION}/sample-output`,
    {},
  ),
  reads(
    'getModelVersionOutputSample takes an object',
    1,
    (c) => c.getModelVersionOutputSample({ modelId: 'm1', version: '1.0.1' }),
    `${OF_VERSION}/sample-output`,
    {},
  ),
  {
    ...reads('getInputResult returns the result of an input', 2, (c) => c.getInputResult(JOB, 'b'), `/results/${JOB}`, {
      jobIdentifier: JOB,
      results: { a: { 'results.json': 0 }, b: { status: 'SUCCESSFUL', 'results.json': 1.5 } },
    }),
    gives: { status: 'SUCCESSFUL', 'results.json': 1.5 },
  },
  reads('getTagClient returns a TagClient', 2, (c) => c.getTagClient().getAllTags(), '/models/tags', []),
  reads(
    'getResultClient returns a ResultClient',
    2,
    (c) => c.getResultClient().getResult(JOB),
    `/results/${JOB}`,
    result,
  ),
  {
    title: 'streamResults yields the results',
    client: 2,
    call: (c) => collect(c.streamResults(JOB)),
    asks: [get(`/results/${JOB}`)],
    answers: [result],
    gives: [{ inputKey: 'a', status: 'SUCCESSFUL', metadata: {}, outputs: { 'results.json': 1 } }],
  },
  {
    title: 'openOutput returns a stream and the content type',
    call: async (c) => {
      const { body, contentType } = await c.openOutput(output);
      return [await new Response(body).text(), contentType];
    },
    asks: [get(OUTPUT)],
    answers: [octets],
    gives: ['bytes', 'application/octet-stream'],
  },
  {
    title: 'downloadOutput writes a file and returns the number of bytes',
    call: (c) => c.downloadOutput(output, downloaded).finally(() => fs.rmSync(downloaded)),
    asks: [get(OUTPUT)],
    answers: [octets],
    gives: { bytes: 5, contentType: 'application/octet-stream' },
  },
  {
    title: 'pathToDataUrl reads a file',
    call: (c) => c.pathToDataUrl(file, 'text/plain'),
    asks: [],
    gives: `data:text/plain;base64,${Buffer.from(inFile).toString('base64')}`,
  },

  // Waits.
  {
    title: 'jobsAsCompleted yields the outcome of each job',
    call: (c) => collect(c.jobsAsCompleted([JOB])),
    asks: [get(ofJob)],
    answers: [job],
    gives: [{ index: 0, jobIdentifier: JOB, job }],
  },
  {
    title: 'blockUntilAllComplete returns the outcome of each job',
    client: 2,
    call: (c) => c.blockUntilAllComplete([JOB]),
    asks: [get(ofJob)],
    answers: [job],
    gives: [{ index: 0, jobIdentifier: JOB, job }],
  },
  {
    title: 'watchJob yields the job',
    client: 2,
    call: (c) => collect(c.watchJob(JOB)),
    asks: [get(ofJob)],
    answers: [job],
    gives: [job],
  },

  // Submits.
  sends(
    'submitJobEmbedded takes positional arguments',
    2,
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Buffer.from('a') } }),
    { type: 'embedded', sources: { first: { image: 'data:image/png;base64,YQ==' } } },
  ),
  sends(
    'submitJobAWSS3 takes positional arguments',
    2,
    (c) => c.submitJobAWSS3(ID, VERSION, ...Object.values(login), objects),
    s3,
  ),
  ...[1, 2].map((client) =>
    sends(
      `submitJobAwsS3 takes positional arguments on a client of ${client}.x`,
      client,
      (c) => c.submitJobAwsS3(ID, VERSION, ...Object.values(login), objects),
      s3,
    ),
  ),
  sends(
    'submitJobJDBC takes positional arguments',
    2,
    (c) => c.submitJobJDBC(ID, VERSION, ...Object.values(database)),
    jdbc,
  ),
  sendsObject('submitJobAWSS3 takes an object', (c) => c.submitJobAWSS3({ ...of, ...login, sources: objects }), s3),
  sendsObject('submitJobAwsS3 takes an object', (c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }), s3),
  ...[1, 2].flatMap((client) => [
    sends(
      `submitJobAwsS3Folder takes positional arguments on a client of ${client}.x`,
      client,
      (c) => c.submitJobAwsS3Folder(ID, VERSION, ...Object.values(login), objects),
      { ...s3, type: 'aws-s3-folder' },
    ),
    sends(
      `submitJobAzureBlob takes positional arguments on a client of ${client}.x`,
      client,
      (c) => c.submitJobAzureBlob(ID, VERSION, ...Object.values(account), blobs),
      azure,
    ),
    sends(
      `submitJobStorageGrid takes positional arguments on a client of ${client}.x`,
      client,
      (c) => c.submitJobStorageGrid(ID, VERSION, ...Object.values(store), objects),
      grid,
    ),
  ]),
  sendsObject(
    'submitJobAwsS3Folder takes an object',
    (c) => c.submitJobAwsS3Folder({ ...of, ...login, sources: objects }),
    {
      ...s3,
      type: 'aws-s3-folder',
    },
  ),
  sendsObject(
    'submitJobAzureBlob takes an object',
    (c) => c.submitJobAzureBlob({ ...of, ...account, sources: blobs }),
    azure,
  ),
  sendsObject(
    'submitJobStorageGrid takes an object',
    (c) => c.submitJobStorageGrid({ ...of, ...store, sources: objects }),
    grid,
  ),
  sendsObject('submitJobJDBC takes an object', (c) => c.submitJobJDBC({ ...of, ...database }), jdbc),

  // Uploads.
  uploads(
    'submitJobFile takes positional arguments',
    2,
    (c) => c.submitJobFile(ID, VERSION, bytes),
    { model },
    submitted,
  ),
  uploads(
    'submitJobFiles takes positional arguments',
    2,
    (c) => c.submitJobFiles(ID, VERSION, bytes),
    { model },
    submitted,
  ),
  uploads(
    'submitJobFiles takes an object',
    1,
    (c) => c.submitJobFiles({ ...of, sources: bytes }),
    { model, explain: false },
    receipt,
  ),
  {
    title: 'appendInput sends bytes to an open job',
    client: 2,
    call: (c) => c.appendInput(JOB, 'first', 'image', Buffer.from('abc'), 4),
    asks: [chunk(`${ofJob}/first/image`, 'abc')],
    answers: [reply(202)],
    gives: null,
  },
];
