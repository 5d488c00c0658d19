'use strict';

// What a process measures about itself, with what Linux counts.

const { readFileSync, writeFileSync } = require('node:fs');
const { stat } = require('node:fs/promises');
const { quantile } = require('./figures.js');

/** How long the thread that calls this has been on a processor, in ms. */
function threadMs() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
}

/** How long all threads have been on a processor, in ms. */
function processMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Begins to measure; the function that it returns ends it. */
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

/** Resident memory, in bytes, once what nobody holds any more is gone. */
function resident() {
  globalThis.gc();
  return process.memoryUsage.rss();
}

/** Lets V8's young generation grow to its full size, as it is in a process that has been at work for a while. */
function mature() {
  const kept = [];
  for (let count = 0; count < 1_500_000; count += 1) {
    kept.push({ count, held: [count] });
  }
  kept.length = 0;
  globalThis.gc();
}

/** Forgets the peak of resident memory so far; the function that it returns tells how far it has grown since, in bytes. */
function growth() {
  const before = resident();
  writeFileSync('/proc/self/clear_refs', '5');
  return () => {
    const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'));
    return Math.max(0, Number(peak) * 1024 - before);
  };
}

/** What a wake-up of the loop costs, in µs: the median of batches of `fs.promises.stat` in turn. */
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
