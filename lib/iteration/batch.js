'use strict';

// Batches: many jobs that are awaited, and submitted first if the caller passes functions. Each job has an outcome of its own.

const { BATCH, sharedBy } = require('../arguments/batch-options.js');
const { inThisContext } = require('../calls/context.js');
const { Controller, abortError } = require('../calls/controller.js');
const { LEFT, throwIfAborted, untilAborted, unwatch, watch } = require('../calls/signals.js');
const { nextTurn } = require('../calls/turns.js');
const { ClientClosedError, JournalError } = require('../errors.js');
const { showCaller } = require('../stacks.js');
const { AsyncQueue, Feed } = require('./async-queue.js');
const { Cancellations } = require('./cancellations.js');
const { Journal, Misused, partsOf } = require('./journal.js');
const { Room } = require('./room.js');
const { Task } = require('./task.js');
const { closeSource, nextOf, openSource } = require('./source.js');
const { isInstance, toError } = require('./thrown.js');

/** How many jobs are started in one turn of the event loop. They take a millisecond or two. */
const STARTED_IN_A_TURN = 8;

class Batch {
  #session;
  #jobs;
  #options;
  #waits;
  /** The waits for jobs whose ends the journal notes. */
  #notedWaits;
  /** Ends the waits. */
  #polls = new Controller();
  /** Ends the submits that have not been sent. */
  #unsent = new Controller();
  /** @type {any} The iterator of the jobs; `undefined` before it is open and after it has ended. */
  #source;
  #isPulling = false;
  #taken = 0;
  /** How many jobs have not ended. They are counted, because a look at each of tens of thousands would block the event loop. */
  #unfinished = 0;
  /** How many of them are being submitted. */
  #submitting = 0;
  /** @type {(() => void) | undefined} Runs when a job has ended. */
  #onEnded;
  #feed;
  /** @type {Promise<void> | undefined} Set once the batch is over. Settles after all of its work has ended. */
  #over;
  /** Whether the unfinished jobs are canceled. */
  #cancels = false;
  #cancellations;
  #onSubmit;
  #journal;
  #room;

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
    // The source runs in the async context of the batch.
    this.#room = new Room(
      options.concurrency,
      inThisContext(() => this.#pull()),
    );
    const waitOptions = Object.assign(Object.create(null), options, {
      signal: this.#polls.signal,
      onCancel: options.onCancel && this.#cancellations.report,
      onProgress: options.onProgress && inThisContext(options.onProgress),
    });
    this.#waits = { session, options: waitOptions };
    if (options.journal !== undefined) {
      this.#journal = new Journal(session, waitOptions);
    }
    this.#notedWaits = { ...this.#waits, journal: this.#journal };
    /** @type {Feed<import('./outcomes.js').JobOutcome>} */
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
      if (this.#journal !== undefined && this.#over === undefined) {
        await this.#journal.open(/** @type {string} */ (this.#options.journal));
      }
      if (this.#over !== undefined) {
        this.#journal?.close();
      } else {
        this.#source = openSource(this.#jobs);
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
    let isStarting = false;
    try {
      while (this.#source !== undefined && this.#over === undefined && this.#room.isFree) {
        const { done, value } = await nextOf(this.#source);
        if (done) {
          this.#source = undefined;
        } else if (this.#over === undefined) {
          isStarting = true;
          this.#start(value);
          isStarting = false;
          if (this.#taken % STARTED_IN_A_TURN === 0) {
            await nextTurn();
          }
        }
      }
    } catch (error) {
      this.#isPulling = false;
      // A source that throws has closed itself, unlike one whose job is refused.
      this.#source = isStarting ? this.#source : undefined;
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

  /** @param {unknown} given */
  #start(given) {
    const name = `jobs[${this.#taken}]`;
    const { inputKey, source } = partsOf(given, name);
    this.#journal?.keyOf(inputKey, name);
    const isSubmitting = typeof source === 'function';
    const isBounded = isSubmitting || this.#options.concurrency !== undefined;
    const task = new Task(this, { index: this.#taken, inputKey, source, isBounded, isSubmitting });
    this.#taken += 1;
    this.#unfinished += 1;
    this.#submitting += Number(isSubmitting);
    this.#room.enter(isBounded);
    if (isSubmitting || this.#journal !== undefined) {
      this.#submit(task);
    } else {
      this.#follow(task);
    }
  }

  /**
   * Does what precedes the wait for a job, as the journal says if there is one.
   *
   * @param {Task} task
   */
  async #submit(task) {
    try {
      const taken = this.#journal && (await this.#journal.take(task.key, this.#room.outside));
      if (taken !== undefined && taken.turn !== 'submit') {
        this.#takeUp(task, taken);
        return;
      }
      task.source = await task.submit(this.#journal, (passed) =>
        this.#over === undefined ? this.#submitOptions(passed) : undefined,
      );
      this.#setSubmitted(task);
      task.refer();
      await this.#reportSubmit(task);
      if (this.#over === undefined) {
        task.wait(this.#notedWaits);
      } else {
        this.ended(task, this.#cancels ? await this.#cancellations.cancel(task.identifier) : undefined);
      }
    } catch (error) {
      this.failed(task, error);
    }
  }

  /**
   * Waits for a job that exists already.
   *
   * @param {Task} task
   */
  #follow(task) {
    try {
      task.refer();
      task.wait(this.#waits);
    } catch (error) {
      this.failed(task, error);
    }
  }

  /**
   * Goes on with a key whose job an earlier run has submitted.
   *
   * @param {Task} task
   * @param {import('./journal.js').Turn} taken
   */
  #takeUp(task, { turn, job, jobIdentifier }) {
    this.#setSubmitted(task);
    task.jobIdentifier = jobIdentifier ?? job?.jobIdentifier;
    if (turn === 'wait') {
      task.wait(this.#notedWaits);
      return;
    }
    task.job = job;
    if (this.#options.results && job?.status === 'COMPLETED') {
      task.wait(this.#waits);
    } else {
      this.ended(task);
    }
  }

  /**
   * Puts the outcome of a job whose wait has ended.
   *
   * @param {Task} task
   * @param {object | void} [outcome]
   */
  ended(task, outcome) {
    if (this.#over === undefined) {
      const { named, jobIdentifier, job } = task;
      this.#feed.put({ ...named, jobIdentifier, ...outcome, ...(job && { job }) });
    }
    this.#leaveTo(task);
  }

  /**
   * Puts the outcome of a job that could not be submitted or awaited, or ends the batch.
   *
   * @param {Task} task
   * @param {unknown} thrown
   */
  failed(task, thrown) {
    if (task.job !== undefined) {
      this.ended(task, { error: toError(thrown, 'the wait') });
      return;
    }
    if (isInstance(thrown, Misused)) {
      this.#fail(thrown.error);
    } else if (isInstance(thrown, JournalError) && /** @type {any} */ (thrown).state !== 'unknown') {
      // Without its journal, the batch must not go on.
      this.#fail(thrown);
    } else if (this.#over === undefined) {
      const error = showCaller(toError(thrown, task.isSubmitting ? 'the submit' : 'onProgress'), this.#options.site);
      this.#feed.put({ ...task.named, jobIdentifier: task.jobIdentifier, error });
    }
    this.#leaveTo(task);
  }

  /** @param {Task} task A job that has ended. */
  #leaveTo(task) {
    this.#unfinished -= 1;
    this.#setSubmitted(task);
    this.#onEnded?.();
    this.#room.leave(task.isBounded);
  }

  /** @param {Task} task */
  #setSubmitted(task) {
    this.#submitting -= Number(task.isSubmitting);
    task.isSubmitting = false;
  }

  /**
   * Reports a job to `onSubmit`, and awaits the callback unless the batch ends meanwhile.
   *
   * @param {Task} task
   */
  async #reportSubmit({ named, jobIdentifier }) {
    if (this.#onSubmit === undefined || this.#over !== undefined) {
      return;
    }
    try {
      await untilAborted(Promise.resolve(this.#onSubmit({ ...named, jobIdentifier })), this.#polls.signal);
    } catch (thrown) {
      if (this.#over === undefined) {
        throw toError(thrown, 'onSubmit');
      }
    }
  }

  /**
   * Returns the options for a function, which passes them to its submit.
   *
   * @param {() => object} [passed]
   */
  #submitOptions(passed) {
    const { binding, cancelOnAbort, signal } = this.#options;
    const onCancel = cancelOnAbort ? this.#cancellations.report : undefined;
    const shared = { maxOutage: binding?.maxOutage, left: this.#unsent.signal, cancelOnAbort, onCancel, passed };
    return { ...(signal && { signal }), [BATCH]: sharedBy(shared) };
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

  /** @param {unknown} error */
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
    return (this.#over ??= this.#close(LEFT));
  }

  /**
   * Whether no job has to be awaited after the end of the batch. A pending submit is not aborted. It is awaited only if its job is
   * to be canceled, or noted in a journal, which another batch may then use.
   */
  #hasEnded() {
    return this.#unfinished === (this.#cancels || this.#journal !== undefined ? 0 : this.#submitting);
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
    const [source, isPulling] = [this.#source, this.#isPulling];
    this.#source = undefined;
    // The code below depends on `#over`, which is set once this method has returned its promise.
    await undefined;
    this.#polls.abort(reason);
    this.#unsent.abort(abortError('the batch ended before the job was submitted'));
    this.#room.close();
    const closing = closeSource(source, this.#jobs);
    closing.catch(() => {});
    try {
      if (!this.#hasEnded() || source !== undefined) {
        // A source that is producing its next job closes after that, which may take any time.
        await this.#session.withinGrace(this.#end(isPulling ? undefined : closing));
      }
    } finally {
      this.#journal?.close();
      unwatch(this.#session.ended, this.#closed);
      if (signal !== undefined) {
        unwatch(signal, this.#abort);
      }
    }
  }
}

/** @typedef {import('../arguments/options.js').CallOptions} CallOptions */

module.exports = { Batch };
