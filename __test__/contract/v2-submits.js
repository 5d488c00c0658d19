'use strict';

// Submits and uploads, in the form of 2.x: `explain` always goes along, and receipts come back as they were sent.

const { JOB, chunk, del, file, get, inFile, ofJob, post, receipt, refusal, reply } = require('./wire.js');

const model = { identifier: 'ed542963de', version: '1.0.1' };
const of = { modelId: 'ed542963de', version: '1.0.1' };

/** A row about the body of a submit. */
const sent = (call, body, more) => ({
  call,
  client: 2,
  asks: [post('/jobs', body)],
  answers: [receipt],
  gives: receipt,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, client: 2, asks: [], fails: { of: 'TypeError', message } });

const texts = { first: { 'input.txt': 'What a lovely day' }, 'zweite/größe': { 'input.txt': 'ü €' } };
const text = { model, explain: false, input: { type: 'text', sources: texts } };
const uris = {
  first: { image: 'data:image/png;base64,AP8=' },
  second: { image: 'data:image/jpg;charset=utf-8;base64,AA==' },
};
const embedded = { model, explain: false, input: { type: 'embedded', sources: uris } };
const objects = { first: { 'input.txt': { bucket: 'aBucket', key: 'a/key.txt' } } };
const login = { accessKeyID: 'AKIA', secretAccessKey: 'aSecret', region: 'us-east-1' };
const s3 = { model, explain: false, input: { type: 'aws-s3', ...login, sources: objects } };
const database = {
  url: 'jdbc:postgresql://db.example.com:5432/x',
  username: 'ada',
  password: 'aPassword',
  driver: 'org.postgresql.Driver',
  query: 'SELECT a AS "input.txt" FROM t',
};
const jdbc = { model, explain: false, input: { type: 'jdbc', ...database } };

const features = { inputChunkMaximumSize: '8i', maximumInputChunks: 100, maximumInputsPerJob: 100 };
const open = { jobIdentifier: JOB, status: 'OPEN' };
const chunks = [chunk(`${ofJob}/first/image`, 'What a l'), chunk(`${ofJob}/first/image`, 'ovely da')];
const rest = chunk(`${ofJob}/first/image`, 'y!');
const lone = [chunk(`${ofJob}/first/image`, 'abc')];

/** A row about the chunks of an upload. */
const uploaded = (call, parts, { body, ...more } = {}) => ({
  call,
  client: 2,
  asks: [
    get('/jobs/features'),
    post('/jobs', { model, explain: false, ...body }),
    ...parts,
    post(`${ofJob}/close`, {}),
  ],
  answers: [features, open, ...parts.map(() => reply(202)), receipt],
  gives: receipt,
  ...more,
});

