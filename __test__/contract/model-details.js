'use strict';

// The routes below a model, and the search by name, in the form of 1.x.

const { get, refusal } = require('./wire.js');

const model = (modelId, name) => ({ modelId, name, versions: ['1.0.1'], tags: [], anUnknownMember: { a: null } });
const sentiment = model('m1', 'Sentiment Analysis');
const version = { version: '1.0.1', timeout: { status: 60000, run: 60000 }, inputs: [{ name: 'input.txt' }] };
const sampleInput = { model: { identifier: 'm1', version: '1.0.1' }, input: { type: 'text', sources: {} } };
const sampleOutput = { jobIdentifier: 'j1', total: 1, results: { first: { 'results.json': ['x', 1.5] } } };

/** A row about one read. */
const reads = (title, call, route, answer, on) => ({
  title,
  call,
  on,
  asks: [get(route)],
  answers: [answer],
  gives: answer,
});

/** The first request of a search by name. */
const search = (name) => get('/models', { name, isActive: 'true', 'per-page': 20, 'sort-by': 'name' });
const hit = (modelId) => ({ modelId, latestVersion: '1.0.1', versions: ['1.0.1'] });

/** A row about a search with these hits. */
const finds = (title, call, name, models, winner, on) => ({
  title,
  call,
  on,
  asks: [search(name), models.map(({ modelId }) => get(`/models/${modelId}`))],
  answers: {
    '/api/models': models.map(({ modelId }) => hit(modelId)),
    ...Object.fromEntries(models.map((each) => [`/api/models/${each.modelId}`, each])),
  },
  gives: winner,
});

const far = model('m7', 'Translation');
const near = model('m8', 'Sentiment Analyses');
const twin = model('m9', 'Sentiment Analysis');

