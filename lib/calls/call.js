'use strict';

// A call under way: what its end is made of, and how its promise settles.

const { readDocument } = require('../documents.js');
const { ModzyError, toError } = require('../errors.js');
const { atCall, showCaller } = require('../stacks.js');
const { inThisContext } = require('./context.js');
const { Listener } = require('./listener.js');
const { kindOf } = require('./operations.js');

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
  openResults: 'onDownloadProgress',
  nextChunk: 'onDownloadProgress',
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

  /** Whether another end follows the one to which the call has come by itself: its signal fired after that. */
  endsAgain = false;

  /** @type {((reason: unknown) => void) | undefined} */
  abort;

  /** @type {(() => void) | undefined} Ends the wait for callbacks that are busy, although the call has ended in Rust. */
  hurry;

  /**
   * @param {Operation} operation
   * @param {CallOptions} options
   * @param {Reader} read
   * @param {Carried} carried
   * @param {{ resolve: (value: any) => void, reject: (reason: unknown) => void, end: End }} settling
   */
  constructor(operation, options, read, { bytes, sources }, { resolve, reject, end }) {
    /** The lines of the caller, for the stack of an error. */
    this.site = options.site;
    this.kind = kindOf(operation);
    // An upload that does not end well leaves no open job behind.
    const cancels = operation === 'submitJobFiles' || Boolean(options.cancelOnAbort);
    this.cancelOnAbort = cancels && (this.kind === 'submit' || this.kind === 'wait');
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
   * Settles the promise.
   *
   * @param {Ending} event
   */
  settle(event) {
    if (this.ending !== undefined) {
      this.reject(showCaller(this.ending.reason, this.site));
    } else if (event.event === 'failed') {
      this.reject(this.#errorOf(event.error));
    } else if (event.event === 'aborted') {
      this.reject(new ModzyError('internal error: the call was given up by nobody'));
    } else {
      this.resolve(this.#valueOf(event));
    }
  }

  /** @param {import('../../js-binding').BindingError} failure */
  #errorOf(failure) {
    return atCall(toError(failure), this.site);
  }

  /** @param {Exclude<Ending, { event: 'failed' | 'aborted' }>} event */
  #valueOf(event) {
    switch (event.event) {
      case 'document':
        return this.read(event.text);
      case 'documents':
        return event.texts.map((text) => this.read(text));
      case 'page':
        return this.read(event.items, event.hasNext);
      case 'jobAndResult':
        return this.read(event.job, event.result);
      case 'contents':
      case 'downloaded':
      case 'opened':
        return this.read(event);
      case 'chunk':
        return this.read(event.bytes);
      case 'results':
        return this.read(event.texts);
      case 'dataUri':
        return this.read(event.uri);
      case 'sourceIdle':
        return this.read(event.limitMs);
      case 'streamEnded':
        return undefined;
      case 'finished':
        return this.read('');
    }
  }

  /**
   * Tells how far the call has come.
   *
   * @param {Extract<Event, { event: 'jobSeen' | 'transferred' }>} event
   */
  tellOfProgress(event) {
    if (event.event === 'jobSeen') {
      const job = readDocument(event.job);
      this.progress?.notify(job, job?.status);
    } else {
      const { input, loadedBytes, totalBytes } = event;
      const progress = { ...input, loadedBytes, ...(totalBytes !== undefined && { totalBytes }) };
      this.progress?.notify(progress, input && JSON.stringify([input.inputKey, input.inputName]));
    }
  }

  /**
   * Tells how the cancellation of the job went, where there was one.
   *
   * @param {Ending} event
   */
  tellOfCancel(event) {
    if (this.canceled === undefined || !('canceled' in event) || event.canceled === undefined) {
      return;
    }
    const { jobIdentifier, job, error } = event.canceled;
    if (error === undefined) {
      this.canceled.notify({ jobIdentifier, job: readDocument(job ?? '') });
    } else {
      this.canceled.notify({ jobIdentifier, error: this.#errorOf(error) });
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
 * @typedef {import('../../js-binding').BindingEvent} Event
 * @typedef {Exclude<Event, { event: 'jobSeen' | 'transferred' | 'chunkWanted' | 'retry' | 'poll' }>} Ending
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {(call: Call, reason: unknown, cancelJob: boolean) => void} End Ends a call before its time.
 *
 * @typedef {(...parts: any[]) => any} Reader Of what the end of the call brings: a text, which is empty where there was no
 *   body, the two parts of a page or of a job with its result, bytes, or an event with members of its own.
 *
 * @typedef {object} Carried
 * @property {Uint8Array[]} [bytes] Byte arrays that the argument names by their numbers. They are copied.
 * @property {import('../streams/pulled-sources.js').Source[]} [sources] Sources that are pulled, by their numbers.
 */

module.exports = { Call };
