'use strict';

// The API keys of an account, its users, projects and teams, and the figures of the dashboard.

const { date, notBlank, string } = require('../arguments/checks.js');
const { pageNumber } = require('../arguments/numbers.js');
const { emails } = require('../arguments/references.js');
const { optional, required } = require('../arguments/rows.js');
const { readTextOrDocument } = require('../documents.js');
const { writeJson } = require('../json.js');
const lifetime = require('./lifetime.js');
const { Resource, composeResource, list, methodsOf, read } = require('./resource.js');

/** @type {Partial<import('../arguments/rows.js').Form>} */
const filtered = { objectOnly: true, generation: 2 };

/** @param {import('../arguments/read-call.js').Reading} reading */
const filterArgument = ({ values }) => writeJson(values);

const paged = [optional('page', pageNumber, 'page', { 2: 1 }), optional('perPage', pageNumber, 'perPage', { 2: 100 })];

const users = [
  ...['firstName', 'lastName', 'email', 'search', 'status', 'accessKey'].map((name) => optional(name, string, name)),
  ...['startDate', 'endDate'].map((name) => optional(name, date, name)),
  optional('searchDate', string, 'searchDate'),
  ...paged,
];

const projects = [...['search', 'status'].map((name) => optional(name, string, name)), ...paged];

/**
 * Checks the first or the last day of a period. A string is sent unchanged.
 *
 * @param {unknown} value
 * @param {string} name
 */
const day = (value, name) => (typeof value === 'string' ? string(value, name) : date(value, name).slice(0, 10));

const period = ['beginDate', 'endDate'].map((name) => optional(name, day, name));

const report = [...period, ...['userId', 'accessKey', 'modelId', 'teamId'].map((name) => optional(name, string, name))];

/**
 * Returns the row of a method that takes a filter as one object.
 *
 * @param {import('../calls/operations.js').Operation} operation
 * @param {readonly import('../arguments/rows.js').Parameter[]} parameters
 */
function search(operation, parameters) {
  return read(operation, parameters, { ...filtered, argument: filterArgument });
}

const rows = {
  getAPIKeys: read('getApiKeys', [required('email', notBlank)]),
  getKeyBody: read('getKeyBody', [required('key', notBlank)], { answer: readTextOrDocument }),
  getUsers: search('getUsers', users),
  listUsers: list('getUsersPage', users),
  searchUsers: read('searchUsers', [required('emails', emails)], {
    argument: ({ values }) => writeJson(values.emails),
  }),
  getProjects: search('getProjects', projects),
  listProjects: list('getProjectsPage', projects),
  getProject: read('getProject', [required('projectId', notBlank)]),
  getTeams: read('getTeams'),
  getAccounts: read('getAccounts'),
  getAccount: read('getAccount', [required('accountId', notBlank)]),
  getLicense: read('getLicense'),
  getAlerts: read('getAlerts'),
  getAlertEntities: read('getAlertEntities', [required('alertType', notBlank)]),
  getDataProcessed: search('getDataProcessed', report),
  getPredictionsMade: search('getPredictionsMade', report),
  getMostActiveUsers: search('getMostActiveUsers', report),
  getMostActiveModels: search('getMostActiveModels', report),
  getClusterMetric: search('getClusterMetric', [required('metric', notBlank, 'metric'), ...period]),
};

class AccountingClient extends Resource {}
composeResource(AccountingClient, 'accounting', methodsOf(rows), lifetime.methods);

module.exports = { AccountingClient, rows };
