'use strict';

// What hangs below a model, and the search by name, in the form of 1.x.

const { get, refusal } = require('./wire.js');

const model = (modelId, name) => ({ modelId, name, versions: ['1.0.1'], tags: [], aMemberNobodyKnows: { a: null } });
const sentiment = model('m1', 'Sentiment Analysis');
const version = { version: '1.0.1', timeout: { status: 60000, run: 60000 }, inputs: [{ name: 'input.txt' }] };
const sampleInput = { model: { identifier: 'm1', version: '1.0.1' }, input: { type: 'text', sources: {} } };
const sampleOutput = { jobIdentifier: 'j1', total: 1, results: { first: { 'results.json': ['x', 1.5] } } };

/** A row about one read. */
const reads = (call, route, answer, on) => ({ call, on, asks: [get(route)], answers: [answer], gives: answer });

/** The list that the search by name begins with. */
const search = (name) => get('/models', { name, isActive: 'true', 'per-page': 20, 'sort-by': 'name' });
const hit = (modelId) => ({ modelId, latestVersion: '1.0.1', versions: ['1.0.1'] });

/** A row about a search with these hits. */
const finds = (call, name, models, winner, on) => ({
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
  reads((c) => c.getModel('m1'), '/models/m1', sentiment),
  reads((c) => c.getModel('m1'), '/models/m1', sentiment, 'model'),
  reads((c) => c.getModelClient().getModel('m1'), '/models/m1', sentiment),
  reads((c) => c.getModel('m1', { retries: 0 }), '/models/m1', sentiment),
  reads((c) => c.getModel('m1', null), '/models/m1', sentiment),
  reads((c) => c.getModel('a/b?c#d e%'), '/models/a%2Fb%3Fc%23d%20e%25', sentiment),
  reads((c) => c.getModel('größe'), '/models/gr%C3%B6%C3%9Fe', sentiment),
  reads((c) => c.getRelatedModels('m1'), '/models/m1/related-models', [{ identifier: 'm2', name: 'Other' }]),
  reads((c) => c.getRelatedModels('m1'), '/models/m1/related-models', [], 'model'),
  reads((c) => c.getModelVersions('m1'), '/models/m1/versions', [{ version: '1.0.1' }], 'model'),
  reads((c) => c.getModelClient().getModelVersions('m1'), '/models/m1/versions', [{ version: '1.0.1' }]),
  reads((c) => c.getModelVersion('m1', '1.0.1'), '/models/m1/versions/1.0.1', version),
  reads((c) => c.getModelVersion('m1', '1.0.1'), '/models/m1/versions/1.0.1', version, 'model'),
  reads((c) => c.getModelVersion('m1', '1.0.1', { retries: 0 }), '/models/m1/versions/1.0.1', version),
  reads((c) => c.getModelVersion('m/1', '1.0.1 beta'), '/models/m%2F1/versions/1.0.1%20beta', version),
  reads(
    (c) => c.getModelVersionInputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-input',
    sampleInput,
    'model',
  ),
  reads(
    (c) => c.getModelClient().getModelVersionInputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-input',
    sampleInput,
  ),
  reads(
    (c) => c.getModelVersionOutputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-output',
    sampleOutput,
    'model',
  ),
  reads(
    (c) => c.getModelClient().getModelVersionOutputSample('m1', '1.0.1'),
    '/models/m1/versions/1.0.1/sample-output',
    sampleOutput,
  ),

  // By name: the most similar of those that are found, without a member of ours in it.
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [sentiment], sentiment),
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [sentiment], sentiment, 'model'),
  finds((c) => c.getModelByName('Sentiment'), 'Sentiment', [sentiment], sentiment),
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [far, near, sentiment], sentiment),
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [sentiment, near, far], sentiment),
  finds((c) => c.getModelByName('Sentiment Analysis'), 'Sentiment Analysis', [twin, sentiment, far], twin),
  finds((c) => c.getModelByName('Sentiment Analysis', { retries: 0 }), 'Sentiment Analysis', [far, twin], twin),
  {
    call: (c) => c.getModelByName('Nobody & nothing'),
    asks: [search('Nobody & nothing')],
    answers: [[]],
    fails: { of: 'ApiError', code: 400, message: 'Model Nobody & nothing not found' },
  },
  {
    call: (c) => c.getModelByName('qqqq'),
    asks: [search('qqqq'), get('/models/m7')],
    answers: [[hit('m7')], far],
    fails: { of: 'ApiError', code: 400, message: 'Model qqqq not found' },
  },

  // Refusals.
  {
    call: (c) => c.getModel('unknown'),
    asks: [get('/models/unknown')],
    answers: [refusal(404, 'The model does not exist')],
    fails: { of: 'NotFoundError', code: 404, message: 'The model does not exist' },
  },
  { call: (c) => c.getModel(), asks: [], fails: { of: 'TypeError', message: 'the modelId param should be a string' } },
  {
    call: (c) => c.getModel(7),
    asks: [],
    fails: { of: 'TypeError', message: 'the modelId param should be a string' },
  },
  { call: (c) => c.getModel(''), asks: [], fails: { of: 'TypeError', message: /modelId/ } },
  { call: (c) => c.getModel('..'), asks: [], fails: { of: 'TypeError', message: /modelId/ } },
  { call: (c) => c.getModelVersion('m1'), asks: [], fails: { of: 'TypeError', message: /\bversion(Id)?\b/ } },
];
