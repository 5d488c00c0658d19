'use strict';

// The calls of a client: each is started in Rust, and all their news come back through one function that Rust calls. So a
// client that waits for ten thousand jobs costs the event loop no more than one that waits for a single one, and an idle
// client keeps no process alive.

const { AsyncResource } = require('node:async_hooks');
// The next turn of the event loop, and no timer. Not by the global name, which the tests of users may replace.
// eslint-disable-next-line no-restricted-modules
const { setImmediate } = require('node:timers');
const { BindingClient } = require('../binding.js');
const { readDocument } = require('../documents.js');
const { ModzyError, atCall } = require('../errors.js');
const { Call } = require('./call.js');
const { LEFT, unwatch, watch } = require('./signals.js');

/**
 * The clients with a call under way, which live on for its sake.
 *
 * @type {Set<Calls>}
 */
const busy = new Set();

// News are read outside of any caller's context, which would otherwise be kept for as long as another call is pending.
const outside = new AsyncResource('ModzyCalls');

class Calls {
  #native;
  /** @type {Map<number, Call>} */
  #pending = new Map();

  /** @param {import('../../js-binding').BindingConfig} config */
  constructor(config) {
    // What Rust holds is not to keep a client that nobody uses any more.
    const self = new WeakRef(this);
    const take = () => {
      const client = self.deref();
      if (client !== undefined) {
        client.#take();
      }
    };
    // Node.js calls this as often as there is a reason before the event loop goes on, and the user's own work is to have its
    // turn between two batches.
    const onNews = () => void setImmediate(take);
    this.#native = outside.runInAsyncScope(() => new BindingClient(config, onNews));
    this.#native.warnings.forEach(warnOnce);
  }

  /** The root of the routes. */
  get baseURL() {
    return this.#native.baseUrl;
  }

  /**
   * A text of the caller's as a log may show it: without the key or token, which may be in the place of an identifier.
   *
   * @param {string} text
   */
  withoutKey(text) {
    return this.#native.withoutKey(text);
  }

  /** How many calls have not settled. */
  get pending() {
    return this.#pending.size;
  }

  /**
   * Makes a call.
   *
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {Reader} [read] Makes the result.
   * @param {Carried} [carried] What goes along beside the argument.
   * @param {Function} [entry] The stack of an error begins with the caller of this one, which has to be under way.
   * @returns {Promise<any>}
   */
  run(operation, argument, options, read = readDocument, carried = {}, entry = this.run) {
    const { signal } = options;
    if (signal?.aborted) {
      carried.sources?.forEach((source) => source.close());
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      const call = new Call(operation, argument, options, read, carried, resolve, reject);
      Error.captureStackTrace(call.site, entry);
      if (signal !== undefined) {
        call.abort = this.#aborter(call);
        watch(signal, call.abort);
      }
      try {
        if (call.ending !== undefined) {
          throw call.ending.reason;
        }
        this.#start(call, operation, argument);
      } catch (error) {
        this.#release(call);
        throw error;
      }
    });
  }

  /**
   * Closes what was opened, if it still is.
   *
   * @param {number} id
   */
  close(id) {
    this.#native.cancel(id, false);
  }

  /**
   * @param {Call} call
   * @param {Operation} operation
   * @param {string} argument
   */
  #start(call, operation, argument) {
    call.id = this.#native.start(operation, argument, call.binding, call.bytes);
    // Copied by now.
    call.bytes = undefined;
    this.#pending.set(call.id, call);
    if (!busy.has(this)) {
      busy.add(this);
      this.#native.hold(true);
    }
  }

  /**
   * What ends a call when its signal fires. Made here, where it holds the call and nothing that the call no longer needs.
   *
   * @param {Call} call
   */
  #aborter(call) {
    return (/** @type {unknown} */ reason) => this.#end(call, reason, call.cancelOnAbort && reason !== LEFT);
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
      // A signal may fire while the listener is added: then nothing has been started.
      if (call.id !== 0) {
        this.#native.cancel(call.id, cancelJob);
      }
    }
  }

  #take() {
    try {
      for (const completion of this.#native.take()) {
        this.#deliver(completion);
      }
    } catch (cause) {
      for (const call of this.#pending.values()) {
        this.#native.cancel(call.id, false);
        this.#release(call);
        call.reject(atCall(new ModzyError('internal error: the news of the calls broke off', { cause }), call.site));
      }
    }
    if (this.#pending.size === 0) {
      busy.delete(this);
      this.#native.hold(false);
    }
  }

  /** @param {Completion} completion */
  #deliver(completion) {
    const call = this.#pending.get(completion.id);
    if (call === undefined) {
      // Left over from calls whose news broke off.
      return;
    }
    if (completion.event === 'progress') {
      this.#progress(call, completion);
      return;
    }
    if (completion.event === 'pull') {
      this.#pull(call, completion);
      return;
    }
    if (completion.event === 'retry' || completion.event === 'poll') {
      call.trace?.observe(completion, call.site);
      return;
    }
    this.#pending.delete(call.id);
    try {
      const abandoned = call.ending?.cancelJob ? call.abandonedJob(completion) : undefined;
      if (abandoned !== undefined) {
        this.#start(call, 'cancelAbandoned', abandoned);
        return;
      }
      this.#release(call);
      call.settle(completion);
    } catch (error) {
      this.#release(call);
      call.reject(error);
    }
  }

  /**
   * @param {Call} call
   * @param {Completion} completion
   */
  #progress(call, { text = '', loadedBytes, totalBytes }) {
    if (call.ending !== undefined) {
      return;
    }
    const { onProgress, onTransfer } = call;
    try {
      if (loadedBytes === undefined) {
        onProgress?.(readDocument(text));
      } else {
        const subject = text === '' ? {} : JSON.parse(text);
        onTransfer?.({ ...subject, loadedBytes, ...(totalBytes !== undefined && { totalBytes }) });
      }
    } catch (error) {
      // A transfer that ends leaves no open job behind.
      this.#end(call, error, onTransfer !== undefined && call.cancelOnAbort);
    }
  }

  /**
   * Hands over the next piece of a source. One that fails ends the call with its own error.
   *
   * @param {Call} call
   * @param {Completion} completion
   */
  async #pull(call, { number = 0 }) {
    try {
      const piece = await call.sources[number]?.next();
      if (call.ending === undefined) {
        this.#native.feed(call.id, piece);
      }
    } catch (error) {
      this.#end(call, error, true);
    }
  }

  /** @param {Call} call */
  #release(call) {
    this.#pending.delete(call.id);
    for (const source of call.sources) {
      source.close();
    }
    call.sources = [];
    if (call.signal !== undefined && call.abort !== undefined) {
      unwatch(call.signal, call.abort);
    }
  }
}

/**
 * @typedef {import('../../js-binding').BindingCompletion} Completion
 * @typedef {import('../../js-binding').BindingOperation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('./call.js').Reader} Reader
 * @typedef {import('./call.js').Carried} Carried
 */

/** @type {Set<string>} */
const warned = new Set();

/**
 * What is ignored of the environment is most likely a mistake, and no error, as in Node.js itself.
 *
 * @param {string} text
 */
function warnOnce(text) {
  if (!warned.has(text)) {
    warned.add(text);
    process.emitWarning(`NODE_EXTRA_CA_CERTS: ${text}`, { code: 'MODZY_EXTRA_CA_CERTS' });
  }
}

module.exports = { Calls };
