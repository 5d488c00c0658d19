'use strict';

// The calls of a client. Each runs in Rust, and the events of all of them arrive through one function that Rust calls. A client
// that waits for ten thousand jobs therefore costs the event loop no more than one that waits for a single job, and an idle
// client does not keep the process alive.

const { BindingClient } = require('../binding.js');
const { warnOnce } = require('../diagnostics/warnings.js');
const { readDocument } = require('../documents.js');
const { ModzyError } = require('../errors.js');
const { atCall, showCaller } = require('../stacks.js');
const { Aborts } = require('./aborts.js');
const { Call } = require('./call.js');
const { outside } = require('./context.js');
const { LargeMap } = require('./large.js');
const { start } = require('./operations.js');
const { LEFT, throwIfAborted, unwatch, watch } = require('./signals.js');
const { nextTurn } = require('./turns.js');

/**
 * The clients with pending calls. They are kept from garbage collection until their calls have settled.
 *
 * @type {Set<Calls>}
 */
const busy = new Set();

class Calls {
  #native;
  #onEvents;
  /** @type {LargeMap<Call>} */
  #pending = new LargeMap();
  #aborts;

  /** @param {import('../../js-binding').BindingConfig} config */
  constructor(config) {
    // Rust may hold the function for a moment longer than the calls. It must not keep an unused client in memory.
    const self = new WeakRef(this);
    const take = () => {
      const client = self.deref();
      if (client !== undefined) {
        client.#take();
      }
    };
    // Node.js may call this repeatedly before the event loop continues. The user's own work gets a turn between two batches.
    this.#onEvents = () => void nextTurn().then(take);
    this.#native = new BindingClient(config);
    this.#aborts = new Aborts(this.#native, (id) => this.#pending.get(id));
    // As in Node.js itself, unusable certificates of the environment cause a warning instead of an error.
    for (const warning of this.#native.warnings) {
      warnOnce('MODZY_EXTRA_CA_CERTS', `NODE_EXTRA_CA_CERTS: ${warning}`);
    }
  }

  /** The root of the routes. */
  get baseURL() {
    return this.#native.baseUrl;
  }

  /**
   * Returns a text of the caller's in a form that logs may show: its first kilobyte, without the client's key or token, which
   * the caller may have passed as an identifier.
   *
   * @param {string} text
   */
  withoutKey(text) {
    // More than a kilobyte, so that Rust sees where the text is truncated.
    return this.#native.withoutKey(text.slice(0, 2048));
  }

  /** How many calls have not settled. */
  get pending() {
    return this.#pending.size;
  }

  /**
   * Runs an operation.
   *
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {Reader} [read] Converts the result.
   * @param {Carried} [carried] Bytes and sources that are passed in addition to the argument.
   * @returns {Promise<any>}
   */
  run(operation, argument, options, read = readDocument, carried = {}) {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const call = new Call(operation, options, read, carried, { resolve, reject, end: this.#aborts.end });
      try {
        throwIfAborted(signal);
        if (signal !== undefined) {
          call.abort = this.#aborts.callback(call);
          watch(signal, call.abort);
        }
        if (call.ending !== undefined) {
          throw call.ending.reason;
        }
        this.#start(call, operation, argument);
      } catch (error) {
        this.#abandon(call, error);
      }
    });
  }

  /**
   * Closes a stream, unless it is closed already.
   *
   * @param {number} id The call that opened it.
   */
  close(id) {
    this.#native.abort(Float64Array.of(id), false);
  }

