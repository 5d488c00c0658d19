'use strict';

// A worker of the fleet: takes tasks from the queue, submits a job for each, waits for it, and stores its outputs as the value of the
// task. SIGTERM hands the tasks back within seconds, and their jobs continue.
//
//   REDIS_URL=redis://127.0.0.1:6379 MODZY_BASE_URL=… MODZY_API_KEY=… node worker.js

const { parseArgs } = require('node:util');
const { MetricsTime, Queue, WaitingError, Worker } = require('bullmq');
const { ModzyClient } = require('modzy-client');
const { LostTask } = require('./lease.js');
const { QUEUE, STALLS, connect, toWhole } = require('./queue.js');
const { Task } = require('./task.js');

const SHUTDOWN = new Error('the worker shuts down');

/** Returns the options, which are whole numbers. */
function readOptions() {
  const { values } = parseArgs({
    options: {
      concurrency: { type: 'string', default: '50' }, // tasks of this worker at a time
      'fleet-concurrency': { type: 'string', default: '200' }, // tasks of all workers at a time
      rate: { type: 'string', default: '50' }, // tasks that all workers begin per second
      lock: { type: 'string', default: '30000' }, // ms until the tasks of a dead worker are taken up
      settle: { type: 'string', default: '90000' }, // ms until a job that is not in the history counts as not submitted
      poll: { type: 'string', default: '2000' }, // ms between the first polls of a job
    },
  });
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, toWhole(name, text)]));
}

let reported = '';

/** Prints an error, unless it was the last one: while Redis is away, each attempt to connect fails with the same one. */
function report(error) {
  if (String(error) !== reported) {
    reported = String(error);
    console.error(reported);
  }
}

async function main() {
  const options = readOptions();
  const redis = await connect({ isWorker: true });
  const queue = new Queue(QUEUE, { connection: redis });
  queue.on('error', report);
  await queue.setGlobalConcurrency(options['fleet-concurrency']);
  const fleet = {
    modzyClient: ModzyClient.fromEnv(),
    queue,
    redis,
    settleMs: options.settle,
    waits: { pollInterval: options.poll, maxPollInterval: 15 * options.poll },
  };
  let isStopping = false;

  async function run(task, token, signal) {
    try {
      if (isStopping) {
        throw SHUTDOWN;
      }
      return await new Task(fleet, task, token, signal).run();
    } catch (error) {
      if (error === SHUTDOWN) {
        await task.moveToWait(token);
        throw new WaitingError();
      }
      throw error;
    }
  }

  const worker = new Worker(QUEUE, run, {
    connection: redis,
    concurrency: options.concurrency,
    limiter: { max: options.rate, duration: 1_000 },
    lockDuration: options.lock,
    stalledInterval: options.lock,
    maxStalledCount: STALLS,
    metrics: { maxDataPoints: MetricsTime.ONE_WEEK },
  });
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) {
      worker.cancelJob(id, new LostTask(`the lock of task ${id} has expired`));
    }
  });
  worker.on('failed', (task, error) => console.error(`${task?.id}: ${error}`));
  worker.on('error', report);

  async function stop() {
    if (isStopping) {
      return;
    }
    isStopping = true;
    const closed = worker.close();
    worker.cancelAllJobs(SHUTDOWN);
    await closed;
    await fleet.modzyClient.close();
    await queue.close();
    redis.disconnect();
  }
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await worker.waitUntilReady();
  console.log('ready');
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
