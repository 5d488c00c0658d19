'use strict';

// The public error classes. Rust provides the details of a failure; the stack is that of the call.

const { nameInCall } = require('./arguments/methods.js');
const { readDocument } = require('./documents.js');
const { argumentError, showCaller, withoutCaller } = require('./stacks.js');

/**
 * Copies the defined members of the details to an error. Undefined ones are omitted, so that they do not appear in its output.
 *
 * @param {Record<string, any>} error
 * @param {Record<string, any>} details
 * @param {string[]} members
 */
function assignGiven(error, details, members) {
  for (const member of members) {
    if (details[member] !== undefined) {
      error[member] = details[member];
    }
  }
}

/** The base class of all errors of this package. */
class ModzyError extends Error {
  /**
   * @param {string} message
   * @param {{ retryable?: boolean, cause?: unknown }} [details]
   */
  constructor(message, { retryable = false, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryable = retryable;
  }

  /** @returns {Record<string, unknown>} */
  toJSON() {
    const { name, message } = this;
    return Object.assign(/** @type {Record<string, unknown>} */ ({ name, message }), this);
  }
}

/** The server refused a request, or no response arrived. */
class ApiError extends ModzyError {
  /**
   * @param {string} message
   * @param {ApiErrorDetails} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    this.code = details.status ?? 500;
    assignGiven(this, details, [
      'status',
      'url',
      'body',
      'requestId',
      'retryAfterMs',
      'attempts',
      'gaveUp',
      'jobIdentifier',
    ]);
  }

  /** The error of the HTTP library, in the form that code for the earlier SDKs reads. */
  get error() {
    const { message, status, body: data, url } = /** @type {ApiErrorDetails & Error} */ (this);
    return { message, response: status === undefined ? undefined : { status, data }, config: { url } };
  }

  toJSON() {
    return { ...super.toJSON(), error: this.error };
  }

  toString() {
    return `${this.code} :: ${this.message} :: ${this.error.config.url}`;
  }
}

class BadRequestError extends ApiError {}
class AuthenticationError extends ApiError {}
class PermissionError extends ApiError {}
class NotFoundError extends ApiError {}

/** The server refused the request for a while, and did not act on it. */
class RateLimitError extends ApiError {
  /**
   * @param {string} message
   * @param {ApiErrorDetails} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    this.sent = 'no';
  }
}

class ServerError extends ApiError {}

/** A successful response that cannot be read. */
class ResponseError extends ApiError {
  /**
   * @param {string} message
   * @param {ApiErrorDetails} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['sent']);
  }
}

/** No connection, or one that failed before the response was complete. */
class ConnectionError extends ApiError {
  /**
   * @param {string} message
   * @param {ApiErrorDetails} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['phase', 'sent']);
  }
}

/** A time limit of a request expired. */
class RequestTimeoutError extends ConnectionError {}

/** The time limit of a wait expired. The job continues. */
class WaitTimeoutError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ jobIdentifier?: string, job?: unknown, retryable?: boolean, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['jobIdentifier', 'job']);
  }
}

/** A job has ended without the results that were asked for. */
class JobFailedError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ jobIdentifier?: string, job?: unknown, retryable?: boolean, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['jobIdentifier', 'job']);
  }
}

/** A step that the server takes for a model failed, or was not complete within its limit. */
class DeploymentError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ step?: string, modelId?: string, technicalInformation?: string, status?: number, retryable?: boolean, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['step', 'modelId', 'technicalInformation', 'status']);
  }
}

/** The client was closed. */
class ClientClosedError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ sent?: string, jobIdentifier?: string, retryable?: boolean, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['sent', 'jobIdentifier']);
    // The call may have begun long before, and its stack is that of the call.
    withoutCaller(this);
  }
}

/** An input of a job that cannot be used. */
class InputError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ code?: string, inputKey?: string, inputName?: string, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['code', 'inputKey', 'inputName']);
    // Sources are read long after the call has begun, so the stack of the failure does not contain the caller.
    withoutCaller(this);
  }
}

/** The journal of a batch cannot be used, or does not say what became of a job. */
class JournalError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ state?: string, path?: string, inputKey?: string, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['state', 'path', 'inputKey']);
  }
}

const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

const family = {
  ModzyError,
  ApiError,
  BadRequestError,
  AuthenticationError,
  PermissionError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ResponseError,
  ConnectionError,
  RequestTimeoutError,
  WaitTimeoutError,
  JobFailedError,
  DeploymentError,
  ClientClosedError,
  InputError,
  JournalError,
};

/**
 * The mark of the instances of a class, which is the same in each copy of this package that a program loads.
 *
 * @param {string} name
 */
function markOf(name) {
  return Symbol.for(`modzy-client.${name}`);
}

for (const [name, type] of Object.entries(family)) {
  const mark = markOf(name);
  // Defined on the prototypes, like `name` of the built-in errors, so that they are not printed as members of each error.
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    /**
     * Returns whether a value is an instance of this class in any copy of the package. A class that extends this one has no mark of
     * its own, and its instances are found by their prototypes.
     *
     * @this {Function}
     * @param {any} value
     */
    value(value) {
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
      return (this === type && isObject && value[mark] === true) || isOrdinaryInstance.call(this, value);
    },
  });
}

