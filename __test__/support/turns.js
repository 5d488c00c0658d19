'use strict';

// The longest turns of the event loop. A turn is measured by the processor time of the JavaScript thread on Linux.

const { PerformanceObserver } = require('node:perf_hooks');
const { threadTime } = require('./thread-time.js');

/** @type {{ startTime: number, duration: number }[]} The garbage collections. */
const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] });

/** Watches the turns of the event loop. Returns a function that stops it. */
function watchTurns() {
  const turns = [];
  let [began, last, isOver] = [performance.now(), threadTime(), false];
  const turn = () => {
    const [now, time] = [performance.now(), threadTime()];
    // Millions of turns are shorter. They are not kept.
    if (time - last > 1) {
      turns.push({ began, ended: now, ms: time - last });
    }
    [began, last] = [now, time];
    if (!isOver) {
      setTimeout(turn);
    }
  };
  setTimeout(turn);
  /** Returns the longest turn, and the longest without garbage collection. */
  return async () => {
    isOver = true;
    // The entries of the observer come later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const own = turns.map(({ began: from, ended, ms }) => {
      const within = collections.map(({ startTime, duration }) =>
        Math.max(0, Math.min(ended, startTime + duration) - Math.max(from, startTime)),
      );
      return ms - within.reduce((sum, part) => sum + part, 0);
    });
    return { longest: Math.max(0, ...turns.map(({ ms }) => ms)), own: Math.max(0, ...own) };
  };
}

module.exports = { watchTurns };
