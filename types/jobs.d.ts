// Jobs: what the server sends about them, and how they are read and canceled.

import type { RequestOptions } from './options.js';

/** An object with the identifier of a job, such as a job or a receipt; or the identifier itself. */
export type JobRef = string | { readonly jobIdentifier: string };

/**
 * The statuses that the API documents. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` are not final; the others are, and
 * so is an unknown status.
 */
export type JobStatus =
  'OPEN' | 'SUBMITTED' | 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'TIMEDOUT' | 'ERROR' | (string & {});

/**
 * Whether a job with this status has come to its end: any but `OPEN`, `SUBMITTED`, `PENDING` and `IN_PROGRESS`. An
 * unknown status is an end, too; what is no text, or a blank one, is no status. Waits go by this rule.
 */
export declare function isFinalStatus(status: string | null | undefined): boolean;

/** A model, as jobs and receipts name it. */
export interface ModelReference {
  /** Such as `ed542963de`. */
  identifier: string;
  /** Such as `1.0.1`. */
  version: string;
  /** Such as `Sentiment Analysis`. */
  name: string;
}

/** Who submitted a job, as receipts tell. */
export interface ReceiptUser {
  identifier: string;
  externalIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
}

/** Who submitted a job. */
export interface JobUser extends ReceiptUser {
  accessKeys: Array<{ prefix: string; isDefault: boolean }>;
  title: string;
}

/** An input of a job, by its key. */
export interface JobInput {
  identifier: string;
}

