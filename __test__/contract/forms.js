'use strict';

// Which form a call is in, where its options stand, and what comes of a call that is in no form, or in two.

const { JOB, chunk, get, job, ofJob, post, receipt, reply } = require('./wire.js');

const [ID, VERSION] = ['ed542963de', '1.0.1'];
const texts = { first: { 'input.txt': 'What a lovely day' } };
const params = { modelId: ID, version: VERSION, sources: texts };
const body = { model: { identifier: ID, version: VERSION }, input: { type: 'text', sources: texts } };
const body2 = { ...body, explain: false };
const submitted = { ...receipt, status: 'SUBMITTED' };
const anyDate = (text) => !Number.isNaN(Date.parse(text));
const history2 = { startDate: anyDate, 'sort-by': 'createdAt', direction: 'DESC', page: 1, 'per-page': 100 };
const _ = null;

const sends = (call, json, gives, more) => ({ call, asks: [post('/jobs', json)], answers: [receipt], gives, ...more });
const lists = (call, query, more) => ({ call, asks: [get('/models', query)], answers: [[]], gives: [], ...more });
const searches = (call, query, more) => ({
  call,
  asks: [get('/jobs/history', query)],
  answers: [[]],
  gives: [],
  ...more,
});
const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

const eitherOfText =
  /submitJobText takes \(modelId, versionId, textSources, explain, options\) or \(\{ modelId, version, sources, explain \}, options\)/;
const eitherOfModels = /getModels takes \(modelId, author, .*, options\) or \(\{ modelId, author, .*\}, options\)/;

