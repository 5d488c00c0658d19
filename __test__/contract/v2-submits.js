'use strict';

// Submits and uploads, in the form of 2.x: the body always has `explain`, and receipts are returned unchanged.

const { JOB, chunk, del, file, get, inFile, ofJob, post, receipt, refusal, reply } = require('./wire.js');

const model = { identifier: 'ed542963de', version: '1.0.1' };
const of = { modelId: 'ed542963de', version: '1.0.1' };

/** A row about the body of a submit. */
const sent = (title, call, body, more) => ({
  title,
  call,
  client: 2,
  asks: [post('/jobs', body)],
  answers: [receipt],
  gives: receipt,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, client: 2, asks: [], fails: { of: 'TypeError', message } });

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
const uploaded = (title, call, parts, { body, ...more } = {}) => ({
  title,
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

const stored = (type, more) => ({ model, explain: false, input: { type, ...more } });
const blobs = { first: { 'input.txt': { container: 'aContainer', filePath: '/a/b.txt' } } };
const account = { storageAccount: 'anAccount', storageAccountKey: 'aKey' };
const store = { accessKeyID: 'AKIA', secretAccessKey: 'aSecret', endpoint: 'https://grid.example.com' };

module.exports = [
  // Stores.
  sent(
    'submitJobAwsS3Folder sends the folders',
    (c) => c.submitJobAwsS3Folder({ ...of, ...login, sources: objects, jobTimeout: 5 }),
    { ...stored('aws-s3-folder', { ...login, sources: objects }), timeout: 5 },
  ),
  sent(
    'submitJobAzureBlob sends the key and the files',
    (c) => c.submitJobAzureBlob({ ...of, ...account, sources: blobs }),
    stored('azureblob', { ...account, sources: blobs }),
  ),
  sent(
    'submitJobStorageGrid sends the endpoint and the objects unchanged',
    (c) => c.submitJobStorageGrid({ ...of, ...store, sources: objects }),
    stored('storage-grid', { ...store, sources: objects }),
  ),

  // Text.
  sent('submitJobText sends explain as false by default', (c) => c.submitJobText({ ...of, sources: texts }), text),
  sent('submitJobText sends explain as false on a JobClient', (c) => c.submitJobText({ ...of, sources: texts }), text, {
    on: 'job',
  }),
  sent(
    'submitJobText with an object sends explain as false on a client of 1.x',
    (c) => c.submitJobText({ ...of, sources: texts }),
    text,
    { client: 1 },
  ),
  sent(
    'submitJobText sends explain where it is true',
    (c) => c.submitJobText({ ...of, sources: texts, explain: true }),
    { ...text, explain: true },
  ),
  sent(
    'submitJobText sends explain where it is false',
    (c) => c.submitJobText({ ...of, sources: texts, explain: false }),
    text,
  ),
  sent(
    'submitJobText sends an undefined explain as false',
    (c) => c.submitJobText({ ...of, sources: texts, explain: undefined }),
    text,
  ),
  sent(
    'submitJobText sends a null explain as false',
    (c) => c.submitJobText({ ...of, sources: texts, explain: null }),
    text,
  ),
  sent('submitJobText returns the status of the server', (c) => c.submitJobText({ ...of, sources: texts }), text, {
    answers: [{ ...receipt, status: 'IN_PROGRESS' }],
    gives: { ...receipt, status: 'IN_PROGRESS' },
  }),
  sent(
    'submitJobText takes options as members of the object',
    (c) => c.submitJobText({ ...of, sources: texts, jobTimeout: 5 }),
    { ...text, timeout: 5 },
  ),
  sent(
    'submitJobText takes options after the object',
    (c) => c.submitJobText({ ...of, sources: texts }, { jobTimeout: 5 }),
    { ...text, timeout: 5 },
  ),
  sent(
    'submitJobText returns a receipt with an identifier as well',
    (c) => c.submitJobText({ ...of, sources: texts }).then(({ identifier }) => identifier),
    text,
    { gives: JOB },
  ),

  // Embedded.
  sent('submitJobEmbedded sends data URLs unchanged', (c) => c.submitJobEmbedded({ ...of, sources: uris }), embedded),
  sent(
    'submitJobEmbedded sends data URLs unchanged on a JobClient',
    (c) => c.submitJobEmbedded({ ...of, sources: uris }),
    embedded,
    { on: 'job' },
  ),
  sent(
    'submitJobEmbedded ignores mediaType',
    (c) => c.submitJobEmbedded({ ...of, sources: uris, mediaType: 'image/gif' }),
    embedded,
  ),
  sent(
    'submitJobEmbedded sends explain where it is true',
    (c) => c.submitJobEmbedded({ ...of, sources: uris, explain: true }),
    { ...embedded, explain: true },
  ),
  sent(
    'submitJobEmbedded with an object sends data URLs on a client of 1.x',
    (c) => c.submitJobEmbedded({ ...of, sources: uris }),
    embedded,
    { client: 1 },
  ),
  sent(
    'submitJobEmbedded sends what pathToDataUrl returns',
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
  sent(
    'submitJobAwsS3 sends the credentials and the objects',
    (c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }),
    s3,
  ),
  sent(
    'submitJobAwsS3 sends the credentials and the objects on a JobClient',
    (c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }),
    s3,
    { on: 'job' },
  ),
  sent(
    'submitJobAwsS3 sends explain where it is true',
    (c) => c.submitJobAwsS3({ ...of, ...login, sources: objects, explain: true }),
    { ...s3, explain: true },
  ),
  sent(
    'submitJobAWSS3 takes the object of submitJobAwsS3',
    (c) => c.submitJobAWSS3({ ...of, ...login, sources: objects }),
    s3,
  ),
  sent(
    'submitJobAwsS3 takes options after the object',
    (c) => c.submitJobAwsS3({ ...of, ...login, sources: objects }, { jobTimeout: 5 }),
    { ...s3, timeout: 5 },
  ),
  sent('submitJobJDBC sends the database and the query', (c) => c.submitJobJDBC({ ...of, ...database }), jdbc),
  sent(
    'submitJobJDBC sends the database and the query on a JobClient',
    (c) => c.submitJobJDBC({ ...of, ...database }),
    jdbc,
    { on: 'job' },
  ),
  sent('submitJobJDBC sends explain where it is true', (c) => c.submitJobJDBC({ ...of, ...database, explain: true }), {
    ...jdbc,
    explain: true,
  }),
  sent(
    'submitJobJDBC takes options as members of the object',
    (c) => c.submitJobJDBC({ ...of, ...database, jobTimeout: 5 }),
    { ...jdbc, timeout: 5 },
  ),

  // A body that the caller writes. The call is the same in both generations, but the status is that of the server.
  sent('submitJob sends the body unchanged on a JobClient', (c) => c.submitJob(text), text, { on: 'job' }),
  sent(
    'submitJob without an input returns the receipt unchanged on the client of getJobClient',
    (c) => c.getJobClient().submitJob({ model }),
    { model },
  ),
  sent(
    'submitJob without an input returns the status of the server',
    (c) => c.submitJob({ model }),
    { model },
    {
      answers: [{ ...receipt, status: 'SUBMITTED' }],
      gives: { ...receipt, status: 'SUBMITTED' },
    },
  ),

  // Uploads.
  uploaded(
    'submitJobFile sends the file at a path in chunks of the limit',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: file } } }),
    [...chunks, rest],
  ),
  uploaded(
    'submitJobFile sends a Buffer',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }),
    lone,
  ),
  uploaded(
    'submitJobFile sends a Buffer on the client of fileJobClient',
    (c) => c.fileJobClient.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }),
    lone,
  ),
  uploaded(
    'submitJobFile sends a Uint8Array',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Uint8Array.from([97, 98, 99]) } } }),
    lone,
  ),
  uploaded(
    'submitJobFile sends a File',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: new File(['abc'], 'x.png') } } }),
    lone,
  ),
  uploaded(
    'submitJobFile sends a Buffer on a JobClient',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }),
    lone,
    { on: 'job' },
  ),
  uploaded(
    'submitJobFile with an object sends explain as false on a client of 1.x',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } } }),
    lone,
    { client: 1 },
  ),
  uploaded(
    'submitJobFiles takes the object of submitJobFile',
    (c) => c.submitJobFiles({ ...of, sources: { first: { image: Buffer.from('abc') } } }),
    lone,
  ),
  uploaded(
    'submitJobFile sends explain where it is true',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } }, explain: true }),
    lone,
    {
      body: { explain: true },
    },
  ),
  uploaded(
    'submitJobFile takes options as members of the object',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: Buffer.from('abc') } }, chunkSize: 2, jobTimeout: 5 }),
    [chunk(`${ofJob}/first/image`, 'ab'), chunk(`${ofJob}/first/image`, 'c')],
    { body: { timeout: 5 } },
  ),
  uploaded(
    'submitJobFile sends several inputs in the order given',
    (c) =>
      c.submitJobFile({ ...of, sources: { 'b c': { 'input.txt': Buffer.from('abc') }, a: { x: new Blob(['d']) } } }),
    [chunk(`${ofJob}/b%20c/input.txt`, 'abc', 'text/plain'), chunk(`${ofJob}/a/x`, 'd')],
  ),
  {
    title: 'submitJobFile cancels the open job after a refused chunk',
    call: (c) => c.submitJobFile({ ...of, sources: { first: { image: file } } }),
    client: 2,
    asks: [get('/jobs/features'), post('/jobs', { model, explain: false }), ...chunks, del(ofJob)],
    answers: [features, open, reply(202), refusal(413, 'too much'), { ...open, status: 'CANCELED' }],
    fails: { of: 'ApiError', code: 413, message: 'too much' },
  },

  // Refusals.
  {
    title: 'submitJobText rejects with the message of the server',
    call: (c) => c.submitJobText({ ...of, sources: texts }),
    client: 2,
    asks: [post('/jobs', text)],
    answers: [refusal(400, 'java.lang.OutOfMemoryError: Java heap space')],
    fails: { of: 'BadRequestError', code: 400, message: 'java.lang.OutOfMemoryError: Java heap space' },
  },
  refused(
    'submitJobText refuses a missing version',
    (c) => c.submitJobText({ modelId: 'm1', sources: texts }),
    'the version param should be a string',
  ),
  refused('submitJobText refuses missing sources', (c) => c.submitJobText({ ...of }), /\bsources\b/),
  refused(
    'submitJobText refuses a string as explain',
    (c) => c.submitJobText({ ...of, sources: texts, explain: 'true' }),
    /explain/,
  ),
  refused(
    'submitJobAwsS3 refuses missing credentials',
    (c) => c.submitJobAwsS3({ ...of, sources: objects }),
    /accessKeyID/,
  ),
  refused(
    'submitJobFile refuses a number as a source',
    (c) => c.submitJobFile({ ...of, sources: { first: { image: 7 } } }),
    /\bsources\b/,
  ),
];
