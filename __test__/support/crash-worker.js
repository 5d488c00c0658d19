'use strict';

// A process that runs a batch with a journal, and may be killed at any moment: `{ baseURL, apiKey, journal, texts, uploads, … }` in
// the variable CRASH_BATCH. It prints one line of JSON for each outcome, and "end" after the last.

const { ModzyClient } = require('modzy-client');
const { MODEL, inputOf, textKey, uploadKey } = require('./crash-inputs.js');

const { baseURL, apiKey, journal, texts, uploads, options } = JSON.parse(process.env.CRASH_BATCH ?? '');
const client = new ModzyClient(baseURL, apiKey, { requestTimeout: 10_000 });

/** The keys of the batch: texts and uploads in turn. */
function* sources() {
  for (let number = 0; number < Math.max(texts, uploads); number += 1) {
    if (number < texts) {
      const inputKey = textKey(number);
      const input = { 'input.txt': inputOf(inputKey) };
      yield { inputKey, submit: (given) => client.submitJobText(...MODEL, { [inputKey]: input }, given) };
    }
    if (number < uploads) {
      const inputKey = uploadKey(number);
      const input = { 'input.txt': Buffer.from(inputOf(inputKey)) };
      yield { inputKey, submit: (given) => client.submitJobFile(...MODEL, { [inputKey]: input }, given) };
    }
  }
}

async function main() {
  for await (const outcome of client.jobsAsCompleted(sources(), { journal, results: true, ...options })) {
    const { inputKey, jobIdentifier, job, result, error } = outcome;
    const failure = error && `${error.name}: ${error.message}`;
    const line = { inputKey, jobIdentifier, status: job?.status, results: result?.results, error: failure };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  process.stdout.write('"end"\n');
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
