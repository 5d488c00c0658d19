'use strict';

// What the resource classes of one client share: its calls, and the generation of the API that it was made in the form of.

const { readCall } = require('./arguments.js');
const { Completions } = require('./completions.js');
const { Logger } = require('./logging.js');
const { readConstructor } = require('./options.js');

class Session extends Completions {
  #logger;

  /** @param {unknown[]} given The arguments of a constructor. */
  constructor(given) {
    const { config, generation, logging } = readConstructor(given);
    try {
      super(config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TypeError(`Cannot initialize the modzy client: ${reason}`, { cause: error });
    }
    this.generation = generation;
    this.#logger = new Logger(logging);
  }

  /**
   * The session of a client that composes others, or a new one.
   *
   * @param {unknown[]} given The arguments of a constructor.
   */
  static of(given) {
    return given[0] instanceof Session ? given[0] : new Session(given);
  }

  /** The root of the host, as 2.x takes it. */
  get hostURL() {
    return this.baseURL.replace(/\/api$/, '');
  }

  /**
   * Reads a call's arguments.
   *
   * @param {string} method
   * @param {unknown[]} given
   */
  read(method, given) {
    this.#logger.called(method);
    try {
      const reading = readCall(method, given, this.generation);
      reading.options.method = method;
      return reading;
    } catch (error) {
      this.#logger.failed(method, error);
      throw error;
    }
  }

  /**
   * Rejects for options that Rust refuses, before anything is done by them.
   *
   * @param {import('./options.js').CallOptions} options
   */
  async check({ binding }) {
    if (binding !== undefined) {
      // Reads no job, and so sends nothing.
      await super.run('getJobs', '[]', { binding });
    }
  }

  /**
   * Makes a call.
   *
   * @type {Completions['run']}
   */
  run(operation, argument, options, ...rest) {
    const { method = operation, signal } = options;
    return this.#logger.follow(method, super.run(operation, argument, options, ...rest), signal);
  }

  /**
   * Makes a call that is a part of another, of which alone the log tells.
   *
   * @type {Completions['run']}
   */
  runSilently(...call) {
    return super.run(...call);
  }
}

module.exports = { Session };
