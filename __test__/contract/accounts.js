'use strict';

// Users, projects, teams, accounts, alerts and reports: each with clients of both generations.

const { get, post, refusal } = require('./wire.js');

const paged = { page: 1, 'per-page': 100 };
const user = { identifier: 'u1', firstName: 'Ada', status: 'Active' };
const project = { identifier: 'p1', name: 'A project', accessKeys: [] };
const figures = {
  dataProcessed: { recent: 3, previous: 2, percentage: 50 },
  recent: [{ date: '2021-08-13', value: 3 }],
};

/** Rows about one read on an AccountingClient, and on that of the facade, each with clients of both generations. */
const reads = (title, call, ask, answer, gives = answer) =>
  [1, 2].map((client) => ({
    title: `${title}, on a client of ${client}.x`,
    client,
    on: client === 1 ? 'accounting' : 'facade',
    call: (c) => call(client === 1 ? c : c.getAccountingClient()),
    asks: [ask],
    answers: [answer],
    gives,
  }));

const refused = (title, call, message) => ({
  title,
  call,
  on: 'accounting',
  asks: [],
  fails: { of: 'TypeError', message },
});

module.exports = [
  ...reads(
    'getUsers sends its filter',
    (c) =>
      c.getUsers({
        firstName: 'A',
        lastName: 'B',
        email: 'e',
        search: 's',
        status: 'Active',
        accessKey: 'k',
        startDate: new Date(0),
        searchDate: 'createdAt',
      }),
    get('/accounting/users', {
      ...{ firstName: 'A', lastName: 'B', email: 'e', search: 's', status: 'Active', accessKey: 'k' },
      ...{ startDate: '1970-01-01T00:00:00.000Z', searchDate: 'createdAt', ...paged },
    }),
    [user],
  ),
  ...reads(
    'listUsers reads pages',
    (c) => c.listUsers({ email: 'e' }).toArray(),
    get('/accounting/users', { email: 'e', ...paged }),
    [user],
  ),
  ...reads(
    'searchUsers sends the addresses',
    (c) => c.searchUsers(['ada@example.com', 'ben@example.com']),
    post('/accounting/users/search', { identifiers: ['ada@example.com', 'ben@example.com'] }),
    [user],
  ),
  ...reads(
    'getProjects sends its filter',
    (c) => c.getProjects({ search: 's', status: 'ACTIVE', page: null, perPage: 5 }),
    get('/accounting/projects', { search: 's', status: 'ACTIVE', 'per-page': 5 }),
    [project],
  ),
  ...reads('listProjects reads pages', (c) => c.listProjects().toArray(), get('/accounting/projects', paged), [
    project,
  ]),
  ...reads(
    'getProject encodes the identifier',
    (c) => c.getProject('a b/c', { retries: 0 }),
    get('/accounting/projects/a%20b%2Fc'),
    project,
  ),
  ...reads('getTeams returns the teams', (c) => c.getTeams(), get('/accounting/teams'), [{ identifier: 't1' }]),
  ...reads('getAccounts returns the accounts', (c) => c.getAccounts(), get('/accounting/accounts'), [
    { identifier: 'a1' },
  ]),
  ...reads('getAccount returns an account', (c) => c.getAccount('a1'), get('/accounting/accounts/a1'), {
    identifier: 'a1',
    users: [user],
  }),
  ...reads('getLicense returns the license', (c) => c.getLicense(), get('/license'), {
    companyName: 'C',
    processingEngines: '50',
  }),
  ...reads('getAlerts returns the alerts', (c) => c.getAlerts(), get('/notifications/alerts'), [
    { type: 'JOB_STUCK', count: 1 },
  ]),
  ...reads(
    'getAlertEntities returns identifiers',
    (c) => c.getAlertEntities('JOB_STUCK'),
    get('/notifications/alerts/JOB_STUCK'),
    ['j'],
  ),
  ...reads(
    'getDataProcessed sends the period and the filter',
    (c) =>
      c.getDataProcessed({
        beginDate: '2021-08-13',
        endDate: new Date('2021-08-20T23:59:59Z'),
        userId: 'u',
        accessKey: 'k',
        modelId: 'm',
        teamId: 't',
      }),
    get('/metrics/data-processed', {
      ...{ 'begin-date': '2021-08-13', 'end-date': '2021-08-20', 'user-identifier': 'u' },
      ...{ 'access-key': 'k', 'model-identifier': 'm', 'team-identifier': 't' },
    }),
    figures,
  ),
  ...reads(
    'getPredictionsMade returns the figures',
    (c) => c.getPredictionsMade(),
    get('/metrics/predictions-made'),
    figures,
  ),
  ...reads(
    'getMostActiveUsers ranks users',
    (c) => c.getMostActiveUsers({ modelId: 'm' }),
    get('/metrics/active-users', { 'model-identifier': 'm' }),
    [{ ranking: 1, userIdentifier: 'u1', jobs: 2, elapsedTime: 5 }],
  ),
  ...reads(
    'getMostActiveModels ranks models',
    (c) => c.getMostActiveModels(null, { retries: 0 }),
    get('/metrics/active-models'),
    [],
  ),
  ...reads(
    'getClusterMetric returns numbers, and null for a value that is not finite',
    (c) => c.getClusterMetric({ metric: 'cpu-used', beginDate: '2021-04-13' }),
    get('/metrics/prometheus/cpu-used', { 'begin-date': '2021-04-13' }),
    {
      data: {
        resultType: 'matrix',
        result: [{ metric: { pod: 'a' }, values: [[1618290060, '0.25'], [1618290061, 'NaN'], 7] }],
      },
    },
    [
      {
        labels: { pod: 'a' },
        points: [
          { time: 1618290060000, value: 0.25 },
          { time: 1618290061000, value: null },
        ],
      },
    ],
  ),
  {
    title: 'getUsers rejects with the message of the server',
    call: (c) => c.getUsers(),
    on: 'accounting',
    asks: [get('/accounting/users', paged)],
    answers: [refusal(403, 'Not with this role')],
    fails: { of: 'PermissionError', code: 403, message: 'Not with this role' },
  },
  refused('searchUsers refuses no addresses', (c) => c.searchUsers([]), /the emails param should be an array/),
  refused('searchUsers refuses a string', (c) => c.searchUsers('ada@example.com'), /the emails param/),
  refused('getProject refuses an empty identifier', (c) => c.getProject(''), /projectId/),
  refused('getClusterMetric refuses a missing metric', (c) => c.getClusterMetric({}), /metric/),
  refused(
    'getDataProcessed refuses an invalid date',
    (c) => c.getDataProcessed({ beginDate: new Date(NaN) }),
    /the beginDate param should be a valid datetime/,
  ),
  refused(
    'getDataProcessed refuses a number as a date',
    (c) => c.getDataProcessed({ endDate: 7 }),
    /the endDate param/,
  ),
  refused('getUsers refuses positional arguments', (c) => c.getUsers('Ada'), /takes \(\{ firstName, /),
];
