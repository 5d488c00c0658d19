'use strict';

// Tags of models.

const { Session } = require('../calls/session.js');

class TagClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** The root of the routes of tags, as 1.x has it. */
  get baseURL() {
    return `${this.#session.baseURL}/models/tags`;
  }

  /** The root of the host, as 2.x has it. */
  get baseUrl() {
    return this.#session.hostURL;
  }

  /** @param {unknown[]} given */
  async getAllTags(...given) {
    const { options } = this.#session.read('getAllTags', given);
    return this.#session.run('getAllTags', '', options);
  }

  /** @param {unknown[]} given */
  async getTagsAndModels(...given) {
    const { values, options } = this.#session.read('getTagsAndModels', given);
    return this.#session.run('getTagsAndModels', JSON.stringify(values.tagsId), options);
  }
}

module.exports = { TagClient };
