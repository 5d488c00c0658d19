'use strict';

// Models and their versions.

const { readCall } = require('../arguments/read-call.js');
const { Session } = require('../calls/session.js');
const { Listing } = require('../iteration/listing.js');

class ModelClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** The root of the routes of models, as 1.x has it. */
  get baseURL() {
    return `${this.#session.baseURL}/models`;
  }

  /** The root of the host, as 2.x has it. */
  get baseUrl() {
    return this.#session.hostURL;
  }

  /** @param {unknown[]} given */
  async getModels(...given) {
    const { values, options } = this.#session.read('getModels', given);
    return this.#session.run('getModels', JSON.stringify(values), options);
  }

  /** @param {unknown[]} given */
  listModels(...given) {
    return new Listing(() => {
      const { values: filter, options } = this.#session.read('listModels', given);
      return { session: this.#session, operation: 'getModelsPage', filter, options };
    });
  }

  /** @param {unknown[]} given */
  async getAllModels(...given) {
    const { options, generation } = this.#session.read('getAllModels', given);
    const { values } = readCall('getModels', [], generation);
    return this.#session.run('getModels', JSON.stringify(values), options);
  }

  /** @param {unknown[]} given */
  async getActiveModels(...given) {
    const { options } = this.#session.read('getActiveModels', given);
    return this.#session.run('getActiveModels', '', options);
  }

  /** @param {unknown[]} given */
  async getModel(...given) {
    return this.#ofModel('getModel', 'getModel', given);
  }

  /** @param {unknown[]} given */
  async getModelById(...given) {
    return this.#ofModel('getModelById', 'getModel', given);
  }

  /** @param {unknown[]} given */
  async getModelByName(...given) {
    const { values, options, generation } = this.#session.read('getModelByName', given);
    const argument = JSON.stringify({ name: values.name, activeOnly: generation === 1 });
    return this.#session.run('getModelByName', argument, options);
  }

  /** @param {unknown[]} given */
  async getRelatedModels(...given) {
    return this.#ofModel('getRelatedModels', 'getRelatedModels', given);
  }

  /** @param {unknown[]} given */
  async getModelVersions(...given) {
    return this.#ofModel('getModelVersions', 'getModelVersions', given);
  }

  /** @param {unknown[]} given */
  async getModelVersionsById(...given) {
    return this.#ofModel('getModelVersionsById', 'getModelVersions', given);
  }

  /** @param {unknown[]} given */
  async getModelVersion(...given) {
    return this.#ofVersion('getModelVersion', 'getModelVersion', given);
  }

  /** @param {unknown[]} given */
  async getModelDetails(...given) {
    return this.#ofVersion('getModelDetails', 'getModelVersion', given);
  }

  /** @param {unknown[]} given */
  async getModelVersionInputSample(...given) {
    return this.#ofVersion('getModelVersionInputSample', 'getModelVersionInputSample', given);
  }

  /** @param {unknown[]} given */
  async getModelVersionOutputSample(...given) {
    return this.#ofVersion('getModelVersionOutputSample', 'getModelVersionOutputSample', given);
  }

  /**
   * @param {string} method
   * @param {Operation} operation
   * @param {unknown[]} given
   */
  #ofModel(method, operation, given) {
    const { values, options } = this.#session.read(method, given);
    return this.#session.run(operation, values.modelId, options);
  }

  /**
   * @param {string} method
   * @param {Operation} operation
   * @param {unknown[]} given
   */
  #ofVersion(method, operation, given) {
    const { values, options } = this.#session.read(method, given);
    const { modelId, versionId: version } = values;
    return this.#session.run(operation, JSON.stringify({ modelId, version }), options);
  }
}

/** @typedef {import('../../js-binding').BindingOperation} Operation */

module.exports = { ModelClient };
