'use strict';

// What `jest --detectOpenHandles` does, by the same hooks: a resource counts for as long as it is not destroyed, unless it says that it
// keeps nothing alive.

const { createHook } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');

/** Of no interest to Jest 30 either: promises, timers, and what napi-rs has for its own garbage collection. */
const ignored = new Set(['PROMISE', 'TIMERWRAP', 'CustomGC']);

/** @param {() => unknown} work */
async function openHandlesOf(work) {
  const open = new Map();
  let isWorking = true;
  const hook = createHook({
    init(id, type, _, resource) {
      if (isWorking && !ignored.has(type)) {
        const held = new WeakRef(resource);
        open.set(id, { type, isActive: () => !('hasRef' in resource) || (held.deref()?.hasRef() ?? false) });
      }
    },
    destroy: (id) => open.delete(id),
  });
  hook.enable();
  await work();
  isWorking = false;
  const active = () => [...open.values()].filter(({ isActive }) => isActive()).map(({ type }) => type);
  // Jest waits for 30 ms. A machine that is busy may take longer to close the last one.
  for (let round = 0; round < 20 && active().length > 0; round += 1) {
    await sleep(30);
    globalThis.gc();
    await sleep(0);
  }
  hook.disable();
  return active();
}

module.exports = { openHandlesOf };
