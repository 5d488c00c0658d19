'use strict';

// What rejects while some work is done, where nobody listens.

const { setTimeout: sleep } = require('node:timers/promises');

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<unknown[]>} The reasons, those that come shortly after the work included.
 */
async function unhandledBy(work) {
  const reasons = [];
  const note = (reason) => reasons.push(reason);
  process.on('unhandledRejection', note);
  try {
    await work();
    await sleep(50);
  } finally {
    process.off('unhandledRejection', note);
  }
  return reasons;
}

module.exports = { unhandledBy };
