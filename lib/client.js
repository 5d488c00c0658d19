'use strict';

// The client that people use: the resource classes under one roof.

const { isGiven } = require('./arguments/checks.js');
const { ownMembers } = require('./arguments/options.js');
const { Session } = require('./calls/session.js');
const { blobToDataUrl, mostBytes } = require('./data-urls.js');
const { AsyncQueue } = require('./iteration/async-queue.js');
const { Listing } = require('./iteration/listing.js');
const { AccountingClient } = require('./resources/accounting.js');
const { JobClient } = require('./resources/jobs.js');
const { ModelClient } = require('./resources/models.js');
const { ResultClient } = require('./resources/results.js');
const { TagClient } = require('./resources/tags.js');

class ModzyClient {
  #session;
  #models;
  #tags;
  #jobs;
  #results;
  #accounting;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
    this.#models = new ModelClient(this.#session);
    this.#tags = new TagClient(this.#session);
    this.#jobs = new JobClient(this.#session);
    this.#results = new ResultClient(this.#session);
    this.#accounting = new AccountingClient(this.#session);
  }

  /** @param {object} [options] */
  static fromEnv(options) {
    const { MODZY_API_KEY, MODZY_BASE_URL } = process.env;
    const { apiKey, url, ...rest } = ownMembers(options ?? {}, 'fromEnv');
    const hasCredentials = [apiKey, rest.teamId, rest.teamToken].some(isGiven);
    if (!hasCredentials && !MODZY_API_KEY?.trim()) {
      throw new TypeError('Cannot initialize the modzy client: the environment variable MODZY_API_KEY is not set');
    }
    return new this({
      ...rest,
      apiKey: hasCredentials ? apiKey : MODZY_API_KEY,
      url: url ?? (MODZY_BASE_URL?.trim() ? MODZY_BASE_URL : undefined),
    });
  }

  get baseURL() {
    return this.#session.baseURL;
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

  /** @param {unknown[]} given */
  async getModels(...given) {
    return this.#models.getModels(...given);
  }

  /** @param {unknown[]} given */
  listModels(...given) {
    return Listing.attempt(() => this.#models.listModels(...given));
  }

  /** @param {unknown[]} given */
  async getAllModels(...given) {
    return this.#models.getAllModels(...given);
  }

  /** @param {unknown[]} given */
  async getActiveModels(...given) {
    return this.#models.getActiveModels(...given);
  }

  /** @param {unknown[]} given */
  async getModel(...given) {
    return this.#models.getModel(...given);
  }

  /** @param {unknown[]} given */
  async getModelById(...given) {
    return this.#models.getModelById(...given);
  }

  /** @param {unknown[]} given */
  async getModelByName(...given) {
    return this.#models.getModelByName(...given);
  }

  /** @param {unknown[]} given */
  async getRelatedModels(...given) {
    return this.#models.getRelatedModels(...given);
  }

  /** @param {unknown[]} given */
  async getModelVersions(...given) {
    return this.#models.getModelVersions(...given);
  }

  /** @param {unknown[]} given */
  async getModelVersionsById(...given) {
    return this.#models.getModelVersionsById(...given);
  }

  /** @param {unknown[]} given */
  async getModelVersion(...given) {
    return this.#models.getModelVersion(...given);
  }

  /** @param {unknown[]} given */
  async getModelDetails(...given) {
    return this.#models.getModelDetails(...given);
  }

  /** @param {unknown[]} given */
  async getModelVersionInputSample(...given) {
    return this.#models.getModelVersionInputSample(...given);
  }

  /** @param {unknown[]} given */
  async getModelVersionOutputSample(...given) {
    return this.#models.getModelVersionOutputSample(...given);
  }

  /** @param {unknown[]} given */
  async getAllTags(...given) {
    return this.#tags.getAllTags(...given);
  }

  /** @param {unknown[]} given */
  async getTagsAndModels(...given) {
    return this.#tags.getTagsAndModels(...given);
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
  async getJobHistory(...given) {
    return this.#jobs.getJobHistory(...given);
  }

  /** @param {unknown[]} given */
  listJobHistory(...given) {
    return Listing.attempt(() => this.#jobs.listJobHistory(...given));
  }

  /** @param {unknown[]} given */
  async getFeatures(...given) {
    return this.#jobs.getFeatures(...given);
  }

  /** @param {unknown[]} given */
  async getProcessingEngineStatus(...given) {
    return this.#jobs.getProcessingEngineStatus(...given);
  }

  /** @param {unknown[]} given */
  async blockUntilComplete(...given) {
    return this.#jobs.blockUntilComplete(...given);
  }

  /** @param {unknown[]} given */
  async blockUntilJobComplete(...given) {
    return this.#jobs.blockUntilJobComplete(...given);
  }

  /** @param {unknown[]} given */
  async blockUntilResult(...given) {
    return this.#jobs.blockUntilResult(...given);
  }

  /** @param {unknown[]} given */
  async blockUntilAllComplete(...given) {
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await this.#jobs.blockUntilAllComplete(...given);
  }

  /** @param {unknown[]} given */
  jobsAsCompleted(...given) {
    return AsyncQueue.attempt(() => this.#jobs.jobsAsCompleted(...given));
  }

  /** @param {unknown[]} given */
  watchJob(...given) {
    return AsyncQueue.attempt(() => this.#jobs.watchJob(...given));
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
  async submitJobEmbedded(...given) {
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await this.#jobs.submitJobEmbedded(...given);
  }

  /** @param {unknown[]} given */
  async submitJobFile(...given) {
    return this.#jobs.submitJobFile(...given);
  }

  /** @param {unknown[]} given */
  async submitJobFiles(...given) {
    return this.#jobs.submitJobFiles(...given);
  }

  /** @param {unknown[]} given */
  async submitJobAWSS3(...given) {
    return this.#jobs.submitJobAWSS3(...given);
  }

  /** @param {unknown[]} given */
  async submitJobAwsS3(...given) {
    return this.#jobs.submitJobAwsS3(...given);
  }

  /** @param {unknown[]} given */
  async submitJobJDBC(...given) {
    return this.#jobs.submitJobJDBC(...given);
  }

  /** @param {unknown[]} given */
  async appendInput(...given) {
    return this.#jobs.appendInput(...given);
  }

  /** @param {unknown[]} given */
  async closeJob(...given) {
    return this.#jobs.closeJob(...given);
  }

  /** @param {unknown[]} given */
  async closeOpenJob(...given) {
    return this.#jobs.closeOpenJob(...given);
  }

  /** @param {unknown[]} given */
  async getResult(...given) {
    return this.#results.getResult(...given);
  }

  /** @param {unknown[]} given */
  async getInputResult(...given) {
    return this.#results.getInputResult(...given);
  }

  /** @param {unknown[]} given */
  streamResults(...given) {
    return this.#results.streamResults(...given);
  }

  /** @param {unknown[]} given */
  async getOutputContents(...given) {
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await this.#results.getOutputContents(...given);
  }

  /** @param {unknown[]} given */
  async downloadOutput(...given) {
    return this.#results.downloadOutput(...given);
  }

  /** @param {unknown[]} given */
  async openOutput(...given) {
    return await this.#results.openOutput(...given);
  }

  /** @param {unknown[]} given */
  async pathToDataUrl(...given) {
    const { values, options } = this.#session.read('pathToDataUrl', given);
    const { path, mimeType } = values;
    const argument = JSON.stringify({ path, mimeType, maxBytes: mostBytes(mimeType, options.maxBytes) });
    return this.#session.run('pathToDataUrl', argument, options, (text) => text);
  }

  /** @param {unknown[]} given */
  async fileToDataUrl(...given) {
    return this.#session.call('fileToDataUrl', given, ({ values: { file }, options }) =>
      blobToDataUrl(this.#session, file, options),
    );
  }
}

module.exports = { ModzyClient };
