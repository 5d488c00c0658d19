'use strict';

// A process that runs a batch with a journal, and may be killed at any moment: `{ baseURL, apiKey, journal, texts, uploads, … }` in
// the variable CRASH_BATCH. It prints one line of JSON for each outcome, and "end" after the last.

const { ModzyClient } = require('modzy-client');

const { baseURL, apiKey, journal, texts, uploads, chunk, options } = JSON.parse(process.env.CRASH_BATCH ?? '');
const client = new ModzyClient(baseURL, apiKey, { requestTimeout: 10_000 });
const MODEL = ['ed542963de', '1.0.1'];

/** The keys of the batch: texts and uploads in turn. */
function* sources() {
  for (let number = 0; number < Math.max(texts, uploads); number += 1) {
    if (number < texts) {
      const inputKey = `text ü ${number}.txt`;
      const input = { 'input.txt': `Text ${number} was lovely.` };
      yield { inputKey, submit: (given) => client.submitJobText(...MODEL, { [inputKey]: input }, given) };
    }
    if (number < uploads) {
      const inputKey = `folder/upload ${number}.txt`;
      // Three chunks.
      const bytes = Buffer.alloc(3 * chunk - 1, `Upload ${number} was lovely. `);
      const input = { 'input.txt': bytes };
      yield { inputKey, submit: (given) => client.submitJobFile(...MODEL, { [inputKey]: input }, given) };
    }
  }
}

async function main() {
  for await (const outcome of client.jobsAsCompleted(sources(), { journal, results: true, ...options })) {
    const { inputKey, jobIdentifier, job, result, error } = outcome;
    const keys = Object.keys(result?.results ?? {});
    process.stdout.write(
      `${JSON.stringify({ inputKey, jobIdentifier, status: job?.status, keys, error: error && `${error.name}: ${error.message}` })}\n`,
    );
  }
  process.stdout.write('"end"\n');
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