/** @type {Record<number, typeof ApiError>} */
const byStatus = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  422: BadRequestError,
  429: RateLimitError,
};

/** @param {number} status */
function ofStatus(status) {
  return byStatus[status] ?? (status >= 500 ? ServerError : ApiError);
}

/**
 * Reads the body of an error response.
 *
 * @param {string} text
 * @returns {unknown} The parsed JSON, or the text if it is not JSON.
 */
function readBody(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Returns the cause that Rust reports, if any, as an error. Its stack has no frames, because the cause arose in Rust.
 *
 * @param {string | undefined} message
 * @param {string} [code] What Node.js calls such a failure.
 */
function toCause(message, code) {
  if (message === undefined) {
    return undefined;
  }
  const cause = Object.assign(new Error(message), code !== undefined && { code });
  cause.stack = `Error: ${message}`;
  return cause;
}

/** The methods whose inputs are in the body of the submit. */
const inTheBody = ['submitJob', 'submitJobText', 'submitJobEmbedded'];

/**
 * Returns whether the server refused a body because of its size, and did not say what to do.
 *
 * @param {Extract<BindingError, { kind: 'status' }>} failure
 * @param {import('./stacks.js').Site | undefined} site
 */
function isLargeText({ status, isServers }, site) {
  return status === 413 && !isServers && inTheBody.includes(site?.method ?? '');
}

/**
 * Returns what is added to the refusal of a body whose inputs were probably not meant like that.
 *
 * @param {Extract<BindingError, { kind: 'status' }>} failure
 * @param {import('./stacks.js').Site | undefined} site
 */
function adviceOf({ status }, site) {
  return [400, 415, 422].includes(status) && site?.advice !== undefined ? `; ${site.advice}` : '';
}

const ADVICE_FOR_TEXTS = 'a string is the path of a file: pass a text as Buffer.from(text), or use submitJobText';

/**
 * Converts a failure of the addon into a public error.
 *
 * @param {BindingError} failure
 * @param {import('./stacks.js').Site} [site] The call's.
 * @returns {Error}
 */
function toError(failure, site) {
  const { message } = failure;
  switch (failure.kind) {
    case 'argument':
      return showCaller(argumentError(`${nameInCall(site, failure.name)} ${failure.reason}`), site);
    case 'input': {
      const { fault: code, inputKey, inputName } = failure;
      // A string of an upload is a path, but may have been meant as a text.
      const advice = code === 'missing' && inputKey !== '' ? `; ${ADVICE_FOR_TEXTS}` : '';
      return new InputError(message + advice, { code, inputKey, inputName, cause: toCause(failure.cause) });
    }
    case 'journal': {
      const { fault: state, path, inputKey } = failure;
      return new JournalError(message, { state, path, inputKey, cause: toCause(failure.cause) });
    }
    case 'file':
      return new ModzyError(message, { cause: toCause(failure.cause) });
    case 'system':
      return new ModzyError(message, { retryable: true, cause: toCause(failure.cause) });
    case 'status': {
      const body = failure.body === undefined ? undefined : readBody(failure.body);
      const advice = isLargeText(failure, site) ? '; upload it with submitJobFile instead' : adviceOf(failure, site);
      return new (ofStatus(failure.status))(message + advice, { ...failure, ...failure.request, body });
    }
    case 'response':
      return new ResponseError(message, { ...failure, ...failure.request });
    case 'unreadable':
      return new ResponseError(message, { sent: 'maybe' });
    case 'connection':
      return new ConnectionError(message, {
        ...failure,
        ...failure.request,
        cause: toCause(failure.cause ?? (failure.code && message), failure.code),
      });
    case 'timeout':
      return new RequestTimeoutError(message, {
        ...failure,
        ...failure.request,
        cause: toCause(message, failure.code),
      });
    case 'waitTimeout': {
      const { jobIdentifier } = failure;
      const job = failure.job === undefined ? undefined : readDocument(failure.job);
      return new WaitTimeoutError(message, { jobIdentifier, job, retryable: true });
    }
    case 'jobFailed': {
      const { jobIdentifier } = failure;
      const advice = site?.advice === undefined ? '' : `; ${site.advice}`;
      return new JobFailedError(message + advice, { jobIdentifier, job: readDocument(failure.job) });
    }
    case 'step':
      return new DeploymentError(message, {
        ...failure,
        // As the steps are not methods of their own, the stack of the cause adds nothing.
        cause: failure.cause.map((cause) => toError(cause))[0],
      });
    case 'internal':
      return new ModzyError(message);
  }
}

/**
 * @typedef {import('../js-binding').BindingError} BindingError
 * @typedef {object} ApiErrorDetails
 * @property {number} [status]
 * @property {string} [url]
 * @property {unknown} [body]
 * @property {string} [requestId]
 * @property {number} [retryAfterMs]
 * @property {number} [attempts]
 * @property {string} [gaveUp]
 * @property {string} [jobIdentifier]
 * @property {string} [phase]
 * @property {string} [sent]
 * @property {boolean} [retryable]
 * @property {unknown} [cause]
 */

module.exports = { ...family, toError };
