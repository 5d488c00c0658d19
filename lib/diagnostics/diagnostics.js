'use strict';

// Reports of calls, on the channels of node:diagnostics_channel and to loggers. Without subscribers and loggers no report is
// created, here or in Rust.

const { channel } = require('node:diagnostics_channel');
const { performance } = require('node:perf_hooks');
const { isGiven } = require('../arguments/checks.js');
const { headers } = require('../arguments/headers.js');
const { Context } = require('../calls/context.js');
const { abortError } = require('../calls/controller.js');
const { LEFT, reasonOf } = require('../calls/signals.js');
const { toError } = require('../failures.js');
const { atCall } = require('../stacks.js');
const { throwUncaught } = require('./loggers.js');

/** @satisfies {Record<Event | 'queue', import('node:diagnostics_channel').Channel>} */
const channels = {
  start: channel('modzy:request:start'),
  retry: channel('modzy:request:retry'),
  queue: channel('modzy:request:queue'),
  end: channel('modzy:request:end'),
  error: channel('modzy:request:error'),
  poll: channel('modzy:wait:poll'),
  fallback: channel('modzy:wait:fallback'),
};

const everyChannel = Object.values(channels);

/** The subscribers and loggers of a client. */
class Diagnostics {
  #client;
  #logs;

  /**
   * @param {{ readonly baseURL: string, withoutKey(text: string): string }} client Used only for a report. `withoutKey` hides a key
   *   that was passed as an identifier.
   * @param {Log[]} logs
   */
  constructor(client, logs) {
    this.#client = client;
    this.#logs = logs;
  }

  /**
   * Reports the start of a call.
   *
   * @param {ReportedCall} call
   * @returns {Trace | undefined} `undefined` if there is neither a subscriber nor a logger.
   */
  begin(call) {
    const logs = this.#logs.filter((log) => log.isOn);
    if (logs.length === 0 && !everyChannel.some(({ hasSubscribers }) => hasSubscribers)) {
      return undefined;
    }
    const { method, signal, jobIdentifier: given } = call;
    const jobIdentifier = given && this.#client.withoutKey(given);
    return new Trace(this.#client.baseURL, logs, { method, signal, jobIdentifier });
  }
}

/** The reports of one call. */
class Trace {
  #logs;
  #signal;
  #began = performance.now();
  /** Retries and polls are reported in the async context of the caller. */
  #scope = new Context('ModzyRequest');
  /** @type {Observation | undefined} Which events Rust reports. */
  #observe;
  /** The same object in all messages of the call. Subscribers may change it, so only `headers` is read from it. */
  #request;
  #method;
  #jobIdentifier;
  /** @type {{ status: number, requestId?: string } | undefined} The last response. */
  #response;
  /** @type {Record<string, string>} The headers that subscribers have added. */
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
    this.#report('start', {});
  }

  /**
   * Runs the call, reports its end, and returns its promise unchanged.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @param {(error: unknown) => void} [refuse] Runs if the call throws before it has begun.
   * @returns {Promise<T>}
   */
  follow(work, refuse) {
    const promise = attempt(() => {
      const { headers: added } = this.#request;
      this.#added = isGiven(added) ? headers(added, 'headers of modzy:request:start') : {};
      return work();
    }, refuse);
    promise.then(
      (value) => this.#end(value),
      (error) => this.fail(error),
    );
    return promise;
  }

  /**
   * Reports the failure or the abort of the call.
   *
   * @param {unknown} reason
   */
  fail(reason) {
    const isAbort = this.#signal !== undefined && hasFired(this.#signal) && reason === reasonOf(this.#signal);
    const error = reason === LEFT ? abortError('the loop was left') : reason;
    this.#report('error', { error, durationMs: this.#duration() }, isAbort);
  }

