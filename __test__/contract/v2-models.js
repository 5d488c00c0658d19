'use strict';

// Models, in the form of 2.x, and calls of the same shape in 1.x with a client of 2.x.

const { get, refusal } = require('./wire.js');

const found = [{ modelId: 'ed542963de', latestVersion: '1.0.1', versions: ['0.0.1', '1.0.1'], anUnknownMember: 7 }];
const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';

/** A row about the query of a call. */
const queries = (title, call, query, more) => ({
  title,
  call,
  client: 2,
  asks: [get('/models', query)],
  answers: [found],
  gives: found,
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

const model = (modelId, name) => ({ modelId, name, versions: ['1.0.1'], anUnknownMember: { a: null } });
const sentiment = model('m1', 'Sentiment Analysis');
const far = model('m7', 'Translation');
const near = model('m8', 'Sentiment Analyses');
const details = { version: '1.0.1', inputs: [{ name: 'input.txt' }], status: 'partial' };
const sample = { model: { identifier: 'm1', version: '1.0.1' }, input: { type: 'text', sources: {} } };
const latest = [{ identifier: 'm1', name: 'Sentiment Analysis', activeVersions: ['1.0.1'] }];

/** The first request of a search by name. It has no `isActive`, unlike in 1.x. */
const search = (name) => get('/models', { name, 'per-page': 20, 'sort-by': 'name' });
const finds = (title, call, name, models, winner, more) => ({
  title,
  call,
  client: 2,
  asks: [search(name), models.map(({ modelId }) => get(`/models/${modelId}`))],
  answers: {
    '/api/models': models.map(({ modelId }) => ({ modelId, latestVersion: '1.0.1' })),
    ...Object.fromEntries(models.map((each) => [`/api/models/${each.modelId}`, each])),
  },
  gives: winner,
  ...more,
});

const VERSION = '/models/m1/versions/1.0.1';

module.exports = [
  // Defaults.
  queries('getModels sends 500 per page', (c) => c.getModels(), { 'per-page': 500 }),
  queries('getModels sends 500 per page on a ModelClient', (c) => c.getModels(), { 'per-page': 500 }, { on: 'model' }),
  queries('getModels sends 500 per page for an empty object', (c) => c.getModels({}), { 'per-page': 500 }),
  queries('getModels sends 500 per page for undefined', (c) => c.getModels(undefined), { 'per-page': 500 }),
  queries('getModels sends 500 per page for null', (c) => c.getModels(null), { 'per-page': 500 }),
  queries(
    'getAllModels sends 500 per page on a ModelClient',
    (c) => c.getAllModels(),
    { 'per-page': 500 },
    { on: 'model' },
  ),
  queries('getAllModels sends 500 per page', (c) => c.getAllModels(), { 'per-page': 500 }),
  queries('getAllModels sends 500 per page on the client of getModelClient', (c) => c.getModelClient().getAllModels(), {
    'per-page': 500,
  }),
  queries(
    'getModels leaves out undefined and null, and replaces an undefined perPage',
    (c) => c.getModels({ perPage: undefined, name: undefined, author: null }),
    { 'per-page': 500 },
  ),
  queries('getModels sends no perPage where it is null', (c) => c.getModels({ perPage: null }), {}),
  queries(
    'getModels sends 500 per page for an empty object on a client of 1.x',
    (c) => c.getModels({}),
    { 'per-page': 500 },
    { client: 1 },
  ),

  // Each member alone.
  queries('getModels sends the modelId', (c) => c.getModels({ modelId: 'ed542963de' }), {
    modelId: 'ed542963de',
    'per-page': 500,
  }),
  queries('getModels sends the author, encoded', (c) => c.getModels({ author: 'Modzy & Co' }), {
    author: 'Modzy & Co',
    'per-page': 500,
  }),
  queries('getModels sends createdByEmail, encoded', (c) => c.getModels({ createdByEmail: 'a+b@c.d' }), {
    createdByEmail: 'a+b@c.d',
    'per-page': 500,
  }),
  queries('getModels sends the name, encoded', (c) => c.getModels({ name: 'größe' }), {
    name: 'größe',
    'per-page': 500,
  }),
  queries('getModels sends the description, encoded', (c) => c.getModels({ description: 'a;b' }), {
    description: 'a;b',
    'per-page': 500,
  }),
  queries('getModels sends isActive where it is true', (c) => c.getModels({ isActive: true }), {
    isActive: 'true',
    'per-page': 500,
  }),
  queries('getModels sends isActive where it is false', (c) => c.getModels({ isActive: false }), {
    isActive: 'false',
    'per-page': 500,
  }),
  queries('getModels sends isActive where it is a string', (c) => c.getModels({ isActive: 'true' }), {
    isActive: 'true',
    'per-page': 500,
  }),
  queries('getModels sends an empty name', (c) => c.getModels({ name: '' }), { name: '', 'per-page': 500 }),
  queries('getModels sends isExpired where it is false', (c) => c.getModels({ isExpired: false }), {
    isExpired: 'false',
    'per-page': 500,
  }),
  queries('getModels sends a true isFeatured as isRecommended', (c) => c.getModels({ isFeatured: true }), {
    isRecommended: 'true',
    'per-page': 500,
  }),
  queries('getModels sends a false isFeatured as isRecommended', (c) => c.getModels({ isFeatured: false }), {
    isRecommended: 'false',
    'per-page': 500,
  }),
  queries('getModels sends a string as lastActiveDateTime', (c) => c.getModels({ lastActiveDateTime: ISO }), {
    lastActiveDateTime: ISO,
    'per-page': 500,
  }),
  queries(
    'getModels sends a Date as expirationDateTime in ISO 8601',
    (c) => c.getModels({ expirationDateTime: moment }),
    { expirationDateTime: ISO, 'per-page': 500 },
  ),
  queries('getModels sends the page', (c) => c.getModels({ page: 3 }), { page: 3, 'per-page': 500 }),
  queries('getModels sends perPage', (c) => c.getModels({ perPage: 7 }), { 'per-page': 7 }),
  queries('getModels sends the direction', (c) => c.getModels({ direction: 'DESC' }), {
    direction: 'DESC',
    'per-page': 500,
  }),
  queries('getModels sends sortBy as sort-by', (c) => c.getModels({ sortBy: 'latestVersion' }), {
    'sort-by': 'latestVersion',
    'per-page': 500,
  }),

  // All members.
  queries(
    'getModels sends all fourteen members',
    (c) =>
      c.getModels({
        modelId: 'm1',
        author: 'Modzy',
        createdByEmail: 'a@b.c',
        name: 'x',
        description: 'y',
        isActive: true,
        isExpired: false,
        isFeatured: true,
        lastActiveDateTime: ISO,
        expirationDateTime: ISO,
        page: 2,
        perPage: 10,
        direction: 'ASC',
        sortBy: 'name',
      }),
    {
      modelId: 'm1',
      author: 'Modzy',
      createdByEmail: 'a@b.c',
      name: 'x',
      description: 'y',
      isActive: 'true',
      isExpired: 'false',
      isRecommended: 'true',
      lastActiveDateTime: ISO,
      expirationDateTime: ISO,
      page: 2,
      'per-page': 10,
      direction: 'ASC',
      'sort-by': 'name',
    },
  ),

  // Reads.
  reads('getActiveModels returns the models unchanged', (c) => c.getActiveModels(), '/models/latest', latest),
  reads('getActiveModels returns the models on a ModelClient', (c) => c.getActiveModels(), '/models/latest', latest, {
    on: 'model',
  }),
  reads(
    'getActiveModels takes options on a client of 1.x',
    (c) => c.getActiveModels({ retries: 0 }),
    '/models/latest',
    latest,
    { client: 1 },
  ),
  reads('getModelById returns the model unchanged', (c) => c.getModelById('m1'), '/models/m1', sentiment),
  reads('getModelById returns the model on a ModelClient', (c) => c.getModelById('m1'), '/models/m1', sentiment, {
    on: 'model',
  }),
  reads(
    'getModelById encodes the identifier into one path segment',
    (c) => c.getModelById('a/b c'),
    '/models/a%2Fb%20c',
    model('a/b c', 'Sentiment Analysis'),
  ),
  reads('getModelById returns the model on a client of 1.x', (c) => c.getModelById('m1'), '/models/m1', sentiment, {
    client: 1,
  }),
  reads('getModel returns the model on a client of 2.x', (c) => c.getModel('m1'), '/models/m1', sentiment),
  reads('getModelVersionsById returns the versions', (c) => c.getModelVersionsById('m1'), '/models/m1/versions', [
    { version: '1.0.1' },
  ]),
  reads(
    'getModelVersions returns the versions on a client of 2.x',
    (c) => c.getModelVersions('m1'),
    '/models/m1/versions',
    [{ version: '1.0.1' }],
  ),
  reads(
    'getModelVersionsById takes options on a client of 1.x',
    (c) => c.getModelVersionsById('m1', { retries: 0 }),
    '/models/m1/versions',
    [],
    { client: 1 },
  ),
  reads(
    'getModelDetails returns the version unchanged',
    (c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }),
    VERSION,
    details,
  ),
  reads(
    'getModelDetails returns the version on a ModelClient',
    (c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }),
    VERSION,
    details,
    { on: 'model' },
  ),
  reads(
    'getModelDetails takes options on a client of 1.x',
    (c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }, { retries: 0 }),
    VERSION,
    details,
    { client: 1 },
  ),
  reads(
    'getModelDetails encodes the model and the version into one path segment each',
    (c) => c.getModelDetails({ modelId: 'm/1', version: '1 0' }),
    '/models/m%2F1/versions/1%200',
    { ...details, version: '1 0' },
  ),
  reads(
    'getModelVersionInputSample returns the sample',
    (c) => c.getModelVersionInputSample({ modelId: 'm1', version: '1.0.1' }),
    `${VERSION}/sample-input`,
    sample,
  ),
  reads(
    'getModelVersionInputSample returns the sample on a client of 1.x',
    (c) => c.getModelVersionInputSample({ modelId: 'm1', version: '1.0.1' }),
    `${VERSION}/sample-input`,
    sample,
    {
      client: 1,
    },
  ),
  reads(
    'getModelVersionOutputSample returns the sample',
    (c) => c.getModelVersionOutputSample({ modelId: 'm1', version: '1.0.1' }),
    `${VERSION}/sample-output`,
    sample,
  ),
  reads(
    'getModelVersionOutputSample returns the sample on a ModelClient',
    (c) => c.getModelVersionOutputSample({ modelId: 'm1', version: '1.0.1' }),
    `${VERSION}/sample-output`,
    { jobIdentifier: 'j1', results: {} },
    { on: 'model' },
  ),
  reads(
    'getRelatedModels returns the models unchanged',
    (c) => c.getRelatedModels('m1'),
    '/models/m1/related-models',
    latest,
  ),
  reads('getAllTags returns the tags', (c) => c.getAllTags(), '/models/tags', []),
  reads(
    'getTagsAndModels joins its arguments with commas',
    (c) => c.getTagsAndModels('t1', 't2'),
    '/models/tags/t1,t2',
    { tags: [], models: [] },
  ),

  // By name.
  finds(
    'getModelByName searches without isActive and returns the model',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [sentiment],
    sentiment,
  ),
  finds(
    'getModelByName returns the most similar hit',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [far, near, sentiment],
    sentiment,
  ),
  finds(
    'getModelByName returns the most similar hit on a ModelClient',
    (c) => c.getModelByName('Sentiment Analyses'),
    'Sentiment Analyses',
    [sentiment, near],
    near,
    { on: 'model' },
  ),
  {
    title: 'getModelByName rejects with a 400 where the search finds nothing',
    call: (c) => c.getModelByName('nobody'),
    client: 2,
    asks: [search('nobody')],
    answers: [[]],
    fails: { of: 'ApiError', code: 400, message: 'Model nobody not found' },
  },

  // Refusals, with the message of the server, which 2.0.1 drops.
  {
    title: 'getModelById rejects with the message of the server',
    call: (c) => c.getModelById('m1'),
    client: 2,
    asks: [get('/models/m1')],
    answers: [refusal(404, 'no such model')],
    fails: { of: 'NotFoundError', code: 404, message: 'no such model' },
  },
  {
    title: 'getModels rejects with the message of the server',
    call: (c) => c.getModels(),
    client: 2,
    asks: [get('/models', { 'per-page': 500 })],
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  refused(
    'getModels refuses a number as isFeatured',
    (c) => c.getModels({ isFeatured: 1 }),
    'the isFeatured param should be a boolean or string',
  ),
  refused('getModels refuses a string as page', (c) => c.getModels({ page: '1' }), 'the page param should be a number'),
  refused(
    'getModelDetails refuses a missing version',
    (c) => c.getModelDetails({ modelId: 'm1' }),
    'the version param should be a string',
  ),
  refused('getModelById refuses an object', (c) => c.getModelById({ modelId: 'm1' }), /modelId/),
];
