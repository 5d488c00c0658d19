'use strict';

// The events that JavaScript requests from Rust for the calls of some work.

const { BindingClient } = require('../../js-binding.js');

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<(string | undefined)[]>} The `observe` option of each call, in order.
 */
async function observed(work) {
  const { startRead, startWait } = BindingClient.prototype;
  const levels = [];
  BindingClient.prototype.startRead = function (operation, argument, options) {
    levels.push(options?.observe);
    return startRead.call(this, operation, argument, options);
  };
  BindingClient.prototype.startWait = function (operation, job, cancelsJob, options) {
    levels.push(options?.observe);
    return startWait.call(this, operation, job, cancelsJob, options);
  };
  try {
    await work();
  } finally {
    Object.assign(BindingClient.prototype, { startRead, startWait });
  }
  return levels;
}

module.exports = { observed };
