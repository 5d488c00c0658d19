'use strict';

// The form of a call, the places of its options, and the errors for calls that fit no form.

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

const sends = (title, call, json, gives, more) => ({
  title,
  call,
  asks: [post('/jobs', json)],
  answers: [receipt],
  gives,
  ...more,
});
const lists = (title, call, query, more) => ({
  title,
  call,
  asks: [get('/models', query)],
  answers: [[]],
  gives: [],
  ...more,
});
const searches = (title, call, query, more) => ({
  title,
  call,
  asks: [get('/jobs/history', query)],
  answers: [[]],
  gives: [],
  ...more,
});
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const eitherOfText =
  /submitJobText takes \(modelId, versionId, textSources, explain, options\) or \(\{ modelId, version, sources, explain \}, options\)/;
const eitherOfModels = /getModels takes \(modelId, author, .*, options\) or \(\{ modelId, author, .*\}, options\)/;

module.exports = [
  // The form of the call decides what it sends, not the form of the constructor.
  sends(
    'submitJobText with positional arguments sends the body of 1.x on a client of 2.x',
    (c) => c.submitJobText(ID, VERSION, texts),
    body,
    submitted,
    { client: 2 },
  ),
  sends(
    'submitJobText with positional arguments sends explain on a client of 2.x',
    (c) => c.submitJobText(ID, VERSION, texts, true),
    { ...body, explain: true },
    submitted,
    { client: 2 },
  ),
  sends(
    'submitJobText with an object sends the body of 2.x on a client of 1.x',
    (c) => c.submitJobText(params),
    body2,
    receipt,
  ),
  lists(
    'getModels with positional arguments sends 1000 per page on a client of 2.x',
    (c) => c.getModels(ID),
    { modelId: ID, 'per-page': 1000 },
    { client: 2 },
  ),
  lists('getModels with an object sends 500 per page on a client of 1.x', (c) => c.getModels({ modelId: ID }), {
    modelId: ID,
    'per-page': 500,
  }),
  searches(
    'getJobHistory with positional arguments sends the defaults of 1.x on a client of 2.x',
    (c) => c.getJobHistory('Ada'),
    { user: 'Ada', 'per-page': 1000 },
    { client: 2 },
  ),
  searches(
    'getJobHistory with an object sends the defaults of 2.x on a client of 1.x',
    (c) => c.getJobHistory({ user: 'Ada' }),
    { ...history2, user: 'Ada' },
  ),
  {
    title: 'closeJob returns the status SUBMITTED, as in 1.x, on a client of 2.x',
    call: (c) => c.closeJob({ jobIdentifier: JOB }),
    client: 2,
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: submitted,
  },
  {
    title: 'closeOpenJob returns the receipt unchanged, as in 2.x, on a client of 1.x',
    call: (c) => c.closeOpenJob(JOB),
    asks: [post(`${ofJob}/close`, {})],
    answers: [receipt],
    gives: receipt,
  },
  {
    title: 'getModelVersion takes an object',
    call: (c) => c.getModelVersion({ modelId: 'm1', version: '1.0.1' }),
    asks: [get('/models/m1/versions/1.0.1')],
    answers: [{ version: '1.0.1' }],
    gives: { version: '1.0.1' },
  },
  {
    title: 'getModelDetails takes positional arguments',
    call: (c) => c.getModelDetails('m1', '1.0.1'),
    client: 2,
    asks: [get('/models/m1/versions/1.0.1')],
    answers: [{ version: '1.0.1' }],
    gives: { version: '1.0.1' },
  },
  {
    title: 'getModelVersionInputSample takes positional arguments and options on a client of 2.x',
    call: (c) => c.getModelVersionInputSample('m1', '1.0.1', { retries: 0 }),
    client: 2,
    asks: [get('/models/m1/versions/1.0.1/sample-input')],
    answers: [{}],
    gives: {},
  },

  // Options follow the last parameter or the object, or are members of the object.
  sends(
    'submitJobText takes options in place of explain',
    (c) => c.submitJobText(ID, VERSION, texts, { jobTimeout: 5 }),
    { ...body, timeout: 5 },
    submitted,
  ),
  sends(
    'submitJobText takes options after explain',
    (c) => c.submitJobText(ID, VERSION, texts, false, { jobTimeout: 5 }),
    { ...body, timeout: 5 },
    submitted,
  ),
  sends(
    'submitJobText takes options as members of the object',
    (c) => c.submitJobText({ ...params, jobTimeout: 5 }),
    { ...body2, timeout: 5 },
    receipt,
  ),
  sends(
    'submitJobText takes options after the object',
    (c) => c.submitJobText(params, { jobTimeout: 5 }),
    { ...body2, timeout: 5 },
    receipt,
  ),
  sends(
    'submitJobText takes options both in the object and after it',
    (c) => c.submitJobText({ ...params, jobTimeout: 5 }, { retries: 0 }),
    { ...body2, timeout: 5 },
    receipt,
  ),
  sends(
    'submitJobText reads an option after the object where the member is null',
    (c) => c.submitJobText({ ...params, jobTimeout: null }, { jobTimeout: 5 }),
    { ...body2, timeout: 5 },
    receipt,
  ),
  refused(
    'submitJobText refuses an option that is given twice',
    (c) => c.submitJobText({ ...params, jobTimeout: 5 }, { jobTimeout: 5 }),
    /jobTimeout is given twice/,
  ),
  lists('getModels takes options after undefined, in the form of 2.x', (c) => c.getModels(undefined, { retries: 0 }), {
    'per-page': 500,
  }),
  lists('getModels takes options after null, in the form of 2.x', (c) => c.getModels(null, { retries: 0 }), {
    'per-page': 500,
  }),
  lists(
    'getModels takes options as members of the object',
    (c) => c.getModels({ name: 'x', retries: 0 }),
    { name: 'x', 'per-page': 500 },
    { client: 2 },
  ),
  searches(
    'getJobHistory takes options after null, in the form of 2.x',
    (c) => c.getJobHistory(null, { retries: 0 }),
    history2,
  ),
  lists(
    'getModels takes options after all fourteen positional arguments',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, 5, _, _, { retries: 0 }),
    { 'per-page': 5 },
  ),
  {
    title: 'appendInput takes options in place of the chunk size',
    call: (c) => c.appendInput(JOB, 'first', 'image', Buffer.from('abc'), { chunkSize: 2 }),
    asks: [chunk(`${ofJob}/first/image`, 'ab'), chunk(`${ofJob}/first/image`, 'c')],
    answers: [reply(202), reply(202)],
    gives: null,
  },

  // A call accepts the options of its own kind, and refuses others.
  refused(
    'getJob refuses an option of other calls',
    (c) => c.getJob(JOB, { pollInterval: 5 }),
    /^getJob has no option pollInterval, which belongs to blockUntilComplete, .*, watchJob, updateProcessingEngines, deployModel, waitForImage, waitForTest, waitForEngines and run; its options are headers, requestTimeout, retries and signal$/,
  ),
  {
    title: 'getJob accepts options of other calls that are undefined or null',
    call: (c) => c.getJob(JOB, { pollInterval: undefined, chunkSize: null }),
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  refused(
    'submitJobText with an object refuses an option of other calls in it',
    (c) => c.submitJobText({ ...params, waitTimeout: 5 }),
    /^submitJobText has no option waitTimeout, which belongs to .*; use jobTimeout or requestTimeout$/,
  ),
  sends(
    'submitJobText ignores an option of other calls in the object that is undefined',
    (c) => c.submitJobText({ ...params, waitTimeout: undefined }),
    body2,
    receipt,
  ),
  sends(
    'submitJobText warns of a setting of the constructor of 2.x in the object',
    (c) => c.submitJobText({ ...params, logging: 'on' }),
    body2,
    receipt,
    { warns: [/submitJobText.*logging/] },
  ),
  {
    title: 'getJob accepts options that are undefined or null',
    call: (c) => c.getJob(JOB, { retries: undefined, signal: null }),
    asks: [get(ofJob)],
    answers: [job],
    gives: job,
  },
  refused(
    'getJob refuses an unknown option and names the nearest one',
    (c) => c.getJob(JOB, { timeOut: 5 }),
    /^getJob has no option timeOut; use requestTimeout$/,
  ),
  refused(
    'submitJobText with positional arguments refuses an unknown option',
    (c) => c.submitJobText(ID, VERSION, texts, { timeOut: 5 }),
    /^submitJobText has no option timeOut; use requestTimeout or jobTimeout$/,
  ),
  refused(
    'submitJobText with an object refuses an unknown option after it',
    (c) => c.submitJobText(params, { timeOut: 5 }),
    /^submitJobText has no option timeOut; use requestTimeout or jobTimeout$/,
  ),
  refused(
    'getJob refuses the option timeout, which is not one of its own',
    (c) => c.getJob(JOB, { timeout: 5 }),
    /^getJob has no option timeout; use requestTimeout$/,
  ),
  refused(
    'getJob refuses options with a prototype',
    (c) => c.getJob(JOB, Object.create({ retries: 0 })),
    /plain object/,
  ),
  refused('getJob refuses a Map as options', (c) => c.getJob(JOB, new Map()), /plain object/),
  refused('getJob refuses a number as options', (c) => c.getJob(JOB, 5), /options/),
  refused(
    'blockUntilJobComplete refuses timeout beside pollInterval',
    (c) => c.blockUntilJobComplete(JOB, { timeout: 5, pollInterval: 5 }),
    /pollInterval.*timeout|twice/,
  ),

  // The client warns once of each unknown member, but not of members that 2.x types and ignores.
  sends('submitJobText warns of an unknown member', (c) => c.submitJobText({ ...params, sorces: 1 }), body2, receipt, {
    warns: [/submitJobText.*sorces/],
  }),
  sends(
    'submitJobText warns of the same unknown member only once',
    (c) => c.submitJobText({ ...params, sorces: 1 }),
    body2,
    receipt,
  ),
  lists(
    'getModels warns of isRecommended, which is unknown in the form of 2.x',
    (c) => c.getModels({ isRecommended: true }),
    { 'per-page': 500 },
    { warns: [/getModels.*isRecommended/] },
  ),
  searches(
    'getJobHistory warns of jobIdentifiers, which is unknown in the form of 2.x',
    (c) => c.getJobHistory({ jobIdentifiers: JOB }),
    history2,
    { warns: [/getJobHistory.*jobIdentifiers/] },
  ),
  {
    title: 'submitJobEmbedded with an object ignores mediaType without a warning',
    call: (c) => c.submitJobEmbedded({ ...params, sources: { first: { x: 'data:,a' } }, mediaType: 'text/plain' }),
    asks: [post('/jobs', { ...body2, input: { type: 'embedded', sources: { first: { x: 'data:,a' } } } })],
    answers: [receipt],
    gives: receipt,
  },

  // A call that mixes both forms is refused.
  refused(
    'submitJobText refuses an object followed by positional arguments',
    (c) => c.submitJobText({ modelId: ID }, VERSION, texts),
    eitherOfText,
  ),
  refused(
    'submitJobText refuses an object among positional arguments',
    (c) => c.submitJobText(ID, { version: VERSION, sources: texts }),
    eitherOfText,
  ),
  refused('submitJobText refuses an object followed by explain', (c) => c.submitJobText(params, true), eitherOfText),
  refused(
    'submitJobText refuses an argument after the options',
    (c) => c.submitJobText(ID, VERSION, texts, true, {}, 'more'),
    eitherOfText,
  ),
  refused('getModels refuses an object after the modelId', (c) => c.getModels(ID, { author: 'Modzy' }), eitherOfModels),
  refused('getModels refuses an author after the object', (c) => c.getModels({ modelId: ID }, 'Modzy'), eitherOfModels),
  refused(
    'getModelDetails refuses a version after the object',
    (c) => c.getModelDetails({ modelId: 'm1' }, '1.0.1'),
    /getModelDetails takes/,
  ),
  refused(
    'getOutputContents refuses positional arguments, which it does not have',
    (c) => c.getOutputContents(JOB, 'first', 'results.json'),
    /getOutputContents takes \(\{ jobId, inputKey/,
  ),
  refused(
    'submitJobJDBC refuses an object among positional arguments',
    (c) => c.submitJobJDBC(ID, VERSION, { url: 'jdbc:x' }),
    /submitJobJDBC takes/,
  ),
  refused(
    'submitJobFile refuses sources after the object',
    (c) => c.submitJobFile({ modelId: ID, version: VERSION }, { first: { x: Buffer.from('a') } }),
    /./,
  ),

  // `map` passes an index and the array after the value. They are not options.
  {
    title: 'getJob ignores the index and the array that map passes',
    call: (c) => Promise.all([JOB].map(c.getJob.bind(c))),
    asks: [get(ofJob)],
    answers: [job],
    gives: [job],
  },
  {
    title: 'getTagsAndModels ignores the index and the array that map passes',
    call: (c) => Promise.all(['t1'].map(c.getTagsAndModels.bind(c))),
    asks: [get('/models/tags/t1')],
    answers: [{ tags: [], models: [] }],
    gives: [{ tags: [], models: [] }],
  },
];