module.exports = [
  // Text.
  sent((c) => c.submitJobText({ ...of, sources: texts }), text),
  sent((c) => c.submitJobText({ ...of, sources: texts }), text, { on: 'job' }),
  sent((c) => c.submitJobText({ ...of, sources: texts }), text, { client: 1 }),
  sent((c) => c.submitJobText({ ...of, sources: texts, explain: true }), { ...text, explain: true }),
  sent((c) => c.submitJobText({ ...of, sources: texts, explain: false }), text),
  sent((c) => c.submitJobText({ ...of, sources: texts, explain: undefined }), text),
  sent((c) => c.submitJobText({ ...of, sources: texts, explain: null }), text),
  sent((c) => c.submitJobText({ ...of, sources: texts }), text, {
    answers: [{ ...receipt, status: 'IN_PROGRESS' }],
    gives: { ...receipt, status: 'IN_PROGRESS' },
  }),
  sent((c) => c.submitJobText({ ...of, sources: texts, jobTimeout: 5 }), { ...text, timeout: 5 }),
  sent((c) => c.submitJobText({ ...of, sources: texts }, { jobTimeout: 5 }), { ...text, timeout: 5 }),
  sent((c) => c.submitJobText({ ...of, sources: texts }).then(({ identifier }) => identifier), text, { gives: JOB }),

  // Embedded.
  sent((c) => c.submitJobEmbedded({ ...of, sources: uris }), embedded),
  sent((c) => c.submitJobEmbedded({ ...of, sources: uris }), embedded, { on: 'job' }),
  sent((c) => c.submitJobEmbedded({ ...of, sources: uris, mediaType: 'image/gif' }), embedded),
  sent((c) => c.submitJobEmbedded({ ...of, sources: uris, explain: true }), { ...embedded, explain: true }),
  sent((c) => c.submitJobEmbedded({ ...of, sources: uris }), embedded, { client: 1 }),
  sent(
    async (c) =>
      c.submitJobEmbedded({ ...of, sources: { first: { image: await c.pathToDataUrl(file, 'text/plain') } } }),
    {
      ...embedded,
      input: {
        type: 'embedded',
        sources: { first: { image: `data:text/plain;base64,${Buffer.from(inFile).toString('base64')}` } },
      },
    },
  ),

  // S3 and JDBC.
  sent((c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }), s3),
  sent((c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }), s3, { on: 'job' }),
  sent((c) => c.submitJobAwsS3({ ...of, ...login, sources: objects, explain: true }), { ...s3, explain: true }),
  sent((c) => c.submitJobAWSS3({ ...of, ...login, sources: objects }), s3),
  sent((c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }, { jobTimeout: 5 }), { ...s3, timeout: 5 }),
  sent((c) => c.submitJobJDBC({ ...of, ...database }), jdbc),
  sent((c) => c.submitJobJDBC({ ...of, ...database }), jdbc, { on: 'job' }),
  sent((c) => c.submitJobJDBC({ ...of, ...database, explain: true }), { ...jdbc, explain: true }),
  sent((c) => c.submitJobJDBC({ ...of, ...database, jobTimeout: 5 }), { ...jdbc, timeout: 5 }),

  // A body as it stands: the same call in both generations, and what the server says in this one.
  sent((c) => c.submitJob(text), text, { on: 'job' }),
  sent((c) => c.getJobClient().submitJob({ model }), { model }),
  sent(
    (c) => c.submitJob({ model }),
    { model },
    {
      answers: [{ ...receipt, status: 'SUBMITTED' }],
      gives: { ...receipt, status: 'SUBMITTED' },
    },
  ),

  // Uploads.
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: file } } }), [...chunks, rest]),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }), lone),
  uploaded((c) => c.fileJobClient.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }), lone),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: Uint8Array.from([97, 98, 99]) } } }), lone),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: new File(['abc'], 'x.png') } } }), lone),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }), lone, { on: 'job' }),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }), lone, { client: 1 }),
  uploaded((c) => c.submitJobFiles({ ...of, sources: { first: { image: Buffer.from('abc') } } }), lone),
  uploaded((c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } }, explain: true }), lone, {
    body: { explain: true },
  }),
  uploaded(
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } }, chunkSize: 2, jobTimeout: 5 }),
    [chunk(`${ofJob}/first/image`, 'ab'), chunk(`${ofJob}/first/image`, 'c')],
    { body: { timeout: 5 } },
  ),
  uploaded(
    (c) =>
      c.submitJobFile({ ...of, sources: { 'b c': { 'input.txt': Buffer.from('abc') }, a: { x: new Blob(['d']) } } }),
    [chunk(`${ofJob}/b%20c/input.txt`, 'abc', 'text/plain'), chunk(`${ofJob}/a/x`, 'd')],
  ),
  {
    call: (c) => c.submitJobFile({ ...of, sources: { first: { image: file } } }),
    client: 2,
    asks: [get('/jobs/features'), post('/jobs', { model, explain: false }), ...chunks, del(ofJob)],
    answers: [features, open, reply(202), refusal(413, 'too much'), { ...open, status: 'CANCELED' }],
    fails: { of: 'ApiError', code: 413, message: 'too much' },
  },

  // Refusals.
  {
    call: (c) => c.submitJobText({ ...of, sources: texts }),
    client: 2,
    asks: [post('/jobs', text)],
    answers: [refusal(400, 'java.lang.OutOfMemoryError: Java heap space')],
    fails: { of: 'BadRequestError', code: 400, message: 'java.lang.OutOfMemoryError: Java heap space' },
  },
  refused((c) => c.submitJobText({ modelId: 'm1', sources: texts }), 'the version param should be a string'),
  refused((c) => c.submitJobText({ ...of }), /\bsources\b/),
  refused((c) => c.submitJobText({ ...of, sources: texts, explain: 'true' }), /explain/),
  refused((c) => c.submitJobAwsS3({ ...of, sources: objects }), /accessKeyID/),
  refused((c) => c.submitJobFile({ ...of, sources: { first: { image: 7 } } }), /\bsources\b/),
];
