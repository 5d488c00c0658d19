'use strict';

// A job of a batch. Its wait is settled by its methods, because a batch of thousands should keep no promise for each.

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

  #batch;

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
   * @param {import('../calls/session.js').Session} session
   * @param {CallOptions} shared The options that all waits of the batch share, which may be thousands.
   * @param {import('./journal.js').Journal} [journal]
   */
  wait(session, shared, journal) {
    const { identifier, jobIdentifier } = this;
    /** @type {CallOptions} */
    const options = Object.assign(Object.create(shared), { jobIdentifier });
    const { onProgress } = shared;
    if (onProgress !== undefined) {
      options.onProgress = (job) => onProgress(job, this.named);
    }
    if (journal !== undefined) {
      options.binding = journal.bind(this.key, shared.binding);
    }
    const [operation, read] = shared.results ? WITH_RESULTS : WITHOUT_RESULTS;
    session.runFor(this, operation, identifier, options, read);
  }

  /** @param {object} outcome */
  resolve(outcome) {
    this.#batch.ended(this, outcome);
  }

  /** @param {unknown} error */
  reject(error) {
    this.#batch.failed(this, error);
  }
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
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
