'use strict';

// Models, in the form of 2.x; and with a client in that form, the calls that have the same shape in 1.x.

const { get, refusal } = require('./wire.js');

const found = [{ modelId: 'ed542963de', latestVersion: '1.0.1', versions: ['0.0.1', '1.0.1'], aMemberNobodyKnows: 7 }];
const moment = new Date('2021-07-20T01:40:11.187Z');
const ISO = '2021-07-20T01:40:11.187Z';

/** A row about the query of a call. */
const asked = (call, query, more) => ({
  call,
  client: 2,
  asks: [get('/models', query)],
  answers: [found],
  gives: found,
  ...more,
});

/** A row about one read. */
const reads = (call, route, answer, more) => ({
  call,
  client: 2,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, client: 2, asks: [], fails: { of: 'TypeError', message } });

const model = (modelId, name) => ({ modelId, name, versions: ['1.0.1'], aMemberNobodyKnows: { a: null } });
const sentiment = model('m1', 'Sentiment Analysis');
const far = model('m7', 'Translation');
const near = model('m8', 'Sentiment Analyses');
const details = { version: '1.0.1', inputs: [{ name: 'input.txt' }], status: 'partial' };
const sample = { model: { identifier: 'm1', version: '1.0.1' }, input: { type: 'text', sources: {} } };
const latest = [{ identifier: 'm1', name: 'Sentiment Analysis', activeVersions: ['1.0.1'] }];

