// Jobs: what goes to the server about them, and what comes back.

import type { RequestOptions, SubmitOptions, UploadOptions } from './options.js';

/** An object with the identifier of a job, such as a job or a receipt; or the identifier itself. */
export type JobRef = string | { readonly jobIdentifier: string };

/**
 * The statuses that the API documents. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` are not final; the others are, and
 * so is an unknown status.
 */
export type JobStatus =
  'OPEN' | 'SUBMITTED' | 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'TIMEDOUT' | 'ERROR' | (string & {});

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

/** Texts to submit: input key → name of the model's input → text. */
export type TextSources = Record<string, Record<string, string>>;

/**
 * Data to submit within the body: input key → name of the model's input → bytes. A string is a binary string, each of whose
 * characters is a byte.
 */
export type EmbeddedSources = Record<string, Record<string, string | ArrayBuffer | ArrayBufferView | Blob>>;

/** Data to submit within the body: input key → name of the model's input → data URL. */
export type DataUrlSources = Record<string, Record<string, string>>;

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
 * async iterable). Paths are read outside the event loop; everything else is taken piece by piece when its turn comes, in
 * chunks of at most 4 MiB.
 */
export type FileSource = string | URL | ArrayBuffer | ArrayBufferView | Blob | AsyncIterable<Uint8Array> | ByteStream;

/** Files to upload: input key → name of the model's input → file. */
export type FileSources = Record<string, Record<string, FileSource>>;

/** Objects in S3 to submit: input key → name of the model's input → object. */
export type AwsS3Sources = Record<string, Record<string, { bucket: string; key: string }>>;

/** A job to submit as it stands, for input types that have no method of their own. */
export interface SubmitJobParams {
  model: { identifier: string; version: string };
  explain?: boolean | undefined;
  /** ms */
  timeout?: number | undefined;
  /** Without it the job is open, and waits for chunks. */
  input?: Record<string, any> | undefined;
}

/** @see {@link SubmitJobParams} */
export type JobSubmission = SubmitJobParams;

/** What the submits of 2.x have in common. */
export interface SubmitParams {
  modelId: string;
  /** Such as `1.0.1`. */
  version: string;
  /** Whether to explain the results, where the model can. Default: false. */
  explain?: boolean | null | undefined;
}

/** What {@link JobMethods.submitJobText} takes as one object. */
export interface SubmitJobTextParams extends SubmitParams, SubmitOptions {
  sources: TextSources;
}

/** What {@link JobMethods.submitJobEmbedded} takes as one object. */
export interface SubmitJobEmbeddedParams extends SubmitParams, SubmitOptions {
  sources: DataUrlSources;
  /**
   * 2.x types it and ignores it: the data URLs have their own.
   *
   * @deprecated
   */
  mediaType?: string | null | undefined;
}

/** What {@link JobMethods.submitJobFile} takes as one object. */
export interface SubmitJobFileParams extends SubmitParams, UploadOptions {
  sources: FileSources;
}

/** What {@link JobMethods.submitJobAwsS3} takes as one object. */
export interface SubmitJobAwsS3Params extends SubmitParams, SubmitOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** Such as `us-east-1`. */
  region: string;
  sources: AwsS3Sources;
}

/** What {@link JobMethods.submitJobJDBC} takes as one object. */
export interface SubmitJobJDBCParams extends SubmitParams, SubmitOptions {
  /** Such as `jdbc:postgresql://host:5432/database`. */
  url: string;
  username: string;
  password: string;
  /** A class, such as `org.postgresql.Driver`. */
  driver: string;
  /** SQL. Each row is an input; the columns are called as the inputs of the model. */
  query: string;
}

/** What {@link JobMethods.getJobHistory} takes as one object. `null` where there is a default: not sent. */
export interface GetJobHistoryParams extends RequestOptions {
  /** Part of the name or the email address of who submitted the job. */
  user?: string | null | undefined;
  /** The prefix of the key that submitted the job. */
  accessKey?: string | null | undefined;
  /** ISO 8601, or a `Date`. Default: 30 days ago, also for `null`; older jobs are left out unless it says otherwise. */
  startDate?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. */
  endDate?: string | Date | null | undefined;
  /** The name of a model, or part of it. */
  model?: string | null | undefined;
  /** A group, such as `ALL`, `PENDING` or `TERMINATED`, or a single status. Default: `ALL`, as the server's. */
  status?: 'ALL' | 'TERMINATED' | 'TERMINATED_WITH_ERROR' | 'PENDING' | JobStatus | null | undefined;
  /** The number of the page, from 1. Default: 1. */
  page?: number | null | undefined;
  /** How many jobs at most. Default: 100. */
  perPage?: number | null | undefined;
  /** Ascending or descending. Default: `DESC`. */
  direction?: 'ASC' | 'DESC' | null | undefined;
  /** Such as `status`, `submittedAt` or `total`. Default: `createdAt`. */
  sortBy?: string | null | undefined;
}
