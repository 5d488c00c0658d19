// Results of jobs, and their outputs.

import type { JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';

/** The outputs of one input, by their names (such as `results.json`), with metadata beside them. */
export interface InputResult {
  /** `SUCCESSFUL` or `FAILED`. */
  status: string;
  engine: string;
  /** Why the input failed. */
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

/** The results of a job, as 2.x types them, but for the keys of the inputs, which are what the caller chose. */
export interface GetResultResponse {
  jobIdentifier: string;
  accountIdentifier: string;
  team: { identifier: string };
  /** How many inputs the job has. */
  total: number;
  completed: number;
  failed: number;
  /** Whether the job has come to its end. */
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
  /** By input key. Missing when every input failed, although 2.x types it as always there. */
  results: Record<string, InputResult>;
  /** By input key. Missing or null when none failed. */
  failures?: Record<string, InputResult> | null;
}

/**
 * The results of a job: `GET /results/{job}`. Partial while `finished` is false. Servers may leave out any member but the
 * identifier, and there may be others.
 */
export interface Result extends GetResultResponse {
  /** The same as `jobIdentifier`. Not enumerable, and not on the wire. */
  readonly identifier: string;
  [member: string]: unknown;
}

/** What became of one input, as {@link ResultMethods.streamResults} yields it. */
export interface StreamedResult {
  /** As the job was submitted with it. */
  inputKey: string;
  /** As the server says; where it does not, `SUCCESSFUL` for what stands in `results` and `FAILED` in `failures`. */
  status: string;
  /** What the model made of it, by names such as `results.json`: JSON, or a text with the URL of what is none. */
  outputs: Record<string, unknown>;
  /** Why the input failed. */
  error?: string;
  /** What else the server tells of it: `engine`, `startTime`, `modelLatency`, `voting` and the like, as far as it does. */
  metadata: Record<string, unknown>;
}

/** An output of a job, by its names. */
export interface NamedOutput {
  jobId: string;
  /** As the job was submitted with it. */
  inputKey: string;
  /** Such as `results.json`. */
  outputName: string;
}

/**
 * An output by its URL, as results have it in place of what is no JSON; white space around it does not matter. Of the API's
 * own origin, it is asked for with the key. Another must be `https`, and is told neither the key nor custom headers. At most
 * five redirects are followed, by the same rules, and never from `https` to `http`.
 */
export interface OutputUrl {
  url: string | URL;
}

/** An output of a job. */
export type OutputRef = NamedOutput | OutputUrl;

/** What can be said of how {@link ResultMethods.getOutputContents} reads an output. */
export interface OutputContentsOptions extends RequestOptions {
  /**
   * Sets what comes back. `json`: JSON, or text where it is not JSON. `blob`: a `Blob` of the type that the server names.
   * `arraybuffer`: a `Buffer`, as in 2.x.
   *
   * @default `json`
   */
  responseType?: 'json' | 'blob' | 'arraybuffer' | null | undefined;
}

/** What {@link ResultMethods.getOutputContents} takes. */
export type GetOutputContentsParams = OutputContentsOptions &
  (
    | (NamedOutput & { url?: null | undefined })
    | (OutputUrl & { jobId?: null | undefined; inputKey?: null | undefined; outputName?: null | undefined })
  );

/** An output that is open. */
export interface OpenedOutput {
  /**
   * The bytes, each piece read from the network when it is asked for. Without a read under way it does not keep the process
   * alive. `cancel()` closes the request. Where the connection breaks, it goes on after the last byte if the server supports
   * ranges and the output is unchanged; else the stream ends with the error.
   */
  body: ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  /** The media type that the server names; `null` where it names none. */
  contentType: string | null;
  /** How many bytes there are; `null` where the server does not say. */
  contentLength: number | null;
}

/** A download that has come to its end. */
export interface DownloadedOutput {
  /** How many bytes the file has. */
  bytes: number;
  /** The media type that the server names; `null` where it names none. */
  contentType: string | null;
}

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes that have come. Less than before where the download had to start again. */
  loadedBytes: number;
  /** All bytes. Missing where the server does not tell. */
  totalBytes?: number;
}

/**
 * Options of downloads and of streamed results, which have no limit for the whole: `requestTimeout` ends with the headers of the
 * answer.
 */
export interface DownloadOptions extends RequestOptions {
  /**
   * Limits how long no byte comes once the headers have come. In ms, at least 1. `Infinity`: no limit.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
  /**
   * Gets how far the download has come: once the headers have come, at most 20 times a second from then on, and at the end, in the
   * async context of the call. If it throws or rejects, the download ends with that error. A promise that it returns is awaited
   * before it is called again, and before the download resolves; then for 5 s at most.
   *
   * @default none
   */
  onDownloadProgress?: ((progress: DownloadProgress) => void | PromiseLike<void>) | null | undefined;
}

/** What can be done with results. */
export interface ResultMethods {
  /**
   * Reads the results of a job: `GET /results/{job}`. They are partial while the job runs.
   *
   * @returns The results as the server sent them.
   * @throws {NotFoundError} For a job that does not exist, and for a short while after its receipt.
   * @throws {ResponseError} For a 2xx that is no results, or those of another job.
   * @example
   * const { results, failures } = await client.getResult('14856eb1-0ad8-49e7-9da3-887acb80fea5');
   * console.log(results['first']?.['results.json'], failures?.['second']?.error);
   */
  getResult(jobId: string, options?: RequestOptions | null): Promise<Result>;

  /**
   * Reads the result of one input of a job: `GET /results/{job}/datasource/{input}`.
   *
   * @param inputKey As the job was submitted with it.
   * @throws {NotFoundError} For a job or an input that does not exist, and for a short while after the receipt.
   */
  getInputResult(jobId: string, inputKey: string, options?: RequestOptions | null): Promise<InputResult>;

  /**
   * Reads the results of a job input by input, as they arrive: `GET /results/{job}`. Results of any size take no more memory
   * than a single input does, whose JSON becomes objects when the loop asks for it; the body is read no further than that.
   * Those of `results` and `failures` come in the order of the body, and are partial while the job runs. An input that the
   * server has twice is yielded twice.
   *
   * Leaving the loop closes the request. `requestTimeout` ends with the headers; from then on `idleTimeout` holds while the
   * loop waits, and `maxResponseBytes` for each input. Until the first input the request is repeated as `retries` says. A body
   * that breaks after that ends the loop with the error: what was yielded is good, and the rest is missing. No request is made
   * before the loop begins.
   *
   * @throws {NotFoundError} For a job that does not exist, and for a short while after its receipt.
   * @throws {ConnectionError} For a body that breaks off.
   * @throws {RequestTimeoutError} For headers that take longer than `requestTimeout`, and bytes longer than `idleTimeout`.
   * @throws {ResponseError} For a body that is no JSON or holds no results, which may come after some inputs, and for an input
   *   that is too long.
   * @example
   * for await (const { inputKey, outputs, error } of client.streamResults('14856eb1-0ad8-49e7-9da3-887acb80fea5')) {
   *   console.log(inputKey, error ?? outputs['results.json']);
   * }
   */
  streamResults(job: JobRef, options?: DownloadOptions | null): AsyncIterable<StreamedResult>;

  /**
   * Downloads one output into memory: `GET /results/{job}/datasource/{input}/output/{output}`, as
   * {@link ResultMethods.downloadOutput} does.
   *
   * @returns What `responseType` says.
   * @throws {NotFoundError} For an output that does not exist.
   * @throws {ResponseError} For bytes that are neither JSON nor UTF-8 where `responseType` is `json`.
   */
  getOutputContents<T = unknown>(params: GetOutputContentsParams, options?: RequestOptions | null): Promise<T>;

  /**
   * Opens one output of any size, to be read as a stream: `GET /results/{job}/datasource/{input}/output/{output}`. `signal`,
   * `idleTimeout` and `onDownloadProgress` are for the stream as well, which ends with the error or the reason.
   *
   * @throws {NotFoundError} For an output that does not exist.
   */
  openOutput(output: OutputRef, options?: DownloadOptions | null): Promise<OpenedOutput>;

  /**
   * Downloads one output of any size to a file, outside the event loop: `GET
   * /results/{job}/datasource/{input}/output/{output}`.
   *
   * The file is there once it is whole and on the disk, in place of one that was there before, whose owner, mode, list of
   * access and other extended attributes it keeps: until then it is written beside its place, and removed if anything fails.
   * Symbolic links are followed. Folders, pipes, sockets, devices and what may not be written are refused before anything is
   * sent or, where they have come there meanwhile, at the end. A file that can be written but not replaced without a change of
   * more than its content (hard links, another owner, a folder that takes no new file) is written in place once all bytes are
   * there, and may be cut by a crash at that moment. An interrupted download goes on after the last byte if the server supports
   * ranges and the output is unchanged (by its `ETag` or `Last-Modified`), else it starts again; `retries` says how often
   * without a new byte. An abort that comes when the file takes its place comes too late to undo it. What `onDownloadProgress`
   * throws when it is told of the end comes too late to remove the file.
   *
   * @param file A path, or a `file:` URL. A relative one is resolved when the call is made.
   * @throws {NotFoundError} For an output that does not exist.
   * @throws {ResponseError} For a success without an output, such as 202 or 204.
   * @throws {RequestTimeoutError} For headers that take longer than `requestTimeout`, and bytes longer than `idleTimeout`.
   * @throws {ModzyError} For a file that cannot be written.
   * @example
   * const output = { jobId: '14856eb1-0ad8-49e7-9da3-887acb80fea5', inputKey: 'first', outputName: 'results.json' };
   * const { bytes } = await client.downloadOutput(output, './results.json');
   */
  downloadOutput(output: OutputRef, file: string | URL, options?: DownloadOptions | null): Promise<DownloadedOutput>;
}
