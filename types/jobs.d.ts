// Jobs: their types as the server sends them, and the methods that read and cancel them.

import type { RequestOptions } from './options.js';

/** A job, wherever a call names one: a receipt, a job, any other object with a `jobIdentifier`, or the identifier itself. */
export type JobRef = string | { readonly jobIdentifier: string };

/**
 * The statuses that the API documents. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` are not final. All other statuses are final,
 * including unknown ones.
 */
export type JobStatus =
  'OPEN' | 'SUBMITTED' | 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'TIMEDOUT' | 'ERROR' | (string & {});

/**
 * Returns whether a job with this status has ended: true for any status except `OPEN`, `SUBMITTED`, `PENDING` and `IN_PROGRESS`,
 * including an unknown one; false if `status` is not a string or is blank. Waits use the same rule.
 */
export declare function isFinalStatus(status: string | null | undefined): boolean;

/** A reference to a model, as jobs and receipts contain it. */
export interface ModelReference {
  /** For example `ed542963de`. */
  identifier: string;
  /** For example `1.0.1`. */
  version: string;
  /** For example `Sentiment Analysis`. */
  name: string;
}

/** The user who submitted a job, as receipts contain it. */
export interface ReceiptUser {
  identifier: string;
  externalIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
}

/** The user who submitted a job. */
export interface JobUser extends ReceiptUser {
  accessKeys: Array<{ prefix: string; isDefault: boolean }>;
  title: string;
}

/** An input of a job. `identifier` is its input key. */
export interface JobInput {
  identifier: string;
}

/** A job, as 2.x types an item of the history. Servers may omit any member except the identifier and the status. */
export interface JobHistoryResponseItem {
  /** A UUID. */
  jobIdentifier: string;
  /** The state of the job. `COMPLETED` means that every input was processed; individual inputs may have failed. */
  status: JobStatus;
  model: ModelReference;
  /** The prefix of the key that submitted the job. */
  submittedBy: string;
  accountIdentifier: string;
  /** ISO 8601, with the zone as `+0000` or `+00:00`. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
  /** ISO 8601. */
  submittedAt: string;
  /** The number of inputs. */
  total: number;
  /** The number of inputs that are not processed yet. */
  pending: number;
  /** The number of inputs that were processed. */
  completed: number;
  /** The number of inputs that failed. */
  failed: number;
  /** ms */
  elapsedTime: number;
  /** ms */
  queueTime: number;
  user: JobUser;
  jobInputs: JobInput[];
  explain: boolean;
}

/** A job, as 2.x types it. */
export interface GetJobResponse extends JobHistoryResponseItem {
  team: { identifier: string };
}

/**
 * A job, as `GET /jobs/{job}` returns it: a plain object with the members that the server sent. Servers may omit any member except
 * the identifier and the status, although 2.x types them as always present, and may add others.
 */
export interface Job extends GetJobResponse {
  /** The same as `jobIdentifier`, for the documented examples. Not enumerable, and never sent. */
  readonly identifier: string;
  /** ms after which the server ends the job as `TIMEDOUT`. */
  timeout?: number;
  jobInputs: JobInput[] & { readonly identifier: never };
  /** Only receipts have it: see `total`. Declared so that a variable of a receipt can hold the job, too. */
  readonly totalInputs: never;
  /** Only receipts have it: see `submittedBy`. */
  readonly accessKey: never;
  /** Only receipts have it. */
  readonly jobType: never;
  /** Only receipts have it. */
  readonly hoursDeleteInput: never;
  /** Only receipts have it. */
  readonly imageClassificationModel: never;
  [member: string]: unknown;
}

/** A receipt, as 2.x types it. Servers may omit any member except the identifier, even `status`. */
export interface SubmitJobResponse {
  /** A UUID. */
  jobIdentifier: string;
  /**
   * Servers may omit it. A submit in the form of 1.x sets it, as 1.x does: `SUBMITTED`, or `OPEN` for a job without inputs. If a
   * submit has the same form in both generations, the form of the constructor decides.
   */
  status: JobStatus;
  model: ModelReference;
  /** The number of inputs. */
  totalInputs: number;
  jobInputs: { identifier: string[] };
  /** The prefix of the key that submitted the job. */
  accessKey: string;
  explain: boolean;
  /** For example `batch`. */
  jobType: string;
  accountIdentifier: string;
  team: { identifier: string };
  user: ReceiptUser;
  /** ISO 8601. */
  submittedAt: string;
  hoursDeleteInput: number;
  imageClassificationModel: boolean;
}