/** A job, as 2.x types an item of the history. Servers may leave out any member but the identifier and the status. */
export interface JobHistoryResponseItem {
  /** A UUID. */
  jobIdentifier: string;
  /** Where the job stands. `COMPLETED` means that every input was processed; single inputs may have failed. */
  status: JobStatus;
  model: ModelReference;
  /** The prefix of the key that submitted the job. */
  submittedBy: string;
  accountIdentifier: string;
  /** ISO 8601; the zone is `+0000` or `+00:00`, both occur. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
  /** ISO 8601. */
  submittedAt: string;
  /** How many inputs the job has. */
  total: number;
  /** How many of them are still to be processed. */
  pending: number;
  /** How many of them have been processed. */
  completed: number;
  /** How many of them have failed. */
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
 * A job, as `GET /jobs/{job}` answers: a plain object with just what the server sent. Servers may leave out any member but
 * the identifier and the status, although 2.x types them as always there; and there may be others.
 */
export interface Job extends GetJobResponse {
  /** The same as `jobIdentifier`, for the documented examples. Not enumerable, and not on the wire. */
  readonly identifier: string;
  /** ms after which the server gives the job up. */
  timeout?: number;
  [member: string]: unknown;
}

/** A receipt, as 2.x types it. Servers may leave out any member but the identifier, `status` among them. */
export interface SubmitJobResponse {
  /** A UUID. */
  jobIdentifier: string;
  /**
   * Servers may leave it out. A submit in the form of 1.x sets it, as 1.x does: `SUBMITTED`, or `OPEN` for a job without
   * input. Where a submit has the same form in both, the form of the constructor decides.
   */
  status: JobStatus;
  model: ModelReference;
  totalInputs: number;
  jobInputs: { identifier: string[] };
  /** The prefix of the key that submitted the job. */
  accessKey: string;
  explain: boolean;
  /** Such as `batch`. */
  jobType: string;
  accountIdentifier: string;
  team: { identifier: string };
  user: ReceiptUser;
  /** ISO 8601. */
  submittedAt: string;
  hoursDeleteInput: number;
  imageClassificationModel: boolean;
}

/** What a submit answers: `POST /jobs`. The server sends it before it has stored the job. */
export interface JobReceipt extends SubmitJobResponse {
  /** The same as `jobIdentifier`. Not enumerable, and not on the wire. */
  readonly identifier: string;
  [member: string]: unknown;
}

/** What the server allows uploads: `GET /jobs/features`. */
export interface JobFeatures {
  /** The largest chunk of an upload, such as `1Mi`. */
  inputChunkMaximumSize?: string;
  /** How many chunks one input may have. */
  maximumInputChunks?: number | string;
  /** How many inputs one job may have. */
  maximumInputsPerJob?: number | string;
  [member: string]: unknown;
}

/** The processing engines of one version of a model, counted by what they do. */
export interface Engine {
  /** Of the model. */
  identifier: string;
  /** Of the model. */
  version: string;
  failed: number;
  queued: number;
  spinningUp: number;
  spinningDown: number;
  running: number;
  ready: number;
}

/** `GET /resources/processing/engines` */
export type EnginesResponse = Engine[];

/** What {@link JobReadMethods.getJobHistory} takes as one object. `null` where there is a default: not sent. */
export interface GetJobHistoryParams extends RequestOptions {
  /** Part of the name or the email address of who submitted the job. */
  user?: string | null | undefined;
  /** The prefix of the key that submitted the job. */
  accessKey?: string | null | undefined;
  /**
   * ISO 8601, or a `Date`. Older jobs are left out.
   *
   * @default 30 days ago, also for `null`
   */
  startDate?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. */
  endDate?: string | Date | null | undefined;
  /** The name of a model, or part of it. */
  model?: string | null | undefined;
  /**
   * A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status.
   *
   * @default `ALL`, as the server's
   */
  status?: 'ALL' | 'TERMINATED' | 'TERMINATED_WITH_ERROR' | 'PENDING' | JobStatus | null | undefined;
  /**
   * The number of the page, from 1.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * How many jobs at most.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
  /**
   * Ascending or descending.
   *
   * @default `DESC`
   */
  direction?: 'ASC' | 'DESC' | null | undefined;
  /**
   * Such as `status`, `submittedAt` or `total`.
   *
   * @default `createdAt`
   */
  sortBy?: string | null | undefined;
}

/** How the cancellation of a job went that was given up. */
export interface CancelOutcome {
  /** `undefined` where a submit was not sent or brought no receipt, so that there was no job to name. */
  jobIdentifier: string | undefined;
  /** The job, as the server answered. */
  job?: Job;
  /** Why the cancellation failed, or the submit before it. */
  error?: Error;
}

/** What a job's owner can ask for when the signal of a submit or a wait fires. */
export interface CancelOptions {
  /**
   * Cancels the job on the server when the signal fires. The promise rejects once that has been answered, or after 5 s; a submit
   * waits up to 5 s for its receipt first.
   *
   * @default false
   */
  cancelOnAbort?: boolean | null | undefined;
  /**
   * Gets how the cancellation went, once, before the promise rejects; not for a signal that had fired before the call. What it
   * throws or rejects with takes the place of `signal.reason`. A promise that it returns is awaited, for 5 s at most.
   *
   * @default none
   */
  onCancel?: ((outcome: CancelOutcome) => void | PromiseLike<void>) | null | undefined;
}

/** Reads jobs, and cancels them. */
export interface JobReadMethods {
  /**
   * Reads a job: `GET /jobs/{job}`.
   *
   * @returns The job as the server sent it, with or without a `status`: waits alone ask for one. As of every read and cancel,
   *   `undefined` where it sent a 2xx without a body.
   * @throws {ResponseError} For a 2xx that is not this job.
   * @throws {NotFoundError} For a job that does not exist, and for a short while after its receipt.
   * @example
   * const job = await client.getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
   * console.log(`Job ${job.identifier} status ${job.status}`);
   */
  getJob(jobId: string, options?: RequestOptions | null): Promise<Job>;

  /**
   * Cancels a job: `DELETE /jobs/{job}`.
   *
   * @returns The job as the server sent it.
   * @throws {ApiError} As the server answers, for instance for a job that is final already.
   * @example
   * const { status } = await client.cancelJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
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
   * @example
   * const jobs = await client.getJobHistory({ startDate: '2026-01-01', status: 'TERMINATED', perPage: 20 });
   * for (const { jobIdentifier, status } of jobs) console.log(jobIdentifier, status);
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
}
