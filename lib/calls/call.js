'use strict';

// A call under way: what its end is made of, and how its promise settles.

const { readDocument } = require('../documents.js');
const { ModzyError, toError } = require('../errors.js');
const { atCall, showCaller } = require('../stacks.js');
const { inThisContext } = require('./context.js');
const { Listener } = require('./listener.js');

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

  /** @type {((reason: unknown) => void) | undefined} */
  abort;

  /** @type {(() => void) | undefined} Ends the wait for callbacks that are busy, although the call has ended in Rust. */
  hurry;

  /**
   * @param {Operation} operation
   * @param {string} argument
   * @param {CallOptions} options
   * @param {Reader} read
   * @param {Carried} carried
   * @param {{ resolve: (value: any) => void, reject: (reason: unknown) => void, end: End }} settling
   */
  constructor(operation, argument, options, read, { bytes, sources }, { resolve, reject, end }) {
    /** The lines of the caller, for the stack of an error. */
    this.site = options.site;
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
    const listener = listeners[operation];
    this.isTransfer = listener !== undefined;
    const onProgress = listener === undefined ? options.onProgress : options[listener];
    // A callback that fails ends its call: a transfer that ends so leaves no open job behind.
    this.progress = listen(onProgress, (reason) => end(this, reason, this.isTransfer && this.cancelOnAbort));
    // By then the call has ended, and what the callback brings takes the place of the reason.
    this.canceled = listen(options.onCancel, (reason) => {
      this.ending = { reason, cancelJob: false };
    });
    this.read = read;
    this.resolve = resolve;
    this.reject = reject;
  }

  /**
   * The job that still has to be cancelled although the call had ended when its signal fired: its receipt was under way, or
   * the wait for it had failed.
   *
   * @param {Completion} completion
   * @returns {string | undefined}
   */
  abandonedJob({ event, text = '' }) {
    if (event === 'done' && this.submits) {
      // Rust takes no receipt that names no job.
      return readDocument(text).jobIdentifier;
    }
    return event === 'failed' ? this.job : undefined;
  }

  /**
   * Settles the promise.
   *
   * @param {Completion} completion
   */
  settle(completion) {
    const { event, text } = completion;
    const error = this.errorOf(completion);
    if (this.ending !== undefined) {
      this.reject(showCaller(this.ending.reason, this.site));
    } else if (error !== undefined) {
      this.reject(error);
    } else if (event === 'aborted') {
      this.reject(new ModzyError('internal error: the call was given up by nobody'));
    } else {
      this.resolve(this.read(text ?? '', completion.bytes));
    }
  }

  /** @param {Completion} completion */
  errorOf({ error }) {
    return error && atCall(toError(error), this.site);
  }

  /**
   * Tells how far the call has come.
   *
   * @param {Completion} completion
   */
  tellOfProgress({ text = '', loadedBytes, totalBytes }) {
    if (this.isTransfer) {
      const subject = text === '' ? {} : JSON.parse(text);
      this.progress?.notify({ ...subject, loadedBytes, ...(totalBytes !== undefined && { totalBytes }) }, text);
    } else {
      const job = readDocument(text);
      this.progress?.notify(job, job?.status);
    }
  }

  /**
   * Tells how the cancellation of the job went, where there was one.
   *
   * @param {Completion} completion
   */
  tellOfCancel(completion) {
    const { canceled, job: jobIdentifier } = this;
    if (canceled === undefined) {
      return;
    }
    const { event, text = '', cancelled } = completion;
    const error = this.errorOf(completion);
    if (cancelled !== undefined) {
      const { job, error: failure } = cancelled;
      const name = cancelled.jobIdentifier ?? jobIdentifier;
      if (failure === undefined) {
        canceled.notify({ jobIdentifier: name, job: readDocument(job ?? '') });
      } else {
        canceled.notify({ jobIdentifier: name, error: atCall(toError(failure), this.site) });
      }
    } else if (this.ending?.cancelJob && event !== 'aborted') {
      // The call had ended by itself when its signal fired.
      if (error !== undefined) {
        canceled.notify({ jobIdentifier, error });
      } else {
        // Of a wait that had its end already, nothing was left to cancel: its job is the outcome.
        canceled.notify({ jobIdentifier, job: readDocument(text) });
      }
    }
  }
}

/**
 * What the user wrote runs in the user's context.
 *
 * @param {((value: any) => unknown) | undefined} callback
 * @param {(reason: unknown) => void} onFailure
 */
function listen(callback, onFailure) {
  return callback && new Listener(inThisContext(callback), onFailure);
}

/**
 * @typedef {import('../../js-binding').BindingCompletion} Completion
 * @typedef {import('../../js-binding').BindingOperation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {(call: Call, reason: unknown, cancelJob: boolean) => void} End Ends a call before its time.
 *
 * @typedef {(text: string, bytes?: Uint8Array) => any} Reader Of the answer's text, which is empty where there was no body,
 *   or where the answer came as bytes, of which it may tell what they are.
 *
 * @typedef {object} Carried
 * @property {Uint8Array[]} [bytes] Byte arrays that the argument names by their numbers. They are copied.
 * @property {import('../streams/pulled-sources.js').Source[]} [sources] Sources that are pulled, by their numbers.
 */

module.exports = { Call };
