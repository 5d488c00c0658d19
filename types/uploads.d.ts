// Uploads: jobs whose inputs are sent in chunks.

import type { InputError, RequestTimeoutError } from './errors.js';
import type { JobReceipt, JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { SubmitOptions, SubmitParams } from './submits.js';

/** The part of a web stream of bytes that uploads use, from any realm. */
export interface ByteStream {
  /** Returns a reader, as `ReadableStream` does. */
  getReader(): {
    /** Reads the next chunk; `done` is true at the end. */
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  };
}

/**
 * A source to upload: a path, a `file:` URL, bytes, a Blob or a File, or a stream of bytes (a Node.js `Readable`, a web stream, any
 * async iterable). Files are read outside the event loop, twice if the file was changed within two minutes or is not on a local
 * disk. A relative path is resolved when the call is made. Up to 8 MiB of memory in all are copied before the call returns, which
 * takes a few ms. Everything else is read one chunk of at most 4 MiB at a time when its turn comes, so larger memory must not be
 * changed before the promise settles.
 */
export type FileSource =
  string | URL | ArrayBufferLike | ArrayBufferView | Blob | AsyncIterable<Uint8Array> | ByteStream;

/** Sources to upload: input key → input name → source. */
export type FileSources = Record<string, Record<string, FileSource>>;

/** The progress of an upload. */
export interface UploadProgress {
  /** The job that receives the inputs. */
  jobIdentifier: string;
  /** The input key. */
  inputKey: string;
  /** The input name. */
  inputName: string;
  /** Bytes of this input in chunks that the server has accepted. */
  loadedBytes: number;
  /** All bytes of this input; missing for a stream, whose size is unknown. */
  totalBytes?: number;
}

/** Options of {@link UploadMethods.appendInput}. */
export interface AppendOptions extends RequestOptions {
  /**
   * Bytes of each chunk: a whole number, at least 1. If the server allows less, the server's limit applies. By default, the server's
   * limit (`GET /jobs/features`), or 1 MiB if the server reports none, and at most 4 MiB for sources other than files.
   *
   * @default what the server allows (`GET /jobs/features`), or 1 MiB; for a source that is not a file, at most 4 MiB
   */
  chunkSize?: number | null | undefined;
  /**
   * ms without a byte in either direction; at least 1. If the server reads and sends nothing, the upload ends with a {@link
   * RequestTimeoutError}; if the source delivers nothing, with an {@link InputError} (`timeout`). Both cancel the job. The whole
   * upload has no limit: `requestTimeout` applies to each chunk, until the headers of its response, or until the last byte of a
   * refusal. `Infinity`: no limit.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
  /**
   * Called before the first byte of each input and after its last, and at most 20 times a second in between, in the async context
   * of the call. If the callback throws or rejects, the upload ends with that error and cancels the job that it opened. If it
   * returns a promise, the promise is awaited before the next call, and for at most 5 s before the upload resolves.
   *
   * @default none
   */
  onUploadProgress?: ((progress: UploadProgress) => void | PromiseLike<void>) | null | undefined;
}

/** Options of uploads. An upload that fails or is aborted always cancels the job that it opened, so `cancelOnAbort` is not needed. */
export interface UploadOptions extends Omit<SubmitOptions, 'cancelOnAbort'>, AppendOptions {
  /**
   * Not an option of uploads.
   *
   * @default none
   */
  cancelOnAbort?: null | undefined;
  /**
   * Called once, when the server has opened the job, in the async context of the call. The first chunk is sent meanwhile. A program
   * that stores the identifier can cancel the open job if its process ends during the upload. If the callback throws or rejects,
   * the upload ends with that error and cancels the job. If it returns a promise, the upload waits for it at most 5 s before it
   * resolves. Not called for texts, which {@link RunMethods.run} and {@link RunMethods.submit} send with the submit.
   *
   * @default none
   */
  onOpen?: ((opened: { jobIdentifier: string }) => void | PromiseLike<void>) | null | undefined;
}

/** The parameters of {@link UploadMethods.submitJobFile} in the form of 2.x. */
export interface SubmitJobFileParams extends SubmitParams, UploadOptions {
  sources: FileSources;
}

/** Methods that submit files, and that send inputs to open jobs. */
export interface UploadMethods {
  /**
   * Submits a job with uploaded inputs: opens it with `POST /jobs`, sends the chunks one after the other with
   * `POST /jobs/{job}/{input}/{name}`, and closes it. If anything fails, it cancels the job.
   *
   * Before it opens the job, it reads the server's limits (`GET /jobs/features`), checks every path, and reads the first bytes of
   * streams that deliver them within 100 ms, so inputs that cannot work open no job. A chunk that the server may have accepted is never sent again. Memory stays bounded whatever the sizes are.
   *
   * @param fileSources Input key → input name → path, `file:` URL, bytes, Blob or stream.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @returns The receipt of the close.
   * @throws {InputError} With the `code` `missing`, `empty`, `changed` or `unusable`, `limit` for more chunks than the server accepts,
   *   or `timeout` for a stream that delivers nothing. If a stream fails, the call rejects with the error of the stream.
   * @throws {TypeError} For invalid arguments, and for more inputs than the server accepts in a job.
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
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobFile(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    options?: UploadOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobFile(params: SubmitJobFileParams, options?: UploadOptions | null): Promise<JobReceipt>;

  /** Submits a job with uploaded inputs: the name that the published 1.x has for {@link UploadMethods.submitJobFile}. */
  submitJobFiles(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    explain?: boolean | null,
    options?: UploadOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobFiles(
    modelId: string,
    versionId: string,
    fileSources: FileSources,
    options?: UploadOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobFiles(params: SubmitJobFileParams, options?: UploadOptions | null): Promise<JobReceipt>;

  /**
   * Sends an input to an open job, one chunk after the other: `POST /jobs/{job}/{input}/{name}`.
   *
   * @param inputItemKey The input key.
   * @param dataItemKey The input name.
   * @param inputValue A path, a `file:` URL, bytes, a Blob or a stream.
   * @param chunkSize Bytes of each chunk: a whole number, at least 1. Default: 1048576. The server's limits are not read.
   * @throws {InputError} If the source is missing, empty or unusable, changes, or delivers nothing. The job stays open.
   * @throws {BadRequestError} If the server refuses a chunk.
   */
  appendInput(
    job: JobRef,
    inputItemKey: string,
    dataItemKey: string,
    inputValue: FileSource,
    chunkSize?: number | null,
    options?: AppendOptions | null,
  ): Promise<null>;
  /** Takes the options in place of `chunkSize`. */
  appendInput(
    job: JobRef,
    inputItemKey: string,
    dataItemKey: string,
    inputValue: FileSource,
    options?: AppendOptions | null,
  ): Promise<null>;

  /**
   * Closes an open job so that the server processes it: `POST /jobs/{job}/close`.
   *
   * If the response is lost, the call reads the job, and resolves with it if it is closed.
   *
   * @returns The receipt, with the `status` `SUBMITTED`.
   * @throws {ApiError} When the server refuses, for instance because the job is not open.
   */
  closeJob(job: JobRef, options?: RequestOptions | null): Promise<JobReceipt>;

  /**
   * Closes an open job, as {@link UploadMethods.closeJob} does.
   *
   * @returns The receipt as the server sent it.
   * @throws {ApiError} When the server refuses, for instance because the job is not open.
   */
  closeOpenJob(job: JobRef, options?: RequestOptions | null): Promise<JobReceipt>;
}
