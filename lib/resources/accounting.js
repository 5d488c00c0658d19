'use strict';

// API keys of an account.

const { Session } = require('../calls/session.js');
const { readTextOrDocument } = require('../documents.js');

class AccountingClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** The root of the routes of accounting, as 1.x has it. */
  get baseURL() {
    return `${this.#session.baseURL}/accounting`;
  }

  /** The root of the host, as 2.x has it. */
  get baseUrl() {
    return this.#session.hostURL;
  }

  /** @param {unknown[]} given */
  async getAPIKeys(...given) {
    const { values, options } = this.#session.read('getAPIKeys', given);
    return this.#session.run('getApiKeys', values.email, options);
  }

  /** @param {unknown[]} given */
  async getKeyBody(...given) {
    const { values, options } = this.#session.read('getKeyBody', given);
    return this.#session.run('getKeyBody', values.key, options, readTextOrDocument);
  }
}

module.exports = { AccountingClient };
