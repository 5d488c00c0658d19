'use strict';

// The calls of a client: each is started in Rust, and all their news come back through one promise, which is awaited only
// while a call is pending. So a client that waits for ten thousand jobs costs the event loop no more than one that waits
// for a single one, and an idle client keeps no process alive.

const { AsyncResource } = require('node:async_hooks');
const { BindingClient } = require('../js-binding.js');
const { readDocument } = require('./documents.js');
const { ModzyError, atCall, toError } = require('./errors.js');
const { unwatch, watch } = require('./signals.js');

/** A call that has not settled. */
class Call {
  /** Its name in Rust. */
  id = 0;

  /**
   * What ends it before its time: the reason of its signal, or what a callback threw.
   *
   * @type {{ reason: unknown, cancelJob: boolean } | undefined}
   */
  ending;

  /** The lines of the caller, for the stack of an error. */
  site = /** @type {{ stack?: string }} */ ({});

  /** @type {((reason: unknown) => void) | undefined} */
  abort;

  /**
   * @param {Operation} operation
   * @param {CallOptions} options
   * @param {(text: string) => any} read
   * @param {(value: any) => void} resolve
   * @param {(reason: unknown) => void} reject
   */
  constructor(operation, options, read, resolve, reject) {
    this.submits = operation === 'submitJob' || operation === 'submitJobText';
    this.cancelOnAbort = Boolean(options.cancelOnAbort) && (this.submits || operation === 'blockUntilComplete');
    this.signal = options.signal;
    // News are read in a context of their own, but what the user wrote runs in the user's.
    this.onCancel = options.onCancel && AsyncResource.bind(options.onCancel);
    this.onProgress = options.onProgress && AsyncResource.bind(options.onProgress);
    this.read = read;
    this.resolve = resolve;
    this.reject = reject;
  }
}

class Completions {
  #native;
  #draining = false;
  /** @type {Map<number, Call>} */
  #pending = new Map();

  /** @param {import('../js-binding').BindingConfig} config */
  constructor(config) {
    this.#native = new BindingClient(config);
  }

  /** The root of the routes. */
  get baseURL() {
    return this.#native.baseUrl;
  }

  /**
   * Makes a call.
   *
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {(text: string) => any} [read] Makes the result from the answer's text, which is empty where there was no body.
   * @returns {Promise<any>}
   */
  run(operation, argument, options, read = readDocument) {
    const { signal } = options;
    if (signal?.aborted) {
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      const call = new Call(operation, options, read, resolve, reject);
      Error.captureStackTrace(call.site, this.run);
      this.#start(call, operation, argument, options.binding);
      if (signal !== undefined) {
        call.abort = (reason) => this.#end(call, reason, call.cancelOnAbort);
        watch(signal, call.abort);
      }
    });
  }

  /**
   * @param {Call} call
   * @param {Operation} operation
   * @param {string} argument
   * @param {import('../js-binding').BindingCallOptions} [options]
   */
  #start(call, operation, argument, options) {
    call.id = this.#native.start(operation, argument, options);
    this.#pending.set(call.id, call);
    if (!this.#draining) {
      this.#drain();
    }
  }

  /**
   * Ends a call before its time. Its promise settles once Rust has closed the request.
   *
   * @param {Call} call
   * @param {unknown} reason
   * @param {boolean} cancelJob
   */
  #end(call, reason, cancelJob) {
    if (call.ending === undefined) {
      call.ending = { reason, cancelJob };
      this.#native.cancel(call.id, cancelJob);
    }
  }

  async #drain() {
    this.#draining = true;
    try {
      while (this.#pending.size > 0) {
        for (const completion of await this.#native.drain()) {
          this.#deliver(completion);
        }
      }
    } catch (cause) {
      for (const call of this.#pending.values()) {
        this.#release(call);
        call.reject(atCall(new ModzyError('internal error: the news of the calls broke off', { cause }), call.site));
      }
    } finally {
      this.#draining = false;
    }
  }

  /** @param {Completion} completion */
  #deliver(completion) {
    const call = this.#pending.get(completion.id);
    if (call === undefined) {
      throw new Error(`news of a call that is not pending: ${completion.id}`);
    }
    if (completion.event === 'progress') {
      this.#progress(call, completion);
      return;
    }
    this.#pending.delete(call.id);
    if (call.submits && call.ending?.cancelJob && completion.event === 'done') {
      // The receipt was under way while the signal fired: the job exists, and still has to be cancelled.
      const { jobIdentifier } = readDocument(completion.text ?? '');
      this.#start(call, 'cancelAbandoned', String(jobIdentifier));
      return;
    }
    this.#release(call);
    try {
      settle(call, completion);
    } catch (error) {
      call.reject(error);
    }
  }

  /**
   * @param {Call} call
   * @param {Completion} completion
   */
  #progress(call, { text = '' }) {
    if (call.ending === undefined) {
      try {
        call.onProgress?.(readDocument(text));
      } catch (error) {
        this.#end(call, error, false);
      }
    }
  }

  /** @param {Call} call */
  #release(call) {
    this.#pending.delete(call.id);
    if (call.signal !== undefined && call.abort !== undefined) {
      unwatch(call.signal, call.abort);
    }
  }
}

/**
 * Settles the promise of a call.
 *
 * @param {Call} call
 * @param {Completion} completion
 */
function settle(call, completion) {
  const { event, text } = completion;
  const error = completion.error && atCall(toError(completion.error), call.site);
  if (call.ending === undefined) {
    if (error === undefined) {
      call.resolve(call.read(text ?? ''));
    } else {
      call.reject(error);
    }
    return;
  }
  if (call.ending.cancelJob && event !== 'aborted') {
    // A wait that had its end already has nothing left to cancel: its job is the outcome.
    const job = text === undefined ? undefined : readDocument(text);
    const jobIdentifier = completion.jobIdentifier ?? job?.jobIdentifier ?? completion.error?.jobIdentifier;
    call.onCancel?.(error === undefined ? { jobIdentifier, job } : { jobIdentifier, error });
  }
  call.reject(call.ending.reason);
}

/**
 * @typedef {import('../js-binding').BindingCompletion} Completion
 * @typedef {import('../js-binding').BindingOperation} Operation
 * @typedef {import('./options.js').CallOptions} CallOptions
 */

module.exports = { Completions };
