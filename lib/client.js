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
const runs = require('./resources/runs.js');
const tags = require('./resources/tags.js');

class ModzyClient extends Resource {
  // Created when they are first asked for, because most programs use none of them.
  /** @type {models.ModelClient | undefined} */
  #models;
  /** @type {tags.TagClient | undefined} */
  #tags;
  /** @type {jobs.JobClient | undefined} */
  #jobs;
  /** @type {results.ResultClient | undefined} */
  #results;
  /** @type {AccountingClient | undefined} */
  #accounting;

  /** @param {object} [options] */
  static fromEnv(options) {
    const { MODZY_API_KEY, MODZY_BASE_URL } = process.env;
    const { apiKey, url, ...rest } = ownMembers(options ?? {}, 'fromEnv');
    checkNames(Object.entries(rest), 'initiator');
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
    this.#models ??= new models.ModelClient(sessionOf(this));
    return this.#models;
  }

  get tagClient() {
    this.#tags ??= new tags.TagClient(sessionOf(this));
    return this.#tags;
  }

  get jobClient() {
    this.#jobs ??= new jobs.JobClient(sessionOf(this));
    return this.#jobs;
  }

  get fileJobClient() {
    return this.jobClient;
  }

  get resultClient() {
    this.#results ??= new results.ResultClient(sessionOf(this));
    return this.#results;
  }

  get accountingClient() {
    this.#accounting ??= new AccountingClient(sessionOf(this));
    return this.#accounting;
  }

  getModelClient() {
    return this.modelClient;
  }

  getTagClient() {
    return this.tagClient;
  }

  getJobClient() {
    return this.jobClient;
  }

  getResultClient() {
    return this.resultClient;
  }

  getAccountingClient() {
    return this.accountingClient;
  }
}
compose(
  ModzyClient,
  runs.methods,
  models.methods,
  tags.methods,
  jobs.methods,
  results.methods,
  dataUrls.methods,
  lifetime.methods,
);

module.exports = { ModzyClient };
