'use strict';

// What the resource classes of one client share: its calls, what is told of them, and the generation of the API that it was
// made in the form of.

const { readConstructor } = require('../arguments/client-options.js');
const { readCall } = require('../arguments/read-call.js');
const { Diagnostics } = require('../diagnostics/diagnostics.js');
const { Calls } = require('./calls.js');

class Session extends Calls {
  #diagnostics;

  /** @param {unknown[]} given The arguments of a constructor. */
  constructor(given) {
    const { config, generation, logs } = readConstructor(given);
    try {
      super(config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TypeError(`Cannot initialize the modzy client: ${reason}`, { cause: error });
    }
    this.generation = generation;
    this.#diagnostics = new Diagnostics(this.baseURL, logs, (text) => this.withoutKey(text));
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
    try {
      const reading = readCall(method, given, this.generation);
      const { options, values } = reading;
      const job = values.jobId ?? values.job ?? values.output?.jobId;
      options.method = method;
      options.jobIdentifier = typeof job === 'string' ? job : undefined;
      return reading;
    } catch (error) {
      this.#diagnostics.begin({ method })?.fail(error);
      throw error;
    }
  }

  /**
   * Makes a call of a method that has work to do before or after the call of Rust, where it may fail as well.
   *
   * @template T
   * @param {string} method
   * @param {unknown[]} given
   * @param {(reading: import('../arguments/read-call.js').Reading) => Promise<T>} work
   * @returns {Promise<T>}
   */
  call(method, given, work) {
    const reading = this.read(method, given);
    const trace = this.#diagnostics.begin(reading.options);
    reading.options.trace = trace;
    return trace === undefined ? work(reading) : trace.follow(() => work(reading));
  }

  /**
   * Rejects for options that Rust refuses, before anything is done by them.
   *
   * @param {CallOptions} options
   */
  async check(options) {
    const { binding } = options;
    if (binding === undefined) {
      return;
    }
    try {
      // Reads no job, and so sends nothing.
      await this.runSilently('getJobs', '[]', { binding });
    } catch (error) {
      this.#diagnostics.begin(options)?.fail(error);
      throw error;
    }
  }

  /**
   * Makes a call of Rust. It is told of, unless it is the work of a call that is.
   *
   * @type {Calls['run']}
   */
  run(operation, argument, options, ...rest) {
    return this.tell(options, (told) => super.run(operation, argument, told, ...rest));
  }

  /**
   * Tells of work, unless it is that of a call of which is told.
   *
   * @template T
   * @param {CallOptions} options
   * @param {(options: CallOptions) => Promise<T>} work Gets the options with what listeners have added.
   * @returns {Promise<T>}
   */
  tell(options, work) {
    if (options.trace !== undefined) {
      return work(options.trace.extend(options));
    }
    const trace = this.#diagnostics.begin(options);
    return trace === undefined ? work(options) : trace.follow(() => work(trace.extend(options)));
  }

  /**
   * Makes a call that is a part of another, of which alone is told.
   *
   * @type {Calls['run']}
   */
  runSilently(operation, argument, options, read, carried) {
    return super.run(operation, argument, options, read, carried, this.runSilently);
  }
}

/** @typedef {import('../arguments/options.js').CallOptions} CallOptions */

module.exports = { Session };
