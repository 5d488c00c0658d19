'use strict';

// The calls of a client: each is started in Rust, and all their news come back through one function that Rust calls. So a
// client that waits for ten thousand jobs costs the event loop no more than one that waits for a single one, and an idle
// client keeps no process alive.

const { AsyncResource } = require('node:async_hooks');
const { BindingClient } = require('./binding.js');
const { readDocument } = require('./documents.js');
const { ModzyError, atCall, toError } = require('./errors.js');
const { LEFT, unwatch, watch } = require('./signals.js');

/**
 * The clients with a call under way, which live on for its sake.
 *
 * @type {Set<Completions>}
 */
const busy = new Set();

// News are read outside of any caller's context, which would otherwise be kept for as long as another call is pending.
const outside = new AsyncResource('ModzyCompletions');

/** @type {Set<Operation>} */
const waits = new Set(['blockUntilComplete', 'blockUntilResult']);

/**
 * What hears of the progress of a transfer.
 *
 * @type {Partial<Record<Operation, 'onUploadProgress' | 'onDownloadProgress'>>}
 */
const listeners = {
  submitJobFiles: 'onUploadProgress',
  appendInput: 'onUploadProgress',
  downloadOutput: 'onDownloadProgress',
  openOutput: 'onDownloadProgress',
  pullOutput: 'onDownloadProgress',
  openResults: 'onDownloadProgress',
  pullResults: 'onDownloadProgress',
};

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
  site = /** @type {{ stack?: string }} */ (Object.create(Error.prototype));

  /** @type {((reason: unknown) => void) | undefined} */
  abort;

  /**
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {Reader} read
   * @param {Carried} carried
   * @param {(value: any) => void} resolve
   * @param {(reason: unknown) => void} reject
   */
  constructor(operation, argument, options, read, { bytes, sources }, resolve, reject) {
    this.submits = operation.startsWith('submitJob');
    /** The job that the call waits for. */
    this.job = waits.has(operation) ? argument : undefined;
    // An upload that does not end well leaves no open job behind.
    const cancels = operation === 'submitJobFiles' || Boolean(options.cancelOnAbort);
    this.cancelOnAbort = cancels && (this.submits || this.job !== undefined);
    this.bytes = bytes;
    /** What is pulled piece by piece. */
    this.sources = sources ?? [];
    this.binding = options.binding;
    this.trace = options.trace;
    this.signal = options.signal;
    // What the user wrote runs in the user's context.
    this.onCancel = options.onCancel && AsyncResource.bind(options.onCancel, 'ModzyCallback');
    this.onProgress = options.onProgress && AsyncResource.bind(options.onProgress, 'ModzyCallback');
    const listener = listeners[operation];
    const onTransfer = listener && options[listener];
    this.onTransfer = onTransfer && AsyncResource.bind(onTransfer, 'ModzyCallback');
    this.read = read;
    this.resolve = resolve;
    this.reject = reject;
  }
}

class Completions {
  #native;
  /** @type {Map<number, Call>} */
  #pending = new Map();

  /** @param {import('../js-binding').BindingConfig} config */
  constructor(config) {
    // What Rust holds is not to keep a client that nobody uses any more.
    const self = new WeakRef(this);
    const onNews = () => {
      const client = self.deref();
      if (client !== undefined) {
        client.#take();
      }
    };
    this.#native = outside.runInAsyncScope(() => new BindingClient(config, onNews));
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
      const abandoned = call.ending?.cancelJob ? abandonedJob(call, completion) : undefined;
      if (abandoned !== undefined) {
        this.#start(call, 'cancelAbandoned', abandoned);
        return;
      }
      this.#release(call);
      settle(call, completion);
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
 * The job that still has to be cancelled although its call had ended when the signal fired: its receipt was under way, or
 * the wait for it had failed.
 *
 * @param {Call} call
 * @param {Completion} completion
 * @returns {string | undefined}
 */
function abandonedJob(call, { event, text = '' }) {
  if (event === 'done' && call.submits) {
    const { jobIdentifier } = readDocument(text);
    return typeof jobIdentifier === 'string' ? jobIdentifier : undefined;
  }
  return event === 'failed' ? call.job : undefined;
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
  tellOfCancel(call, completion, error);
  if (call.ending !== undefined) {
    call.reject(call.ending.reason);
  } else if (error !== undefined) {
    call.reject(error);
  } else if (event === 'aborted') {
    call.reject(new ModzyError('internal error: the call was given up by nobody'));
  } else {
    call.resolve(call.read(text ?? '', completion.bytes));
  }
}

/**
 * Tells how the cancellation of a call's job went, where there was one.
 *
 * @param {Call} call
 * @param {Completion} completion
 * @param {Error | undefined} error How the call failed.
 */
function tellOfCancel(call, { event, text = '', cancelled }, error) {
  const { onCancel, job: jobIdentifier } = call;
  if (onCancel === undefined) {
    return;
  }
  if (cancelled !== undefined) {
    const { job, error: failure } = cancelled;
    const name = cancelled.jobIdentifier ?? jobIdentifier;
    if (failure === undefined) {
      onCancel({ jobIdentifier: name, job: readDocument(job ?? '') });
    } else {
      onCancel({ jobIdentifier: name, error: atCall(toError(failure), call.site) });
    }
  } else if (call.ending?.cancelJob && event !== 'aborted') {
    // The call had ended by itself when its signal fired.
    if (error !== undefined) {
      onCancel({ jobIdentifier, error });
    } else if (call.submits) {
      onCancel({ jobIdentifier, error: new ModzyError('the receipt names no job, so none was cancelled') });
    } else {
      // Of a wait that had its end already, nothing was left to cancel: its job is the outcome.
      onCancel({ jobIdentifier, job: readDocument(text) });
    }
  }
}

/**
 * @typedef {import('../js-binding').BindingCompletion} Completion
 * @typedef {import('../js-binding').BindingOperation} Operation
 * @typedef {import('./options.js').CallOptions} CallOptions
 *
 * @typedef {(text: string, bytes?: Uint8Array) => any} Reader Of the answer's text, which is empty where there was no body,
 *   or where the answer came as bytes, of which it may tell what they are.
 *
 * @typedef {object} Carried
 * @property {Uint8Array[]} [bytes] Byte arrays that the argument names by their numbers. They are copied.
 * @property {import('./pulled.js').Source[]} [sources] Sources that are pulled, by their numbers.
 */

module.exports = { Completions };
