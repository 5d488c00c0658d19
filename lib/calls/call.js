'use strict';

// A pending call: its callbacks, the conversion of its result, and how it is settled.

const { readDocument } = require('../documents.js');
const { ClientClosedError, ModzyError } = require('../errors.js');
const { toError } = require('../failures.js');
const { writeJson } = require('../json.js');
const { atCall, showCaller } = require('../stacks.js');
const { Listeners, NO_LISTENERS } = require('./listener.js');
const { kindOf } = require('./operations.js');
const { CLOSED, reasonOf, unwatch, watch } = require('./signals.js');

/**
 * The callbacks that receive the progress of a transfer.
 *
 * @type {Partial<Record<Operation, 'onUploadProgress' | 'onDownloadProgress'>>}
 */
const transfers = {
  submitJobFiles: 'onUploadProgress',
  submit: 'onUploadProgress',
  appendInput: 'onUploadProgress',
  downloadOutput: 'onDownloadProgress',
  openOutput: 'onDownloadProgress',
  openResults: 'onDownloadProgress',
  nextChunk: 'onDownloadProgress',
};

/** @type {import('../streams/pulled-sources.js').Source[]} */
const NONE = [];

/** A call that has not settled. */
class Call {
  /** Its number in Rust; 0 before it is started. */
  id = 0;

  /** @type {Owner | undefined} The calls of its client, once it begins. */
  owner;

  /** @type {Early | undefined} Set if the call is ended early. */
  ending;

  /** Whether Rust reports a second end, because the signal fired after the call had ended by itself. */
  endsAgain = false;

  /** @type {{ left: import('./signals.js').Signal, withdraw: () => () => void } | undefined} The end of the batch of a submit. */
  batch;

  /** @type {(() => void) | undefined} Stops waiting for busy callbacks of a call that has ended in Rust. */
  hurry;

  /**
   * @param {Operation} operation
   * @param {CallOptions} options
   * @param {Reader} read
   * @param {Carried} carried
   * @param {Settling} settling
   * @param {End} end
   */
  constructor(operation, options, read, { sources = NONE }, settling, end) {
    /** The lines of the caller, for the stack of an error. */
    this.site = options.site;
    this.kind = kindOf(operation);
    // An upload that fails or is aborted leaves no open job behind.
    const isUpload = operation === 'submitJobFiles' || Boolean(options.isUpload);
    const cancels = isUpload || Boolean(options.cancelOnAbort);
    this.cancelOnAbort = cancels && (this.kind === 'submit' || this.kind === 'wait');
    /** The sources from which Rust requests chunks, by their numbers. */
    this.sources = sources;
    this.trace = options.trace;
    this.jobIdentifier = options.jobIdentifier;
    this.signal = options.signal;
    const transfer = transfers[operation];
    this.isTransfer = transfer !== undefined && (operation !== 'submit' || isUpload);
    this.listeners = this.#listenersIn(options, { operation, transfer, isUpload, end });
    this.read = read;
    this.settling = settling;
  }

