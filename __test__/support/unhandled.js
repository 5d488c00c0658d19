'use strict';

// The unhandled rejections of some work.

const { setTimeout: sleep } = require('node:timers/promises');

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<unknown[]>} The reasons, also of rejections shortly after the work.
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
