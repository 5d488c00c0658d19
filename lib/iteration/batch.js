'use strict';

// Batches: many jobs that are awaited, and submitted first if the caller passes functions. Each job has an outcome of its own.

const { BATCH } = require('../arguments/batch-options.js');
const { isGiven } = require('../arguments/checks.js');
const { jobReference } = require('../arguments/references.js');
const { inThisContext } = require('../calls/context.js');
const { LEFT, throwIfAborted, untilAborted, unwatch, watch } = require('../calls/signals.js');
const { nextTurn } = require('../calls/turns.js');
const { readDocument } = require('../documents.js');
const { ClientClosedError } = require('../errors.js');
const { argumentError, showCaller } = require('../stacks.js');
const { AsyncQueue, Feed } = require('./async-queue.js');
const { Cancellations } = require('./cancellations.js');
const { isObject, toError } = require('./thrown.js');

/** How many jobs a batch submits and awaits at a time, unless `concurrency` is set. Jobs that exist already have no bound. */
const SUBMITTED_AT_A_TIME = 50;

/** How many jobs are started in one turn of the event loop. They take a millisecond or two. */
const STARTED_IN_A_TURN = 8;

/**
 * A job of a batch.
 *
 * @typedef {object} Task
 * @property {number} index
 * @property {unknown} source
 * @property {boolean} isBounded Whether it counts toward the bound.
 * @property {boolean} isSubmitting
 * @property {string} [jobIdentifier]
 */

class Batch {
  #session;
  #jobs;
  #options;
  /** @type {CallOptions} The options of each wait. */
  #waitOptions;
  /** Ends the waits. */
  #polls = new AbortController();
  /** @type {any} The iterator of the jobs; `undefined` before it is open and after it has ended. */
  #source;
  #isPulling = false;
  #taken = 0;
  /** How many jobs have not ended. They are counted, because a look at each of tens of thousands would block the event loop. */
  #unfinished = 0;
  /** How many of them are being submitted. */
  #submitting = 0;
  #bounded = 0;
  /** @type {(() => void) | undefined} Runs when a job has ended. */
  #onEnded;
  #feed;
  /** @type {Promise<void> | undefined} Set once the batch is over. Settles after all of its work has ended. */
  #over;
  /** Whether the unfinished jobs are canceled. */
  #cancels = false;
  #cancellations;
  #onSubmit;

