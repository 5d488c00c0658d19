'use strict';

// A server that refuses submits by the time, and a batch that submits to it.

const assert = require('node:assert/strict');
const { serve } = require('./server.js');

/** A server that decides by the time since its first request whether it accepts a submit. Its jobs are done at once. */
async function refusing(t, accepts, retryAfter = '1') {
  const decisions = [];
  let began;
  const server = await serve(t, {
    'POST /api/jobs': ({ body }) => {
      const text = JSON.parse(body).input.sources.text['input.txt'];
      if (text === 'before') {
        return { status: 202, body: { jobIdentifier: 'j' } };
      }
      began ??= performance.now();
      const accepted = accepts((performance.now() - began) / 1000, text);
      decisions.push([text, accepted]);
      return accepted
        ? { status: 202, body: { jobIdentifier: 'j' } }
        : { status: 429, headers: { 'retry-after': retryAfter }, body: {} };
    },
    'GET /api/jobs/j': { body: { jobIdentifier: 'j', status: 'COMPLETED' } },
  });
  return {
    baseURL: server.baseURL,
    accepted: () => decisions.filter(([, accepted]) => accepted).map(([text]) => Number(text)),
    refused: () => decisions.filter(([, accepted]) => !accepted).length,
  };
}

/** Runs a batch, and returns how many of its jobs have completed, and how many seconds it took. */
async function run(client, count, concurrency) {
  const submits = Array.from(
    { length: count },
    (_, index) => (options) => client.submitJobText('m', 'v', { text: { 'input.txt': String(index) } }, options),
  );
  const began = performance.now();
  let completed = 0;
  for await (const { job, error } of client.jobsAsCompleted(submits, { concurrency })) {
    assert.ifError(error);
    completed += Number(job.status === 'COMPLETED');
  }
  return { completed, seconds: (performance.now() - began) / 1000 };
}

module.exports = { refusing, run };
