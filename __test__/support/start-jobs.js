'use strict';

// Starts a batch of so many jobs three times over, and prints how long the longest turn of the event loop was meanwhile, in ms: by what
// Linux tells of the time that the thread of JavaScript had a processor, as the time of a busy machine is not that of the loop.

const { openSync, readSync } = require('node:fs');
const { ModzyClient } = require('modzy-client');

const [, , baseURL, apiKey, job, count] = process.argv;
const jobs = Number(count);

const statistics = openSync(`/proc/self/task/${process.pid}/schedstat`);
const bytes = Buffer.alloc(64);

/** ms that this thread has had a processor. */
function threadTime() {
  return Number.parseInt(bytes.toString('latin1', 0, readSync(statistics, bytes, 0, 64, 0)), 10) / 1e6;
}

async function main() {
  const client = new ModzyClient(baseURL, apiKey, { proxy: false });
  const longest = [];
  for (let round = 0; round < 3; round += 1) {
    const controller = new AbortController();
    const source = Array(jobs).fill(job);
    let [last, most] = [threadTime(), 0];
    const batch = client.blockUntilAllComplete(source, { signal: controller.signal, pollInterval: 600_000 });
    const aborted = batch.catch(() => {});
    // Its jobs are started within so many turns, and many first polls are answered.
    for (let turn = 0; turn < jobs / 10; turn += 1) {
      await new Promise(setImmediate);
      const now = threadTime();
      most = Math.max(most, now - last);
      last = now;
    }
    longest.push(most);
    controller.abort();
    await aborted;
  }
  console.log(JSON.stringify(longest));
}

main();
