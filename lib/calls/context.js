'use strict';

// Async contexts: in which of them later work runs. The callbacks of users run in that of their call, and events are read
// outside of all calls.

const { AsyncResource } = require('node:async_hooks');

class Context extends AsyncResource {
  /** A context keeps no process alive. Tools that look for open handles, such as `jest --detectOpenHandles`, ask for this. */
  hasRef() {
    return false;
  }
}

/** The context in which the package was loaded. A caller's own would be kept for as long as another call is pending. */
const outside = new Context('ModzyClient');

/**
 * A function that runs in the context of this call, whenever it is called.
 *
 * @template {(...args: any[]) => any} F
 * @param {F} work
 * @returns {F}
 */
function inThisContext(work) {
  return /** @type {any} */ (new Context('ModzyCallback').bind(work));
}

module.exports = { Context, inThisContext, outside };
