'use strict';

// Converts the failures of the addon into errors. `errors.js` has their classes.

const { nameInCall } = require('./arguments/methods.js');
const { readDocument } = require('./documents.js');
const {
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
  InputError,
  JournalError,
} = require('./errors.js');
const { argumentError, showCaller } = require('./stacks.js');

/** @typedef {import('../js-binding').BindingError} BindingError */

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

/** The methods that upload, and in which a string is a text. */
const takeTexts = ['run', 'submit'];

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
      const mayBeText = code === 'missing' && inputKey !== '' && !takeTexts.includes(site?.method ?? '');
      const advice = mayBeText ? `; ${ADVICE_FOR_TEXTS}` : '';
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
      const { jobIdentifier, retryable } = failure;
      const job = failure.job === undefined ? undefined : readDocument(failure.job);
      return new WaitTimeoutError(message, { jobIdentifier, job, retryable });
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

module.exports = { toError };
