'use strict';

// Starts a batch of jobs, ends it by its signal, and prints the longest turns of the event loop in ms. A turn is measured by the
// processor time of the JavaScript thread on Linux.

const { PerformanceObserver } = require('node:perf_hooks');
const { ModzyClient } = require('modzy-client');
const { threadTime } = require('./thread-time.js');

const [, , baseURL, apiKey, job, count, cancels, isEarly, polling] = process.argv;
const jobs = Number(count);

/** @type {{ startTime: number, duration: number }[]} The garbage collections. */
const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] });

/** Watches the turns of the event loop. Returns a function that stops it. */
function watchTurns() {
  const turns = [];
  let [began, last, isOver] = [performance.now(), threadTime(), false];
  const turn = () => {
    const [now, time] = [performance.now(), threadTime()];
    // Millions of turns are shorter. They are not kept.
    if (time - last > 1) {
      turns.push({ began, ended: now, ms: time - last });
    }
    [began, last] = [now, time];
    if (!isOver) {
      setTimeout(turn);
    }
  };
  setTimeout(turn);
  /** Returns the longest turn, and the longest without garbage collection. */
  return async () => {
    isOver = true;
    // The entries of the observer come later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const own = turns.map(({ began: from, ended, ms }) => {
      const within = collections.map(({ startTime, duration }) =>
        Math.max(0, Math.min(ended, startTime + duration) - Math.max(from, startTime)),
      );
      return ms - within.reduce((sum, part) => sum + part, 0);
    });
    return { longest: Math.max(0, ...turns.map(({ ms }) => ms)), own: Math.max(0, ...own) };
  };
}

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
