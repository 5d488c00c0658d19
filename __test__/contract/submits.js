'use strict';

// Submits in one request, in the form of 1.x: the status of a receipt is SUBMITTED, or OPEN for an open job.

const { JOB, post, receipt, refusal } = require('./wire.js');

const model = { identifier: 'ed542963de', version: '1.0.1' };
const submitted = { ...receipt, status: 'SUBMITTED' };

/** A row about the body of a submit. */
const sent = (title, call, body, more) => ({
  title,
  call,
  asks: [post('/jobs', body)],
  answers: [receipt],
  gives: submitted,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const texts = { first: { 'input.txt': 'What a lovely day' }, 'zweite/größe': { 'input.txt': '', other: 'ü €' } };
const text = { model, input: { type: 'text', sources: texts } };
const objects = { first: { 'input.txt': { bucket: 'aBucket', key: 'a/key.txt' } } };
const s3 = {
  model,
  input: { type: 'aws-s3', accessKeyID: 'AKIA', secretAccessKey: 'aSecret', region: 'us-east-1', sources: objects },
};
const DB = 'jdbc:postgresql://db.example.com:5432/x';
const jdbc = {
  model,
  input: {
    type: 'jdbc',
    url: DB,
    username: 'ada',
    password: 'aPassword',
    driver: 'org.postgresql.Driver',
    query: 'SELECT description AS "input.txt" FROM t WHERE a = \'ü\'',
  },
};
const { query } = jdbc.input;
const [ID, VERSION] = ['ed542963de', '1.0.1'];
const login = ['AKIA', 'aSecret', 'us-east-1'];
const database = [DB, 'ada', 'aPassword', 'org.postgresql.Driver', query];

module.exports = [
  // Text.
  sent('submitJobText sends the sources and no explain', (c) => c.submitJobText(ID, VERSION, texts), text),
  sent('submitJobText sends the sources on a JobClient', (c) => c.submitJobText(ID, VERSION, texts), text, {
    on: 'job',
  }),
  sent(
    'submitJobText sends the sources on the client of getJobClient',
    (c) => c.getJobClient().submitJobText(ID, VERSION, texts),
    text,
  ),
  sent('submitJobText leaves explain out where it is false', (c) => c.submitJobText(ID, VERSION, texts, false), text),
  sent('submitJobText leaves explain out where it is null', (c) => c.submitJobText(ID, VERSION, texts, null), text),
  sent(
    'submitJobText leaves explain out where it is undefined',
    (c) => c.submitJobText(ID, VERSION, texts, undefined),
    text,
  ),
  sent('submitJobText sends explain where it is true', (c) => c.submitJobText(ID, VERSION, texts, true), {
    ...text,
    explain: true,
  }),
  sent(
    'submitJobText takes options after explain',
    (c) => c.submitJobText(ID, VERSION, texts, true, { jobTimeout: 60000 }),
    {
      ...text,
      explain: true,
      timeout: 60000,
    },
  ),
  sent(
    'submitJobText takes options in place of explain',
    (c) => c.submitJobText(ID, VERSION, texts, { jobTimeout: 60000 }),
    { ...text, timeout: 60000 },
  ),
  sent(
    'submitJobText takes options after an explain of null',
    (c) => c.submitJobText(ID, VERSION, texts, null, { retries: 0 }),
    text,
  ),
  sent('submitJobText takes empty options in place of explain', (c) => c.submitJobText(ID, VERSION, texts, {}), text),
  sent(
    'submitJobText returns the status SUBMITTED whatever the server says',
    (c) => c.submitJobText(ID, VERSION, texts),
    text,
    { answers: [{ ...receipt, status: 'IN_PROGRESS' }] },
  ),
  sent(
    'submitJobText returns a receipt with the identifier of 1.x',
    (c) => c.submitJobText(ID, VERSION, texts).then((job) => job.identifier),
    text,
    { gives: JOB },
  ),

  sent(
    'submitJobText sends an input called __proto__ and an empty text',
    (c) => c.submitJobText(ID, VERSION, JSON.parse('{"__proto__":{"a":"b"},"c":{"a":""}}')),
    {
      model,
      input: { type: 'text', sources: JSON.parse('{"__proto__":{"a":"b"},"c":{"a":""}}') },
    },
  ),
  refused(
    'submitJobText refuses an empty modelId',
    (c) => c.submitJobText('', VERSION, texts),
    'submitJobText: modelId must not be empty',
  ),
  refused(
    'submitJobText refuses an empty versionId',
    (c) => c.submitJobText(ID, '', texts),
    'submitJobText: versionId must not be empty',
  ),
  refused(
    'submitJobText refuses an empty input key',
    (c) => c.submitJobText(ID, VERSION, { '': { a: 'b' } }),
    'submitJobText: textSources must not have an empty input key',
  ),

  // S3.
  sent(
    'submitJobAWSS3 sends the credentials and the objects',
    (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects),
    s3,
  ),
  sent(
    'submitJobAWSS3 sends the credentials and the objects on a JobClient',
    (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects),
    s3,
    { on: 'job' },
  ),
  sent(
    'submitJobAWSS3 leaves explain out where it is false',
    (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, false),
    s3,
  ),
  sent('submitJobAWSS3 sends explain where it is true', (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, true), {
    ...s3,
    explain: true,
  }),
  sent(
    'submitJobAWSS3 takes options in place of explain',
    (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, { jobTimeout: 5 }),
    { ...s3, timeout: 5 },
  ),
  sent(
    'submitJobAWSS3 takes options after explain',
    (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, true, { jobTimeout: 5 }),
    {
      ...s3,
      explain: true,
      timeout: 5,
    },
  ),

  // JDBC.
  sent('submitJobJDBC sends the database and the query', (c) => c.submitJobJDBC(ID, VERSION, ...database), jdbc),
  sent(
    'submitJobJDBC sends the database and the query on a JobClient',
    (c) => c.submitJobJDBC(ID, VERSION, ...database),
    jdbc,
    { on: 'job' },
  ),
  sent(
    'submitJobJDBC leaves explain out where it is false',
    (c) => c.submitJobJDBC(ID, VERSION, ...database, false),
    jdbc,
  ),
  sent('submitJobJDBC sends explain where it is true', (c) => c.submitJobJDBC(ID, VERSION, ...database, true), {
    ...jdbc,
    explain: true,
  }),
  sent(
    'submitJobJDBC takes options in place of explain',
    (c) => c.submitJobJDBC(ID, VERSION, ...database, { jobTimeout: 5 }),
    { ...jdbc, timeout: 5 },
  ),
  sent(
    'submitJobJDBC takes options after explain',
    (c) => c.submitJobJDBC(ID, VERSION, ...database, true, { jobTimeout: 5 }),
    {
      ...jdbc,
      explain: true,
      timeout: 5,
    },
  ),

  // A body that the caller writes. Without an input, it opens a job.
  sent('submitJob sends the body unchanged on a JobClient', (c) => c.submitJob(text), text, { on: 'job' }),
  sent(
    'submitJob sends the body unchanged on the client of getJobClient',
    (c) => c.getJobClient().submitJob(text),
    text,
  ),
  sent(
    'submitJob sends members that the client does not know',
    (c) => c.submitJob({ ...text, anUnknownMember: [1.5, null] }),
    { ...text, anUnknownMember: [1.5, null] },
  ),
  sent('submitJob adds the job timeout of the options to the body', (c) => c.submitJob(text, { jobTimeout: 5 }), {
    ...text,
    timeout: 5,
  }),
  sent(
    'submitJob without an input returns the status OPEN',
    (c) => c.submitJob({ model }),
    { model },
    { gives: { ...receipt, status: 'OPEN' } },
  ),
  sent(
    'submitJob without an input returns the status OPEN whatever the server says',
    (c) => c.submitJob({ model }),
    { model },
    {
      on: 'job',
      answers: [{ ...receipt, status: 'SUBMITTED' }],
      gives: { ...receipt, status: 'OPEN' },
    },
  ),

  // Refusals.
  {
    title: 'submitJobText rejects with the message of the server',
    call: (c) => c.submitJobText(ID, VERSION, texts),
    asks: [post('/jobs', text)],
    answers: [refusal(400, 'Unknown model input')],
    fails: { of: 'BadRequestError', code: 400, message: 'Unknown model input' },
  },
  {
    title: 'submitJobAWSS3 rejects with the message of the server',
    call: (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects),
    asks: [post('/jobs', s3)],
    answers: [refusal(403, 'Not with this role')],
    fails: { of: 'PermissionError', code: 403, message: 'Not with this role' },
  },
  {
    title: 'submitJobJDBC rejects with the message of the server',
    call: (c) => c.submitJobJDBC(ID, VERSION, ...database),
    asks: [post('/jobs', jdbc)],
    answers: [refusal(500, 'Unexpected')],
    fails: { of: 'ServerError', code: 500, message: 'Unexpected' },
  },
  refused('submitJobText refuses a missing modelId', (c) => c.submitJobText(), /modelId/),
  refused('submitJobText refuses a number as versionId', (c) => c.submitJobText(ID, 1, texts), /versionId/),
  refused('submitJobText refuses a string as textSources', (c) => c.submitJobText(ID, VERSION, 'text'), /textSources/),
  refused('submitJobText refuses a string as explain', (c) => c.submitJobText(ID, VERSION, texts, 'true'), /explain/),
  refused(
    'submitJobAWSS3 refuses null as secretAccessKey',
    (c) => c.submitJobAWSS3(ID, VERSION, 'AKIA', null, 'us-east-1', objects),
    /secretAccessKey/,
  ),
  refused(
    'submitJobAzureBlob refuses a source without filePath',
    (c) => c.submitJobAzureBlob(ID, VERSION, 'a', 'k', { first: { 'input.txt': { container: 'c' } } }),
    /azureSources\["first"\]\["input.txt"\].filePath/,
  ),
  refused(
    'submitJobStorageGrid refuses an endpoint without a scheme',
    (c) => c.submitJobStorageGrid(ID, VERSION, 'AKIA', 'aSecret', 'grid.example.com:8082', objects),
    /endpoint must be a URL that begins with https:\/\/ or http:\/\//,
  ),
  refused(
    'submitJobJDBC refuses a missing query',
    (c) => c.submitJobJDBC(ID, VERSION, ...database.slice(0, 4)),
    /query/,
  ),
];
