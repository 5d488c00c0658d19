'use strict';

// How long the JavaScript thread has worked, which does not depend on the load of the machine.

const { openSync, readSync } = require('node:fs');

const bytes = Buffer.alloc(64);
const cell = new Int32Array(new SharedArrayBuffer(4));
const statistics = process.platform === 'linux' ? openSync(`/proc/self/task/${process.pid}/schedstat`) : undefined;

/** Returns the processor time of the main thread in ms, or the elapsed time where the system does not say. */
function threadTime() {
  if (statistics === undefined) {
    return performance.now();
  }
  // The system adds up the time of a thread every 4 ms, and when the thread pauses.
  Atomics.wait(cell, 0, 0, 0.05);
  return Number.parseInt(bytes.toString('latin1', 0, readSync(statistics, bytes, 0, 64, 0)), 10) / 1e6;
}

module.exports = { threadTime };
