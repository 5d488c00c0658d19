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

/** @param {number} status */
function ofStatus(status) {
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
 * The transport's own account, where there is one. It arose in Rust, so no line of JavaScript has a place in its stack.
 *
 * @param {string | undefined} account
 */
function toCause(account) {
  if (account === undefined) {
    return undefined;
  }
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
  const { message } = failure;
  switch (failure.kind) {
    case 'argument':
      return new TypeError(message);
    case 'input': {
      const { fault: code, inputKey, inputName } = failure;
      return new InputError(message, { code, inputKey, inputName, cause: toCause(failure.cause) });
    }
    case 'file':
      return new ModzyError(message, { cause: toCause(failure.cause) });
    case 'system':
      return new ModzyError(message, { retryable: true, cause: toCause(failure.cause) });
    case 'status': {
      const body = failure.body === undefined ? undefined : readBody(failure.body);
      return new (ofStatus(failure.status))(message, { ...failure, ...failure.request, body });
    }
    case 'response':
      return new ResponseError(message, { ...failure, ...failure.request });
    case 'unreadable':
      return new ResponseError(message, { sent: 'maybe' });
    case 'connection':
      return new ConnectionError(message, { ...failure, ...failure.request, cause: toCause(failure.cause) });
    case 'timeout':
      return new RequestTimeoutError(message, { ...failure, ...failure.request });
    case 'waitTimeout': {
      const { jobIdentifier } = failure;
      const job = failure.job === undefined ? undefined : readDocument(failure.job);
      return new WaitTimeoutError(message, { jobIdentifier, job, retryable: true });
    }
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
 * @property {string} [jobIdentifier]
 * @property {string} [phase]
 * @property {string} [sent]
 * @property {boolean} [retryable]
 * @property {unknown} [cause]
 */

module.exports = { ...family, toError };
