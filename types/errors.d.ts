// The types of lib/errors.js, as index.d.ts gives them out.

import type { Job } from './jobs.js';

/**
 * The root of this package's errors. The class itself stands for a file that cannot be written, for a thread that the system
 * refuses before anything is sent (`retryable`), and for a defect of this package.
 */
export declare class ModzyError extends Error {
  /** Whether the same call may be made again: it does no harm, and it may succeed. */
  retryable: boolean;
  /** Errors are made by the library; a test may make one of its own. */
  constructor(message: string, details?: { retryable?: boolean; cause?: unknown });
  /** All members but `cause` and `stack`, `message` included. */
  toJSON(): Record<string, unknown>;
}

/** What the constructors of {@link ApiError} and its kind take. */
export interface ApiErrorDetails {
  status?: number;
  url?: string;
  body?: unknown;
  requestId?: string;
  retryAfterMs?: number;
  attempts?: number;
  jobIdentifier?: string;
  phase?: ConnectionError['phase'];
  sent?: 'no' | 'maybe';
  retryable?: boolean;
  cause?: unknown;
}

/** The server refused, or no answer came. The base class itself stands for a status that none of the others covers. */
export declare class ApiError extends ModzyError {
  name: string;
  /** The status of the answer's status line; 500 where no answer came, as in 1.x. */
  code: number;
  /** The status of the answer's status line. */
  status?: number;
  /** The whole URL of the request. It holds no credentials. */
  url?: string;
  /** The server's own words where it has any (the first kilobyte). */
  message: string;
  /** The answer's body: JSON where it is JSON, else text (the first 64 KiB). */
  body?: unknown;
  /** The server's name for the request, where a header gives one. */
  requestId?: string;
  /** ms that the server asked to wait before the next attempt, 60000 at most. */
  retryAfterMs?: number;
  /** How many attempts were made. */
  attempts?: number;
  /** The job that the call was about. */
  jobIdentifier?: string;
  /** What code for 1.x and 2.x reads. Not enumerable. */
  get error(): { message: string; response?: { status: number; data: unknown }; config: { url?: string } };
  /** Errors are made by the library; a test may make one of its own. */
  constructor(message: string, details?: ApiErrorDetails);
  /** `code :: message :: url`, as in 1.x. */
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
/** 404. Waits ride it out for four seconds, because the receipt precedes the stored job. */
export declare class NotFoundError extends ApiError {
  name: 'NotFoundError';
}
/** 429, after the retries; `retryAfterMs` is what the server asked for. */
export declare class RateLimitError extends ApiError {
  name: 'RateLimitError';
}
/** 5xx, of a read after the retries. A submit may have been accepted all the same, where `retryable` is false. */
export declare class ServerError extends ApiError {
  name: 'ServerError';
}
/**
 * A 2xx that cannot be read, or is something else: no JSON, no UTF-8, a coding other than gzip, too large, missing where it is
 * needed, an error body, no job where one is due, another job. `code` is the status that came.
 */
export declare class ResponseError extends ApiError {
  name: 'ResponseError';
  /** Whether the server has acted, which matters for a submit. */
  sent: 'no' | 'maybe';
}
/** No connection, or one that broke before the answer was whole. */
export declare class ConnectionError extends ApiError {
  name: 'ConnectionError' | 'RequestTimeoutError';
  /** How far the last attempt had come. */
  phase: 'dns' | 'connect' | 'tls' | 'send' | 'headers' | 'body';
  /** Whether the server can have seen the request. */
  sent: 'no' | 'maybe';
}
/** `connectTimeout`, `requestTimeout` or `idleTimeout` passed; of a cancellation or a receipt that is waited for, 5 s. */
export declare class RequestTimeoutError extends ConnectionError {
  name: 'RequestTimeoutError';
}
/** `waitTimeout` passed. The job goes on; waiting again is safe. */
export declare class WaitTimeoutError extends ModzyError {
  name: 'WaitTimeoutError';
  /** The job that was waited for. */
  jobIdentifier: string;
  /** The job as it was last seen. */
  job?: Job;
  /** Errors are made by the library; a test may make one of its own. */
  constructor(message: string, details?: { jobIdentifier?: string; job?: Job; retryable?: boolean; cause?: unknown });
}
/** An input of an upload that cannot be used. Where a job had been opened for it, it has been cancelled. */
export declare class InputError extends ModzyError {
  name: 'InputError';
  /**
   * `missing`: there is no such file. `empty`: no bytes, which servers drop without a word. `changed`: not as it was when it was
   * checked, or memory that is gone. `unusable`: unreadable, or no file. `limit`: more chunks than the server takes. `timeout`: a stream or a Blob gave no byte
   * for `idleTimeout`.
   */
  code?: 'missing' | 'empty' | 'changed' | 'unusable' | 'limit' | 'timeout' | (string & {});
  /** The key that the job was submitted with. */
  inputKey?: string;
  /** The name of the model's input. */
  inputName?: string;
  /** Errors are made by the library; a test may make one of its own. */
  constructor(message: string, details?: { code?: string; inputKey?: string; inputName?: string; cause?: unknown });
}
