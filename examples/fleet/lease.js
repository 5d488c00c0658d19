'use strict';

// Writes to a task that only the worker with its lock may make. `updateData` of BullMQ does not look at the lock, so a worker that was
// frozen could overwrite the job that another worker has written in the meantime.

/** The worker has lost the lock of its task: another one has the task, or takes it up soon. */
class LostTask extends Error {
  name = 'LostTask';
}

// In Redis, so that nothing happens between the look at the lock and the write.
const UPDATE_DATA = `
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'data', ARGV[2])
  return 1`;

/**
 * Writes members into a task's data, or removes those that are `undefined`.
 *
 * @param {import('ioredis').Redis} redis
 * @param {import('bullmq').Queue} queue
 * @param {import('bullmq').Job} task
 * @param {string} token The worker's token for the lock of the task.
 * @param {object} members
 * @throws {LostTask} If the worker does not have the lock. Nothing has been written then.
 */
async function updateData(redis, queue, task, token, members) {
  const data = { ...task.data, ...members };
  const key = queue.toKey(task.id);
  const isWritten = await redis.eval(UPDATE_DATA, 2, key, `${key}:lock`, token, JSON.stringify(data));
  if (isWritten !== 1) {
    throw new LostTask(`the lock of task ${task.id} has expired`);
  }
  task.data = data;
}

module.exports = { LostTask, updateData };
