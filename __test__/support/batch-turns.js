'use strict';

// Starts a batch of jobs, ends it by its signal, and prints the longest turns of the event loop in ms.

const { ModzyClient } = require('modzy-client');
const { watchTurns } = require('./turns.js');

const [, , baseURL, apiKey, job, count, cancels, isEarly, polling] = process.argv;
const jobs = Number(count);

async function main() {
  const client = new ModzyClient(baseURL, apiKey, { proxy: false, polling });
  // The first call loads and compiles code, which is not part of the measurement.
  await client.blockUntilComplete(job, { waitTimeout: 0 }).catch(() => {});
  const controller = new AbortController();
  const reported = { canceled: 0, late: 0 };
  const onCancel = ({ error }) => (reported[error === undefined ? 'canceled' : 'late'] += 1);
  const options = { signal: controller.signal, pollInterval: 600_000 };
  let taken = 0;
  function* sources() {
    while (taken < jobs) {
      taken += 1;
      yield job;
    }
  }
  let stop = watchTurns();
  const batch = client.blockUntilAllComplete(
    sources(),
    cancels === 'true' ? { ...options, cancelOnAbort: true, onCancel } : options,
  );
  const ended = batch.catch((error) => error.name);
  // Once the batch has started its jobs and the process is idle, their first polls are answered.
  for (let used = process.cpuUsage(), busy = true; busy; used = process.cpuUsage()) {
    await new Promise((resolve) => setTimeout(resolve, isEarly === 'true' ? 1 : 200));
    const { user, system } = process.cpuUsage(used);
    busy = taken < jobs || (isEarly === 'false' && user + system > 50_000);
  }
  const start = await stop();
  stop = watchTurns();
  const aborted = performance.now();
  controller.abort();
  const error = await ended;
  const elapsed = performance.now() - aborted;
  // On a machine that is too slow for all reports, the rest of them come after the end.
  for (let left = 500; cancels === 'true' && reported.canceled + reported.late < jobs && left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  console.log(JSON.stringify({ start, abort: await stop(), error, elapsed, ...reported }));
}

main();
