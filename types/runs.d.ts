// From a model and inputs to results in one call, and requests to any route.

import type { ConnectionError, JobFailedError, NotFoundError, WaitTimeoutError } from './errors.js';
import type { Job, JobReceipt } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { InputResult, StreamedResult } from './results.js';
import type { FileSource, UploadMethods, UploadOptions } from './uploads.js';
import type { WaitOptions } from './waits.js';

/**
 * Inputs of {@link RunMethods.run} and {@link RunMethods.submit}: `{ [inputName]: source }` for a single input, whose key is `job`, or
 * `{ [inputKey]: { [inputName]: source } }` for several.
 *
 * A string is a text, never a path: pass a file as a `file:` URL, for example `pathToFileURL('photo.jpg')`. If every source is a
 * string, the texts are part of the request; otherwise everything is uploaded, with texts as UTF-8.
 */
export type RunInputs = Record<string, FileSource> | Record<string, Record<string, FileSource>>;

/** Options of {@link RunMethods.submit}. */
export interface ModelSubmitOptions extends Omit<UploadOptions, 'cancelOnAbort'> {
  /**
   * Whether to explain the results, if the model supports that.
   *
   * @default what the server does, which is not to
   */
  explain?: boolean | null | undefined;
  /**
   * Whether an abort cancels the job on the server. An upload always cancels its job.
   *
   * @default false
   */
  cancelOnAbort?: boolean | null | undefined;
}

/** Options of {@link RunMethods.run}. `signal` and `headers` apply to all requests, `retries` to those before the wait. */
export interface RunOptions extends Omit<UploadOptions, 'cancelOnAbort'>, Omit<WaitOptions, 'retries'> {
  /**
   * Limits how many attempts may follow a failed one, where repeating is safe. A whole number, 0 or more. The wait has `maxOutage`.
   *
   * @default the client's
   */
  retries?: number | null | undefined;
  /**
   * Whether to explain the results, if the model supports that.
   *
   * @default what the server does, which is not to
   */
  explain?: boolean | null | undefined;
  /**
   * What happens if inputs fail although the job completes. `reject`: the call rejects with a {@link JobFailedError} and the server's
   * message for the first one. `return`: they are in `failures`.
   *
   * @default `'reject'` for a single input, `'return'` for several
   */
  failures?: 'reject' | 'return' | null | undefined;
  /**
   * Called when the job has been submitted, in the async context of the call. If the callback throws or rejects, the call ends with
   * that error, and the job continues.
   *
   * @default none
   */
  onSubmit?: ((submitted: { jobIdentifier: string }) => void | PromiseLike<void>) | null | undefined;
}

/** The result of {@link RunMethods.run}. */
export interface RunResult {
  /** The job, which has completed. */
  job: Job;
  /** The results of the inputs that succeeded, by input key. */
  results: Record<string, InputResult>;
  /** The results of the inputs that failed, by input key. */
  failures: Record<string, InputResult>;
  /**
   * The outputs of a single input, by output name. Missing for several inputs, and if the input failed. An output with the name and
   * the kind of value of metadata is not among them: {@link StreamedResult}.
   */
  outputs?: Record<string, any>;
}

/** A value of a query. A list repeats the parameter. */
export type QueryValue = string | number | bigint | boolean | Date | null | undefined;

/** A request to any route. */
export interface RawRequest {
  /** A `GET` and a `DELETE` are repeated like reads, everything else like submits. */
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * The path below the root of the API, for example `/jobs/history`. URLs, `//` and the segments `.` and `..` are refused. Identifiers
   * in it have to be encoded: `/jobs/${encodeURIComponent(id)}`.
   */
  path: string;
  /** The parameters of the query, which are encoded. `null` and `undefined` are left out. */
  query?: Record<string, QueryValue | readonly QueryValue[]> | URLSearchParams | null | undefined;
  /** The body, which is sent as JSON. */
  body?: unknown;
  /** Headers of this request, in place of those of the options. */
  headers?: Record<string, string> | null | undefined;
  /**
   * `json`: the body of the response is parsed. `arraybuffer`: it is a Buffer.
   *
   * @default `'json'`
   */
  responseType?: 'json' | 'arraybuffer' | null | undefined;
}

/** The response to a {@link RawRequest}. */
export interface RawResponse<T = unknown> {
  /** The status, which is 2xx. */
  status: number;
  /** The headers, by their names in lower case. */
  headers: Record<string, string>;
  /** The body; `undefined` if the response had none. */
  body: T;
}

/** Methods from a model and inputs to results, and for routes that have no method. */
export interface RunMethods {
  /**
   * Submits inputs to a model, waits for the job, and reads its results.
   *
   * If the signal fires, the call ends; with `cancelOnAbort`, the job is canceled on the server. An upload under way always cancels
   * its job, and a job that has ended is left alone.
   *
   * @param model `ed542963de` for the latest active version, which takes one more request, or `ed542963de@1.0.1` for a certain one.
   *   `job.model.version` says which version it was.
   * @param inputs The inputs. A string is a text; {@link UploadMethods.submitJobFile} takes strings as paths.
   * @returns The job and its results.
   * @throws {JobFailedError} If the job ends as `CANCELED`, `TIMEDOUT` or `ERROR`, or an input fails: see `failures`.
   * @throws {NotFoundError} If the model does not exist, or has no active version.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed. Every error after the submit has the `jobIdentifier`.
   * @throws {ConnectionError} If the submit, or the wait for longer than `maxOutage`, gets no response.
   * @example
   * const { outputs } = await client.run('ed542963de', { 'input.txt': 'What a lovely day!' });
   * console.log(outputs['results.json']);
   */
  run(
    model: string,
    inputs: Record<string, FileSource>,
    options?: (RunOptions & { failures?: 'reject' | null | undefined }) | null,
  ): Promise<RunResult & { outputs: Record<string, any> }>;
  /** The same for several inputs, and for failures that are returned. `outputs` may be missing. */
  run(model: string, inputs: RunInputs, options?: RunOptions | null): Promise<RunResult>;

  /**
   * Submits inputs to a model as {@link RunMethods.run} does, and does not wait.
   *
   * @param model As for {@link RunMethods.run}.
   * @param inputs As for {@link RunMethods.run}.
   * @returns The receipt, unchanged; `model.version` says which version was used.
   * @throws {NotFoundError} If the model does not exist, or has no active version.
   */
  submit(model: string, inputs: RunInputs, options?: ModelSubmitOptions | null): Promise<JobReceipt>;

  /**
   * Sends a request to any route below the root of the API, with the retries, limits, errors and secrecy of all other requests.
   * Redirects are not followed.
   *
   * @throws {TypeError} If the path does not stay below the root. Nothing is sent.
   * @example
   * const { body } = await client.request({ method: 'GET', path: '/models', query: { 'per-page': 5 } });
   */
  request<T = unknown>(route: RawRequest, options?: RequestOptions | null): Promise<RawResponse<T>>;
}

/**
 * Returns the outputs of an input, by output name, without the metadata beside them: {@link StreamedResult} says which is which.
 *
 * @param result A result of `getResult`, `blockUntilResult` or `run`.
 * @throws {JobFailedError} If the input failed, with the server's message.
 * @throws {NotFoundError} If the result has no such input. Results are partial while a job runs.
 */
export declare function outputsOf(
  result: { results?: object | null | undefined; failures?: object | null | undefined },
  inputKey: string,
): Record<string, any>;

// Without this, all that is declared here would be exported.
export {};