  /**
   * @param {CallOptions} options
   * @param {{ operation: Operation, transfer?: 'onUploadProgress' | 'onDownloadProgress', isUpload: boolean, end: End }} how
   */
  #listenersIn(options, { operation, transfer, isUpload, end }) {
    const { onCancel, onOpen, onProgress, onSubmit, onUploadProgress } = options;
    const ofProgress = transfer === undefined ? onProgress : options[transfer];
    // A run has an upload and a wait.
    const ofRun = operation === 'run';
    if (!(ofProgress || onCancel || ((ofRun || isUpload) && onOpen) || (ofRun && (onSubmit || onUploadProgress)))) {
      return NO_LISTENERS;
    }
    /**
     * Ends the call. An upload that ends this way leaves no open job behind.
     *
     * @type {(cancelJob: boolean) => (reason: unknown) => void}
     */
    const ending = (cancelJob) => (reason) => end(this, reason, cancelJob);
    return new Listeners({
      progress: [ofProgress, ending(this.isTransfer && this.cancelOnAbort)],
      transfer: [ofRun ? onUploadProgress : undefined, ending(true)],
      opened: [ofRun || isUpload ? onOpen : undefined, ending(true)],
      submitted: [ofRun ? onSubmit : undefined, ending(false)],
      canceled: [
        onCancel,
        // The call has ended by then. The error of this callback replaces the reason.
        (reason) => {
          this.ending = { reason, cancelJob: false };
        },
      ],
    });
  }

  /**
   * Awaits work of the user's until the call is ended early.
   *
   * @param {Promise<void>} work
   */
  async untilHurried(work) {
    const hurried = new Promise((resolve) => {
      this.hurry = () => resolve(undefined);
    });
    await Promise.race([work, hurried]);
  }

  /** Stops the callbacks, because the call is ended early. */
  stop() {
    this.listeners.stop();
    this.hurry?.();
  }

  /** Returns itself, as what creates a call returns that. */
  toCall() {
    return this;
  }

  /**
   * Ends the call when its signal fires.
   *
   * @param {unknown} reason
   */
  onAbort(reason) {
    return this.owner?.abort(this, reason);
  }

  /**
   * Withdraws the submit when its batch ends, if it has not been sent by then.
   *
   * @param {import('./signals.js').Signal} left
   * @param {() => () => void} withdraw
   */
  watchBatch(left, withdraw) {
    this.batch = { left, withdraw };
    watch(left, withdraw);
  }

  unwatchBatch() {
    if (this.batch !== undefined) {
      unwatch(this.batch.left, this.batch.withdraw);
    }
  }

  /**
   * Settles the call.
   *
   * @param {Ending} event
   */
  settle(event) {
    const { reason } = this.ending ?? {};
    if (reason === CLOSED && event.event === 'aborted') {
      this.settling.reject(this.#closedBy(event));
    } else if (this.ending !== undefined && reason !== CLOSED) {
      this.settling.reject(showCaller(reason, this.site));
    } else if (event.event === 'failed') {
      this.settling.reject(this.#withJob(this.#errorOf(event.error), event.canceled?.jobIdentifier));
    } else if (event.event === 'aborted' && this.batch?.left.aborted) {
      this.settling.reject(reasonOf(this.batch.left));
    } else if (event.event === 'aborted') {
      this.settling.reject(new ModzyError('internal error: the addon aborted a call without being asked to'));
    } else {
      this.settling.resolve(this.#valueOf(event));
    }
  }

  /**
   * Returns the error of a call that was under way when its client was closed.
   *
   * @param {{ sent: string, canceled?: { jobIdentifier?: string } }} event
   */
  #closedBy({ sent, canceled }) {
    const jobIdentifier = canceled?.jobIdentifier ?? this.jobIdentifier;
    const changes = this.kind === 'submit' || this.kind === 'write';
    const may = changes && sent === 'maybe' ? '; the server may have received its request' : '';
    const details = { jobIdentifier, sent: changes ? sent : undefined };
    return atCall(new ClientClosedError(`the client was closed during the call${may}`, details), this.site);
  }

  /** @param {import('../../js-binding').BindingError} failure */
  #errorOf(failure) {
    return atCall(toError(failure, this.site), this.site);
  }

  /**
   * Adds the job to the error of a call that has submitted one.
   *
   * @param {any} error
   * @param {string | undefined} canceled The job that was canceled after the failure.
   */
  #withJob(error, canceled) {
    const jobIdentifier = canceled ?? this.jobIdentifier;
    if (this.kind === 'submit' && error instanceof ModzyError && jobIdentifier !== undefined) {
      /** @type {any} */ (error).jobIdentifier ??= jobIdentifier;
    }
    return error;
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
      case 'jobAndOutcome':
        return this.read(event.job, event.result, event.error && this.#errorOf(event.error));
      case 'ran':
      case 'raw':
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
   * Notes the job of a run, and reports it.
   *
   * @param {string} jobIdentifier
   */
  reportSubmit(jobIdentifier) {
    this.jobIdentifier = jobIdentifier;
    this.trace?.noteJob(jobIdentifier);
    if (this.ending === undefined) {
      this.listeners.submitted?.notify({ jobIdentifier });
    }
  }

  /**
   * Reports the job that an upload has opened.
   *
   * @param {string} jobIdentifier
   */
  reportOpen(jobIdentifier) {
    this.jobIdentifier = jobIdentifier;
    if (this.ending === undefined) {
      this.listeners.opened?.notify({ jobIdentifier });
    }
  }

  /**
   * Reports the progress of the call to its callback.
   *
   * @param {Extract<Event, { event: 'jobSeen' | 'transferred' }>} event
   */
  reportProgress(event) {
    if (event.event === 'jobSeen') {
      const job = readDocument(event.job);
      this.listeners.progress?.notify(job, job?.status ?? job?.step);
    } else {
      const { input, loadedBytes, totalBytes } = event;
      const progress = { ...input, loadedBytes, ...(totalBytes !== undefined && { totalBytes }) };
      const { transfer, progress: listener } = this.listeners;
      (transfer ?? listener)?.notify(progress, input && writeJson([input.inputKey, input.inputName]));
    }
  }

  /**
   * Reports the outcome of the job's cancellation, if there was one.
   *
   * @param {Ending} event
   */
  reportCancel(event) {
    const listener = this.listeners.canceled;
    if (listener === undefined || !('canceled' in event) || event.canceled === undefined) {
      return;
    }
    const { jobIdentifier, job, error } = event.canceled;
    if (error === undefined) {
      listener.notify({ jobIdentifier, job: readDocument(job ?? '') });
    } else {
      listener.notify({ jobIdentifier, error: this.#errorOf(error) });
    }
  }
}

/**
 * @typedef {import('../../js-binding').BindingEvent} Event
 * @typedef {Exclude<Event, { event: 'submitted' | 'jobOpened' | 'jobSeen' | 'transferred' | 'chunkWanted' | 'response' | 'retry' | 'poll' }>} Ending
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {(call: Call, reason: unknown, cancelJob: boolean) => void} End Ends a call early.
 *
 * @typedef {{ reason: unknown, cancelJob: boolean }} Early The reason of a signal, or the error of a callback.
 *
 * @typedef {object} Pending A call, or what creates it with its first event: most of thousands of waits have none for minutes.
 * @property {number} id
 * @property {Owner | undefined} owner
 * @property {boolean} isTransfer Whether it transfers data.
 * @property {boolean} cancelOnAbort Whether its signal cancels the job.
 * @property {Early | undefined} ending Set if it is ended early.
 * @property {() => void} stop Stops its callbacks.
 * @property {() => Call} toCall
 *
 * @typedef {object} Owner
 * @property {(call: Pending, reason: unknown) => () => void} abort Ends a call whose signal has fired, once the work has run that it returns.
 * @property {(call: Call, event: Event) => void} deliver Handles an event of a call.
 * @property {(call: Call, cause: unknown) => void} lose Rejects a call whose events cannot be read.
 *
 * @typedef {(...parts: any[]) => any} Reader Converts the result of the call: a text, which is empty if the response had no body;
 *   the two parts of a page, or of a job with its result; bytes; or an event with members of its own.
 *
 * @typedef {object} Settling What is called with the end of the call, such as the functions of a promise. Once, and never before the
 *   call has begun.
 * @property {(value: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 *
 * @typedef {object} Carried
 * @property {Uint8Array[]} [bytes] Byte arrays that the argument refers to. Rust copies them.
 * @property {import('../streams/pulled-sources.js').Source[]} [sources] Sources from which Rust requests chunks, by their numbers.
 */

module.exports = { Call };