module.exports = [
  reads('getModel returns the model unchanged', (c) => c.getModel('m1'), '/models/m1', sentiment),
  reads('getModel returns the model on a ModelClient', (c) => c.getModel('m1'), '/models/m1', sentiment, 'model'),
  reads(
    'getModel returns the model on the client of getModelClient',
    (c) => c.getModelClient().getModel('m1'),
    '/models/m1',
    sentiment,
  ),
  reads('getModel takes options', (c) => c.getModel('m1', { retries: 0 }), '/models/m1', sentiment),
  reads('getModel takes null for options', (c) => c.getModel('m1', null), '/models/m1', sentiment),
  reads(
    'getModel encodes reserved characters into one path segment',
    (c) => c.getModel('a/b?c#d e%'),
    '/models/a%2Fb%3Fc%23d%20e%25',
    model('a/b?c#d e%', 'Sentiment Analysis'),
  ),
  reads(
    'getModel encodes letters beyond ASCII',
    (c) => c.getModel('größe'),
    '/models/gr%C3%B6%C3%9Fe',
    model('größe', 'Sentiment Analysis'),
  ),
  reads('getRelatedModels returns the models unchanged', (c) => c.getRelatedModels('m1'), '/models/m1/related-models', [
    { identifier: 'm2', name: 'Other' },
  ]),
  reads(
    'getRelatedModels returns an empty array on a ModelClient',
    (c) => c.getRelatedModels('m1'),
    '/models/m1/related-models',
    [],
    'model',
  ),
  reads(
    'getModelVersions returns the versions on a ModelClient',
    (c) => c.getModelVersions('m1'),
    '/models/m1/versions',
    [{ version: '1.0.1' }],
    'model',
  ),
  reads(
    'getModelVersions returns the versions on the client of getModelClient',
    (c) => c.getModelClient().getModelVersions('m1'),
    '/models/m1/versions',
    [{ version: '1.0.1' }],
  ),
  reads(
    'getModelVersion returns the version unchanged',
    (c) => c.getModelVersion('m1', '1.0.1'),
    '/models/m1/versions/1.0.1',
    version,
  ),
  reads(
    'getModelVersion returns the version on a ModelClient',
    (c) => c.getModelVersion('m1', '1.0.1'),
    '/models/m1/versions/1.0.1',
    version,
    'model',
  ),
  reads(
    'getModelVersion takes options',
    (c) => c.getModelVersion('m1', '1.0.1', { retries: 0 }),
    '/models/m1/versions/1.0.1',
    version,
  ),
  reads(
    'getModelVersion encodes the model and the version into one path segment each',
    (c) => c.getModelVersion('m/1', '1.0.1 beta'),
    '/models/m%2F1/versions/1.0.1%20beta',
    { ...version, version: '1.0.1 beta' },
  ),
  reads(
    'getModelVersionInputSample returns the sample on a ModelClient',
    (c) => c.getModelVersionInputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-input',
    sampleInput,
    'model',
  ),
  reads(
    'getModelVersionInputSample returns the sample on the client of getModelClient',
    (c) => c.getModelClient().getModelVersionInputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-input',
    sampleInput,
  ),
  reads(
    'getModelVersionOutputSample returns the sample on a ModelClient',
    (c) => c.getModelVersionOutputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-output',
    sampleOutput,
    'model',
  ),
  reads(
    'getModelVersionOutputSample returns the sample on the client of getModelClient',
    (c) => c.getModelClient().getModelVersionOutputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-output',
    sampleOutput,
  ),

  // The search by name returns the most similar hit, unchanged.
  finds(
    'getModelByName returns the model of that name',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [sentiment],
    sentiment,
  ),
  finds(
    'getModelByName returns the model of that name on a ModelClient',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [sentiment],
    sentiment,
    'model',
  ),
  finds(
    'getModelByName returns the only hit of an incomplete name',
    (c) => c.getModelByName('Sentiment'),
    'Sentiment',
    [sentiment],
    sentiment,
  ),
  finds(
    'getModelByName returns the most similar hit where it is the last one',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [far, near, sentiment],
    sentiment,
  ),
  finds(
    'getModelByName returns the most similar hit where it is the first one',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [sentiment, near, far],
    sentiment,
  ),
  finds(
    'getModelByName returns the first of two hits of the same name',
    (c) => c.getModelByName('Sentiment Analysis'),
    'Sentiment Analysis',
    [twin, sentiment, far],
    twin,
  ),
  finds(
    'getModelByName takes options',
    (c) => c.getModelByName('Sentiment Analysis', { retries: 0 }),
    'Sentiment Analysis',
    [far, twin],
    twin,
  ),
  {
    title: 'getModelByName rejects with the error of 1.x where the search finds nothing',
    call: (c) => c.getModelByName('Nobody & nothing'),
    asks: [search('Nobody & nothing')],
    answers: [[]],
    fails: { of: 'ApiError', code: 400, message: 'Model Nobody & nothing not found' },
  },
  {
    title: 'getModelByName rejects with the error of 1.x where no hit is similar',
    call: (c) => c.getModelByName('qqqq'),
    asks: [search('qqqq'), get('/models/m7')],
    answers: [[hit('m7')], far],
    fails: { of: 'ApiError', code: 400, message: 'Model qqqq not found' },
  },

  // Refusals.
  {
    title: 'getModel rejects with the message of the server',
    call: (c) => c.getModel('unknown'),
    asks: [get('/models/unknown')],
    answers: [refusal(404, 'The model does not exist')],
    fails: { of: 'NotFoundError', code: 404, message: 'The model does not exist' },
  },
  {
    title: 'getModel refuses a missing identifier in the words of 1.x',
    call: (c) => c.getModel(),
    asks: [],
    fails: { of: 'TypeError', message: 'the modelId param should be a string' },
  },
  {
    title: 'getModel refuses a number in the words of 1.x',
    call: (c) => c.getModel(7),
    asks: [],
    fails: { of: 'TypeError', message: 'the modelId param should be a string' },
  },
  {
    title: 'getModel refuses an empty identifier',
    call: (c) => c.getModel(''),
    asks: [],
    fails: { of: 'TypeError', message: /modelId/ },
  },
  {
    title: 'getModel refuses two dots as an identifier',
    call: (c) => c.getModel('..'),
    asks: [],
    fails: { of: 'TypeError', message: /modelId/ },
  },
  {
    title: 'getModelVersion refuses a missing version',
    call: (c) => c.getModelVersion('m1'),
    asks: [],
    fails: { of: 'TypeError', message: /\bversion(Id)?\b/ },
  },
];
