'use strict';

// The public client, which has the methods of all resources.

const { isGiven } = require('./arguments/checks.js');
const { checkNames } = require('./arguments/client-options.js');
const { ownMembers } = require('./arguments/option-table.js');
const { AccountingClient } = require('./resources/accounting.js');
const dataUrls = require('./resources/data-urls.js');
const jobs = require('./resources/jobs.js');
const lifetime = require('./resources/lifetime.js');
const models = require('./resources/models.js');
const { Resource, compose, sessionOf } = require('./resources/resource.js');
const results = require('./resources/results.js');
const tags = require('./resources/tags.js');

class ModzyClient extends Resource {
  #models;
  #tags;
  #jobs;
  #results;
  #accounting;

  /** @param {unknown[]} given */
  constructor(...given) {
    super(...given);
    const session = sessionOf(this);
    this.#models = new models.ModelClient(session);
    this.#tags = new tags.TagClient(session);
    this.#jobs = new jobs.JobClient(session);
    this.#results = new results.ResultClient(session);
    this.#accounting = new AccountingClient(session);
  }

  /** @param {object} [options] */
  static fromEnv(options) {
    const { MODZY_API_KEY, MODZY_BASE_URL } = process.env;
    const { apiKey, url, ...rest } = ownMembers(options ?? {}, 'fromEnv');
    checkNames(rest, 'initiator');
    const hasCredentials = [apiKey, rest.teamId, rest.teamToken].some(isGiven);
    if (!hasCredentials && !MODZY_API_KEY?.trim()) {
      throw new TypeError(
        'Cannot initialize the modzy client: the environment variable MODZY_API_KEY is not set; set it, or pass { apiKey }',
      );
    }
    return new this({
      ...rest,
      apiKey: hasCredentials ? apiKey : MODZY_API_KEY,
      url: url ?? (MODZY_BASE_URL?.trim() ? MODZY_BASE_URL : undefined),
    });
  }

  get baseURL() {
    return sessionOf(this).baseURL;
  }

  get modelClient() {
    return this.#models;
  }

  get tagClient() {
    return this.#tags;
  }

  get jobClient() {
    return this.#jobs;
  }

  get fileJobClient() {
    return this.#jobs;
  }

  get resultClient() {
    return this.#results;
  }

  get accountingClient() {
    return this.#accounting;
  }

  getModelClient() {
    return this.#models;
  }

  getTagClient() {
    return this.#tags;
  }

  getJobClient() {
    return this.#jobs;
  }

  getResultClient() {
    return this.#results;
  }

  getAccountingClient() {
    return this.#accounting;
  }
}
compose(ModzyClient, models.methods, tags.methods, jobs.methods, results.methods, dataUrls.methods, lifetime.methods);

module.exports = { ModzyClient };
