'use strict';

// The public error classes. The stack is that of the call. `failures.js` makes errors of what Rust reports.

const { withoutCaller } = require('./stacks.js');

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

/**
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

module.exports = family;
