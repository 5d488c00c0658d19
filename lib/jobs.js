'use strict';

// Jobs: submit, read, cancel, wait.

const { readDocument } = require('./documents.js');
const { Session } = require('./session.js');

class JobClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** @param {unknown[]} given */
  async getJob(...given) {
    const { values, options } = this.#session.read('getJob', given);
    return this.#session.run('getJob', values.jobId, options);
  }

  /** @param {unknown[]} given */
  async cancelJob(...given) {
    const { values, options } = this.#session.read('cancelJob', given);
    return this.#session.run('cancelJob', values.jobId, options);
  }

  /** @param {unknown[]} given */
  async blockUntilComplete(...given) {
    const { values, options } = this.#session.read('blockUntilComplete', given);
    return this.#session.run('blockUntilComplete', values.job, options);
  }

  /** @param {unknown[]} given */
  async submitJob(...given) {
    const { values, options, generation } = this.#session.read('submitJob', given);
    const { job } = values;
    const body = JSON.stringify(options.jobTimeout === undefined ? job : { ...job, timeout: options.jobTimeout });
    if (typeof body !== 'string') {
      throw new TypeError('the job param should be an object with members');
    }
    const status = job.input === undefined ? 'OPEN' : 'SUBMITTED';
    return this.#session.run('submitJob', body, options, receipt(generation, status));
  }

  /** @param {unknown[]} given */
  async submitJobText(...given) {
    const { values, options, generation } = this.#session.read('submitJobText', given);
    const { modelId, versionId: version, textSources: sources } = values;
    const explain = explained(values.explain, generation);
    const argument = JSON.stringify({ modelId, version, sources, explain, timeout: options.jobTimeout });
    return this.#session.run('submitJobText', argument, options, receipt(generation, 'SUBMITTED'));
  }
}

/**
 * 1.x never sends `explain: false`; 2.x always does.
 *
 * @param {boolean | undefined} explain
 * @param {1 | 2} generation
 */
function explained(explain = false, generation) {
  return generation === 2 || explain ? explain : undefined;
}

/**
 * Reads a receipt. 1.x sets its status, which the server may leave out; 2.x leaves it as it came.
 *
 * @param {1 | 2} generation
 * @param {'OPEN' | 'SUBMITTED'} status
 */
function receipt(generation, status) {
  return (/** @type {string} */ text) => {
    const document = readDocument(text);
    if (generation === 1) {
      document.status = status;
    }
    return document;
  };
}

module.exports = { JobClient };
