'use strict';

// The pending calls of all clients, and their events. The events arrive through one function that Rust calls, so ten thousand
// clients cost the event loop no more than one, and idle clients do not keep the process alive.

const { BindingEnvironment } = require('../binding.js');
const { outside } = require('./context.js');
const { LargeMap } = require('./large.js');
const { nextTurn } = require('./turns.js');

/** What the clients have in common in Rust: the queue of events, and the transports. */
const native = new BindingEnvironment();

/**
 * The pending calls by their numbers. They keep their clients from garbage collection until they have settled.
 *
 * @type {LargeMap<Pending>}
 */
const pending = new LargeMap();

let isHeld = false;

/**
 * Returns a pending call.
 *
 * @param {number} id
 */
function find(id) {
  return pending.get(id)?.toCall();
}

/** @param {Pending} call */
function add(call) {
  pending.add(call.id, call);
  if (!isHeld) {
    isHeld = true;
    if (!native.hold(true)) {
      outside.runInAsyncScope(() => native.listen(onEvents));
    }
  }
}

/**
 * Puts a call in place of what has created it.
 *
 * @param {Call} call
 */
function replace(call) {
  pending.replace(call.id, call);
}

/**
 * Removes a call. Returns whether it was pending.
 *
 * @param {Call} call
 */
function remove(call) {
  return pending.delete(call.id);
}

/** Lets the process end if no call is pending. */
function rest() {
  if (isHeld && pending.size === 0) {
    isHeld = false;
    native.hold(false);
  }
}

/** Node.js may call this repeatedly before the event loop continues. The user's own work gets a turn between two batches. */
function onEvents() {
  void nextTurn().then(take);
}

function take() {
  try {
    for (const event of native.take()) {
      // There is none if it was rejected because its events could not be read.
      const call = find(event.id);
      call?.owner?.deliver(call, event);
    }
  } catch (cause) {
    for (const each of pending.values()) {
      each.owner?.lose(each.toCall(), cause);
    }
  }
  rest();
}

/**
 * @typedef {import('./call.js').Call} Call
 * @typedef {import('./call.js').Pending} Pending
 */

module.exports = { add, find, native, pending, remove, replace, rest };