  /**
   * @param {Call} call
   * @param {Operation} operation
   * @param {string} argument
   */
  #start(call, operation, argument) {
    call.id = start(this.#native, call, operation, argument);
    // Rust has copied them.
    call.bytes = undefined;
    call.binding = undefined;
    this.#pending.add(call.id, call);
    if (!busy.has(this)) {
      busy.add(this);
      if (!this.#native.hold(true)) {
        outside.runInAsyncScope(() => this.#native.listen(this.#onEvents));
      }
    }
  }

  #take() {
    try {
      for (const event of this.#native.take()) {
        this.#deliver(event);
      }
    } catch (cause) {
      for (const call of this.#pending.values()) {
        this.close(call.id);
        this.#abandon(
          call,
          atCall(new ModzyError('internal error: the events of the calls cannot be read', { cause }), call.site),
        );
      }
    }
    this.#rest();
  }

  /** Lets the process end if no call is pending. */
  #rest() {
    if (this.#pending.size === 0 && busy.delete(this)) {
      this.#native.hold(false);
    }
  }

  /** @param {import('./call.js').Event} event */
  #deliver(event) {
    const call = this.#pending.get(event.id);
    if (call === undefined) {
      // An event of a call that was rejected because its events could not be read.
      return;
    }
    switch (event.event) {
      case 'jobSeen':
      case 'transferred':
        this.#progress(call, event);
        break;
      case 'chunkWanted':
        this.#pull(call, event);
        break;
      case 'retry':
      case 'queue':
      case 'poll':
        call.trace?.observe(event, call.site);
        break;
      default:
        this.#finish(call, event);
    }
  }

  /**
   * @param {Call} call
   * @param {Extract<import('./call.js').Event, { event: 'jobSeen' | 'transferred' }>} event
   */
  #progress(call, event) {
    if (call.ending === undefined) {
      try {
        call.reportProgress(event);
      } catch (error) {
        this.#aborts.end(call, error, false);
      }
    }
  }

  /**
   * Settles a call that has ended in Rust, after its callbacks have finished.
   *
   * @param {Call} call
   * @param {import('./call.js').Ending} event
   */
  async #finish(call, event) {
    try {
      const progress = call.progress?.busy;
      const isResult = event.event !== 'failed' && event.event !== 'aborted';
      if (progress !== undefined && isResult && call.ending === undefined) {
        await this.withinGrace(call.untilHurried(progress));
      }
      if (call.endsAgain) {
        call.endsAgain = false;
        return;
      }
      call.reportCancel(event);
      if (call.canceled?.busy !== undefined) {
        await this.withinGrace(call.canceled.busy);
      }
      this.#release(call);
      call.settle(event);
    } catch (error) {
      this.#abandon(call, error);
    }
    this.#rest();
  }

  /**
   * Waits for work of the user's that may never end, at most for as long as the cancellation of a job may take.
   *
   * @param {PromiseLike<unknown>} work
   */
  async withinGrace(work) {
    const over = new AbortController();
    const settings = { signal: over.signal };
    // If the timer cannot be started, the work is not awaited.
    const grace = Calls.prototype.run.call(this, 'grace', '', settings).catch(() => {});
    try {
      await Promise.race([work, grace]);
    } finally {
      over.abort(LEFT);
    }
  }

  /**
   * Hands the next chunk of a source to Rust. A source that fails ends the call with its error.
   *
   * @param {Call} call
   * @param {{ source: number }} wanted
   */
  async #pull(call, { source }) {
    try {
      const chunk = await call.sources[source]?.next();
      if (call.ending === undefined) {
        this.#native.feed(call.id, chunk);
      }
    } catch (error) {
      this.#aborts.end(call, error, true);
    }
  }

  /**
   * Rejects a call whose end cannot be delivered.
   *
   * @param {Call} call
   * @param {unknown} error
   */
  #abandon(call, error) {
    try {
      this.#release(call);
    } catch {
      // The call rejects with the first error.
    }
    call.reject(showCaller(error, call.site));
  }

  /** @param {Call} call */
  #release(call) {
    this.#pending.delete(call.id);
    if (call.cancelOnAbort && call.id !== 0 && call.ending === undefined) {
      // No abort can follow that would cancel the job. Rust has forgotten calls that were ended early.
      this.close(call.id);
    }
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
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('./call.js').Reader} Reader
 * @typedef {import('./call.js').Carried} Carried
 */

module.exports = { Calls };
