'use strict';

// The methods that wait for jobs: for one, for many, and the watch over one.

const { iterable } = require('../arguments/checks.js');
const { jobReference } = require('../arguments/references.js');
const { required } = require('../arguments/rows.js');
const { readJobAndResult } = require('../documents.js');
const { Batch } = require('../iteration/batch.js');
const { watchJob } = require('../iteration/watch.js');
const { alias, inSteps, iterate, methodsOf, own, wait } = require('./resource.js');

const job = [required('job', jobReference)];
const jobs = [required('jobs', iterable)];

const blockUntilComplete = wait('blockUntilComplete', job);

const rows = {
  blockUntilComplete,
  blockUntilJobComplete: alias(blockUntilComplete, { renamed: ['timeout'] }),
  blockUntilResult: wait('blockUntilResult', job, { answer: readJobAndResult }),
  blockUntilAllComplete: own('waitMany', [], jobs, inSteps(blockUntilAllComplete), { isReported: false }),
  jobsAsCompleted: iterate('waitMany', ['blockUntilOutcome', 'openJournal', 'takeKey'], jobs, outcomesOf),
  watchJob: iterate('watch', [], job, (session, { values, options }) => watchJob(session, values.job, options)),
};

/**
 * @param {import('../calls/session.js').Session} session
 * @param {import('../arguments/read-call.js').Reading} reading
 */
function outcomesOf(session, { values, options }) {
  return new Batch(session, values.jobs, options).outcomes;
}

/**
 * @param {import('../calls/session.js').Session} session
 * @param {import('../arguments/read-call.js').Reading} reading
 */
async function blockUntilAllComplete(session, reading) {
  /** @type {object[]} */
  const outcomes = [];
  for await (const outcome of outcomesOf(session, reading)) {
    outcomes[outcome.index] = outcome;
  }
  return outcomes;
}

module.exports = { methods: methodsOf(rows), rows };
