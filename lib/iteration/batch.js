'use strict';

// Batches: many jobs that are waited for at once, and submitted before that where it is asked, each with an outcome of its
// own.

const { inspect, types } = require('node:util');
const { jobReference } = require('../arguments/references.js');
const { LEFT, throwIfAborted, unwatch, watch } = require('../calls/signals.js');
const { nextTurn } = require('../calls/turns.js');
const { ModzyError } = require('../errors.js');
const { argumentError, showCaller, withoutCaller } = require('../stacks.js');
const { AsyncQueue, Feed } = require('./async-queue.js');

/** How many jobs that a batch submits are alive at a time, unless it is told. Those that exist already have no bound. */
const SUBMITTED_AT_A_TIME = 50;

/** How many jobs are started in a turn of the event loop, which takes them a millisecond or two. */
const STARTED_IN_A_TURN = 8;

/** What the cancellation of a job may take, in ms, as in a wait. */
const CANCEL_MS = 5000;

/**
 * A job of a batch.
 *
 * @typedef {object} Task
 * @property {number} index
 * @property {unknown} source
 * @property {boolean} isBounded Whether it counts for the bound.
 * @property {boolean} isSubmitting
 * @property {string} [jobIdentifier]
 * @property {Promise<void>} [done]
 */

class Batch {
  #session;
  #jobs;
  #options;
  /** @type {CallOptions} What each wait is told. */
  #waitOptions;
  /** Ends the waits. */
  #polls = new AbortController();
  /** @type {any} The iterator that the jobs come from; `undefined` before it is open, and once it has ended. */
  #source;
  #isPulling = false;
  #taken = 0;
  /** @type {Set<Task>} */
  #tasks = new Set();
  #bounded = 0;
  #feed;
  /** @type {Promise<void> | undefined} Of a batch that is over: settles once nothing is left of it. */
  #over;
  /** Whether the jobs are cancelled that have not come to their end. */
  #cancels = false;
  /** @type {Promise<void>[]} The callbacks about cancellations. */
  #told = [];
  /** @type {{ thrown: unknown } | undefined} What a callback about a cancellation threw. */
  #mishap;

