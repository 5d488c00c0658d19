'use strict';

// Adds a task for each line of a file: a text or, with --files, the path of a file that all workers can read. A task whose id the
// queue knows is not added again, so the producer may be killed, and run again with the same batch and file.
//
//   REDIS_URL=redis://127.0.0.1:6379 node producer.js --batch reviews --file reviews.txt

const { open } = require('node:fs/promises');
const { pathToFileURL } = require('node:url');
const { parseArgs } = require('node:util');
const { Queue } = require('bullmq');
const { QUEUE, connect, toWhole } = require('./queue.js');

/** How many tasks are added at a time. */
const AT_ONCE = 1_000;

/** How long BullMQ keeps a task after its end, in s. As long, a task with the same id is not added again. */
const AGE = 7 * 24 * 3600;

async function main() {
  const { values } = parseArgs({
    options: {
      batch: { type: 'string' },
      file: { type: 'string' },
      files: { type: 'boolean', default: false },
      model: { type: 'string', default: 'ed542963de@1.0.1' },
      'input-name': { type: 'string', default: 'input.txt' },
      attempts: { type: 'string', default: '5' },
      backoff: { type: 'string', default: '1000' }, // ms before the second attempt, doubled before each further one
    },
  });
  const { batch, file, model } = values;
  if (!batch || !file) {
    throw new Error('--batch and --file are required');
  }
  const defaultJobOptions = {
    attempts: toWhole('attempts', values.attempts),
    backoff: { type: 'exponential', delay: toWhole('backoff', values.backoff), jitter: 0.5 },
    removeOnComplete: { age: AGE },
    removeOnFail: { age: AGE },
  };
  const redis = await connect();
  const queue = new Queue(QUEUE, { connection: redis, defaultJobOptions });
  // The commands reject, too.
  queue.on('error', () => {});
  let count = 0;
  let tasks = [];
  const add = async () => {
    await queue.addBulk(tasks);
    tasks = [];
  };
  try {
    const input = await open(file);
    for await (const line of input.readLines()) {
      count += 1;
      const value = values.files ? pathToFileURL(line).href : line;
      const data = { model, [values.files ? 'files' : 'texts']: { [values['input-name']]: value } };
      tasks.push({ name: batch, data, opts: { jobId: `${batch}-${count}` } });
      if (tasks.length === AT_ONCE) {
        await add();
      }
    }
    await add();
    console.log(`${count} tasks`);
  } finally {
    await queue.close();
    redis.disconnect();
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
