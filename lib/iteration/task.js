'use strict';

// A job of a batch. Its wait is settled by its methods, and creates its call with the first event, because a batch of thousands
// should keep neither a promise nor a call for each.

const { jobReference } = require('../arguments/references.js');
const { argumentError } = require('../stacks.js');
const { readEnded, readOutcome } = require('./outcomes.js');

/** The operation of a wait, and the reader of its end. */
const WITH_RESULTS = /** @type {const} */ (['blockUntilOutcome', readOutcome]);
const WITHOUT_RESULTS = /** @type {const} */ (['blockUntilComplete', readEnded]);

class Task {
  /** @type {string | undefined} */
  jobIdentifier;

  /** @type {any} The job, if it had ended in an earlier run. */
  job;

  /** The number of its wait. */
  id = 0;

  #batch;

  /** @type {Waits | undefined} How it waits. */
  #waits;

  /** @type {import('../calls/call.js').Early | undefined} */
  ending;

  /**
   * @param {Ends} batch
   * @param {Given} given
   */
  constructor(batch, { index, inputKey, source, isBounded, isSubmitting }) {
    this.#batch = batch;
    this.index = index;
    this.inputKey = inputKey;
    this.source = source;
    this.isBounded = isBounded;
    this.isSubmitting = isSubmitting;
  }

  /**
   * What names it to the user.
   *
   * @returns {{ index: number, inputKey?: string }}
   */
  get named() {
    const { index, inputKey } = this;
    return { index, ...(inputKey !== undefined && { inputKey }) };
  }

  /** Its key in a journal, which it then has. */
  get key() {
    return /** @type {string} */ (this.inputKey);
  }

  /** The identifier of the job, once it is known. */
  get identifier() {
    return /** @type {string} */ (this.jobIdentifier);
  }

  /**
   * Calls the function that submits the job, and returns what refers to it.
   *
   * @param {import('./journal.js').Journal | undefined} journal
   * @param {(passed?: () => object) => object | undefined} optionsWith Returns the options of the function.
   */
  async submit(journal, optionsWith) {
    const submit = /** @type {(options: any) => unknown} */ (this.source);
    const { index, key } = this;
    const submitting = journal === undefined ? submit(optionsWith()) : journal.submit(key, submit, optionsWith);
    const reference = await submitting;
    if (reference === undefined) {
      const advice = 'a job, a receipt or an identifier, such as the promise of a submit';
      throw argumentError(`the function jobs[${index}] returned nothing; return ${advice}`);
    }
    return reference;
  }

  /** Reads the identifier of the job from what refers to it. */
  refer() {
    this.jobIdentifier = jobReference(this.source, `jobs[${this.index}]`);
    this.source = undefined;
  }

  /**
   * Waits for the job.
   *
   * @param {Waits} waits
   */
  wait(waits) {
    this.#waits = waits;
    const [operation, read] = operationOf(waits);
    waits.session.runFor(this, operation, this.identifier, this.#optionsOf(waits), read);
  }

  /** @param {Waits} waits */
  #optionsOf({ options: shared, journal }) {
    const { jobIdentifier } = this;
    /** @type {CallOptions} */
    const options = Object.assign(Object.create(shared), { jobIdentifier });
    const { onProgress } = shared;
    if (onProgress !== undefined) {
      options.onProgress = (job) => onProgress(job, this.named);
    }
    if (journal !== undefined) {
      options.binding = journal.bind(this.key, shared.binding);
    }
    return options;
  }

  /** The calls of the client, while it waits. */
  get owner() {
    return this.#waits?.session;
  }

  /**
   * Creates the call of its wait, which then takes its place.
   *
   * @returns {import('../calls/call.js').Call}
   */
  toCall() {
    const waits = /** @type {Waits} */ (this.#waits);
    const [operation, read] = operationOf(waits);
    return waits.session.callFor(this, operation, this.#optionsOf(waits), read);
  }

  /**
   * Ends the wait when the signal of the batch fires.
   *
   * @param {unknown} reason
   */
  onAbort(reason) {
    return this.owner?.abort(this, reason);
  }

  get cancelOnAbort() {
    return Boolean(this.#waits?.options.cancelOnAbort);
  }

  get isTransfer() {
    return false;
  }

  /** Has no callbacks of its own. */
  stop() {}

  /** @param {object} outcome */
  resolve(outcome) {
    this.#batch.ended(this, outcome);
  }

  /** @param {unknown} error */
  reject(error) {
    this.#batch.failed(this, error);
  }
}

/** @param {Waits} waits */
function operationOf({ options }) {
  return options.results ? WITH_RESULTS : WITHOUT_RESULTS;
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {object} Waits What all waits of a batch share, which may be thousands.
 * @property {import('../calls/session.js').Session} session
 * @property {CallOptions} options
 * @property {import('./journal.js').Journal} [journal]
 *
 * @typedef {object} Ends What receives the ends of the tasks.
 * @property {(task: Task, outcome: object) => void} ended
 * @property {(task: Task, error: unknown) => void} failed
 *
 * @typedef {object} Given
 * @property {number} index
 * @property {string} [inputKey]
 * @property {unknown} source A function that submits the job, or what refers to it.
 * @property {boolean} isBounded Whether it counts toward the bound.
 * @property {boolean} isSubmitting
 */

module.exports = { Task };
