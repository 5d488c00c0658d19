'use strict';

// Makes thousands of calls, fifty at a time, and reports what they take. Runs as a process of its own, or as a worker in one.
//
//     node many-clients.js <url> <one | each | using> <calls> [worker]

const { readdirSync } = require('node:fs');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { ModzyClient } = require('modzy-client');

const AT_A_TIME = 50;

const open = (url) => new ModzyClient({ url, apiKey: 'publicPrefix.secretBody' });

/** How the calls get their clients. */
const ways = {
  one(url) {
    const client = open(url);
    return () => client.getJob('j');
  },
  each: (url) => () => open(url).getJob('j'),
  using: (url) => async () => {
    const client = open(url);
    try {
      await client.getJob('j');
    } finally {
      await client[Symbol.asyncDispose]();
    }
  },
};

/** Returns a figure of the process; 0 if no descriptor is left to read it. */
function figure(read) {
  try {
    return read();
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'EMFILE') {
      throw error;
    }
    return 0;
  }
}

const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

/** Makes calls. Returns the time and the processor time that they took in ms, and the most descriptors that were open. */
async function run(url, way, calls) {
  const call = ways[way](url);
  let left = calls;
  let most = 0;
  const began = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      while (left > 0) {
        left -= 1;
        if (left % 100 === 0) {
          most = Math.max(most, figure(descriptors));
        }
        await call();
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1000, descriptors: most };
}

async function main([url, way, calls, thread]) {
  if (thread !== 'worker') {
    return run(url, way, Number(calls));
  }
  const worker = new Worker(__filename, { workerData: [url, way, Number(calls)] });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

if (isMainThread) {
  const began = performance.now();
  main(process.argv.slice(2)).then((taken) => {
    const rss = figure(() => process.memoryUsage.rss());
    process.on('exit', () => {
      const exitMs = performance.now() - began - taken.ms;
      process.stdout.write(JSON.stringify({ ...taken, rss, exitMs }));
    });
  });
} else {
  run(...workerData).then((taken) => parentPort.postMessage(taken));
}
