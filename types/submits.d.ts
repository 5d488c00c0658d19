// What can be done with jobs.

import type {
  AwsS3Sources,
  EmbeddedSources,
  EnginesResponse,
  FileSource,
  FileSources,
  GetJobHistoryParams,
  Job,
  JobFeatures,
  JobReceipt,
  JobRef,
  SubmitJobAwsS3Params,
  SubmitJobEmbeddedParams,
  SubmitJobFileParams,
  SubmitJobJDBCParams,
  SubmitJobParams,
  SubmitJobTextParams,
  TextSources,
} from './jobs.js';
import type { JobWaitOptions, RequestOptions, SubmitOptions, UploadOptions, WaitOptions } from './options.js';
import type { Result } from './results.js';

/**
 * What can be done with jobs.
 *
 * A submit whose fate is unknown is never sent again: it rejects with a {@link ConnectionError}, or a {@link ResponseError},
 * whose `sent` is `maybe`. The form of 1.x returns the receipt with `status` `SUBMITTED`, the form of 2.x
 * as the server sent it.
 */
export interface JobMethods {
  /**
   * Reads a job: `GET /jobs/{job}`.
   *
   * @returns The job as the server sent it. As of every read and cancel, `undefined` where it sent a 2xx without a body.
   * @throws {NotFoundError} For a job that does not exist, and for a short while after its receipt.
   */
  getJob(jobId: string, options?: RequestOptions | null): Promise<Job>;

  /**
   * Cancels a job: `DELETE /jobs/{job}`.
   *
   * @returns The job as the server sent it.
   * @throws {ApiError} As the server answers, for instance for a job that is final already.
   */
  cancelJob(jobId: string, options?: RequestOptions | null): Promise<Job>;

  /**
   * Searches the history of jobs, a page of it: `GET /jobs/history`. All arguments may be left out, or be `null`: not sent.
   *
   * @param user Part of the name or the email address of who submitted the job.
   * @param accessKey The prefix of the key that submitted the job.
   * @param startDate ISO 8601, or a `Date`.
   * @param endDate ISO 8601, or a `Date`. Servers want a `startDate` with it.
   * @param jobIdentifiers UUIDs, in an array or separated by `,` or `;`: just those jobs are read, whatever the other
   *   arguments say, and those that do not exist are left out. Any other string is the name of a model, or part of it.
   * @param status A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status.
   * @param page The number of the page, from 1. Default: the server's, which is the first.
   * @param perPage How many jobs at most. Default: 1000.
   * @param direction `ASC` or `DESC`.
   * @param sortBy Such as `status`, `submittedAt` or `total`.
   * @throws {TypeError} For an argument of another type, and for an array that is not of UUIDs.
   * @throws {BadRequestError} For dates that the server refuses.
   */
  getJobHistory(
    user?: string | null,
    accessKey?: string | null,
    startDate?: Date | string | null,
    endDate?: Date | string | null,
    jobIdentifiers?: string | readonly string[] | null,
    status?: string | null,
    page?: number | null,
    perPage?: number | null,
    direction?: string | null,
    sortBy?: string | null,
    options?: RequestOptions | null,
  ): Promise<Job[]>;
  /**
   * The form of 2.x: the last 30 days, the newest first, 100 jobs at most, unless the members say otherwise. So does a
   * client in the form of 2.x where no argument is given.
   */
  getJobHistory(params?: GetJobHistoryParams | null, options?: RequestOptions | null): Promise<Job[]>;

  /** Reads what the server allows uploads: `GET /jobs/features`. */
  getFeatures(options?: RequestOptions | null): Promise<JobFeatures>;

  /** Counts the processing engines of each version of a model: `GET /resources/processing/engines`. */
  getProcessingEngineStatus(options?: RequestOptions | null): Promise<EnginesResponse>;

