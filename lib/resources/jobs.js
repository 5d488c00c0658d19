'use strict';

// The methods for existing jobs, and the class that also has the submits, uploads, waits and results.

const { date, string } = require('../arguments/checks.js');
const { pageNumber } = require('../arguments/numbers.js');
const { jobReference, jobsOrModel } = require('../arguments/references.js');
const { membersOnly, named, optional, required } = require('../arguments/rows.js');
const { writeJson } = require('../json.js');
const lifetime = require('./lifetime.js');
const { Resource, composeResource, list, methodsOf, own, read } = require('./resource.js');
const results = require('./results.js');
const submits = require('./submits.js');
const uploads = require('./uploads.js');
const waits = require('./waits.js');

const job = [required('jobId', jobReference)];

const history = [
  optional('user', string, 'user'),
  optional('accessKey', string, 'accessKey'),
  optional('startDate', date, 'startDate'),
  optional('endDate', date, 'endDate'),
  optional('jobIdentifiers', jobsOrModel),
  optional('status', string, 'status'),
  optional('page', pageNumber, 'page', { 2: 1 }),
  optional('perPage', pageNumber, 'perPage', { 1: 1000, 2: 100 }),
  optional('direction', string, 'direction', { 2: 'DESC' }),
  optional('sortBy', string, 'sortBy', { 2: 'createdAt' }),
  membersOnly(optional('model', string, 'model')),
];

const shortList = [
  ...['user', 'accessKey'].map((name) => optional(name, string, name)),
  ...['startDate', 'endDate'].map((name) => optional(name, date, name)),
  ...['model', 'status'].map((name) => optional(name, string, name)),
  optional('page', pageNumber, 'page', { 2: 1 }),
  optional('perPage', pageNumber, 'perPage', { 2: 100 }),
];

const search = [
  required('inputKey', string, 'inputKey'),
  optional('since', date, 'since'),
  ...['modelId', 'version'].map((name) => optional(name, string, name)),
];

const rows = {
  getJobs: read('getJobs', shortList, {
    objectOnly: true,
    generation: 2,
    argument: ({ values }) => writeJson(values),
  }),
  listJobs: list('getJobsPage', shortList),
  getJob: read('getJob', job),
  cancelJob: read('cancelJob', job),
  getJobHistory: own('read', ['getJobHistory', 'getJobsById'], history, getJobHistory),
  listJobHistory: list('getJobHistoryPage', named(history)),
  findJobs: list('findJobs', search, { isWhole: true }),
  getFeatures: read('getFeatures'),
  getProcessingEngineStatus: read('getProcessingEngineStatus'),
};

/**
 * @param {import('../calls/session.js').Session} session
 * @param {import('../arguments/read-call.js').Reading} reading
 */
function getJobHistory(session, { values, options, generation }) {
  const { jobs, model } = values.jobIdentifiers ?? { jobs: undefined, model: values.model };
  if (jobs !== undefined) {
    return session.run('getJobsById', writeJson(jobs), options);
  }
  const startDate = values.startDate || (generation === 2 ? thirtyDaysAgo() : values.startDate);
  const filter = { ...values, jobIdentifiers: undefined, model, startDate };
  return session.run('getJobHistory', writeJson(filter), options);
}

/** Returns the default start of the history of 2.x. */
function thirtyDaysAgo() {
  const from = new Date();
  from.setDate(from.getDate() - 30);
  return from.toISOString();
}

/** The methods of jobs on the facade, except those of their results. */
const methods = { ...methodsOf(rows), ...submits.methods, ...uploads.methods, ...waits.methods };

class JobClient extends Resource {}
composeResource(JobClient, 'jobs', methods, results.methods, lifetime.methods);

module.exports = { JobClient, methods, rows };