/**
 * The receipt of a submit, as `POST /jobs` returns it. The server sends it before it stores the job. A {@link Job} can be assigned to it,
 * so one variable can hold first the receipt and then the job.
 */
export interface JobReceipt extends SubmitJobResponse {
  /** The same as `jobIdentifier`. Not enumerable, and never sent. */
  readonly identifier: string;
  [member: string]: unknown;
}

/** The server's limits for uploads: `GET /jobs/features`. */
export interface JobFeatures {
  /** The size of the largest chunk, for example `1Mi`. */
  inputChunkMaximumSize?: string;
  /** The greatest number of chunks of an input. */
  maximumInputChunks?: number | string;
  /** The greatest number of inputs of a job. */
  maximumInputsPerJob?: number | string;
  [member: string]: unknown;
}

/** The numbers of processing engines of one version of a model, by state. */
export interface Engine {
  /** The identifier of the model. */
  identifier: string;
  /** The version of the model. */
  version: string;
  failed: number;
  queued: number;
  spinningUp: number;
  spinningDown: number;
  running: number;
  ready: number;
}

/** The engines of all versions: `GET /resources/processing/engines`. */
export type EnginesResponse = Engine[];

/** The parameters of {@link JobReadMethods.getJobHistory} in the form of 2.x. `null` omits a parameter that has a default. */
export interface GetJobHistoryParams extends RequestOptions {
  /** Part of the name or the email address of the user who submitted the job. */
  user?: string | null | undefined;
  /** The prefix of the key that submitted the job. */
  accessKey?: string | null | undefined;
  /**
   * ISO 8601, or a `Date`. Older jobs are omitted. `null` also means the default.
   *
   * @default 30 days ago
   */
  startDate?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. */
  endDate?: string | Date | null | undefined;
  /** The name of a model, or part of it. */
  model?: string | null | undefined;
  /**
   * A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status.
   *
   * @default 'ALL', as the server's
   */
  status?: 'ALL' | 'TERMINATED' | 'TERMINATED_WITH_ERROR' | 'PENDING' | JobStatus | null | undefined;
  /**
   * The number of the page, from 1.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The greatest number of jobs.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
  /**
   * Ascending or descending.
   *
   * @default 'DESC'
   */
  direction?: 'ASC' | 'DESC' | null | undefined;
  /**
   * For example `status`, `submittedAt` or `total`.
   *
   * @default 'createdAt'
   */
  sortBy?: string | null | undefined;
}

/** A job in short, as `GET /jobs` returns it. */
export interface JobSummary {
  jobIdentifier: string;
  status: JobStatus;
  model: { identifier: string; version: string; name: string };
  [member: string]: unknown;
}

/** The filter of {@link JobReadMethods.getJobs}. `null` omits a parameter that has a default. */
export interface GetJobsParams extends RequestOptions {
  /** Part of the name or the email address of the user who submitted the job. */
  user?: string | null | undefined;
  /** The prefix of the key that submitted the job. */
  accessKey?: string | null | undefined;
  /** ISO 8601, or a `Date`. Older jobs are omitted. */
  startDate?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. Servers require a `startDate` with it. */
  endDate?: string | Date | null | undefined;
  /** The name of a model, or part of it. */
  model?: string | null | undefined;
  /** A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status. */
  status?: GetJobHistoryParams['status'];
  /**
   * The number of the page, from 1.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The greatest number of jobs.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
}

/** The outcome of canceling a job after an abort or a failure. */
export interface CancelOutcome {
  /** The job; `undefined` if a submit was not sent or its receipt did not arrive, so that no job is known. */
  jobIdentifier: string | undefined;
  /** The job that the server returned, if the cancellation succeeded. */
  job?: Job;
  /** The error of the cancellation, or of the submit before it. */
  error?: Error;
}

/** Options that cancel a job when the signal of a submit or a wait fires. */
export interface CancelOptions {
  /**
   * Whether the job is canceled on the server when the signal fires. The promise rejects once the server has responded, after at
   * most 5 s. A submit first waits up to 5 s for its receipt.
   *
   * @default false
   */
  cancelOnAbort?: boolean | null | undefined;
  /**
   * Called once with the outcome of the cancellation, before the promise rejects; not called if the signal had fired before the
   * call. If it throws or rejects, the call rejects with that error instead of `signal.reason`. If it returns a promise, the promise
   * is awaited for at most 5 s.
   *
   * @default none
   */
  onCancel?: ((outcome: CancelOutcome) => void | PromiseLike<void>) | null | undefined;
}

/** Methods that read and cancel jobs. */
export interface JobReadMethods {
  /**
   * Reads a job: `GET /jobs/{job}`.
   *
   * @returns The job as the server sent it, even without a `status`, which only waits require. Like every read and cancel, it
   *   returns `undefined` for a 2xx response without a body.
   * @throws {ResponseError} If a 2xx response is not this job.
   * @throws {NotFoundError} If the job does not exist, or was submitted a moment ago and is not stored yet.
   * @example
   * const job = await client.getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
   * console.log(`Job ${job.identifier} status ${job.status}`);
   */
  getJob(jobId: JobRef, options?: RequestOptions | null): Promise<Job>;
  /** Called by `jobs.map(client.getJob.bind(client))`, which also passes the index and the array. */
  getJob(jobId: JobRef, index: number, all: readonly JobRef[]): Promise<Job>;

