'use strict';

// The statuses of jobs.

const { BindingClient } = require('./binding.js');

/**
 * Whether a job with this status has come to its end, by the rule of the waits. What is no text is no status.
 *
 * @param {unknown} status
 */
function isFinalStatus(status) {
  return BindingClient.isFinalStatus(typeof status === 'string' ? status : undefined);
}

module.exports = { isFinalStatus };
