'use strict';

// What the resource classes of one client share: its calls, and the generation of the API that it was made in the form of.

const { readCall } = require('./arguments.js');
const { Completions } = require('./completions.js');
const { readConstructor } = require('./options.js');

class Session extends Completions {
  /** @param {unknown[]} given The arguments of a constructor. */
  constructor(given) {
    const { config, generation } = readConstructor(given);
    try {
      super(config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TypeError(`Cannot initialize the modzy client: ${reason}`, { cause: error });
    }
    this.generation = generation;
  }

  /**
   * The session of a client that composes others, or a new one.
   *
   * @param {unknown[]} given The arguments of a constructor.
   */
  static of(given) {
    return given[0] instanceof Session ? given[0] : new Session(given);
  }

  /**
   * Reads a call's arguments.
   *
   * @param {string} method
   * @param {unknown[]} given
   */
  read(method, given) {
    const { generation = this.generation, ...reading } = readCall(method, given);
    return { ...reading, generation };
  }
}

module.exports = { Session };
