'use strict';

// Measures the current process, with the counters of Linux.

const { readFileSync, writeFileSync } = require('node:fs');
const { stat } = require('node:fs/promises');
const { quantile } = require('./figures.js');

/** Returns the CPU time of the calling thread, in ms. */
function threadMs() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
}

/** Returns the CPU time of all threads, in ms. */
function processMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Starts a measurement, and returns a function that ends it. */
function start() {
  const before = { ms: performance.now(), thread: threadMs(), process: processMs() };
  const elu = performance.eventLoopUtilization();
  return () => ({
    seconds: (performance.now() - before.ms) / 1000,
    threadMs: threadMs() - before.thread,
    cpuMs: processMs() - before.process,
    utilization: performance.eventLoopUtilization(elu).utilization,
  });
}

/** Returns the resident memory after a garbage collection, in bytes. */
function resident() {
  globalThis.gc();
  return process.memoryUsage.rss();
}

/** Lets V8's young generation grow to its full size, as in a process that has run for a while. */
function mature() {
  const kept = [];
  for (let count = 0; count < 1_500_000; count += 1) {
    kept.push({ count, held: [count] });
  }
  kept.length = 0;
  globalThis.gc();
}

/** Resets the peak of resident memory, and returns a function that returns its growth since then, in bytes. */
function growth() {
  const before = resident();
  writeFileSync('/proc/self/clear_refs', '5');
  return () => {
    const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'));
    return Math.max(0, Number(peak) * 1024 - before);
  };
}

/** Returns the cost of a wake-up of the event loop, in µs: the median of batches of sequential `fs.promises.stat` calls. */
async function wakeUp(batches) {
  const perBatch = 100;
  const costs = [];
  for (let batch = 0; batch < batches; batch += 1) {
    const started = performance.now();
    for (let turn = 0; turn < perBatch; turn += 1) {
      await stat(__filename);
    }
    costs.push(((performance.now() - started) * 1000) / perBatch);
  }
  return quantile(costs, 0.5);
}

module.exports = { growth, mature, resident, start, wakeUp };
