'use strict';

// Shows the progress of a longer job, stops waiting after a time limit, and cancels the job on Ctrl-C.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/progress.js --texts 200 --timeout 600
//
// The bar is on standard error, and only on a terminal.

const { parseArgs } = require('node:util');
const { ModzyClient, WaitTimeoutError } = require('modzy-client');

const MODEL = 'ed542963de';
const VERSION = '1.0.1';

const WIDTH = 30;

/** Draws a progress bar if standard error is a terminal. */
function draw({ status, completed = 0, failed = 0, total = 0 }) {
  if (process.stderr.isTTY) {
    const done = completed + failed;
    const filled = total > 0 ? Math.floor((WIDTH * done) / total) : 0;
    process.stderr.write(`\r[${'#'.repeat(filled).padEnd(WIDTH)}] ${done}/${total} ${status}\x1b[K`);
  }
}

function erase() {
  if (process.stderr.isTTY) {
    process.stderr.write('\r\x1b[K');
  }
}

async function main() {
  const { values } = parseArgs({
    options: { texts: { type: 'string', default: '50' }, timeout: { type: 'string', default: '600' } },
  });
  const texts = Array.from({ length: Number(values.texts) }, (_, index) => `Day ${index + 1} was a lovely day.`);
  const sources = Object.fromEntries(texts.map((text, index) => [`text-${index + 1}`, { 'input.txt': text }]));

  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const { signal } = interrupted;

  const modzyClient = ModzyClient.fromEnv();
  const started = performance.now();
  try {
    // An abort ends the call and cancels the job, even if it arrives during the submit.
    const receipt = await modzyClient.submitJobText(MODEL, VERSION, sources, { signal, cancelOnAbort: true });
    const { job, result } = await modzyClient.blockUntilResult(receipt, {
      onProgress: draw,
      pollInterval: 500, // ms
      waitTimeout: Number(values.timeout) * 1000, // ms
      signal,
      cancelOnAbort: true,
    });
    erase();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`Job ${job.jobIdentifier} status ${job.status}`);
    console.log(`${result.completed} of ${result.total} texts in ${seconds} s`);
  } catch (error) {
    erase();
    if (signal.aborted) {
      console.error('Interrupted.');
      process.exitCode = 130;
    } else if (error instanceof WaitTimeoutError) {
      console.error(`Stopped waiting after ${values.timeout} s. The job continues.`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
