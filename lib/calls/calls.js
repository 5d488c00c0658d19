'use strict';

// The calls of a client: each is started in Rust, and all their news come back through one function that Rust calls. So a
// client that waits for ten thousand jobs costs the event loop no more than one that waits for a single one, and an idle
// client keeps no process alive.

const { BindingClient } = require('../binding.js');
const { warnOnce } = require('../diagnostics/warnings.js');
const { readDocument } = require('../documents.js');
const { ModzyError } = require('../errors.js');
const { atCall, showCaller } = require('../stacks.js');
const { Call } = require('./call.js');
const { outside } = require('./context.js');
const { start } = require('./operations.js');
const { LEFT, throwIfAborted, unwatch, watch } = require('./signals.js');
const { nextTurn } = require('./turns.js');

/**
 * The clients with a call under way, which live on for its sake.
 *
 * @type {Set<Calls>}
 */
const busy = new Set();

class Calls {
  #native;
  #onEvents;
  /** @type {Map<number, Call>} */
  #pending = new Map();
  /** Calls that are to be ended in Rust, by whether their jobs are canceled: all of one signal in one go. */
  #ended = new Map([
    [false, /** @type {number[]} */ ([])],
    [true, []],
  ]);

  /** @param {import('../../js-binding').BindingConfig} config */
  constructor(config) {
    // What Rust holds for a moment longer than the calls is not to keep a client that nobody uses any more.
    const self = new WeakRef(this);
    const take = () => {
      const client = self.deref();
      if (client !== undefined) {
        client.#take();
      }
    };
    // Node.js calls this as often as there is a reason before the event loop goes on, and the user's own work is to have its
    // turn between two batches.
    this.#onEvents = () => void nextTurn().then(take);
    this.#native = new BindingClient(config);
    // What is ignored of the environment is most likely a mistake, and no error, as in Node.js itself.
    for (const warning of this.#native.warnings) {
      warnOnce('MODZY_EXTRA_CA_CERTS', `NODE_EXTRA_CA_CERTS: ${warning}`);
    }
  }

  /** The root of the routes. */
  get baseURL() {
    return this.#native.baseUrl;
  }

  /**
   * A text of the caller's as a log may show it: its first kilobyte, without the key or token, which may be in the place of an
   * identifier.
   *
   * @param {string} text
   */
  withoutKey(text) {
    // More than is shown, so that Rust knows where it is cut.
    return this.#native.withoutKey(text.slice(0, 2048));
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
   * @returns {Promise<any>}
   */
  run(operation, argument, options, read = readDocument, carried = {}) {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const call = new Call(operation, options, read, carried, { resolve, reject, end: this.#end });
      try {
        throwIfAborted(signal);
        if (signal !== undefined) {
          call.abort = this.#aborter(call);
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
   * Closes what was opened, if it still is.
   *
   * @param {number} id
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
    // Copied by now.
    call.bytes = undefined;
    call.binding = undefined;
    this.#pending.set(call.id, call);
    if (!busy.has(this)) {
      busy.add(this);
      if (!this.#native.hold(true)) {
        outside.runInAsyncScope(() => this.#native.listen(this.#onEvents));
      }
    }
  }

  /**
   * What ends a call when its signal fires. Made here, where it holds the call and nothing that the call no longer needs.
   *
   * @param {Call} call
   */
  #aborter(call) {
    return (/** @type {unknown} */ reason) => {
      this.#mark(call, reason, call.cancelOnAbort && reason !== LEFT);
      return this.#endMarked;
    };
  }

  /**
   * Ends a call before its time. Its promise settles once Rust has closed the request.
   *
   * @type {import('./call.js').End}
   */
  #end = (call, reason, cancelJob) => {
    this.#mark(call, reason, cancelJob);
    this.#endMarked();
  };

  /** @type {import('./call.js').End} */
  #mark(call, reason, cancelJob) {
    if (call.ending === undefined) {
      call.ending = { reason, cancelJob };
      call.progress?.stop();
      call.hurry?.();
      // A signal may fire while the listener is added: then nothing has been started.
      if (call.id !== 0) {
        this.#ended.get(cancelJob)?.push(call.id);
      }
    }
  }

  /** Ends those calls in Rust. */
  #endMarked = () => {
    for (const [cancelJob, ids] of this.#ended) {
      if (ids.length > 0) {
        for (const id of this.#native.abort(Float64Array.from(ids.splice(0)), cancelJob)) {
          const call = this.#pending.get(id);
          if (call !== undefined) {
            call.endsAgain = true;
          }
        }
      }
    }
  };

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
          atCall(new ModzyError('internal error: the news of the calls broke off', { cause }), call.site),
        );
      }
    }
    this.#rest();
  }

  /** Without a call under way, the process need not live on. */
  #rest() {
    if (this.#pending.size === 0 && busy.delete(this)) {
      this.#native.hold(false);
    }
  }

  /** @param {import('./call.js').Event} event */
  #deliver(event) {
    const call = this.#pending.get(event.id);
    if (call === undefined) {
      // Left over from calls whose news broke off.
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
        call.tellOfProgress(event);
      } catch (error) {
        this.#end(call, error, false);
      }
    }
  }

  /**
   * Takes a call that has ended in Rust to the end of its promise. Its callbacks come to theirs first.
   *
   * @param {Call} call
   * @param {import('./call.js').Ending} event
   */
  async #finish(call, event) {
    try {
      const progress = call.progress?.busy;
      const isResult = event.event !== 'failed' && event.event !== 'aborted';
      if (progress !== undefined && isResult && call.ending === undefined) {
        await this.#withinGraceOf(call, progress);
      }
      if (call.endsAgain) {
        call.endsAgain = false;
        return;
      }
      call.tellOfCancel(event);
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
   * Waits for work of the user's that may never end, for as long as the cancellation of a job may take.
   *
   * @param {PromiseLike<unknown>} work
   */
  async withinGrace(work) {
    const over = new AbortController();
    const settings = { signal: over.signal };
    // Where no limit can be had, nothing is waited for.
    const grace = Calls.prototype.run.call(this, 'grace', '', settings).catch(() => {});
    try {
      await Promise.race([work, grace]);
    } finally {
      over.abort(LEFT);
    }
  }

  /**
   * The same, unless the call is ended before its time.
   *
   * @param {Call} call
   * @param {Promise<void>} work
   */
  async #withinGraceOf(call, work) {
    const hurried = new Promise((resolve) => {
      call.hurry = () => resolve(undefined);
    });
    await this.withinGrace(Promise.race([work, hurried]));
  }

  /**
   * Hands over the next piece of a source. One that fails ends the call with its own error.
   *
   * @param {Call} call
   * @param {{ source: number }} wanted
   */
  async #pull(call, { source }) {
    try {
      const piece = await call.sources[source]?.next();
      if (call.ending === undefined) {
        this.#native.feed(call.id, piece);
      }
    } catch (error) {
      this.#end(call, error, true);
    }
  }

  /**
   * Rejects a call that cannot come to its own end.
   *
   * @param {Call} call
   * @param {unknown} error
   */
  #abandon(call, error) {
    try {
      this.#release(call);
    } catch {
      // The first error is the one that counts.
    }
    call.reject(showCaller(error, call.site));
  }

  /** @param {Call} call */
  #release(call) {
    this.#pending.delete(call.id);
    if (call.cancelOnAbort && call.id !== 0) {
      // From here on no abort can come that would cancel its job.
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
