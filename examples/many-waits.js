'use strict';

// Waits for many jobs with little load on the server: one list of ended jobs serves all waits, and each job is polled only when its
// wait begins, when it has ended, and every five minutes.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/many-waits.js --jobs 500

const { parseArgs } = require('node:util');
const { ModzyClient } = require('modzy-client');

async function main() {
  const { values } = parseArgs({ options: { jobs: { type: 'string', default: '100' } } });
  const modzyClient = ModzyClient.fromEnv({ polling: 'listing' });
  const submits = Array.from({ length: Number(values.jobs) }, (_, index) => (options) => {
    const sources = { text: { 'input.txt': `Day ${index + 1} was a lovely day.` } };
    return modzyClient.submitJobText('ed542963de', '1.0.1', sources, options);
  });
  const counts = {};
  const options = { concurrency: submits.length, maxPollInterval: 300_000 }; // ms
  for await (const { job, error } of modzyClient.jobsAsCompleted(submits, options)) {
    if (error) {
      throw error;
    }
    counts[job.status] = (counts[job.status] ?? 0) + 1;
  }
  for (const [status, count] of Object.entries(counts)) {
    console.log(`${status}: ${count}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
