// Uploads: jobs whose input is sent in chunks.

import type { InputError, RequestTimeoutError } from './errors.js';
import type { Job, JobReceipt, JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { SubmitOptions, SubmitParams } from './submits.js';

/** What a web stream of bytes has, of whatever realm. */
export interface ByteStream {
  /** A reader of its own, as `ReadableStream` has it. */
  getReader(): {
    /** The next piece; `done` at the end. */
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  };
}

/**
 * What to upload: a path, a `file:` URL, bytes, a Blob or a File, or a stream of bytes (a Node.js `Readable`, a web stream, any
 * async iterable). Paths are read outside the event loop, twice if the file was changed within two minutes or is not on a local
 * disk; a relative one is resolved when the call is made. Up to 8 MiB of memory are copied before the call returns, which takes a
 * few ms. Everything else is taken piece by piece when its turn comes, in chunks of at most 4 MiB: larger memory is not to be
 * changed before the promise settles.
 */
export type FileSource =
  string | URL | ArrayBufferLike | ArrayBufferView | Blob | AsyncIterable<Uint8Array> | ByteStream;

/** Files to upload: input key → name of the model's input → file. */
export type FileSources = Record<string, Record<string, FileSource>>;

/** How far an upload has come. */
export interface UploadProgress {
  /** The job that the inputs go to. */
  jobIdentifier: string;
  /** The key that the job was submitted with. */
  inputKey: string;
  /** The name of the model's input. */
  inputName: string;
  /** Bytes of this input in chunks that the server has taken. */
  loadedBytes: number;
  /** All bytes of this input. Missing for a stream, which does not tell. */
  totalBytes?: number;
}

/** Options of uploads. They cancel the job that they opened whenever they fail, so there is nothing to ask for. */
export interface UploadOptions extends Omit<SubmitOptions, 'cancelOnAbort'> {
  /**
   * Sets the size of each chunk; where the server allows less, that is taken. In bytes, a whole number, at least 1.
   *
   * @default what the server allows (`GET /jobs/features`), or 1 MiB; of what is not a file, 4 MiB at most
   */
  chunkSize?: number | null | undefined;
  /**
   * Limits how long no byte moves in either direction. In ms, at least 1. `Infinity`: no limit. A server that takes or answers nothing ends the upload with a {@link
   * RequestTimeoutError}, a source that gives nothing with an {@link InputError} (`timeout`); either cancels the job. There
   * is no limit for the whole: `requestTimeout` is for each chunk, up to the headers of its answer, and to its last byte where
   * it is refused.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
  /**
   * Gets how far the upload has come: before the first byte of each input and after its last, and at most 20 times a second
   * between, in the async context of the call. If it throws or rejects, the upload ends with that error, and the job that it
   * opened is canceled. A promise that it returns is awaited before it is called again, and before the upload resolves; then for
   * 5 s at most.
   *
   * @default none
   */
  onUploadProgress?: ((progress: UploadProgress) => void | PromiseLike<void>) | null | undefined;
}

/** What {@link UploadMethods.submitJobFile} takes as one object. */
export interface SubmitJobFileParams extends SubmitParams, UploadOptions {
  sources: FileSources;
}

/** Submits files, and sends inputs to open jobs. */
export interface UploadMethods {
  /**
   * Uploads files to a job of their own: opens it with `POST /jobs`, sends the chunks one after the other with
   * `POST /jobs/{job}/{input}/{name}`, and closes it. If anything fails, the job is cancelled.
   *
   * The limits of the server are asked for first (`GET /jobs/features`), and every path is checked, so that what cannot work
   * opens no job. A chunk whose fate is unknown is never sent again. Memory stays bounded whatever the sizes are.
   *
   * @param fileSources Input key → name of the model's input → path, `file:` URL, bytes, Blob or stream.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @returns The receipt of the close.
   * @throws {InputError} With the `code` `missing`, `empty`, `changed`, `unusable`, `limit` for more chunks than the server takes, or
   *   `timeout` for a stream that stands still. A stream that fails rejects with its own error.
   * @throws {TypeError} For wrong arguments, and for more inputs than the server takes in a job.
   * @example
   * const sources = { first: { 'input.txt': './review.txt' }, second: { 'input.txt': new Blob(['What a day!']) } };
   * const receipt = await client.submitJobFile('ed542963de', '1.0.1', sources);
   */
  submitJobFile(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    explain?: boolean | null,
    options?: UploadOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobFile(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    options?: UploadOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobFile(params: SubmitJobFileParams, options?: UploadOptions | null): Promise<JobReceipt>;

  /** The name that the published 1.x has for {@link UploadMethods.submitJobFile}. */
  submitJobFiles(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    explain?: boolean | null,
    options?: UploadOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobFiles(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    options?: UploadOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobFiles(params: SubmitJobFileParams, options?: UploadOptions | null): Promise<JobReceipt>;

  /**
   * Sends an input to an open job, in chunks one after the other: `POST /jobs/{job}/{input}/{name}`.
   *
   * @param inputItemKey The input key.
   * @param dataItemKey The name of the model's input.
   * @param inputValue A path, a `file:` URL, bytes, a Blob or a stream.
   * @param chunkSize Bytes of each chunk, a whole number, at least 1. Default: 1048576; the server is not asked for its
   *   limits.
   * @throws {InputError} For a source that is missing, empty or unusable, or that changes or stands still meanwhile. The job stays
   *   open.
   * @throws {BadRequestError} For a chunk that the server refuses.
   */
  appendInput(
    job: JobRef,
    inputItemKey: string,
    dataItemKey: string,
    inputValue: FileSource,
    chunkSize?: number | null,
    options?: UploadOptions | null,
  ): Promise<null>;
  /** The same with the options in the place of `chunkSize`. */
  appendInput(
    job: JobRef,
    inputItemKey: string,
    dataItemKey: string,
    inputValue: FileSource,
    options?: UploadOptions | null,
  ): Promise<null>;

  /**
   * Closes an open job, so that it is processed: `POST /jobs/{job}/close`.
   *
   * Where the answer is lost, the job is read, and returned if it is closed.
   *
   * @returns The receipt, with `status` `SUBMITTED`.
   * @throws {ApiError} As the server answers, for instance for a job that is not open.
   */
  closeJob(job: JobRef, options?: RequestOptions | null): Promise<JobReceipt>;

  /**
   * Closes an open job, as {@link UploadMethods.closeJob} does.
   *
   * @returns The receipt as the server sent it.
   * @throws {ApiError} As the server answers, for instance for a job that is not open.
   */
  closeOpenJob(job: JobRef, options?: RequestOptions | null): Promise<JobReceipt>;
}
