'use strict';

// The error family that users see. The structure comes from Rust, where a failure arises; the stack comes from the call.

const { readDocument } = require('./documents.js');
const { withoutCaller } = require('./stacks.js');

/**
 * Members that are not known are left out, so that an error prints only what it has to say.
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

/** The root of all errors of this package. */
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

/** The server refused, or no answer came. */
class ApiError extends ModzyError {
  /**
   * @param {string} message
   * @param {ApiErrorDetails} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    this.code = details.status ?? 500;
    assignGiven(this, details, ['status', 'url', 'body', 'requestId', 'retryAfterMs', 'attempts', 'jobIdentifier']);
  }

  /** What code written for the earlier SDKs reads: the error of the HTTP library underneath. */
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
class RateLimitError extends ApiError {}
class ServerError extends ApiError {}

/** A 2xx that cannot be read. */
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

/** No connection, or one that broke before the answer was whole. */
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

/** A time limit of a request passed. */
class RequestTimeoutError extends ConnectionError {}

/** The time limit of a wait passed. The job goes on. */
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

/** An input of a job that cannot be used. */
class InputError extends ModzyError {
  /**
   * @param {string} message
   * @param {{ code?: string, inputKey?: string, inputName?: string, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, details);
    assignGiven(this, details, ['code', 'inputKey', 'inputName']);
    // Sources are read, and found wanting, long after the call has begun.
    withoutCaller(this);
  }
}

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
  InputError,
};

// On the prototypes, as `name` is on those of the language, so that it is no member of its own in every listing.
for (const [name, type] of Object.entries(family)) {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
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

/** @param {BindingError} failure */
function ofStatus({ status = 0 }) {
  return byStatus[status] ?? (status >= 500 ? ServerError : ApiError);
}

/**
 * @param {string} text
 * @returns {unknown} JSON where it is JSON, else the text.
 */
function readBody(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The transport's own account. It arose in Rust, so no line of JavaScript has a place in its stack.
 *
 * @param {string} account
 */
function toCause(account) {
  const cause = new Error(account);
  cause.stack = `Error: ${account}`;
  return cause;
}

/**
 * The error that a failure of the native client becomes.
 *
 * @param {BindingError} failure
 * @returns {Error}
 */
function toError(failure) {
  const { kind, message } = failure;
  const cause = failure.cause === undefined ? undefined : toCause(failure.cause);
  const body = failure.body === undefined ? undefined : readBody(failure.body);
  const details = { ...failure, body, cause };
  switch (kind) {
    case 'argument':
      return new TypeError(message);
    case 'input':
      return new InputError(message, { ...details, code: failure.inputFault });
    case 'file':
      return new ModzyError(message, { cause });
    case 'system':
      return new ModzyError(message, { retryable: true, cause });
    case 'status':
      return new (ofStatus(failure))(message, details);
    case 'response':
      return new ResponseError(message, details);
    case 'connection':
      return new ConnectionError(message, details);
    case 'timeout':
      return new RequestTimeoutError(message, details);
    case 'waitTimeout': {
      const job = failure.job === undefined ? undefined : readDocument(failure.job);
      return new WaitTimeoutError(message, { ...details, job });
    }
    default:
      return new ModzyError(message);
  }
}

/**
 * @typedef {import('../js-binding').BindingError} BindingError
 * @typedef {Partial<Omit<BindingError, 'cause' | 'body'>> & { body?: unknown, cause?: unknown }} ApiErrorDetails
 */

module.exports = { ...family, toError };
