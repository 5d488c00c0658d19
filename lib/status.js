'use strict';

// The statuses of jobs.

const { BindingClient } = require('./binding.js');

/**
 * Returns whether a job with this status is finished, by the same rule as the waits. A value that is not a string, or a string
 * with a lone surrogate, is not a final status.
 *
 * @param {unknown} status
 */
function isFinalStatus(status) {
  return BindingClient.isFinalStatus(typeof status === 'string' && status.isWellFormed() ? status : undefined);
}

module.exports = { isFinalStatus };
