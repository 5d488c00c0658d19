'use strict';

// Suspends a process at random, while its server continues and closes idle connections.

const { setTimeout: sleep } = require('node:timers/promises');

/** The shortest and longest time between two freezes, and of a freeze, in ms. */
const RUNNING = [2000, 20_000];
const FROZEN = [1000, 40_000];

/** The time until the bytes that the process has sent have arrived, in ms. */
const SETTLED = 100;

/** Suspends a process repeatedly until it has ended. Returns the number of freezes, their total and the longest, in ms. */
async function freeze(child, { random, seconds, isOver, gateway, log }) {
  // A short soak has shorter freezes.
  const scale = Math.min(1, seconds / 300);
  const between = ([least, most]) => Math.max(least * scale, 300) + random.fraction() ** 2 * (most - least) * scale;
  const frozen = { times: 0, ms: 0, longest: 0 };
  const runs = async (ms) => {
    for (const end = performance.now() + ms; performance.now() < end && !isOver();) {
      await sleep(50);
    }
    return !isOver();
  };
  while (await runs(between(RUNNING))) {
    const ms = between(FROZEN);
    child.kill('SIGSTOP');
    await sleep(SETTLED);
    gateway.closeIdle();
    await sleep(ms);
    child.kill('SIGCONT');
    frozen.times += 1;
    frozen.ms += SETTLED + ms;
    frozen.longest = Math.max(frozen.longest, ms);
    log(`suspended for ${Math.round(ms)} ms`);
  }
  return frozen;
}

module.exports = { freeze };
