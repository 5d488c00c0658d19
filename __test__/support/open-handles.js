'use strict';

// Finds open handles with the hooks of `jest --detectOpenHandles`: a resource counts until it is destroyed, unless its hasRef()
// is false.

const { createHook } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');

/** Types that Jest 30 ignores as well: promises, timers, and resources of the garbage collection of napi-rs. */
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
  // Jest waits for 30 ms. A busy machine may take longer to close the last handle.
  for (let round = 0; round < 20 && active().length > 0; round += 1) {
    await sleep(30);
    globalThis.gc();
    await sleep(0);
  }
  hook.disable();
  return active();
}

module.exports = { openHandlesOf };
