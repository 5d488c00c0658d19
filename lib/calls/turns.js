'use strict';

// Turns of the event loop. Not by a timer, and not by the functions that the tests of users replace with fake ones, whether
// before or after the package is loaded.

// eslint-disable-next-line no-restricted-modules
const { setImmediate } = require('node:timers');
// eslint-disable-next-line no-restricted-modules
const { scheduler } = require('node:timers/promises');

/**
 * Resolves in the next turn of the event loop. Where a runtime has no `scheduler.yield`, by `setImmediate`.
 *
 * @returns {Promise<void>}
 */
const nextTurn =
  typeof scheduler?.yield === 'function'
    ? () => scheduler.yield()
    : () => new Promise((resolve) => setImmediate(resolve));

module.exports = { nextTurn };