  /**
   * Returns the options of the call with the headers that subscribers have added.
   *
   * @template {{ binding?: import('../../js-binding').BindingCallOptions }} O
   * @param {O} options
   * @returns {O}
   */
  extend(options) {
    const { binding } = options;
    const all = { __proto__: null, ...withoutNamesakes(this.#added, binding?.headers), ...binding?.headers };
    const observeResponses = channels.end.hasSubscribers;
    const extended = { __proto__: null, ...binding, headers: all, observe: this.#observe, observeResponses };
    return Object.assign(Object.create(options), { binding: extended, trace: this });
  }

  /**
   * Notes a response. The report of the end has the last one.
   *
   * @param {{ status: number, requestId?: string }} response
   */
  noteResponse({ status, requestId }) {
    this.#response = { status, ...(requestId !== undefined && { requestId }) };
  }

  /**
   * Notes the job that the call has submitted.
   *
   * @param {string} jobIdentifier
   */
  noteJob(jobIdentifier) {
    this.#jobIdentifier = jobIdentifier;
    try {
      // Does not throw if a subscriber has frozen the object, but may if one has defined a setter.
      Reflect.set(this.#request, 'jobIdentifier', jobIdentifier);
    } catch (error) {
      throwUncaught(error);
    }
  }

  /**
   * Reports a retry, a wait in a queue, a poll, or a fallback to individual polls.
   *
   * @param {Extract<import('../../js-binding').BindingEvent, { event: 'retry' | 'queue' | 'poll' | 'fallback' }>} observed
   * @param {import('../stacks.js').Site | undefined} site The lines of the caller.
   */
  observe(observed, site) {
    this.#scope.runInAsyncScope(() => {
      if (observed.event === 'fallback') {
        this.#report('fallback', { reason: observed.reason });
        return;
      }
      const { delayMs } = observed;
      if (observed.event === 'queue') {
        // Not logged: the retry before it, or the end after it, is.
        this.#publish('queue', { reason: observed.reason, delayMs });
        return;
      }
      const error = observed.error && atCall(toError(observed.error), site);
      if (observed.event === 'retry') {
        this.#report('retry', { attempt: observed.attempt, error, delayMs });
      } else {
        const { polls, status } = observed;
        this.#report('poll', { jobIdentifier: this.#jobIdentifier, polls, status, error, delayMs });
      }
    });
  }

  /** @param {any} value The result of the call. */
  #end(value) {
    // Only receipts are read. Other results may be outputs, which must not be reported.
    if (this.#method.startsWith('submit')) {
      this.noteJob(value?.jobIdentifier);
    }
    this.#report('end', { durationMs: this.#duration(), ...this.#response });
  }

  /**
   * @param {keyof typeof channels} event
   * @param {object} details
   */
  #publish(event, details) {
    try {
      channels[event].publish({ request: this.#request, ...details });
    } catch (error) {
      // Channels catch what subscribers throw. A replaced `publish` may still throw.
      throwUncaught(error);
    }
  }

  #duration() {
    return performance.now() - this.#began;
  }

  /**
   * @param {Event} event
   * @param {object} details
   * @param {boolean} [isAbort] Whether the call has ended because its signal fired.
   */
  #report(event, details, isAbort = false) {
    this.#publish(event, details);
    const message = { ...details, request: { method: this.#method, jobIdentifier: this.#jobIdentifier } };
    for (const log of this.#logs) {
      try {
        log.report(event, message, isAbort);
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
  const requested = logs.map(({ observation }) => observation);
  if (channels.poll.hasSubscribers || requested.includes('all')) {
    return 'all';
  }
  const isFollowed = [channels.retry, channels.queue, channels.fallback].some(({ hasSubscribers }) => hasSubscribers);
  return isFollowed || requested.includes('failures') ? 'failures' : undefined;
}

/**
 * Runs work, and rejects with what it throws.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @param {(error: unknown) => void} [refuse] Runs if it throws.
 * @returns {Promise<T>}
 */
function attempt(work, refuse) {
  try {
    return work();
  } catch (error) {
    refuse?.(error);
    return Promise.reject(error);
  }
}

/**
 * Returns the headers whose names the caller has not used, regardless of case.
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
