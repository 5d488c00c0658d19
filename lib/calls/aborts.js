'use strict';

// The early ends of the calls of a client: by a signal, or by a callback or a source that fails. Rust ends them, and reports each end.

const { LEFT } = require('./signals.js');

/**
 * @typedef {import('./call.js').Call} Call
 * @typedef {import('./call.js').Pending} Pending
 */

class Aborts {
  #native;
  #find;
  /** Calls that are to be ended in Rust, by whether their jobs are canceled. All calls of one signal are ended together. */
  #marked = new Map([
    [false, /** @type {number[]} */ ([])],
    [true, []],
  ]);

  /** @type {number[]} Submits that are to be withdrawn. */
  #withdrawn = [];

  /**
   * @param {import('../../js-binding').BindingClient} native
   * @param {(id: number) => Call | undefined} find Returns a pending call.
   */
  constructor(native, find) {
    this.#native = native;
    this.#find = find;
  }

  /**
   * Marks a call whose signal has fired. Returns what ends the marked calls.
   *
   * @param {Pending} call
   * @param {unknown} reason
   */
  fired(call, reason) {
    this.mark(call, reason, call.cancelOnAbort && reason !== LEFT);
    return this.endMarked;
  }

  /**
   * Returns the callback that withdraws a submit when its batch ends: it ends if it has not been sent.
   *
   * @param {Call} call
   */
  withdrawal(call) {
    return () => {
      if (call.id !== 0 && call.ending === undefined) {
        this.#withdrawn.push(call.id);
      }
      return this.#withdrawMarked;
    };
  }

  #withdrawMarked = () => {
    if (this.#withdrawn.length > 0) {
      this.#native.withdraw(Float64Array.from(this.#withdrawn.splice(0)));
    }
  };

  /**
   * Ends a call early. Its promise settles after Rust has closed the request.
   *
   * @type {import('./call.js').End}
   */
  end = (call, reason, cancelJob) => {
    this.mark(call, reason, cancelJob);
    this.endMarked();
  };

  /**
   * Marks a call, which `endMarked` then ends.
   *
   * @param {Pending} call
   * @param {unknown} reason
   * @param {boolean} cancelJob
   */
  mark(call, reason, cancelJob) {
    if (call.ending === undefined) {
      call.ending = { reason, cancelJob };
      call.stop();
      // A signal may fire while its listener is added. Then the call has not been started.
      if (call.id !== 0) {
        this.#marked.get(cancelJob)?.push(call.id);
      }
    }
  }

  /** Ends the marked calls in Rust. */
  endMarked = () => {
    for (const [cancelJob, ids] of this.#marked) {
      if (ids.length > 0) {
        for (const id of this.#native.abort(Float64Array.from(ids.splice(0)), cancelJob)) {
          const call = this.#find(id);
          if (call !== undefined) {
            call.endsAgain = true;
          }
        }
      }
    }
  };
}

module.exports = { Aborts };
