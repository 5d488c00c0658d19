'use strict';

// The calls of a client. Each runs in Rust. How their events arrive is left to environment.js.

const { BindingClient } = require('../binding.js');
const { warnOnce } = require('../diagnostics/warnings.js');
const { readDocument } = require('../documents.js');
const { ClientClosedError, ModzyError } = require('../errors.js');
const { atCall, showCaller } = require('../stacks.js');
const { Aborts } = require('./aborts.js');
const { Call } = require('./call.js');
const { Controller } = require('./controller.js');
const { add, find, native: environment, pending, remove, replace, rest } = require('./environment.js');
const { kindOf, start } = require('./operations.js');
const { pull } = require('./pull.js');
const { CLOSED, LEFT, rewatch, throwIfAborted, unwatch, watch } = require('./signals.js');
const { nextTurn } = require('./turns.js');

class Calls {
  #native;
  #aborts;
  /** How many calls have not settled, besides timers. */
  pending = 0;
  /** Whether no further call is made. */
  isClosed = false;
  /** @type {(() => void) | undefined} Runs when the last pending call has settled. */
  #onIdle;

  /** @param {import('../../js-binding').BindingConfig} config */
  constructor(config) {
    this.#native = new BindingClient(environment, config);
    this.#aborts = new Aborts(this.#native, find);
    if (config.network?.extraCaFile !== undefined) {
      // As in Node.js itself, unusable certificates of the environment cause a warning instead of an error.
      for (const warning of this.#native.warnings) {
        warnOnce('MODZY_EXTRA_CA_CERTS', `NODE_EXTRA_CA_CERTS: ${warning}`);
      }
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
    return new Promise((resolve, reject) => {
      const call = this.#newCall(operation, options, read, carried, { resolve, reject });
      this.#begin(call, operation, argument, options, carried);
    });
  }

  /**
   * Starts a wait whose end something else than a promise receives, and whose call it creates with the first event. Thousands of
   * waits would keep their promises and calls in memory.
   *
   * @type {(waiter: Waiter, operation: Operation, argument: string, options: CallOptions) => void}
   */
  startFor(waiter, operation, argument, { binding, cancelOnAbort = false, signal, site }) {
    try {
      throwIfAborted(signal);
      this.throwIfClosed();
      waiter.id = start(this.#native, { kind: kindOf(operation), cancelOnAbort }, operation, argument, { binding });
      this.pending += 1;
      add(waiter);
      if (signal !== undefined) {
        watch(signal, waiter);
      }
    } catch (error) {
      waiter.reject(showCaller(error, site));
    }
  }

  /**
   * Creates the call of a wait, which takes its place.
   *
   * @type {(waiter: Waiter, operation: Operation, options: CallOptions, read: Reader) => Call}
   */
  callFor(waiter, operation, options, read) {
    const call = this.#newCall(operation, options, read, {}, waiter);
    call.id = waiter.id;
    call.owner = this;
    call.ending = waiter.ending;
    replace(call);
    if (options.signal !== undefined) {
      rewatch(options.signal, waiter, call);
    }
    return call;
  }

  /**
   * Begins a call, which is settled if that fails.
   *
   * @param {Call} call
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {Carried} [carried]
   */
  #begin(call, operation, argument, options, carried = {}) {
    const { signal, left } = options;
    try {
      throwIfAborted(signal);
      if (operation !== 'grace') {
        this.throwIfClosed();
      }
      call.owner = this;
      if (signal !== undefined) {
        watch(signal, call);
      }
      if (call.ending !== undefined) {
        throw call.ending.reason;
      }
      if (left !== undefined && call.kind === 'submit') {
        throwIfAborted(left);
        call.watchBatch(left, this.#aborts.withdrawal(call));
      }
      call.id = start(this.#native, call, operation, argument, { binding: options.binding, bytes: carried.bytes });
      this.pending += Number(call.kind !== 'grace');
      add(call);
    } catch (error) {
      this.#abandon(call, error);
    }
  }

  /**
   * Makes a call. If its callbacks cannot be bound, its sources are closed.
   *
   * @param {Operation} operation
   * @param {CallOptions} options
   * @param {Reader} read
   * @param {Carried} carried
   * @param {import('./call.js').Settling} settling
   */
  #newCall(operation, options, read, carried, settling) {
    try {
      return new Call(operation, options, read, carried, settling, this.#aborts.end);
    } catch (error) {
      carried.sources?.forEach((source) => source.close());
      throw error;
    }
  }

  /** @type {import('./call.js').Owner['abort']} */
  abort(call, reason) {
    return this.#aborts.fired(call, reason);
  }

  /**
   * Closes a stream, unless it is closed already.
   *
   * @param {number} id The call that opened it.
   */
  close(id) {
    this.#native.abort(Float64Array.of(id), false);
  }

  /** Throws if the client is closed. */
  throwIfClosed() {
    if (this.isClosed) {
      throw closedError();
    }
  }

  /** Ends all pending calls, because the client is closed. Their jobs continue, except those of unfinished uploads. */
  endAll() {
    if (this.pending > 0) {
      for (const each of pending.values()) {
        if (each.owner === this) {
          this.#aborts.mark(each, CLOSED, each.isTransfer && each.cancelOnAbort);
        }
      }
      this.#aborts.endMarked();
    }
  }

  /**
   * Resolves when no call is pending. Calls that are made in steps may be between two of them, so they get a turn of the event
   * loop to make the next one.
   */
  async idle() {
    do {
      if (this.pending > 0) {
        await new Promise((resolve) => {
          const others = this.#onIdle;
          this.#onIdle = () => {
            others?.();
            resolve(undefined);
          };
        });
      }
      await nextTurn();
    } while (this.pending > 0);
  }

  /**
   * Closes the streams of the client, and leaves its connections to the others.
   *
   * @param {boolean} atOnce Whether its sockets are closed at once, unless other clients use them.
   */
  release(atOnce) {
    this.#native.close(atOnce);
  }

  /** A snapshot of the connections that the client uses, and of their queues. */
  get stats() {
    return this.#native.stats();
  }

  /**
   * Rejects a call whose events cannot be read.
   *
   * @param {Call} call
   * @param {unknown} cause
   */
  lose(call, cause) {
    this.close(call.id);
    const error = new ModzyError('internal error: the events of the calls cannot be read', { cause });
    this.#abandon(call, atCall(error, call.site));
  }

  /**
   * Handles an event of a call.
   *
   * @param {Call} call
   * @param {import('./call.js').Event} event
   */
  deliver(call, event) {
    switch (event.event) {
      case 'jobSeen':
      case 'transferred':
        if (call.ending === undefined) {
          this.#report(call, () => call.reportProgress(event));
        }
        break;
      case 'chunkWanted':
        pull(this.#native, call, event.source, this.#aborts.end);
        break;
      case 'submitted':
        this.#report(call, () => call.reportSubmit(event.jobIdentifier));
        break;
      case 'jobOpened':
        call.reportOpen(event.jobIdentifier);
        break;
      case 'response':
        call.trace?.noteResponse(event);
        break;
      case 'retry':
      case 'queue':
      case 'fallback':
      case 'poll':
        call.trace?.observe(event, call.site);
        break;
      default:
        this.#finish(call, event);
    }
  }

  /**
   * Calls callbacks. A failure ends the call.
   *
   * @param {Call} call
   * @param {() => void} report
   */
  #report(call, report) {
    try {
      report();
    } catch (error) {
      this.#aborts.end(call, error, false);
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
      const progress = call.listeners.busy;
      const isResult = event.event !== 'failed' && event.event !== 'aborted';
      if (progress !== undefined && isResult && call.ending === undefined) {
        await this.withinGrace(call.untilHurried(progress));
      }
      if (call.endsAgain) {
        call.endsAgain = false;
        return;
      }
      call.reportCancel(event);
      const canceled = call.listeners.canceled?.busy;
      if (canceled !== undefined) {
        await this.withinGrace(canceled);
      }
      this.#release(call);
      call.settle(event);
    } catch (error) {
      this.#abandon(call, error);
    }
    rest();
  }

  /**
   * Waits for work of the user's that may never end, at most for as long as the cancellation of a job may take.
   *
   * @param {PromiseLike<unknown>} work
   */
  async withinGrace(work) {
    const over = new Controller();
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
    call.settling.reject(showCaller(error, call.site));
  }

  /** @param {Call} call */
  #release(call) {
    if (remove(call) && call.kind !== 'grace') {
      this.pending -= 1;
      if (this.pending === 0) {
        this.#onIdle?.();
        this.#onIdle = undefined;
      }
    }
    if (call.cancelOnAbort && call.id !== 0 && call.ending === undefined) {
      // No abort can follow that would cancel the job. Rust has forgotten calls that were ended early.
      this.close(call.id);
    }
    for (const source of call.sources) {
      source.close();
    }
    call.sources = [];
    call.unwatchBatch();
    if (call.signal !== undefined) {
      unwatch(call.signal, call);
    }
  }
}

/** The error of a call that begins after the client was closed. */
function closedError() {
  return new ClientClosedError('the client is closed and makes no further calls; create another one', { sent: 'no' });
}

/**
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('./call.js').Reader} Reader
 * @typedef {import('./call.js').Carried} Carried
 *
 * @typedef {import('./call.js').Pending & import('./call.js').Settling & { onAbort: (reason: unknown) => void | (() => void) }} Waiter
 */

module.exports = { Calls, closedError };