  /**
   * @param {import('../calls/session.js').Session} session
   * @param {Iterable<unknown> | AsyncIterable<unknown>} jobs
   * @param {CallOptions} options
   */
  constructor(session, jobs, options) {
    this.#session = session;
    this.#jobs = jobs;
    this.#options = options;
    this.#waitOptions = Object.assign(Object.create(null), options, {
      signal: this.#polls.signal,
      onCancel: options.onCancel && this.#tell,
    });
    /** @type {Feed<JobOutcome>} */
    this.#feed = new Feed(
      () => this.#begin(),
      () => this.#leave(),
    );
  }

  /** The outcomes of its jobs, to be gone through once. */
  get outcomes() {
    return new AsyncQueue(this.#feed);
  }

  async #begin() {
    const { signal } = this.#options;
    try {
      throwIfAborted(signal);
      if (signal !== undefined) {
        watch(signal, this.#abort);
      }
      // A signal that fires in the turn of the first question leaves the source closed.
      await undefined;
      if (this.#over === undefined) {
        this.#source = open(this.#jobs);
        this.#pull();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes jobs from the source for as long as there is room. */
  async #pull() {
    if (this.#isPulling) {
      return;
    }
    this.#isPulling = true;
    try {
      while (this.#source !== undefined && this.#over === undefined && this.#hasRoom()) {
        const result = await this.#source.next();
        if (!isObject(result)) {
          throw argumentError('the iterator of the jobs brought a result that is not an object');
        }
        const { done, value } = result;
        if (done) {
          this.#source = undefined;
        } else if (this.#over === undefined) {
          this.#start(value);
          if (this.#taken % STARTED_IN_A_TURN === 0) {
            await nextTurn();
          }
        }
      }
    } catch (error) {
      // A source that throws has closed itself.
      this.#source = undefined;
      this.#fail(error);
    }
    this.#isPulling = false;
    if (this.#source === undefined && this.#tasks.size === 0 && this.#over === undefined) {
      this.#over = this.#close(LEFT);
      this.#over.then(
        () => this.#feed.end(),
        (error) => this.#feed.fail(error),
      );
    }
  }

  #hasRoom() {
    return this.#bounded < (this.#options.concurrency ?? SUBMITTED_AT_A_TIME);
  }

  /** @param {unknown} source */
  #start(source) {
    const isSubmitting = typeof source === 'function';
    const isBounded = isSubmitting || this.#options.concurrency !== undefined;
    /** @type {Task} */
    const task = { index: this.#taken, source, isBounded, isSubmitting };
    this.#taken += 1;
    this.#bounded += Number(isBounded);
    this.#tasks.add(task);
    task.done = this.#follow(task);
  }

  /**
   * Follows a job from its submit, where that is left to the batch, to its end.
   *
   * @param {Task} task
   */
  async #follow(task) {
    const { index } = task;
    try {
      const job = await this.#run(task);
      if (this.#over === undefined) {
        this.#feed.put({ index, jobIdentifier: /** @type {string} */ (task.jobIdentifier), job });
      }
    } catch (thrown) {
      if (this.#over === undefined) {
        const error = showCaller(toError(thrown), this.#options.site);
        this.#feed.put({ index, jobIdentifier: task.jobIdentifier, error });
      }
    }
    this.#tasks.delete(task);
    this.#bounded -= Number(task.isBounded);
    this.#pull();
  }

  /** @param {Task} task */
  async #run(task) {
    let reference = task.source;
    if (typeof reference === 'function') {
      reference = await reference();
      task.source = undefined;
      task.isSubmitting = false;
    }
    task.jobIdentifier = jobReference(reference, `jobs[${task.index}]`);
    if (this.#over !== undefined) {
      return this.#cancel(task.jobIdentifier);
    }
    const { jobIdentifier } = task;
    // Thousands of waits have all but this in common.
    const options = Object.assign(Object.create(this.#waitOptions), { jobIdentifier });
    return this.#session.run('blockUntilComplete', jobIdentifier, options);
  }

  /**
   * Cancels a job whose receipt came when the batch was over already, if the jobs of the batch are cancelled.
   *
   * @param {string} jobIdentifier
   */
  async #cancel(jobIdentifier) {
    if (!this.#cancels) {
      return;
    }
    const { binding, method, site } = this.#options;
    const limits = { __proto__: null, headers: binding?.headers, requestTimeout: CANCEL_MS, retries: 0 };
    try {
      const options = { __proto__: null, binding: limits, method, site, jobIdentifier };
      const job = await this.#session.run('cancelJob', jobIdentifier, options);
      this.#tell({ jobIdentifier, job });
    } catch (error) {
      this.#tell({ jobIdentifier, error: toError(error) });
    }
  }

  /** Tells how a cancellation went. The wait whose job that is does not go on for the sake of it. */
  #tell = (/** @type {object} */ outcome) => {
    this.#told.push(this.#callBack(outcome));
  };

  /** @param {object} outcome */
  async #callBack(outcome) {
    const { onCancel } = this.#options;
    try {
      await onCancel?.(/** @type {any} */ (outcome));
    } catch (thrown) {
      this.#mishap ??= { thrown };
    }
  }

  /** The user's signal has fired. */
  #abort = (/** @type {unknown} */ reason) => {
    this.#cancels = this.#options.cancelOnAbort ?? false;
    this.#over ??= this.#close(reason);
    const end = () => this.#feed.abort(this.#mishap === undefined ? reason : this.#mishap.thrown);
    this.#over.then(end, end);
  };

  /**
   * The jobs cannot be had.
   *
   * @param {unknown} error
   */
  async #fail(error) {
    this.#over ??= this.#close(LEFT);
    await this.#over.catch(() => {});
    this.#feed.fail(showCaller(error, this.#options.site));
  }

  /** The loop has been left. */
  #leave() {
    this.#over ??= this.#close(LEFT);
    return this.#over;
  }

  /**
   * @param {Task[]} tasks
   * @param {Promise<void>} [closing] Of their source.
   */
  async #end(tasks, closing) {
    await ends(tasks);
    await Promise.all(this.#told);
    await closing;
  }

  /**
   * Stops every poll and closes the source.
   *
   * @param {unknown} reason `LEFT` leaves the jobs alone.
   */
  async #close(reason) {
    const { signal } = this.#options;
    const source = this.#source;
    const isPulling = this.#isPulling;
    this.#source = undefined;
    // What follows goes by `#over`, which is set once this has returned.
    await undefined;
    this.#polls.abort(reason);
    const closing = closeIterator(source);
    closing.catch(() => {});
    // A submit that is under way is not broken off. It is waited for where its job is to be cancelled.
    const tasks = [...this.#tasks];
    const waits = tasks.filter(({ isSubmitting }) => !isSubmitting);
    const all = this.#cancels ? tasks : waits;
    try {
      if (all.length > 0 || source !== undefined) {
        // A source that is busy with its next job closes when that has come, which may take any time.
        await this.#session.withinGrace(this.#end(all, isPulling ? undefined : closing));
        // Rust ends each wait in time, and then its end has to be delivered. All else is work of the user's.
        await ends(waits);
      }
    } finally {
      if (signal !== undefined) {
        unwatch(signal, this.#abort);
      }
    }
  }
}

/**
 * Ends when all tasks have. One by one: they are thousands.
 *
 * @param {Task[]} tasks
 */
async function ends(tasks) {
  for (const { done } of tasks) {
    await done;
  }
}

/** @param {any} jobs */
function open(jobs) {
  return typeof jobs[Symbol.asyncIterator] === 'function' ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
}

/** @param {any} iterator */
async function closeIterator(iterator) {
  await iterator?.return?.();
}

/**
 * @param {unknown} value
 * @returns {value is any}
 */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** @param {unknown} thrown */
function toError(thrown) {
  if (isError(thrown)) {
    return thrown;
  }
  // What an object says of itself may throw, or be of any length. It is the cause.
  const what = isObject(thrown) ? 'an object that is not an Error' : inspect(thrown);
  return withoutCaller(new ModzyError(`the submit threw ${what}`, { cause: thrown }));
}

/**
 * @param {unknown} thrown
 * @returns {thrown is Error}
 */
function isError(thrown) {
  try {
    return thrown instanceof Error || types.isNativeError(thrown);
  } catch {
    // A proxy may refuse to be looked at.
    return false;
  }
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {{ index: number, jobIdentifier: string, job: object, error?: undefined }
 *   | { index: number, jobIdentifier: string | undefined, job?: undefined, error: Error }} JobOutcome
 */

module.exports = { Batch };
