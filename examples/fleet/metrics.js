'use strict';

// Prints the metrics of the queue in the format of Prometheus: tasks by state, and those that ended per minute. With --failed, prints
// the failed tasks instead.
//
//   REDIS_URL=redis://127.0.0.1:6379 node metrics.js

const { parseArgs } = require('node:util');
const { Queue } = require('bullmq');
const { QUEUE, connect } = require('./queue.js');

async function main() {
  const { values } = parseArgs({ options: { failed: { type: 'boolean', default: false } } });
  const redis = await connect();
  const queue = new Queue(QUEUE, { connection: redis });
  // The commands reject, too.
  queue.on('error', () => {});
  try {
    if (values.failed) {
      for (const { id, failedReason, attemptsMade } of await queue.getFailed(0, 99)) {
        console.log(`${id}: ${failedReason} (attempts: ${attemptsMade})`);
      }
      return;
    }
    console.log((await queue.exportPrometheusMetrics()).trimEnd());
    for (const state of ['completed', 'failed']) {
      const { data } = await queue.getMetrics(state, 0, 0);
      console.log(`bullmq_tasks_last_minute{queue="${QUEUE}", state="${state}"} ${data[0] ?? 0}`);
    }
  } finally {
    await queue.close();
    redis.disconnect();
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
