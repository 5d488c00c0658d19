// Results of jobs, and outputs.

import type { JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';

/**
 * The outputs of one input, by output name (for example `results.json`), and metadata. An output may have the name of metadata;
 * {@link StreamedResult} says which is which.
 */
export interface InputResult {
  /** `SUCCESSFUL` or `FAILED`. */
  status: string;
  engine: string;
  /** The reason why the input failed. */
  error?: string;
  /** ms */
  inputFetching: number;
  outputUploading?: any;
  /** ms */
  modelLatency: number;
  /** ms */
  queueTime: number;
  /** ISO 8601. */
  startTime: string;
  /** ISO 8601. */
  updateTime: string;
  /** ISO 8601. */
  endTime: string;
  voting: { up: number; down: number };
  [output: string]: any;
}

/** The results of a job, as 2.x types them, except that the input keys are those of the caller. */
export interface GetResultResponse {
  jobIdentifier: string;
  accountIdentifier: string;
  team: { identifier: string };
  /** The number of inputs. */
  total: number;
  /** The number of inputs that were processed. */
  completed: number;
  /** The number of inputs that failed. */
  failed: number;
  /** Whether the job has ended. */
  finished: boolean;
  /** The prefix of the key that submitted the job. */
  submittedByKey: string;
  explained: boolean;
  /** ISO 8601. */
  submittedAt: string;
  /** ms */
  initialQueueTime: number;
  /** ms */
  totalQueueTime: number;
  /** ms */
  averageModelLatency: number;
  /** ms */
  totalModelLatency: number;
  /** ms */
  elapsedTime: number;
  /** ISO 8601. */
  startingResultSummarizing: string;
  /** ms */
  resultSummarizing: number;
  /** Bytes. */
  inputSize: number;
  /** Processed inputs, by input key. Missing if every input failed, although 2.x types it as always present. */
  results: Record<string, InputResult>;
  /** Failed inputs, by input key. Missing or null if no input failed. */
  failures?: Record<string, InputResult> | null;
}

/**
 * The results of a job: `GET /results/{job}`. Partial while `finished` is false. Servers may omit any member except the identifier,
 * and may add others.
 */
export interface Result extends GetResultResponse {
  /** The same as `jobIdentifier`. Not enumerable, and never sent. */
  readonly identifier: string;
  [member: string]: unknown;
}

/**
 * The result of one input, as {@link ResultMethods.streamResults} yields it.
 *
 * A member that the server sends is metadata if it has both the name of metadata and a value that the API gives it: a text for
 * `status`, `engine`, `error`, `startTime`, `updateTime` and `endTime`, a number for `inputFetching`, `outputUploading`,
 * `modelLatency`, `queueTime`, `elapsedTime` and `inputSize`, counts for `voting`, or `null`. The link to an output is never
 * metadata. Every other member is an output, whatever its name is. An output with such a name and such a value looks like
 * metadata: read it with {@link ResultMethods.getOutputContents}, which names it.
 */
export interface StreamedResult {
  /** The input key. */
  inputKey: string;
  /** The status that the server sent; without one, `SUCCESSFUL` for an input in `results` and `FAILED` for one in `failures`. */
  status: string;
  /** The outputs, by output name (for example `results.json`): parsed JSON, or the URL of an output that is not JSON. */
  outputs: Record<string, unknown>;
  /** The reason why the input failed, if it is a text. Any other is in `metadata`. */
  error?: string;
  /** The metadata that the server sent, except the status and the reason, for example `engine`, `startTime`, `modelLatency` and `voting`. */
  metadata: Record<string, unknown>;
}

/** An output of a job, by job, input key and output name. 2.x calls the job `jobId`; only one of the two may be given. */
export type NamedOutput = {
  /** The input key. */
  inputKey: string;
  /** For example `results.json`. */
  outputName: string;
} & ({ job: JobRef; jobId?: null | undefined } | { jobId: JobRef; job?: null | undefined });

/**
 * An output, by the URL that results contain instead of outputs that are not JSON. White space around the URL is ignored. The key is
 * sent only to the API's own origin. A URL of another origin must be `https`, and receives neither the key nor custom headers. At
 * most five redirects are followed, by the same rules, and never from `https` to `http`.
 */
export interface OutputUrl {
  url: string | URL;
}

/** An output of a job. */
export type OutputRef = NamedOutput | OutputUrl;

/** Options of {@link ResultMethods.getOutputContents}. */
export interface OutputContentsOptions extends RequestOptions {
  /**
   * The type to return. `json`: parsed JSON, or text if the output is not JSON. `blob`: a `Blob` with the media type that the server
   * sent. `arraybuffer`: a `Buffer`, as in 2.x.
   *
   * @default 'json'
   */
  responseType?: 'json' | 'blob' | 'arraybuffer' | null | undefined;
}

/** The parameters of {@link ResultMethods.getOutputContents}. */
export type GetOutputContentsParams = OutputContentsOptions &
  (
    | (NamedOutput & { url?: null | undefined })
    | (OutputUrl & {
        job?: null | undefined;
        jobId?: null | undefined;
        inputKey?: null | undefined;
        outputName?: null | undefined;
      })
  );

/** An open output. */
export interface OpenedOutput {
  /**
   * The bytes, read from the network one chunk per read. The stream keeps the process alive only during a read. `cancel()` closes
   * the request. If the connection breaks, reading continues after the last byte, provided that the server supports ranges and the
   * output is unchanged; else the stream ends with the error.
   */
  body: ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  /** The media type that the server sent; `null` without one. */
  contentType: string | null;
  /** The number of bytes; `null` if the server did not send it. */
  contentLength: number | null;
}

/** A completed download. */
export interface DownloadedOutput {
  /** The size of the file. */
  bytes: number;
  /** The media type that the server sent; `null` without one. */
  contentType: string | null;
}

/** The progress of a download. */
export interface DownloadProgress {
  /** Bytes received. Smaller than before if the download had to start again. */
  loadedBytes: number;
  /** All bytes; missing if the server did not send their number. */
  totalBytes?: number;
}

/**
 * Options of downloads and of streamed results. Neither has a limit for the whole: `requestTimeout` applies until the headers of the
 * response.
 */
export interface DownloadOptions extends RequestOptions {
  /**
   * ms without a byte after the headers; at least 1. `Infinity`: no limit.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
  /**
   * Called when the headers have arrived, then at most 20 times a second, and at the end, in the async context of the call. If the
   * callback throws or rejects, the download ends with that error. If it returns a promise, the promise is awaited before the next
   * call, and for at most 5 s before the download resolves or the stream ends. The data does not wait for it: chunks are read as
   * fast as their reader takes them, and a busy callback is next called with the latest figures.
   *
   * @default none
   */
  onDownloadProgress?: ((progress: DownloadProgress) => void | PromiseLike<void>) | null | undefined;
}

/** Methods about results. */
export interface ResultMethods {
  /**
   * Reads the results of a job: `GET /results/{job}`. They are partial while the job runs.
   *
   * @returns The results as the server sent them.
   * @throws {NotFoundError} If the job does not exist, or was submitted a moment ago and is not stored yet.
   * @throws {ResponseError} If a 2xx response contains no results, or those of another job.
   * @example
   * const { results, failures } = await client.getResult('14856eb1-0ad8-49e7-9da3-887acb80fea5');
   * console.log(results['first']?.['results.json'], failures?.['second']?.error);
   */
  getResult(jobId: JobRef, options?: RequestOptions | null): Promise<Result>;

  /**
   * Reads the result of one input of a job: `GET /results/{job}`, read as it arrives and only up to that input, or to the
   * `jobIdentifier` if that is after it. `requestTimeout` applies until the headers; after that, the `idleTimeout` of the client applies.
   *
   * @param inputKey The input key.
   * @returns The member of `results` or `failures` as the server sent it, without the additional level of old servers. If the input
   *   occurs twice in the body, the first.
   * @throws {NotFoundError} If the job does not exist, or was submitted a moment ago and is not stored yet. Also if the results do not
   *   contain the input, maybe not yet; the message names it.
   * @throws {ResponseError} If the body is not JSON, contains no results or those of another job, or if the input is too large.
   */
  getInputResult(jobId: JobRef, inputKey: string, options?: RequestOptions | null): Promise<InputResult>;

  /**
   * Reads the results of a job one input at a time, as they arrive: `GET /results/{job}`. Results of any size take the memory of two
   * inputs: each is parsed when the loop reaches it, and the next one, or 64 KiB, are read meanwhile. Inputs of `results` and `failures` are yielded
   * in the order of the body, and are partial while the job runs. An input that occurs twice in the body is yielded twice.
   *
   * No request is sent before the loop begins, and leaving the loop closes the request. `requestTimeout` applies until the headers;
   * after that, `idleTimeout` applies while the loop waits, and `maxResponseBytes` to each input. Until the first input has arrived,
   * the request is retried as `retries` allows. If the body breaks later, the loop ends with the error: the inputs yielded so far are
   * valid, and the rest is missing.
   *
   * @throws {NotFoundError} If the job does not exist, or was submitted a moment ago and is not stored yet.
   * @throws {ConnectionError} If the body breaks off.
   * @throws {RequestTimeoutError} If the headers take longer than `requestTimeout`, or the next byte longer than `idleTimeout`.
   * @throws {ResponseError} If the body is not JSON or contains no results, possibly after some inputs, or if an input is too large.
   * @example
   * for await (const { inputKey, outputs, error } of client.streamResults('14856eb1-0ad8-49e7-9da3-887acb80fea5')) {
   *   console.log(inputKey, error ?? outputs['results.json']);
   * }
   */
  streamResults(job: JobRef, options?: DownloadOptions | null): AsyncIterable<StreamedResult>;

  /**
   * Downloads one output into memory, and resumes like {@link ResultMethods.downloadOutput}: `GET
   * /results/{job}/datasource/{input}/output/{output}`.
   *
   * @returns The output in the type that `responseType` names.
   * @throws {NotFoundError} If the output does not exist.
   * @throws {ResponseError} If `responseType` is `json` and the output is neither JSON nor UTF-8.
   */
  getOutputContents<T = unknown>(params: GetOutputContentsParams, options?: RequestOptions | null): Promise<T>;

  /**
   * Opens one output of any size as a stream: `GET /results/{job}/datasource/{input}/output/{output}`. `signal`, `idleTimeout` and
   * `onDownloadProgress` also apply to the stream, which fails with the error or with `signal.reason`.
   *
   * @throws {NotFoundError} If the output does not exist.
   */
  openOutput(output: OutputRef, options?: DownloadOptions | null): Promise<OpenedOutput>;

  /**
   * Downloads one output of any size to a file, outside the event loop: `GET
   * /results/{job}/datasource/{input}/output/{output}`.
   *
   * The bytes are written to a temporary file in the same folder, which replaces the target atomically once all bytes are on the
   * disk, and is removed on failure. A target that exists keeps its owner, mode, access control list and other extended attributes.
   * Symbolic links are followed. Folders, pipes, sockets, devices and files that may not be written are refused before anything is
   * sent, or at the end if they appeared during the download. A file that can be written but not replaced without changing more
   * than its content (hard links, another owner, a folder without write access) is written in place once all bytes have arrived; a
   * crash at that moment may leave it truncated.
   *
   * An interrupted download resumes after the last byte if the server supports ranges and the output is unchanged (by its `ETag` or
   * `Last-Modified`); else it starts again. `retries` limits the consecutive attempts without a new byte. Once the file is being
   * replaced, an abort no longer prevents it; nor does an exception of the last call of `onDownloadProgress`.
   *
   * @param file A path or a `file:` URL. A relative path is resolved when the call is made.
   * @throws {NotFoundError} If the output does not exist.
   * @throws {ResponseError} If the server sends a 2xx without an output, such as 202 or 204.
   * @throws {RequestTimeoutError} If the headers take longer than `requestTimeout`, or the next byte longer than `idleTimeout`.
   * @throws {ModzyError} If the file cannot be written.
   * @example
   * const output = { jobId: '14856eb1-0ad8-49e7-9da3-887acb80fea5', inputKey: 'first', outputName: 'results.json' };
   * const { bytes } = await client.downloadOutput(output, './results.json');
   */
  downloadOutput(output: OutputRef, file: string | URL, options?: DownloadOptions | null): Promise<DownloadedOutput>;
}
