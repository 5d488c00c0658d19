'use strict';

// The methods about a client itself, which every class has.

const { methodsOf, own, sessionOf } = require('./resource.js');

const rows = {
  close: own('close', [], [], (session, { options: { drain } }) => session.shut({ drain, atOnce: true }), {
    isReported: false,
    closes: true,
  }),
};

const methods = {
  ...methodsOf(rows),
  /**
   * Returns how busy the client and its connections are.
   *
   * @this {import('./resource.js').Resource}
   */
  stats() {
    const session = sessionOf(this);
    const { submits, chunks, polls, lists, reads, deletes, ...transport } = session.stats;
    const queues = {
      submits: queueOf(submits),
      chunks: queueOf(chunks),
      polls: queueOf(polls),
      lists: queueOf(lists),
      reads: queueOf(reads),
      deletes: queueOf(deletes),
    };
    return { pendingCalls: session.pending, ...transport, queues };
  },
};

/**
 * Returns a queue with all of its members: Rust leaves out those without a value.
 *
 * @param {import('../../js-binding').BindingQueueState} queue
 */
function queueOf({ waiting, reason, pauseMs, rate }) {
  return { waiting, reason: reason ?? null, pauseMs, ratePerSecond: rate ?? null };
}

module.exports = { methods, rows };