  /**
   * Submits a job as it stands: `POST /jobs`.
   *
   * @returns The receipt.
   * @throws {BadRequestError} For a body that the server refuses.
   */
  submitJob(job: SubmitJobParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits texts to a model: `POST /jobs` with an input of type `text`.
   *
   * @param versionId The version's number, such as `1.0.1`.
   * @param textSources Input key → name of the model's input → text.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {BadRequestError} For a body that the server refuses.
   */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobText(params: SubmitJobTextParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits small data within the body: `POST /jobs` with an input of type `embedded`. What is larger than a megabyte is
   * better off with {@link JobMethods.submitJobFile}.
   *
   * @param mediaType Of all the data, such as `image/png`.
   * @param embeddedSources Input key → name of the model's input → bytes, or a binary string.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {TypeError} For a string with characters that fit no byte: pass a Buffer.
   * @throws {BadRequestError} For a body that the server refuses.
   */
  submitJobEmbedded(
    modelId: string,
    versionId: string,
    mediaType: string,
    embeddedSources: EmbeddedSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobEmbedded(
    modelId: string,
    versionId: string,
    mediaType: string,
    embeddedSources: EmbeddedSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x: the sources are data URLs, which `pathToDataUrl` and `fileToDataUrl` make. */
  submitJobEmbedded(params: SubmitJobEmbeddedParams, options?: SubmitOptions | null): Promise<JobReceipt>;

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

  /** The name that the published 1.x has for {@link JobMethods.submitJobFile}. */
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
   * Submits objects in S3: `POST /jobs` with an input of type `aws-s3`.
   *
   * @param region Such as `us-east-1`.
   * @param awss3Sources Input key → name of the model's input → bucket and key.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {BadRequestError} For a body that the server refuses.
   */
  submitJobAWSS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobAWSS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobAWSS3(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /** The name that 2.x has for {@link JobMethods.submitJobAWSS3}. */
  submitJobAwsS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobAwsS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobAwsS3(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits the rows of a query: `POST /jobs` with an input of type `jdbc`. The server runs it; each row is an input.
   *
   * @param url Such as `jdbc:postgresql://host:5432/database`.
   * @param driver A class, such as `org.postgresql.Driver`.
   * @param query SQL, whose columns are called as the inputs of the model.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {BadRequestError} For a body that the server refuses.
   */
  submitJobJDBC(
    modelId: string,
    versionId: string,
    url: string,
    username: string,
    password: string,
    driver: string,
    query: string,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobJDBC(
    modelId: string,
    versionId: string,
    url: string,
    username: string,
    password: string,
    driver: string,
    query: string,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobJDBC(params: SubmitJobJDBCParams, options?: SubmitOptions | null): Promise<JobReceipt>;

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
   * Closes an open job, as {@link JobMethods.closeJob} does.
   *
   * @returns The receipt as the server sent it.
   * @throws {ApiError} As the server answers, for instance for a job that is not open.
   */
  closeOpenJob(job: JobRef, options?: RequestOptions | null): Promise<JobReceipt>;

  /**
   * Waits until a job moves to a final state: polls `GET /jobs/{job}` at once, and then two seconds after each answer.
   *
   * Ends on `COMPLETED`, `TIMEDOUT`, `CANCELED`, `ERROR` and any unknown status; goes on while `SUBMITTED`,
   * `IN_PROGRESS`, `PENDING` and `OPEN`. Rides out 408, 425, 429, 5xx, resets and timeouts for up to `maxOutage`, and a 404
   * for four seconds, because the receipt precedes the stored job.
   *
   * @param job A job, a receipt, anything with a `jobIdentifier`, or the identifier.
   * @returns The job with its final status, whatever that is: look at `status`.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilComplete(job: JobRef, options?: WaitOptions | null): Promise<Job>;

  /**
   * The name that 2.x has for {@link JobMethods.blockUntilComplete}.
   *
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilJobComplete(job: JobRef, options?: JobWaitOptions | null): Promise<Job>;

  /**
   * Waits until a job moves to a final state, as {@link JobMethods.blockUntilComplete} does, and reads its results, which
   * may be a little late.
   *
   * @returns The job with its final status, whatever that is, and its results.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilResult(job: JobRef, options?: WaitOptions | null): Promise<{ job: Job; result: Result }>;
}
