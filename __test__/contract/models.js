'use strict';

// Lists of models, in the form of 1.x: fourteen positional arguments. Those that are not null are sent.

const { get } = require('./wire.js');

const found = [{ modelId: 'ed542963de', latestVersion: '1.0.1', versions: ['0.0.1', '1.0.1'], anUnknownMember: 7 }];

/** A row about the query of a call. */
const queries = (title, call, query, more) => ({
  title,
  call,
  asks: [get('/models', query)],
  answers: [found],
  gives: found,
  ...more,
});

/** A row about an argument of the wrong type. */
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

const moment = new Date('2021-07-20T01:40:11.187Z');
const _ = null;

module.exports = [
  // No values, in all ways to write that.
  queries('getModels sends 1000 per page', (c) => c.getModels(), { 'per-page': 1000 }),
  queries('getAllModels sends 1000 per page', (c) => c.getAllModels(), { 'per-page': 1000 }),
  queries(
    'getModels sends 1000 per page on a ModelClient',
    (c) => c.getModels(),
    { 'per-page': 1000 },
    { on: 'model' },
  ),
  queries(
    'getAllModels sends 1000 per page on a ModelClient',
    (c) => c.getAllModels(),
    { 'per-page': 1000 },
    { on: 'model' },
  ),
  queries(
    'getAllModels sends 1000 per page on the client of getModelClient',
    (c) => c.getModelClient().getAllModels(),
    {
      'per-page': 1000,
    },
  ),
  queries('getModels sends 1000 per page where it gets undefined', (c) => c.getModels(undefined), { 'per-page': 1000 }),
  queries('getModels sends 1000 per page where it gets null', (c) => c.getModels(null), { 'per-page': 1000 }),
  queries(
    'getModels leaves out null and replaces an undefined perPage',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, undefined, _, _),
    { 'per-page': 1000 },
  ),
  queries(
    'getModels sends no perPage where it is null',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, _, _),
    {},
  ),
  queries(
    'getModels leaves out undefined',
    (c) => c.getModels(undefined, undefined, undefined, undefined, undefined, undefined),
    { 'per-page': 1000 },
  ),

  // Each argument alone.
  queries('getModels sends the modelId', (c) => c.getModels('ed542963de'), { modelId: 'ed542963de', 'per-page': 1000 }),
  queries('getModels sends the author', (c) => c.getModels(_, 'Modzy'), { author: 'Modzy', 'per-page': 1000 }),
  queries('getModels sends createdByEmail, encoded', (c) => c.getModels(_, _, 'a+b@example.com'), {
    createdByEmail: 'a+b@example.com',
    'per-page': 1000,
  }),
  queries('getModels sends the name', (c) => c.getModels(_, _, _, 'Sentiment Analysis'), {
    name: 'Sentiment Analysis',
    'per-page': 1000,
  }),
  queries('getModels sends the description, encoded', (c) => c.getModels(_, _, _, _, 'größe & co = 100 % #1?'), {
    description: 'größe & co = 100 % #1?',
    'per-page': 1000,
  }),
  queries('getModels sends isActive where it is true', (c) => c.getModels(_, _, _, _, _, true), {
    isActive: 'true',
    'per-page': 1000,
  }),
  queries('getModels sends isActive where it is false', (c) => c.getModels(_, _, _, _, _, false), {
    isActive: 'false',
    'per-page': 1000,
  }),
  queries('getModels sends isActive where it is a string', (c) => c.getModels(_, _, _, _, _, 'true'), {
    isActive: 'true',
    'per-page': 1000,
  }),
  queries('getModels sends isExpired where it is true', (c) => c.getModels(_, _, _, _, _, _, true), {
    isExpired: 'true',
    'per-page': 1000,
  }),
  queries('getModels sends isExpired where it is a string', (c) => c.getModels(_, _, _, _, _, _, 'false'), {
    isExpired: 'false',
    'per-page': 1000,
  }),
  queries('getModels sends isRecommended where it is true', (c) => c.getModels(_, _, _, _, _, _, _, true), {
    isRecommended: 'true',
    'per-page': 1000,
  }),
  queries('getModels sends isRecommended where it is a string', (c) => c.getModels(_, _, _, _, _, _, _, 'false'), {
    isRecommended: 'false',
    'per-page': 1000,
  }),
  queries(
    'getModels sends a string as lastActiveDateTime unchanged',
    (c) => c.getModels(_, _, _, _, _, _, _, _, '2021-08-13T07:28:03.831'),
    {
      lastActiveDateTime: '2021-08-13T07:28:03.831',
      'per-page': 1000,
    },
  ),
  queries(
    'getModels sends a Date as lastActiveDateTime in ISO 8601',
    (c) => c.getModels(_, _, _, _, _, _, _, _, moment),
    {
      lastActiveDateTime: '2021-07-20T01:40:11.187Z',
      'per-page': 1000,
    },
  ),
  queries(
    'getModels sends a string as expirationDateTime unchanged',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, '2021-07-20T01:40:11.187+0000'),
    {
      expirationDateTime: '2021-07-20T01:40:11.187+0000',
      'per-page': 1000,
    },
  ),
  queries(
    'getModels sends a Date as expirationDateTime in ISO 8601',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, moment),
    {
      expirationDateTime: '2021-07-20T01:40:11.187Z',
      'per-page': 1000,
    },
  ),
  queries('getModels sends the page', (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, 3), {
    page: 3,
    'per-page': 1000,
  }),
  queries('getModels sends page 0', (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, 0), { page: 0, 'per-page': 1000 }),
  queries('getModels sends perPage', (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, 20), { 'per-page': 20 }),
  queries(
    'getModels sends the direction, and no perPage where it is null',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, 'desc'),
    { direction: 'desc' },
  ),
  queries(
    'getModels sends sortBy as sort-by',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, undefined, _, 'name,author'),
    {
      'per-page': 1000,
      'sort-by': 'name,author',
    },
  ),
  queries('getModels sends an empty modelId', (c) => c.getModels(''), { modelId: '', 'per-page': 1000 }),

  // All arguments, and options after them.
  queries(
    'getModels sends all fourteen arguments',
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
  queries(
    'getModels takes options after its fourteen arguments',
    (c) => c.getModels('m1', _, _, _, _, _, _, _, _, _, _, 5, _, _, { retries: 0 }),
    {
      modelId: 'm1',
      'per-page': 5,
    },
  ),
  queries('getAllModels takes options', (c) => c.getAllModels({ requestTimeout: 5000 }), { 'per-page': 1000 }),

  // Wrong types, in the words of 1.x.
  refused('getModels refuses a number as modelId', (c) => c.getModels(7), 'the modelId param should be a string'),
  refused('getModels refuses a number as author', (c) => c.getModels(_, 7), 'the author param should be a string'),
  refused(
    'getModels refuses a number as createdByEmail',
    (c) => c.getModels(_, _, 7),
    'the createdByEmail param should be a string',
  ),
  refused('getModels refuses a number as name', (c) => c.getModels(_, _, _, 7), 'the name param should be a string'),
  refused(
    'getModels refuses a boolean as description',
    (c) => c.getModels(_, _, _, _, true),
    'the description param should be a string',
  ),
  refused(
    'getModels refuses a number as isActive',
    (c) => c.getModels(_, _, _, _, _, 1),
    'the isActive param should be a boolean or string',
  ),
  refused(
    'getModels refuses a number as isExpired',
    (c) => c.getModels(_, _, _, _, _, _, 0),
    'the isExpired param should be a boolean or string',
  ),
  refused(
    'getModels refuses an array as isRecommended',
    (c) => c.getModels(_, _, _, _, _, _, _, []),
    'the isRecommended param should be a boolean or string',
  ),
  refused(
    'getModels refuses a number as lastActiveDateTime',
    (c) => c.getModels(_, _, _, _, _, _, _, _, 7),
    'the lastActiveDateTime param should be a datetime or string',
  ),
  refused(
    'getModels refuses a boolean as expirationDateTime',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, true),
    'the expirationDateTime param should be a datetime or string',
  ),
  refused(
    'getModels refuses a string as page',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, '3'),
    'the page param should be a number',
  ),
  refused(
    'getModels refuses a string as perPage',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, '20'),
    'the perPage param should be a number',
  ),
  refused(
    'getModels refuses a boolean as direction',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, true),
    'the direction param should be a string',
  ),
  refused(
    'getModels refuses a number as sortBy',
    (c) => c.getModels(_, _, _, _, _, _, _, _, _, _, _, _, _, 7),
    'the sortBy param should be a string',
  ),
];
