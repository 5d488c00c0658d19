'use strict';

// Runs a sentiment model on some texts, and prints each text with its sentiment.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/sentiment.js "What a lovely day!" "I want my money back."
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/sentiment.js --file reviews.txt      (one text per line)
//
// The results go to standard output; progress goes to standard error.

const { readFileSync } = require('node:fs');
const { parseArgs } = require('node:util');
const { ModzyClient } = require('modzy-client');

const MODEL = 'ed542963de';

const TEXTS = [
  'What a lovely day, everything works!',
  'Broken on arrival. The worst purchase I ever made.',
  'The parcel weighs two kilograms.',
  'Great food, but the noise was terrible.',
];

/** Returns the texts of the command line, of a file, or the defaults. */
function readTexts() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { file: { type: 'string' } } });
  if (values.file !== undefined && positionals.length > 0) {
    throw new Error('give either texts or --file, not both');
  }
  const lines = values.file === undefined ? positionals : readFileSync(values.file, 'utf8').split(/\r?\n/);
  const texts = lines.filter((line) => line.trim() !== '');
  if (values.file !== undefined && texts.length === 0) {
    throw new Error(`${values.file} contains no text`);
  }
  return texts.length > 0 ? texts : TEXTS;
}

const WIDTH = 30;

/** Shows the progress of the job: a bar on a terminal, otherwise a line for each change. */
function progressBar() {
  const { stderr } = process;
  let last = '';
  return {
    show({ status, completed = 0, total = 0 }) {
      const line = total > 0 ? `${status} ${completed}/${total}` : status;
      if (stderr.isTTY) {
        const filled = total > 0 ? Math.floor((WIDTH * completed) / total) : 0;
        stderr.write(`\r[${'#'.repeat(filled).padEnd(WIDTH)}] ${completed}/${total} ${status}\x1b[K`);
      } else if (line !== last) {
        stderr.write(`${line}\n`);
      }
      last = line;
    },
    end() {
      if (stderr.isTTY && last !== '') {
        stderr.write('\r\x1b[K');
      }
    },
  };
}

/** Returns the likeliest class of an input's result. Older versions of the model have no `data` around it. */
function sentiment(inputResult) {
  const output = inputResult['results.json'];
  const [best] = (output.data ?? output).result.classPredictions;
  return `${best.class} ${best.score.toFixed(2)}`;
}

async function main() {
  const texts = readTexts();
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const { signal } = interrupted;
  const progress = progressBar();

  const modzyClient = ModzyClient.fromEnv();
  const inputs = Object.fromEntries(texts.map((text, index) => [`text-${index + 1}`, { 'input.txt': text }]));
  let canceled;
  try {
    const { job, results, failures } = await modzyClient.run(MODEL, inputs, {
      signal,
      cancelOnAbort: true,
      onCancel: (outcome) => (canceled = outcome),
      onProgress: progress.show,
    });
    progress.end();
    console.log(`Job ${job.identifier} status ${job.status}`);
    texts.forEach((text, index) => {
      const key = `text-${index + 1}`;
      const outcome = results[key] ? sentiment(results[key]) : `failed: ${failures[key]?.error ?? 'no result'}`;
      console.log(`${outcome.padEnd(14)} ${text}`);
    });
  } catch (error) {
    progress.end();
    if (!signal.aborted) {
      throw error;
    }
    process.exitCode = 130;
    // Without a job, nothing had been submitted.
    const { job } = canceled ?? {};
    console.error(job === undefined ? 'Interrupted.' : `Interrupted. Job ${job.jobIdentifier} status ${job.status}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
