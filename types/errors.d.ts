// The error classes. They are implemented in lib/errors.js.

import type { Job } from './jobs.js';

/**
 * The base class of this package's errors. An error of this class itself reports a file that cannot be written, a thread that the
 * system refuses before anything is sent (`retryable` is true), or a defect of this package.
 */
export declare class ModzyError extends Error {
  /**
   * Whether repeating the call is safe and may succeed. `false` once `run` has submitted its job, and once `deployModel` has taken a step,
   * unless it resumes.
   */
  retryable: boolean;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: { retryable?: boolean; cause?: unknown });
  /** Returns all members, including `message`, except `cause` and `stack`. */
  toJSON(): Record<string, unknown>;
}

/** The details that the constructors of {@link ApiError} and its subclasses take. */
export interface ApiErrorDetails {
  status?: number;
  url?: string;
  body?: unknown;
  requestId?: string;
  retryAfterMs?: number;
  attempts?: number;
  gaveUp?: ApiError['gaveUp'];
  jobIdentifier?: string;
  phase?: ConnectionError['phase'];
  sent?: 'no' | 'maybe';
  retryable?: boolean;
  cause?: unknown;
}

/** The server refused the request, or did not respond. The class itself covers statuses that no subclass covers. */
export declare class ApiError extends ModzyError {
  name: string;
  /** The status of the response; 500 without a response, as in 1.x. */
  code: number;
  /** The status of the response; `undefined` without a response. */
  status?: number;
  /** The whole URL of the request, without credentials. */
  url?: string;
  /** The server's message if it sent one (the first kilobyte), else a description of the failure. */
  message: string;
  /** The body of the response, parsed if it is JSON, else as text (the first 64 KiB). */
  body?: unknown;
  /** The server's identifier of the request, if a header has one. */
  requestId?: string;
  /** ms that the server asked the client to wait before the next attempt. */
  retryAfterMs?: number;
  /** The number of attempts; 0 if nothing was sent, because the server had refused requests of this kind. */
  attempts?: number;
  /**
   * Why the client made no further attempt. `retries`: as many as `retries` allows have failed. `budget`: the client's
   * `retryBudget` is used up. `limit`: the server asked for a longer delay than the call waits, or a limit of the call, such as
   * `maxOutage`, had passed. `undefined`: another attempt would have been wrong, or could not have helped.
   */
  gaveUp?: 'retries' | 'budget' | 'limit';
  /** The job that the call was about. */
  jobIdentifier?: string;
  /** The error in the shape that code for 1.x and 2.x reads. Not enumerable. */
  get error(): { message: string; response?: { status: number; data: unknown }; config: { url?: string } };
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: ApiErrorDetails);
  /** Returns `code :: message :: url`, as in 1.x. */
  toString(): string;
}

/** 400 or 422. */
export declare class BadRequestError extends ApiError {
  name: 'BadRequestError';
}
/** 401: the key is missing, unknown or inactive. */
export declare class AuthenticationError extends ApiError {
  name: 'AuthenticationError';
}
/** 403: the key lacks the role. */
export declare class PermissionError extends ApiError {
  name: 'PermissionError';
}
/** 404. Waits retry it for four seconds, because the server sends the receipt before it stores the job. */
export declare class NotFoundError extends ApiError {
  name: 'NotFoundError';
}
/**
 * 429: the server refused the request, and requests of its kind, for a while. The client has waited and tried again, as `retries`
 * allows, unless `retryAfterMs`, the delay that the server asked for, is more than a minute or than the limit of the call.
 */
export declare class RateLimitError extends ApiError {
  name: 'RateLimitError';
  /** The server did not act on the request. */
  sent: 'no';
}
/** 5xx; for a read, after the retries. If `retryable` is false, a submit may have been accepted nevertheless. */
export declare class ServerError extends ApiError {
  name: 'ServerError';
}
/**
 * A 2xx response that is unreadable or not the expected one: invalid JSON or UTF-8, a coding other than gzip, too large, empty, an
 * error body, no job or another job. `code` is the status of the response.
 */
export declare class ResponseError extends ApiError {
  name: 'ResponseError';
  /** Whether the server may have acted on the request, which matters for a submit. */
  sent: 'no' | 'maybe';
}
/** The connection failed, or broke before the response was complete. */
export declare class ConnectionError extends ApiError {
  /** The transport's own error. Its `code` is the name that Node.js has for the failure, for example `ECONNREFUSED`. */
  cause?: Error & { code?: string };
  name: 'ConnectionError' | 'RequestTimeoutError';
  /** The phase in which the last attempt failed. */
  phase: 'dns' | 'connect' | 'tls' | 'send' | 'headers' | 'body';
  /** Whether the server may have received the request. */
  sent: 'no' | 'maybe';
}
/**
 * `connectTimeout`, `requestTimeout` or `idleTimeout` passed, or, after an abort, the 5 s for a cancellation or the receipt of a
 * submit.
 */
