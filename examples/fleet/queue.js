'use strict';

// The queue that the programs of a fleet share, how they connect to Redis, and how they read numbers. What a task is, is described in task.js.

const { Redis } = require('ioredis');

/** The name of the queue. */
const QUEUE = process.env.FLEET_QUEUE ?? 'modzy';

/**
 * The most stalls of a task. A worker that ends without notice stalls its tasks; more stalls than these are a sign of a task that ends
 * its workers.
 */
const STALLS = 20;

/** Connects to `REDIS_URL`. Workers wait as long as Redis is away; the other programs reject after a few attempts. */
async function connect({ isWorker = false } = {}) {
  const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
    maxRetriesPerRequest: isWorker ? null : 5,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000), // ms
  });
  let isAway = false;
  redis.on('error', (error) => {
    if (!isAway) {
      console.error(`Redis is away: ${error.message}`);
    }
    isAway = true;
  });
  redis.on('ready', () => (isAway = false));
  if (!isWorker) {
    try {
      await redis.ping();
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  }
  return redis;
}

/** Returns the time by the clock of Redis, which all workers share, in ms since 1970. */
async function timeOf(redis) {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** Reads a number of the command line. */
function toWhole(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} should be a whole number, at least 1`);
  }
  return number;
}

module.exports = { QUEUE, STALLS, connect, timeOf, toWhole };
