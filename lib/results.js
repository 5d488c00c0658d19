'use strict';

// Results of jobs.

const { Session } = require('./session.js');

class ResultClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** @param {unknown[]} given */
  async getResult(...given) {
    const { values, options } = this.#session.read('getResult', given);
    return this.#session.run('getResult', values.jobId, options);
  }
}

module.exports = { ResultClient };