  /**
   * Cancels a job: `DELETE /jobs/{job}`.
   *
   * @returns The job as the server sent it.
   * @throws {ApiError} When the server refuses, for instance because the job has ended.
   * @example
   * const { status } = await client.cancelJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
   */
  cancelJob(jobId: JobRef, options?: RequestOptions | null): Promise<Job>;

  /**
   * Reads a page of the history of jobs: `GET /jobs/history`. Arguments that are omitted or `null` are not sent.
   *
   * @param user Part of the name or the email address of the user who submitted the job.
   * @param accessKey The prefix of the key that submitted the job.
   * @param startDate ISO 8601, or a `Date`.
   * @param endDate ISO 8601, or a `Date`. Servers require a `startDate` with it.
   * @param jobIdentifiers UUIDs or jobs, in an array, or UUIDs separated by `,` or `;`: exactly those jobs are read, whatever the other
   *   arguments say, and jobs that do not exist are omitted. Any other string is the name of a model, or part of it.
   * @param status A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status.
   * @param page The number of the page, from 1. Default: the server's, which is 1.
   * @param perPage The greatest number of jobs. Default: 1000.
   * @param direction `ASC` or `DESC`.
   * @param sortBy For example `status`, `submittedAt` or `total`.
   * @throws {TypeError} If an argument has another type, or the array contains anything but UUIDs.
   * @throws {BadRequestError} If the server refuses the dates.
   * @example
   * const jobs = await client.getJobHistory({ startDate: '2026-01-01', status: 'TERMINATED', perPage: 20 });
   * for (const { jobIdentifier, status } of jobs) console.log(jobIdentifier, status);
   */
  getJobHistory(
    user?: string | null,
    accessKey?: string | null,
    startDate?: Date | string | null,
    endDate?: Date | string | null,
    jobIdentifiers?: JobRef | readonly JobRef[] | null,
    status?: string | null,
    page?: number | null,
    perPage?: number | null,
    direction?: string | null,
    sortBy?: string | null,
    options?: RequestOptions | null,
  ): Promise<Job[]>;
  /**
   * The form of 2.x: by default, at most 100 jobs of the last 30 days, the newest first. Without arguments, this form applies to
   * clients in the form of 2.x.
   */
  getJobHistory(params?: GetJobHistoryParams | null, options?: RequestOptions | null): Promise<Job[]>;

  /**
   * Lists jobs in short, one page: `GET /jobs`. {@link JobReadMethods.getJobHistory} returns whole jobs.
   *
   * @throws {BadRequestError} If the server refuses the dates.
   */
  getJobs(filter?: GetJobsParams | null, options?: RequestOptions | null): Promise<JobSummary[]>;

  /** Reads the server's limits for uploads: `GET /jobs/features`. */
  getFeatures(options?: RequestOptions | null): Promise<JobFeatures>;

  /** Reads the numbers of processing engines of each version of a model: `GET /resources/processing/engines`. */
  getProcessingEngineStatus(options?: RequestOptions | null): Promise<EnginesResponse>;
}