  /**
   * @param {import('../calls/session.js').Session} session
   * @param {Iterable<unknown> | AsyncIterable<unknown>} jobs
   * @param {CallOptions} options
   */
  constructor(session, jobs, options) {
    this.#session = session;
    this.#jobs = jobs;
    this.#options = options;
    this.#cancellations = new Cancellations(session, options);
    this.#onSubmit = options.onSubmit && inThisContext(options.onSubmit);
    this.#waitOptions = Object.assign(Object.create(null), options, {
      signal: this.#polls.signal,
      onCancel: options.onCancel && this.#cancellations.report,
    });
    /** @type {Feed<JobOutcome>} */
    this.#feed = new Feed(
      () => this.#begin(),
      () => this.#leave(),
    );
  }

  /** The outcomes of the jobs. They can be iterated once. */
  get outcomes() {
    return new AsyncQueue(this.#feed);
  }

  async #begin() {
    const { signal } = this.#options;
    try {
      throwIfAborted(signal);
      this.#session.throwIfClosed();
      watch(this.#session.ended, this.#closed);
      if (signal !== undefined) {
        watch(signal, this.#abort);
      }
      // If the signal fires in the turn of the first `next()`, the source is never opened.
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
          throw argumentError('the iterator of the jobs returned a result that is not an object');
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
    if (this.#source === undefined && this.#unfinished === 0 && this.#over === undefined) {
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
    this.#unfinished += 1;
    this.#submitting += Number(isSubmitting);
    this.#follow(task);
  }

  /**
   * Submits a job, if the batch is to do so, and awaits it.
   *
   * @param {Task} task
   */
  async #follow(task) {
    const { index } = task;
    try {
      const ended = await this.#run(task);
      if (this.#over === undefined) {
        this.#feed.put({ index, jobIdentifier: /** @type {string} */ (task.jobIdentifier), ...ended });
      }
    } catch (thrown) {
      if (this.#over === undefined) {
        const error = showCaller(toError(thrown, task.isSubmitting ? 'the submit' : 'onProgress'), this.#options.site);
        this.#feed.put({ index, jobIdentifier: task.jobIdentifier, error });
      }
    }
    this.#unfinished -= 1;
    this.#submitting -= Number(task.isSubmitting);
    this.#bounded -= Number(task.isBounded);
    this.#onEnded?.();
    this.#pull();
  }

  /** @param {Task} task */
  async #run(task) {
    const { index } = task;
    let reference = task.source;
    const isSubmit = task.isSubmitting;
    if (typeof reference === 'function') {
      reference = await reference(this.#submitOptions());
      if (reference === undefined) {
        const advice = 'a job, a receipt or an identifier, such as the promise of a submit';
        throw argumentError(`the function jobs[${index}] returned nothing; return ${advice}`);
      }
      task.source = undefined;
      task.isSubmitting = false;
      this.#submitting -= 1;
    }
    task.jobIdentifier = jobReference(reference, `jobs[${index}]`);
    if (isSubmit) {
      await this.#reportSubmit(index, task.jobIdentifier);
    }
    if (this.#over !== undefined) {
      return this.#cancels ? this.#cancellations.cancel(task.jobIdentifier) : undefined;
    }
    const { jobIdentifier } = task;
    // Thousands of waits share all other options.
    const options = Object.assign(Object.create(this.#waitOptions), { jobIdentifier });
    if (this.#options.results) {
      return this.#session.run('blockUntilOutcome', jobIdentifier, options, readOutcome);
    }
    return this.#session.run('blockUntilComplete', jobIdentifier, options, readEnded);
  }

  /**
   * Reports a job to `onSubmit`, and awaits the callback unless the batch ends meanwhile.
   *
   * @param {number} index
   * @param {string} jobIdentifier
   */
  async #reportSubmit(index, jobIdentifier) {
    if (this.#onSubmit === undefined || this.#over !== undefined) {
      return;
    }
    try {
      await untilAborted(Promise.resolve(this.#onSubmit({ index, jobIdentifier })), this.#polls.signal);
    } catch (thrown) {
      if (this.#over === undefined) {
        throw toError(thrown, 'onSubmit');
      }
    }
  }

  /** Returns the options for a function, which passes them to its submit. */
  #submitOptions() {
    const { binding, cancelOnAbort, signal } = this.#options;
    const onCancel = cancelOnAbort ? this.#cancellations.report : undefined;
    const shared = { maxOutage: binding?.maxOutage, cancelOnAbort, onCancel };
    return { ...(signal && { signal }), [BATCH]: Object.freeze(shared) };
  }

  /** Ends the batch after the user's signal has fired. */
  #abort = (/** @type {unknown} */ reason) => {
    this.#cancels = this.#options.cancelOnAbort ?? false;
    this.#over ??= this.#close(reason);
    const end = () => {
      const { failure } = this.#cancellations;
      this.#feed.abort(failure === undefined ? reason : failure.thrown);
    };
    this.#over.then(end, end);
  };

  /**
   * Ends the batch after its source has failed.
   *
   * @param {unknown} error
   */
  async #fail(error) {
    this.#over ??= this.#close(LEFT);
    await this.#over.catch(() => {});
    this.#feed.fail(showCaller(error, this.#options.site));
  }

  /** Ends the batch after its client has been closed. Its jobs continue. */
  #closed = () => {
    this.#fail(new ClientClosedError('the client was closed during the batch'));
  };

  /** Ends the batch after the loop has been left. */
  #leave() {
    this.#over ??= this.#close(LEFT);
    return this.#over;
  }

  /**
   * Whether no job has to be awaited after the end of the batch. A pending submit is not aborted. It is awaited only if its job is
   * to be canceled.
   */
  #hasEnded() {
    return this.#unfinished === (this.#cancels ? 0 : this.#submitting);
  }

  /** @param {Promise<void>} [closing] Of the source. */
  async #end(closing) {
    await new Promise((resolve) => {
      this.#onEnded = () => {
        if (this.#hasEnded()) {
          resolve(undefined);
        }
      };
      this.#onEnded();
    });
    await this.#cancellations.reported();
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
    // The code below depends on `#over`, which is set once this method has returned its promise.
    await undefined;
    this.#polls.abort(reason);
    const closing = closeIterator(source);
    closing.catch(() => {});
    try {
      if (!this.#hasEnded() || source !== undefined) {
        // A source that is producing its next job closes after that, which may take any time.
        await this.#session.withinGrace(this.#end(isPulling ? undefined : closing));
      }
    } finally {
      unwatch(this.#session.ended, this.#closed);
      if (signal !== undefined) {
        unwatch(signal, this.#abort);
      }
    }
  }
}

/** @param {string} job */
function readEnded(job) {
  return { job: readDocument(job) };
}

/**
 * @param {string} job
 * @param {string | undefined} result
 * @param {Error | undefined} error Why the results of a completed job cannot be read.
 */
function readOutcome(job, result, error) {
  return {
    job: readDocument(job),
    ...(isGiven(result) && { result: readDocument(result) }),
    ...(error !== undefined && { error }),
  };
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
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {{ index: number, jobIdentifier: string, job: object, result?: object, error?: undefined }
 *   | { index: number, jobIdentifier: string | undefined, job?: object, result?: undefined, error?: Error }} JobOutcome
 */

module.exports = { Batch };
