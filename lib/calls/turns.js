'use strict';

// Turns of the event loop. They use neither a timer nor a global function, because the tests of users replace those with fakes
// before or after the package is loaded.

// eslint-disable-next-line no-restricted-modules
const { setImmediate } = require('node:timers');
// eslint-disable-next-line no-restricted-modules
const { scheduler } = require('node:timers/promises');

/**
 * Resolves in the next turn of the event loop. Runtimes without `scheduler.yield` use `setImmediate`.
 *
 * @returns {Promise<void>}
 */
const nextTurn =
  typeof scheduler?.yield === 'function'
    ? () => scheduler.yield()
    : () => new Promise((resolve) => setImmediate(resolve));

module.exports = { nextTurn };
