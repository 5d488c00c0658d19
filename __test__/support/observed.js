'use strict';

// What Rust is asked to tell of the calls that some work makes.

const { BindingClient } = require('../../js-binding.js');

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<(string | undefined)[]>} Of each call, in order.
 */
async function observed(work) {
  const { start } = BindingClient.prototype;
  const asked = [];
  BindingClient.prototype.start = function (operation, argument, options, ...rest) {
    asked.push(options?.observe);
    return start.call(this, operation, argument, options, ...rest);
  };
  try {
    await work();
  } finally {
    BindingClient.prototype.start = start;
  }
  return asked;
}

module.exports = { observed };
