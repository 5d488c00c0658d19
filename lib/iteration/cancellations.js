'use strict';

// The cancellations of a batch's jobs after its signal has fired, and the calls of `onCancel`.

const { inThisContext } = require('../calls/context.js');
const { toError } = require('./thrown.js');

/** The time limit for the cancellation of a job, in ms, as in a wait. */
const CANCEL_MS = 5000;

class Cancellations {
  #session;
  #options;
  /** @type {Promise<void>[]} The calls of `onCancel`. */
  #callbacks = [];

  /** @type {{ thrown: unknown } | undefined} The first error of `onCancel`. */
  failure;

  /**
   * @param {import('../calls/session.js').Session} session
   * @param {import('../arguments/options.js').CallOptions} options Those of the batch.
   */
  constructor(session, options) {
    this.#session = session;
    this.#options = options;
  }

  /** Reports the outcome of a cancellation. The wait for that job does not await the callback. */
  report = inThisContext((/** @type {object} */ outcome) => {
    this.#callbacks.push(this.#callBack(outcome));
  });

  /**
   * Cancels a job whose receipt arrived after the end of the batch.
   *
   * @param {string} jobIdentifier
   */
  async cancel(jobIdentifier) {
    const { binding, method, site } = this.#options;
    const limits = { __proto__: null, headers: binding?.headers, requestTimeout: CANCEL_MS, retries: 0 };
    try {
      const options = { __proto__: null, binding: limits, method, site, jobIdentifier };
      const job = await this.#session.run('cancelJob', jobIdentifier, options);
      this.report({ jobIdentifier, job });
    } catch (error) {
      this.report({ jobIdentifier, error: toError(error, 'the cancellation') });
    }
  }

  /** Resolves when no callback is busy. */
  async reported() {
    await Promise.all(this.#callbacks);
  }

  /** @param {object} outcome */
  async #callBack(outcome) {
    const { onCancel } = this.#options;
    try {
      await onCancel?.(/** @type {any} */ (outcome));
    } catch (thrown) {
      this.failure ??= { thrown };
    }
  }
}

module.exports = { Cancellations };
