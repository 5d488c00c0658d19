'use strict';

// A watch over one job: a wait whose news are told one by one.

const { LEFT, unwatch, watch } = require('../calls/signals.js');
const { textOf } = require('../documents.js');
const { AsyncQueue } = require('./async-queue.js');

/**
 * The jobs that the polls of a wait bring, each that differs from the one before, the final one last.
 *
 * @param {import('../calls/session.js').Session} session
 * @param {string} jobIdentifier
 * @param {import('../arguments/options.js').CallOptions} options
 */
function watchJob(session, jobIdentifier, options) {
  const { binding, signal } = options;
  const polls = new AbortController();
  const abort = (/** @type {unknown} */ reason) => polls.abort(reason);
  /** @type {Promise<void>} */
  let over = Promise.resolve();
  let seen = '';

  /** @param {AsyncQueue<Job>} queue */
  function begin(queue) {
    over = follow(queue);
  }

  /** @param {AsyncQueue<Job>} queue */
  async function follow(queue) {
    /** @param {Job} job */
    const onProgress = (job) => {
      const text = textOf(job);
      if (text !== seen) {
        seen = text;
        // To a loop that is slower than the polls, each status is told, and of each the newest figures.
        queue.putOver(job, (last) => last.status === job.status);
      }
    };
    try {
      if (signal?.aborted) {
        throw signal.reason;
      }
      if (signal !== undefined) {
        watch(signal, abort);
      }
      const told = Object.assign(Object.create(null), binding, { progress: true });
      const waiting = { ...options, __proto__: null, binding: told, signal: polls.signal, onProgress };
      onProgress(await session.run('blockUntilComplete', jobIdentifier, waiting));
      queue.end();
    } catch (error) {
      if (polls.signal.aborted) {
        queue.abort(error);
      } else {
        queue.fail(error);
      }
    } finally {
      if (signal !== undefined) {
        unwatch(signal, abort);
      }
    }
  }

  return new AsyncQueue(begin, () => {
    polls.abort(LEFT);
    return over;
  });
}

/** @typedef {{ status?: unknown }} Job */

module.exports = { watchJob };
