'use strict';

// A watch over one job: a wait whose polls are returned as an async iterator.

const { Controller } = require('../calls/controller.js');
const { LEFT, throwIfAborted, unwatch, watch } = require('../calls/signals.js');
const { AsyncQueue, Feed } = require('./async-queue.js');

/**
 * The members whose change is a change of the job. Others, such as `elapsedTime`, differ from poll to poll.
 *
 * @type {readonly (keyof Job)[]}
 */
const WATCHED = ['status', 'total', 'pending', 'completed', 'failed'];

/**
 * Returns the job of each poll in which its status or a count has changed. The final job is the last item.
 *
 * @param {import('../calls/session.js').Session} session
 * @param {string} jobIdentifier
 * @param {import('../arguments/options.js').CallOptions} options
 */
function watchJob(session, jobIdentifier, options) {
  const { binding, signal } = options;
  const polls = new Controller();
  const abort = (/** @type {unknown} */ reason) => polls.abort(reason);
  /** @type {Promise<void>} */
  let over = Promise.resolve();
  /** @type {unknown[] | undefined} */
  let seen;

  /** @param {Feed<Job>} feed */
  function begin(feed) {
    over = follow(feed);
  }

  /** @param {Feed<Job>} feed */
  async function follow(feed) {
    /** @param {Job} job */
    const onProgress = (job) => {
      const values = WATCHED.map((name) => scalar(job[name]));
      if (!seen?.every((value, index) => Object.is(value, values[index]))) {
        seen = values;
        // A loop that is slower than the polls receives each status once, with its newest figures.
        feed.putOver(job, (last) => last.status === job.status);
      }
    };
    try {
      onProgress(await wait(onProgress));
      feed.end();
    } catch (error) {
      if (polls.signal.aborted) {
        feed.abort(error);
      } else {
        feed.fail(error);
      }
    }
  }

  /** @param {(job: Job) => void} onProgress */
  async function wait(onProgress) {
    throwIfAborted(signal);
    if (signal !== undefined) {
      watch(signal, abort);
    }
    try {
      const reporting = Object.assign(Object.create(null), binding, { progress: true, individual: true });
      const waiting = { ...options, __proto__: null, binding: reporting, signal: polls.signal, onProgress };
      return await session.run('blockUntilComplete', jobIdentifier, waiting);
    } finally {
      if (signal !== undefined) {
        unwatch(signal, abort);
      }
    }
  }

  const leave = () => {
    polls.abort(LEFT);
    return over;
  };
  return new AsyncQueue(new Feed(begin, leave));
}

/**
 * Returns a value that is compared by itself. Objects, which no such member should have, count as equal, whatever their depth.
 *
 * @param {unknown} value
 */
function scalar(value) {
  return typeof value === 'object' && value !== null ? WATCHED : value;
}

/** @typedef {{ status?: unknown, total?: unknown, pending?: unknown, completed?: unknown, failed?: unknown }} Job */

module.exports = { watchJob };
