'use strict';

// Lists of models, in the form of 1.x: fourteen positional arguments, of which 1.x sends what is not null.

const { get } = require('./wire.js');

const found = [{ modelId: 'ed542963de', latestVersion: '1.0.1', versions: ['0.0.1', '1.0.1'], aMemberNobodyKnows: 7 }];

/** A row about the query of a call. */
const asked = (call, query, more) => ({ call, asks: [get('/models', query)], answers: [found], gives: found, ...more });

/** A row about an argument of the wrong type. */
const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const _ = null;

module.exports = [
  // Nothing given, in all ways of giving nothing.
  asked((c) => c.getModels(), { 'per-page': 1000 }),
  asked((c) => c.getAllModels(), { 'per-page': 1000 }),
  asked((c) => c.getModels(), { 'per-page': 1000 }, { on: 'model' }),
  asked((c) => c.getAllModels(), { 'per-page': 1000 }, { on: 'model' }),
  asked((c) => c.getModelClient().getAllModels(), { 'per-page': 1000 }),
  asked((c) => c.getModels(undefined), { 'per-page': 1000 }),
  asked((c) => c.getModels(null), { 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, undefined, _, _), { 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, _, _), {}),
  asked((c) => c.getModels(undefined, undefined, undefined, undefined, undefined, undefined), { 'per-page': 1000 }),

  // Each argument alone.
  asked((c) => c.getModels('ed542963de'), { modelId: 'ed542963de', 'per-page': 1000 }),
  asked((c) => c.getModels(_, 'Modzy'), { author: 'Modzy', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, 'a+b@example.com'), { createdByEmail: 'a+b@example.com', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, 'Sentiment Analysis'), { name: 'Sentiment Analysis', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, 'größe & co = 100 % #1?'), {
    description: 'größe & co = 100 % #1?',
    'per-page': 1000,
  }),
  asked((c) => c.getModels(_, _, _, _, _, true), { isActive: 'true', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, false), { isActive: 'false', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, 'true'), { isActive: 'true', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, true), { isExpired: 'true', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, 'false'), { isExpired: 'false', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, true), { isRecommended: 'true', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, 'false'), { isRecommended: 'false', 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, '2021-08-13T07:28:03.831'), {
    lastActiveDateTime: '2021-08-13T07:28:03.831',
    'per-page': 1000,
  }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, moment), {
    lastActiveDateTime: '2021-07-20T01:40:11.187Z',
    'per-page': 1000,
  }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, '2021-07-20T01:40:11.187+0000'), {
    expirationDateTime: '2021-07-20T01:40:11.187+0000',
    'per-page': 1000,
  }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, moment), {
    expirationDateTime: '2021-07-20T01:40:11.187Z',
    'per-page': 1000,
  }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, 3), { page: 3, 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, 0), { page: 0, 'per-page': 1000 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, 20), { 'per-page': 20 }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, 'desc'), { direction: 'desc' }),
  asked((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, undefined, _, 'name,author'), {
    'per-page': 1000,
    'sort-by': 'name,author',
  }),
  asked((c) => c.getModels(''), { modelId: '', 'per-page': 1000 }),

  // All of them, and options after them.
  asked(
    (c) => c.getModels('m1', 'Modzy', 'a@b.c', 'x', 'y', true, false, true, moment, moment, 2, 10, 'ASC', 'modelId'),
    {
      modelId: 'm1',
      author: 'Modzy',
      createdByEmail: 'a@b.c',
      name: 'x',
      description: 'y',
      isActive: 'true',
      isExpired: 'false',
      isRecommended: 'true',
      lastActiveDateTime: '2021-07-20T01:40:11.187Z',
      expirationDateTime: '2021-07-20T01:40:11.187Z',
      page: 2,
      'per-page': 10,
      direction: 'ASC',
      'sort-by': 'modelId',
    },
  ),
  asked((c) => c.getModels('m1', _, _, _, _, _, _, _, _, _, _, 5, _, _, { retries: 0 }), {
    modelId: 'm1',
    'per-page': 5,
  }),
  asked((c) => c.getAllModels({ requestTimeout: 5000 }), { 'per-page': 1000 }),

  // Wrong types, in the words of 1.x.
  refused((c) => c.getModels(7), 'the modelId param should be a string'),
  refused((c) => c.getModels(_, 7), 'the author param should be a string'),
  refused((c) => c.getModels(_, _, 7), 'the createdByEmail param should be a string'),
  refused((c) => c.getModels(_, _, _, 7), 'the name param should be a string'),
  refused((c) => c.getModels(_, _, _, _, true), 'the description param should be a string'),
  refused((c) => c.getModels(_, _, _, _, _, 1), 'the isActive param should be a boolean or string'),
  refused((c) => c.getModels(_, _, _, _, _, _, 0), 'the isExpired param should be a boolean or string'),
  refused((c) => c.getModels(_, _, _, _, _, _, _, []), 'the isRecommended param should be a boolean or string'),
  refused((c) => c.getModels(_, _, _, _, _, _, _, _, 7), 'the lastActiveDateTime param should be a datetime or string'),
  refused(
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, true),
    'the expirationDateTime param should be a datetime or string',
  ),
  refused((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, '3'), 'the page param should be a number'),
  refused((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, '20'), 'the perPage param should be a number'),
  refused((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, true), 'the direction param should be a string'),
  refused((c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, _, 7), 'the sortBy param should be a string'),
];
