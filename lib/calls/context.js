'use strict';

// Async contexts. The callbacks of users run in the context of their call, and events are read outside of all calls.

const { AsyncResource } = require('node:async_hooks');

class Context extends AsyncResource {
  /** A context keeps no process alive. Tools that look for open handles, such as `jest --detectOpenHandles`, ask for this. */
  hasRef() {
    return false;
  }
}

/** The context in which the package was loaded. Otherwise a pending call would keep the context of an earlier caller. */
const outside = new Context('ModzyClient');

/** The functions that are bound. */
const bound = new WeakSet();

/**
 * Binds a function to the current async context, unless it is bound already.
 *
 * @template {(...args: any[]) => any} F
 * @param {F} work
 * @returns {F}
 */
function inThisContext(work) {
  if (bound.has(work)) {
    return work;
  }
  const binding = /** @type {any} */ (new Context('ModzyCallback').bind(work));
  bound.add(binding);
  return binding;
}

module.exports = { Context, inThisContext, outside };
