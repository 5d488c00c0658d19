'use strict';

// The statuses of jobs.

const unfinished = new Set(['OPEN', 'SUBMITTED', 'PENDING', 'IN_PROGRESS']);

/**
 * Whether a job with this status has come to its end. One that nobody knows is an end too: nothing can be waited for then.
 *
 * @param {unknown} status
 */
function isFinalStatus(status) {
  return typeof status === 'string' && !unfinished.has(status);
}

module.exports = { isFinalStatus };