export declare class RequestTimeoutError extends ConnectionError {
  name: 'RequestTimeoutError';
}
/** `waitTimeout` passed. The job continues, and waiting again is safe. */
export declare class WaitTimeoutError extends ModzyError {
  name: 'WaitTimeoutError';
  /** The job that the wait was for. */
  jobIdentifier: string;
  /** The job as the last successful poll returned it. */
  job?: Job;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: { jobIdentifier?: string; job?: Job; retryable?: boolean; cause?: unknown });
}
/** The job has ended without the results that were asked for: it was canceled, has failed or timed out, or an input has failed. */
export declare class JobFailedError extends ModzyError {
  name: 'JobFailedError';
  /** The job. */
  jobIdentifier: string;
  /** The job as the last poll returned it. Its `status` is `COMPLETED` if an input has failed. */
  job: Job;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: { jobIdentifier?: string; job?: Job; retryable?: boolean; cause?: unknown });
}
/** A step that the server takes for a model failed, or was not complete within `stepTimeout`. */
export declare class DeploymentError extends ModzyError {
  name: 'DeploymentError';
  /** The step, from which `deployModel({ from })` resumes. */
  step: string;
  /** The model, once it exists. */
  modelId?: string;
  /** What the server says about the cause. If that is not a text, its JSON. */
  technicalInformation?: string;
  /** The HTTP status, if the server refused the step. */
  status?: number;
  /** The error of the step's request, if one failed. */
  cause?: unknown;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(
    message: string,
    details?: {
      step?: string;
      modelId?: string;
      technicalInformation?: string;
      status?: number;
      retryable?: boolean;
      cause?: unknown;
    },
  );
}
/** The client was closed before or during the call. Create another client to make further calls. */
export declare class ClientClosedError extends ModzyError {
  name: 'ClientClosedError';
  /** Whether the server may have received the request, for calls that change something there, and for calls that were not made. */
  sent?: 'no' | 'maybe';
  /** The job that the call was about, or that an upload had opened. */
  jobIdentifier?: string;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(
    message: string,
    details?: { sent?: 'no' | 'maybe'; jobIdentifier?: string; retryable?: boolean; cause?: unknown },
  );
}
/** The journal of a batch cannot be used, or does not say what became of a job. */
export declare class JournalError extends ModzyError {
  name: 'JournalError';
  /**
   * `unusable`: the file cannot be opened, locked, read or written, or belongs to another server or key. `inUse`: another batch uses
   * it. `damaged`: its content has changed since it was written, or it is not a journal; the message names the line. These end the batch.
   * `unknown`: whether the server has accepted the job of `inputKey` is unknown, and the job was not submitted again.
   */
  state?: 'unusable' | 'inUse' | 'damaged' | 'unknown' | (string & {});
  /** The file. */
  path?: string;
  /** The key of the job. */
  inputKey?: string;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: { state?: string; path?: string; inputKey?: string; cause?: unknown });
}

/** An input of an upload cannot be used. If a job was opened for it, the job has been canceled. */
export declare class InputError extends ModzyError {
  name: 'InputError';
  /**
   * `missing`: the file does not exist. `empty`: the input has no bytes; servers silently drop such inputs. `changed`: the file or
   * Blob has changed since it was checked, or the memory was detached. `unusable`: not readable, or not a regular file. `limit`:
   * more chunks than the server accepts, or more bytes than `maxBytes`. `timeout`: a stream or a Blob delivered no byte for
   * `idleTimeout`.
   */
  code?: 'missing' | 'empty' | 'changed' | 'unusable' | 'limit' | 'timeout' | (string & {});
  /** The input key. */
  inputKey?: string;
  /** The input name. */
  inputName?: string;
  /** Creates an error. The library creates its errors itself; the constructor is for tests. */
  constructor(message: string, details?: { code?: string; inputKey?: string; inputName?: string; cause?: unknown });
}

/**
 * Any error of this package, for a `switch` on its `name`: each `case` narrows the error to its class. Write a `default`, because later
 * versions may add classes.
 */
export type AnyModzyError =
  | (ModzyError & { name: 'ModzyError' })
  | (ApiError & { name: 'ApiError' })
  | BadRequestError
  | AuthenticationError
  | PermissionError
  | NotFoundError
  | RateLimitError
  | ServerError
  | ResponseError
  | (ConnectionError & { name: 'ConnectionError' })
  | RequestTimeoutError
  | WaitTimeoutError
  | JobFailedError
  | DeploymentError
  | ClientClosedError
  | JournalError
  | InputError;
