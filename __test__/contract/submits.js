'use strict';

// Submits in one request, in the form of 1.x: a receipt always says SUBMITTED there, and an open job's OPEN.

const { JOB, post, receipt, refusal } = require('./wire.js');

const model = { identifier: 'ed542963de', version: '1.0.1' };
const submitted = { ...receipt, status: 'SUBMITTED' };

/** A row about the body of a submit. */
const sent = (call, body, more) => ({
  call,
  asks: [post('/jobs', body)],
  answers: [receipt],
  gives: submitted,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

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
  sent((c) => c.submitJobText(ID, VERSION, texts), text),
  sent((c) => c.submitJobText(ID, VERSION, texts), text, { on: 'job' }),
  sent((c) => c.getJobClient().submitJobText(ID, VERSION, texts), text),
  sent((c) => c.submitJobText(ID, VERSION, texts, false), text),
  sent((c) => c.submitJobText(ID, VERSION, texts, null), text),
  sent((c) => c.submitJobText(ID, VERSION, texts, undefined), text),
  sent((c) => c.submitJobText(ID, VERSION, texts, true), { ...text, explain: true }),
  sent((c) => c.submitJobText(ID, VERSION, texts, true, { jobTimeout: 60000 }), {
    ...text,
    explain: true,
    timeout: 60000,
  }),
  sent((c) => c.submitJobText(ID, VERSION, texts, { jobTimeout: 60000 }), { ...text, timeout: 60000 }),
  sent((c) => c.submitJobText(ID, VERSION, texts, null, { retries: 0 }), text),
  sent((c) => c.submitJobText(ID, VERSION, texts, {}), text),
  sent((c) => c.submitJobText(ID, VERSION, texts), text, { answers: [{ ...receipt, status: 'IN_PROGRESS' }] }),
  sent((c) => c.submitJobText(ID, VERSION, texts).then((job) => job.identifier), text, { gives: JOB }),

  sent((c) => c.submitJobText(ID, VERSION, JSON.parse('{"__proto__":{"a":"b"},"":{"a":""}}')), {
    model,
    input: { type: 'text', sources: JSON.parse('{"__proto__":{"a":"b"},"":{"a":""}}') },
  }),
  sent((c) => c.submitJobText('', '', texts), { ...text, model: { identifier: '', version: '' } }),

  // S3.
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects), s3),
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects), s3, { on: 'job' }),
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, false), s3),
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, true), { ...s3, explain: true }),
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, { jobTimeout: 5 }), { ...s3, timeout: 5 }),
  sent((c) => c.submitJobAWSS3(ID, VERSION, ...login, objects, true, { jobTimeout: 5 }), {
    ...s3,
    explain: true,
    timeout: 5,
  }),

  // JDBC.
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database), jdbc),
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database), jdbc, { on: 'job' }),
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database, false), jdbc),
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database, true), { ...jdbc, explain: true }),
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database, { jobTimeout: 5 }), { ...jdbc, timeout: 5 }),
  sent((c) => c.submitJobJDBC(ID, VERSION, ...database, true, { jobTimeout: 5 }), {
    ...jdbc,
    explain: true,
    timeout: 5,
  }),

  // A body as it stands. Without an input, the job is open.
  sent((c) => c.submitJob(text), text, { on: 'job' }),
  sent((c) => c.getJobClient().submitJob(text), text),
  sent((c) => c.submitJob({ ...text, aMemberNobodyKnows: [1.5, null] }), { ...text, aMemberNobodyKnows: [1.5, null] }),
  sent((c) => c.submitJob(text, { jobTimeout: 5 }), { ...text, timeout: 5 }),
  sent((c) => c.submitJob({ model }), { model }, { gives: { ...receipt, status: 'OPEN' } }),
  sent(
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
    call: (c) => c.submitJobText(ID, VERSION, texts),
    asks: [post('/jobs', text)],
    answers: [refusal(400, 'Unknown model input')],
    fails: { of: 'BadRequestError', code: 400, message: 'Unknown model input' },
  },
  {
    call: (c) => c.submitJobAWSS3(ID, VERSION, ...login, objects),
    asks: [post('/jobs', s3)],
    answers: [refusal(403, 'Not with this role')],
    fails: { of: 'PermissionError', code: 403, message: 'Not with this role' },
  },
  {
    call: (c) => c.submitJobJDBC(ID, VERSION, ...database),
    asks: [post('/jobs', jdbc)],
    answers: [refusal(500, 'Unexpected')],
    fails: { of: 'ServerError', code: 500, message: 'Unexpected' },
  },
  refused((c) => c.submitJobText(), /modelId/),
  refused((c) => c.submitJobText(ID, 1, texts), /versionId/),
  refused((c) => c.submitJobText(ID, VERSION, 'text'), /textSources/),
  refused((c) => c.submitJobText(ID, VERSION, texts, 'true'), /explain/),
  refused((c) => c.submitJobAWSS3(ID, VERSION, 'AKIA', null, 'us-east-1', objects), /secretAccessKey/),
  refused((c) => c.submitJobJDBC(ID, VERSION, ...database.slice(0, 4)), /query/),
];
