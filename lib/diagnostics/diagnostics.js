'use strict';

// What calls tell while they are made: on channels of node:diagnostics_channel, and to loggers. As long as nobody listens,
// nothing is made to be told, here or in Rust.

const { channel } = require('node:diagnostics_channel');
const { isGiven } = require('../arguments/checks.js');
const { headers } = require('../arguments/headers.js');
const { Context } = require('../calls/context.js');
const { LEFT, reasonOf } = require('../calls/signals.js');
const { toError } = require('../errors.js');
const { atCall } = require('../stacks.js');
const { throwUncaught } = require('./loggers.js');

/** @satisfies {Record<Event, import('node:diagnostics_channel').Channel>} */
const channels = {
  start: channel('modzy:request:start'),
  retry: channel('modzy:request:retry'),
  end: channel('modzy:request:end'),
  error: channel('modzy:request:error'),
  poll: channel('modzy:wait:poll'),
};

const everyChannel = Object.values(channels);

/** Who listens to the calls of a client. */
class Diagnostics {
  #baseURL;
  #logs;
  #withoutKey;

  /**
   * @param {string} baseURL
   * @param {Log[]} logs
   * @param {(text: string) => string} withoutKey Hides a key that is given where an identifier belongs.
   */
  constructor(baseURL, logs, withoutKey) {
    this.#baseURL = baseURL;
    this.#logs = logs;
    this.#withoutKey = withoutKey;
  }

  /**
   * Tells that a call begins, if anybody listens.
   *
   * @param {ReportedCall} call
   * @returns {Trace | undefined}
   */
  begin(call) {
    const logs = this.#logs.filter((log) => log.isOn);
    if (logs.length === 0 && !everyChannel.some(({ hasSubscribers }) => hasSubscribers)) {
      return undefined;
    }
    const { method, signal, jobIdentifier: given } = call;
    const jobIdentifier = given && this.#withoutKey(given);
    return new Trace(this.#baseURL, logs, { method, signal, jobIdentifier });
  }
}

/** A call that somebody listens to. */
class Trace {
  #logs;
  #signal;
  #began = performance.now();
  /** Retries and polls are told in the context of the caller. */
  #scope = new Context('ModzyRequest');
  /** @type {Observation | undefined} What Rust is asked to tell. */
  #observe;
  /** The same object in all that is told of the call. Subscribers may do anything to it, so nothing is read from it but headers. */
  #request;
  #method;
  #jobIdentifier;
  /** @type {Record<string, string>} The headers of subscribers. */
  #added = {};

  /**
   * @param {string} baseURL
   * @param {Log[]} logs
   * @param {ReportedCall} call
   */
  constructor(baseURL, logs, { method = '', jobIdentifier, signal }) {
    this.#logs = logs;
    this.#signal = signal;
    this.#observe = observationOf(logs);
    this.#method = method;
    this.#jobIdentifier = jobIdentifier;
    this.#request = { method, jobIdentifier, baseURL, headers: {} };
    this.#tell('start', {});
  }

  /**
   * Follows the call to its end, and leaves its promise as it is.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  follow(work) {
    const promise = attempt(() => {
      const { headers: added } = this.#request;
      this.#added = isGiven(added) ? headers(added, 'headers of modzy:request:start') : {};
      return work();
    });
    promise.then(
      (value) => this.#end(value),
      (error) => this.fail(error),
    );
    return promise;
  }

  /** @param {unknown} reason */
  fail(reason) {
    const isAbort = this.#signal !== undefined && hasFired(this.#signal) && reason === reasonOf(this.#signal);
    const error = reason === LEFT ? new DOMException('the loop was left', 'AbortError') : reason;
    this.#tell('error', { error, durationMs: this.#duration() }, isAbort);
  }

  /**
   * The options of the call, with what listeners have added.
   *
   * @template {{ binding?: import('../../js-binding').BindingCallOptions }} O
   * @param {O} options
   * @returns {O}
   */
  extend(options) {
    const { binding } = options;
    const all = { ...withoutNamesakes(this.#added, binding?.headers), ...binding?.headers };
    const extended = { __proto__: null, ...binding, headers: all, observe: this.#observe };
    return Object.assign(Object.create(options), { binding: extended, trace: this });
  }

  /**
   * Tells what Rust has told.
   *
   * @param {Extract<import('../../js-binding').BindingEvent, { event: 'retry' | 'poll' }>} observed
   * @param {import('../stacks.js').Site | undefined} site The lines of the caller.
   */
  observe(observed, site) {
    const { delayMs } = observed;
    const error = observed.error && atCall(toError(observed.error), site);
    this.#scope.runInAsyncScope(() => {
      if (observed.event === 'retry') {
        this.#tell('retry', { attempt: observed.attempt, error, delayMs });
      } else {
        const { polls, status } = observed;
        this.#tell('poll', { jobIdentifier: this.#jobIdentifier, polls, status, error, delayMs });
      }
    });
  }

  /** @param {any} value What the call brings. */
  #end(value) {
    // Of a receipt alone: what else is brought may be an output, which is nobody's business here.
    if (this.#method.startsWith('submit')) {
      this.#jobIdentifier = value?.jobIdentifier;
      try {
        // Does not throw where a subscriber has frozen it, but where one has given it a setter that does.
        Reflect.set(this.#request, 'jobIdentifier', this.#jobIdentifier);
      } catch (error) {
        throwUncaught(error);
      }
    }
    this.#tell('end', { durationMs: this.#duration() });
  }

  #duration() {
    return performance.now() - this.#began;
  }

  /**
   * @param {Event} event
   * @param {object} told
   * @param {boolean} [isAbort] Whether the call has ended because its signal fired.
   */
  #tell(event, told, isAbort = false) {
    try {
      channels[event].publish({ request: this.#request, ...told });
    } catch (error) {
      // Channels catch what subscribers throw, but not what somebody makes of a channel.
      throwUncaught(error);
    }
    const message = { ...told, request: { method: this.#method, jobIdentifier: this.#jobIdentifier } };
    for (const log of this.#logs) {
      try {
        log.tell(event, message, isAbort);
      } catch (error) {
        throwUncaught(error);
      }
    }
  }
}

/** @param {import('../calls/signals.js').Signal} signal */
function hasFired(signal) {
  try {
    return Boolean(signal.aborted);
  } catch {
    return false;
  }
}

/** @param {Log[]} logs */
function observationOf(logs) {
  const asked = logs.map(({ observation }) => observation);
  if (channels.poll.hasSubscribers || asked.includes('all')) {
    return 'all';
  }
  return channels.retry.hasSubscribers || asked.includes('failures') ? 'failures' : undefined;
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * The headers whose names the caller has not used, in whatever case.
 *
 * @param {Record<string, string>} added
 * @param {Record<string, string>} [own]
 * @returns {Record<string, string>}
 */
function withoutNamesakes(added, own = {}) {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(added).filter(([name]) => !names.has(name.toLowerCase())));
}

/**
 * @typedef {import('../../js-binding').BindingObservation} Observation
 * @typedef {import('./loggers.js').Event} Event
 * @typedef {import('./loggers.js').Log} Log
 *
 * @typedef {object} ReportedCall
 * @property {string} [method]
 * @property {string} [jobIdentifier] The job that the call is about.
 * @property {import('../calls/signals.js').Signal} [signal]
 */

module.exports = { Diagnostics, Trace };