/** The list that the search by name begins with: without `isActive`, unlike 1.x. */
const search = (name) => get('/models', { name, 'per-page': 20, 'sort-by': 'name' });
const finds = (call, name, models, winner, more) => ({
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
  asked((c) => c.getModels(), { 'per-page': 500 }),
  asked((c) => c.getModels(), { 'per-page': 500 }, { on: 'model' }),
  asked((c) => c.getModels({}), { 'per-page': 500 }),
  asked((c) => c.getModels(undefined), { 'per-page': 500 }),
  asked((c) => c.getModels(null), { 'per-page': 500 }),
  asked((c) => c.getAllModels(), { 'per-page': 500 }, { on: 'model' }),
  asked((c) => c.getAllModels(), { 'per-page': 500 }),
  asked((c) => c.getModelClient().getAllModels(), { 'per-page': 500 }),
  asked((c) => c.getModels({ perPage: undefined, name: undefined, author: null }), { 'per-page': 500 }),
  asked((c) => c.getModels({ perPage: null }), {}),
  asked((c) => c.getModels({}), { 'per-page': 500 }, { client: 1 }),

  // Each member alone.
  asked((c) => c.getModels({ modelId: 'ed542963de' }), { modelId: 'ed542963de', 'per-page': 500 }),
  asked((c) => c.getModels({ author: 'Modzy & Co' }), { author: 'Modzy & Co', 'per-page': 500 }),
  asked((c) => c.getModels({ createdByEmail: 'a+b@c.d' }), { createdByEmail: 'a+b@c.d', 'per-page': 500 }),
  asked((c) => c.getModels({ name: 'größe' }), { name: 'größe', 'per-page': 500 }),
  asked((c) => c.getModels({ description: 'a;b' }), { description: 'a;b', 'per-page': 500 }),
  asked((c) => c.getModels({ isActive: true }), { isActive: 'true', 'per-page': 500 }),
  asked((c) => c.getModels({ isActive: false }), { isActive: 'false', 'per-page': 500 }),
  asked((c) => c.getModels({ isActive: 'true' }), { isActive: 'true', 'per-page': 500 }),
  asked((c) => c.getModels({ name: '' }), { name: '', 'per-page': 500 }),
  asked((c) => c.getModels({ isExpired: false }), { isExpired: 'false', 'per-page': 500 }),
  asked((c) => c.getModels({ isFeatured: true }), { isRecommended: 'true', 'per-page': 500 }),
  asked((c) => c.getModels({ isFeatured: false }), { isRecommended: 'false', 'per-page': 500 }),
  asked((c) => c.getModels({ lastActiveDateTime: ISO }), { lastActiveDateTime: ISO, 'per-page': 500 }),
  asked((c) => c.getModels({ expirationDateTime: moment }), { expirationDateTime: ISO, 'per-page': 500 }),
  asked((c) => c.getModels({ page: 3 }), { page: 3, 'per-page': 500 }),
  asked((c) => c.getModels({ perPage: 7 }), { 'per-page': 7 }),
  asked((c) => c.getModels({ direction: 'DESC' }), { direction: 'DESC', 'per-page': 500 }),
  asked((c) => c.getModels({ sortBy: 'latestVersion' }), { 'sort-by': 'latestVersion', 'per-page': 500 }),

  // All of them.
  asked(
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
  reads((c) => c.getActiveModels(), '/models/latest', latest),
  reads((c) => c.getActiveModels(), '/models/latest', latest, { on: 'model' }),
  reads((c) => c.getActiveModels({ retries: 0 }), '/models/latest', latest, { client: 1 }),
  reads((c) => c.getModelById('m1'), '/models/m1', sentiment),
  reads((c) => c.getModelById('m1'), '/models/m1', sentiment, { on: 'model' }),
  reads((c) => c.getModelById('a/b c'), '/models/a%2Fb%20c', sentiment),
  reads((c) => c.getModelById('m1'), '/models/m1', sentiment, { client: 1 }),
  reads((c) => c.getModel('m1'), '/models/m1', sentiment),
  reads((c) => c.getModelVersionsById('m1'), '/models/m1/versions', [{ version: '1.0.1' }]),
  reads((c) => c.getModelVersions('m1'), '/models/m1/versions', [{ version: '1.0.1' }]),
  reads((c) => c.getModelVersionsById('m1', { retries: 0 }), '/models/m1/versions', [], { client: 1 }),
  reads((c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }), VERSION, details),
  reads((c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }), VERSION, details, { on: 'model' }),
  reads((c) => c.getModelDetails({ modelId: 'm1', version: '1.0.1' }, { retries: 0 }), VERSION, details, { client: 1 }),
  reads((c) => c.getModelDetails({ modelId: 'm/1', version: '1 0' }), '/models/m%2F1/versions/1%200', details),
  reads((c) => c.getModelVersionInputSample({ modelId: 'm1', version: '1.0.1' }), `${VERSION}/sample-input`, sample),
  reads((c) => c.getModelVersionInputSample({ modelId: 'm1', version: '1.0.1' }), `${VERSION}/sample-input`, sample, {
    client: 1,
  }),
  reads((c) => c.getModelVersionOutputSample({ modelId: 'm1', version: '1.0.1' }), `${VERSION}/sample-output`, sample),
  reads(
    (c) => c.getModelVersionOutputSample({ modelId: 'm1', version: '1.0.1' }),
    `${VERSION}/sample-output`,
    { jobIdentifier: 'j1', results: {} },
    { on: 'model' },
  ),
  reads((c) => c.getRelatedModels('m1'), '/models/m1/related-models', latest),
  reads((c) => c.getAllTags(), '/models/tags', []),
  reads((c) => c.getTagsAndModels('t1', 't2'), '/models/tags/t1,t2', { tags: [], models: [] }),

  // By name.
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [sentiment], sentiment),
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [far, near, sentiment], sentiment),
  finds((c) => c.getModelByName('Sentiment Analyses'), 'Sentiment Analyses', [sentiment, near], near, { on: 'model' }),
  {
    call: (c) => c.getModelByName('nobody'),
    client: 2,
    asks: [search('nobody')],
    answers: [[]],
    fails: { of: 'ApiError', code: 400, message: 'Model nobody not found' },
  },

  // Refusals: the server's own words, which 2.0.1 drops.
  {
    call: (c) => c.getModelById('m1'),
    client: 2,
    asks: [get('/models/m1')],
    answers: [refusal(404, 'no such model')],
    fails: { of: 'NotFoundError', code: 404, message: 'no such model' },
  },
  {
    call: (c) => c.getModels(),
    client: 2,
    asks: [get('/models', { 'per-page': 500 })],
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  refused((c) => c.getModels({ isFeatured: 1 }), 'the isFeatured param should be a boolean or string'),
  refused((c) => c.getModels({ page: '1' }), 'the page param should be a number'),
  refused((c) => c.getModelDetails({ modelId: 'm1' }), 'the version param should be a string'),
  refused((c) => c.getModelById({ modelId: 'm1' }), /modelId/),
];