module.exports = [
  // The form of the call decides, whatever the form of the constructor.
  sends((c) => c.submitJobText(ID, VERSION, texts), body, submitted, { client: 2 }),
  sends((c) => c.submitJobText(ID, VERSION, texts, true), { ...body, explain: true }, submitted, { client: 2 }),
  sends((c) => c.submitJobText(params), body2, receipt),
  lists((c) => c.getModels(ID), { modelId: ID, 'per-page': 1000 }, { client: 2 }),
  lists((c) => c.getModels({ modelId: ID }), { modelId: ID, 'per-page': 500 }),
  searches((c) => c.getJobHistory('Ada'), { user: 'Ada', 'per-page': 1000 }, { client: 2 }),
  searches((c) => c.getJobHistory({ user: 'Ada' }), { ...history2, user: 'Ada' }),
  {
    call: (c) => c.closeJob({ jobIdentifier: JOB }),
    client: 2,
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: submitted,
  },
  {
    call: (c) => c.closeOpenJob(JOB),
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: receipt,
  },
  {
    call: (c) => c.getModelVersion({ modelId: 'm1', version: '1.0.1' }),
    asks: [get('/models/m1/versions/1.0.1')],
    answers: [{}],
    gives: {},
  },
  {
    call: (c) => c.getModelDetails('m1', '1.0.1'),
    client: 2,
    asks: [get('/models/m1/versions/1.0.1')],
    answers: [{}],
    gives: {},
  },
  {
    call: (c) => c.getModelVersionInputSample('m1', '1.0.1', { retries: 0 }),
    client: 2,
    asks: [get('/models/m1/versions/1.0.1/sample-input')],
    answers: [{}],
    gives: {},
  },

  // Options stand after the last parameter, or in the object, or after it.
  sends((c) => c.submitJobText(ID, VERSION, texts, { jobTimeout: 5 }), { ...body, timeout: 5 }, submitted),
  sends((c) => c.submitJobText(ID, VERSION, texts, false, { jobTimeout: 5 }), { ...body, timeout: 5 }, submitted),
  sends((c) => c.submitJobText({ ...params, jobTimeout: 5 }), { ...body2, timeout: 5 }, receipt),
  sends((c) => c.submitJobText(params, { jobTimeout: 5 }), { ...body2, timeout: 5 }, receipt),
  sends((c) => c.submitJobText({ ...params, jobTimeout: 5 }, { retries: 0 }), { ...body2, timeout: 5 }, receipt),
  sends((c) => c.submitJobText({ ...params, jobTimeout: null }, { jobTimeout: 5 }), { ...body2, timeout: 5 }, receipt),
  refused((c) => c.submitJobText({ ...params, jobTimeout: 5 }, { jobTimeout: 5 }), /jobTimeout is given twice/),
  lists((c) => c.getModels(undefined, { retries: 0 }), { 'per-page': 500 }),
  lists((c) => c.getModels(null, { retries: 0 }), { 'per-page': 500 }),
  lists((c) => c.getModels({ name: 'x', retries: 0 }), { name: 'x', 'per-page': 500 }, { client: 2 }),
  searches((c) => c.getJobHistory(null, { retries: 0 }), history2),
  lists((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, 5, _, _, { retries: 0 }), { 'per-page': 5 }),
  {
    call: (c) => c.appendInput(JOB, 'first', 'image', Buffer.from('abc'), { chunkSize: 2 }),
    asks: [chunk(`${ofJob}/first/image`, 'ab'), chunk(`${ofJob}/first/image`, 'c')],
    answers: [reply(202), reply(202)],
    gives: null,
  },

  // Every name that the library knows will do; a name that nobody knows will not.
  {
    call: (c) => c.getJob(JOB, { pollInterval: 5, chunkSize: 5, jobTimeout: 5, limit: 5, concurrency: 5 }),
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  {
    call: (c) => c.getJob(JOB, { retries: undefined, signal: null }),
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  refused((c) => c.getJob(JOB, { timeOut: 5 }), /unknown option timeOut; known are .*pollInterval/),
  refused((c) => c.submitJobText(ID, VERSION, texts, { timeOut: 5 }), /unknown option timeOut; known are/),
  refused((c) => c.submitJobText(params, { timeOut: 5 }), /unknown option timeOut; known are/),
  refused((c) => c.getJob(JOB, { timeout: 5 }), /unknown option timeout; known are/),
  refused((c) => c.getJob(JOB, Object.create({ retries: 0 })), /plain object/),
  refused((c) => c.getJob(JOB, new Map()), /plain object/),
  refused((c) => c.getJob(JOB, 5), /options/),
  refused((c) => c.blockUntilJobComplete(JOB, { timeout: 5, pollInterval: 5 }), /pollInterval.*timeout|twice/),

  // Members that nobody knows bring a warning, one for each; those that 2.x types and ignores bring none.
  sends((c) => c.submitJobText({ ...params, sorces: 1 }), body2, receipt, { warns: [/submitJobText.*sorces/] }),
  sends((c) => c.submitJobText({ ...params, sorces: 1 }), body2, receipt),
  lists((c) => c.getModels({ isRecommended: true }), { 'per-page': 500 }, { warns: [/getModels.*isRecommended/] }),
  searches((c) => c.getJobHistory({ jobIdentifiers: JOB }), history2, { warns: [/getJobHistory.*jobIdentifiers/] }),
  {
    call: (c) => c.submitJobEmbedded({ ...params, sources: { first: { x: 'data:,a' } }, mediaType: 'text/plain' }),
    asks: [post('/jobs', { ...body2, input: { type: 'embedded', sources: { first: { x: 'data:,a' } } } })],
    answers: [receipt],
    gives: receipt,
  },

  // Two forms at once are none.
  refused((c) => c.submitJobText({ modelId: ID }, VERSION, texts), eitherOfText),
  refused((c) => c.submitJobText(ID, { version: VERSION, sources: texts }), eitherOfText),
  refused((c) => c.submitJobText(params, true), eitherOfText),
  refused((c) => c.submitJobText(ID, VERSION, texts, true, {}, 'more'), eitherOfText),
  refused((c) => c.getModels(ID, { author: 'Modzy' }), eitherOfModels),
  refused((c) => c.getModels({ modelId: ID }, 'Modzy'), eitherOfModels),
  refused((c) => c.getModelDetails({ modelId: 'm1' }, '1.0.1'), /getModelDetails takes/),
  refused((c) => c.getOutputContents(JOB, 'first', 'results.json'), /getOutputContents takes \(\{ jobId, inputKey/),
  refused((c) => c.submitJobJDBC(ID, VERSION, { url: 'jdbc:x' }), /submitJobJDBC takes/),
  refused((c) => c.submitJobFile({ modelId: ID, version: VERSION }, { first: { x: Buffer.from('a') } }), /./),

  // What `map` hands over beside the value is not taken for options.
  {
    call: (c) => Promise.all([JOB].map(c.getJob.bind(c))),
    asks: [get(ofJob)],
    answers: [job],
    gives: [job],
  },
  {
    call: (c) => Promise.all(['t1'].map(c.getTagsAndModels.bind(c))),
    asks: [get('/models/tags/t1')],
    answers: [{ tags: [], models: [] }],
    gives: [{ tags: [], models: [] }],
  },
];
