'use strict';

// The state that the resource classes of one client share: its calls, its diagnostics, and the SDK generation whose constructor
// form created it.

const { readConstructor } = require('../arguments/client-options.js');
const { readCall } = require('../arguments/read-call.js');
const { Diagnostics } = require('../diagnostics/diagnostics.js');
const { captureSite, keepLines, showCaller } = require('../stacks.js');
const { closeSources } = require('../streams/refused.js');
const { Calls, closedError } = require('./calls.js');
const { Controller } = require('./controller.js');
const { LEFT } = require('./signals.js');

class Session extends Calls {
  #diagnostics;
  /** Whether methods are refused. Those under way may still make calls, until the client is closed. */
  #isClosing = false;
  /** @type {Controller | undefined} */
  #ended;

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
    this.#diagnostics = new Diagnostics(this, logs);
  }

  /**
   * The session of a client that composes others, or a new one.
   *
   * @param {unknown[]} given The arguments of a constructor.
   */
  static of(given) {
    return given[0] instanceof Session ? given[0] : new Session(given);
  }

  /** The root of the host, which the constructor of 2.x takes. */
  get hostURL() {
    return this.baseURL.replace(/\/api$/, '');
  }

  /** Fires when the client is closed, for work that may not be waiting for a call. */
  get ended() {
    this.#ended ??= new Controller();
    return this.#ended.signal;
  }

  /**
   * Closes the client. Resolves after its last call has settled.
   *
   * @param {{ drain?: number, atOnce: boolean }} options How long calls under way may take, in ms, and whether the sockets that no
   *   other client uses are closed at once.
   */
  async shut({ drain = 0, atOnce }) {
    this.#isClosing = true;
    if (drain > 0 && !this.isClosed) {
      await this.#within(drain, this.idle());
    }
    this.isClosed = true;
    this.#ended?.abort();
    this.endAll();
    if (this.pending > 0) {
      await this.idle();
    }
    this.release(atOnce);
  }

  /**
   * Waits for work, for a limited time.
   *
   * @param {number} time In ms.
   * @param {Promise<void>} work
   */
  async #within(time, work) {
    const over = new Controller();
    // If the timer cannot be started, the work is not awaited.
    const timer = super.run('grace', String(time), { signal: over.signal }).catch(() => {});
    await Promise.race([work, timer]);
    over.abort(LEFT);
  }

  /**
   * Makes a call of a method that returns a promise.
   *
   * @param {string} name
   * @param {Method} method
   * @param {unknown[]} given
   * @returns {Promise<any>}
   */
  call(name, method, given) {
    const site = captureSite(this.call, name);
    const refuse = (/** @type {unknown} */ error) => {
      closeSources(method, given);
      showCaller(error, site);
    };
    try {
      const reading = this.#read(name, method, given, site);
      const { options } = reading;
      options.trace = method.isReported === false ? undefined : this.#diagnostics.begin(options);
      return options.trace === undefined
        ? method.run(this, reading)
        : options.trace.follow(() => method.run(this, reading), refuse);
    } catch (error) {
      refuse(error);
      return Promise.reject(error);
    }
  }

  /**
   * Reads the arguments of a method that returns an iterator or a listing. Only the lines of the caller are kept, because the
   * iterator may outlive the objects of the caller's frames.
   *
   * @param {string} name
   * @param {Form} form
   * @param {unknown[]} given
   */
  begin(name, form, given) {
    const site = keepLines(captureSite(this.begin, name));
    try {
      return this.#read(name, form, given, site);
    } catch (error) {
      closeSources(form, given);
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {Form} form
   * @param {unknown[]} given
   * @param {import('../stacks.js').Site} site
   */
  #read(name, form, given, site) {
    try {
      if (this.#isClosing && !form.closes) {
        throw closedError();
      }
      const reading = readCall(name, form, given, this.generation);
      const { options, values, names } = reading;
      const job = values.jobId ?? values.job ?? values.output?.jobId;
      options.method = name;
      options.jobIdentifier = typeof job === 'string' ? job : undefined;
      options.site = site;
      site.names = names;
      return reading;
    } catch (error) {
      showCaller(error, site);
      this.#diagnostics.begin({ method: name })?.fail(error);
      throw error;
    }
  }

  /**
   * Runs an operation, and reports it unless it is part of a call that is already reported.
   *
   * @type {Calls['run']}
   */
  run(operation, argument, options, ...rest) {
    return this.report(options, (extended) => super.run(operation, argument, extended, ...rest));
  }

  /**
   * The same for a wait whose end something else than a promise receives.
   *
   * @param {import('./calls.js').Waiter} waiter
   * @param {import('./operations.js').Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {import('./call.js').Reader} read
   */
  runFor(waiter, operation, argument, options, read) {
    const trace = this.#diagnostics.begin(options);
    if (trace === undefined) {
      this.startFor(waiter, operation, argument, options);
    } else {
      const traced = trace.follow(() => super.run(operation, argument, trace.extend(options), read));
      traced.then(
        (value) => waiter.resolve(value),
        (error) => waiter.reject(error),
      );
    }
  }

  /**
   * Runs work, and reports it unless it is part of a call that is already reported.
   *
   * @template T
   * @param {CallOptions} options
   * @param {(options: CallOptions) => Promise<T>} work Receives the options with the headers that subscribers have added.
   * @returns {Promise<T>}
   */
  report(options, work) {
    if (options.trace !== undefined) {
      return work(options.trace.extend(options));
    }
    const trace = this.#diagnostics.begin(options);
    return trace === undefined ? work(options) : trace.follow(() => work(trace.extend(options)));
  }

  /**
   * Runs an operation that is part of a reported call, without a report of its own.
   *
   * @type {Calls['run']}
   */
  runSilently(operation, argument, options, read, carried) {
    return super.run(operation, argument, options, read, carried);
  }
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../arguments/rows.js').Form} Form
 *
 * @typedef {object} Actions
 * @property {(session: Session, reading: Reading) => any} run
 * @property {boolean} [isReported] `false` if its operations are reported in its place.
 *
 * @typedef {Form & Actions} Method
 */

module.exports = { Session };
