'use strict';

// The client that people use: the resource classes under one roof.

const { JobClient } = require('./jobs.js');
const { ownMembers } = require('./options.js');
const { ResultClient } = require('./results.js');
const { Session } = require('./session.js');

class ModzyClient {
  #session;
  #jobs;
  #results;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = new Session(given);
    this.#jobs = new JobClient(this.#session);
    this.#results = new ResultClient(this.#session);
  }

  /** @param {object} [options] */
  static fromEnv(options) {
    const { MODZY_API_KEY: apiKey, MODZY_BASE_URL } = process.env;
    if (!apiKey?.trim()) {
      throw new TypeError('Cannot initialize the modzy client: the environment variable MODZY_API_KEY is not set');
    }
    const { url, ...rest } = ownMembers(options ?? {}, 'fromEnv');
    return new this({ apiKey, ...rest, url: url ?? (MODZY_BASE_URL?.trim() ? MODZY_BASE_URL : undefined) });
  }

  get baseURL() {
    return this.#session.baseURL;
  }

  get jobClient() {
    return this.#jobs;
  }

  get resultClient() {
    return this.#results;
  }

  getJobClient() {
    return this.#jobs;
  }

  getResultClient() {
    return this.#results;
  }

  /** @param {unknown[]} given */
  async getJob(...given) {
    return this.#jobs.getJob(...given);
  }

  /** @param {unknown[]} given */
  async cancelJob(...given) {
    return this.#jobs.cancelJob(...given);
  }

  /** @param {unknown[]} given */
  async submitJob(...given) {
    return this.#jobs.submitJob(...given);
  }

  /** @param {unknown[]} given */
  async submitJobText(...given) {
    return this.#jobs.submitJobText(...given);
  }

  /** @param {unknown[]} given */
  async blockUntilComplete(...given) {
    return this.#jobs.blockUntilComplete(...given);
  }

  /** @param {unknown[]} given */
  async getResult(...given) {
    return this.#results.getResult(...given);
  }
}

module.exports = { ModzyClient };
