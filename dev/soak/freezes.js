'use strict';

// Lets a process stand still at times, while its server goes on and closes what is idle.

const { setTimeout: sleep } = require('node:timers/promises');

/** ms that a process runs between two freezes, and stands still, at the least and at the most. */
const RUNS = [2000, 20_000];
const STANDS = [1000, 40_000];

/** ms after which what the process had sent has arrived. */
const SETTLED = 100;

/** Stops a process again and again until it is over; resolves how often, for how many ms in all, and at most. */
async function freeze(child, { random, seconds, isOver, gateway, log }) {
  // In a short soak all of it is shorter.
  const scale = Math.min(1, seconds / 300);
  const between = ([least, most]) => Math.max(least * scale, 300) + random.fraction() ** 2 * (most - least) * scale;
  const frozen = { times: 0, ms: 0, longest: 0 };
  const runs = async (ms) => {
    for (const end = performance.now() + ms; performance.now() < end && !isOver();) {
      await sleep(50);
    }
    return !isOver();
  };
  while (await runs(between(RUNS))) {
    const ms = between(STANDS);
    child.kill('SIGSTOP');
    await sleep(SETTLED);
    gateway.closeIdle();
    await sleep(ms);
    child.kill('SIGCONT');
    frozen.times += 1;
    frozen.ms += SETTLED + ms;
    frozen.longest = Math.max(frozen.longest, ms);
    log(`stood still for ${Math.round(ms)} ms`);
  }
  return frozen;
}

module.exports = { freeze };
