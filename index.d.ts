/**
 * Client of the Modzy API: submit a job, wait until it ends, read its results.
 *
 * Every method returns a promise and throws nothing; only the constructors throw. A wrong argument rejects with a
 * `TypeError` and sends nothing.
 */

/** An object with the identifier of a job, such as a job or a receipt; or the identifier itself. */
export type JobRef = string | { readonly jobIdentifier: string };

/** A model, as jobs and receipts name it. */
export interface ModelReference {
  /** Such as `ed542963de`. */
  identifier: string;
  /** Such as `1.0.1`. */
  version: string;
  /** Such as `Sentiment Analysis`. */
  name?: string;
  [member: string]: unknown;
}

/**
 * The statuses that the API documents. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` are not final; the others are, and
 * so is a status that nobody knows.
 */
export type JobStatus =
  'OPEN' | 'SUBMITTED' | 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'TIMEDOUT' | 'ERROR' | (string & {});

/**
 * A job, as `GET /jobs/{job}` answers. A plain object with just what the server sent; every member but the first two may
 * be missing, and there may be others.
 */
export interface Job {
  /** A UUID. */
  jobIdentifier: string;
  /** Where the job stands. `COMPLETED` means that every input was processed; single inputs may have failed. */
  status: JobStatus;
  /** The same as `jobIdentifier`, for the documented examples. Not enumerable, and not on the wire. */
  readonly identifier: string;
  model?: ModelReference;
  /** The prefix of the key that submitted the job. */
  submittedBy?: string;
  accountIdentifier?: string;
  /** ISO 8601; the zone is `+0000` or `+00:00`, both occur. */
  createdAt?: string;
  /** ISO 8601. */
  updatedAt?: string;
  /** ISO 8601. */
  submittedAt?: string;
  /** How many inputs the job has. */
  total?: number;
  /** How many of them are still to be processed. */
  pending?: number;
  /** How many of them have been processed. */
  completed?: number;
  /** How many of them have failed. */
  failed?: number;
  /** ms */
  elapsedTime?: number;
  /** ms */
  queueTime?: number;
  /** ms after which the server gives the job up. */
  timeout?: number;
  explain?: boolean;
  /** Jobs have an array; receipts an object. */
  jobInputs?: Array<{ identifier: string }> | { identifier: string[] | string };
  team?: { identifier: string };
  user?: Record<string, unknown>;
  [member: string]: unknown;
}

/** What a submit answers: `POST /jobs`. The server sends it before it has stored the job. */
export interface JobReceipt {
  /** A UUID. */
  jobIdentifier: string;
  /**
   * Servers may leave it out. A submit in the form of 1.x sets it, as 1.x does: `SUBMITTED`, or `OPEN` for a job without
   * input. Where a submit has the same form in both, the form of the constructor decides.
   */
  status?: JobStatus;
  /** The same as `jobIdentifier`. Not enumerable, and not on the wire. */
  readonly identifier: string;
  model?: ModelReference;
  totalInputs?: number;
  jobInputs?: { identifier: string[] };
  /** The prefix of the key that submitted the job. */
  accessKey?: string;
  explain?: boolean;
  /** Such as `batch`. */
  jobType?: string;
  accountIdentifier?: string;
  team?: { identifier: string };
  user?: Record<string, unknown>;
  /** ISO 8601. */
  submittedAt?: string;
  [member: string]: unknown;
}

/** The outputs of one input, by their names (such as `results.json`), with metadata beside them. */
export interface InputResult {
  /** `SUCCESSFUL` or `FAILED`. */
  status?: string;
  engine?: string;
  /** Why the input failed. */
  error?: string;
  /** ISO 8601. */
  startTime?: string;
  /** ISO 8601. */
  endTime?: string;
  [output: string]: unknown;
}

/** The results of a job: `GET /results/{job}`. Partial while `finished` is false. */
export interface Result {
  jobIdentifier: string;
  /** The same as `jobIdentifier`. Not enumerable, and not on the wire. */
  readonly identifier: string;
  /** How many inputs the job has. */
  total?: number;
  completed?: number;
  failed?: number;
  /** Whether the job has come to its end. */
  finished?: boolean;
  /** By input key. Missing when every input failed. */
  results?: Record<string, InputResult>;
  /** By input key. Missing or null when none failed. */
  failures?: Record<string, InputResult> | null;
  [member: string]: unknown;
}

/** Texts to submit: input key → name of the model's input → text. */
export type TextSources = Record<string, Record<string, string>>;

/** Options of every call. `null` and `undefined` mean: not given. */
export interface RequestOptions {
  /**
   * Ends the call. The promise rejects with `signal.reason` once the request is closed; a signal that has fired already
   * sends none.
   */
  signal?: AbortSignal | null | undefined;
  /** ms for one attempt, from the grant of a socket to the last byte; at least 1. The client's, 60000. `Infinity`: no limit. */
  requestTimeout?: number | null | undefined;
  /**
   * How many attempts may follow a failed one, where repeating is safe. The client's, 2. Means nothing in a wait. All calls of
   * a client together have twenty in hand; every ten successes bring one back.
   */
  retries?: number | null | undefined;
  /** Headers beside or in place of the client's. Those that carry credentials or frame the message are refused. */
  headers?: Record<string, string> | null | undefined;
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
   * Whether the job is cancelled on the server when the signal fires. The promise rejects once that has been answered, or
   * after 5 s; a submit waits up to 5 s for its receipt first. false.
   */
  cancelOnAbort?: boolean | null | undefined;
  /**
   * Called once with how the cancellation went, before the promise rejects; not for a signal that had fired before the
   * call. What it throws takes the place of `signal.reason`.
   */
  onCancel?: ((outcome: CancelOutcome) => void) | null | undefined;
}

/** Options of submits. */
export interface SubmitOptions extends RequestOptions, CancelOptions {
  /** Whole ms, at least 1, after which the server gives the job up as `TIMEDOUT`: `timeout` in the body. None. */
  jobTimeout?: number | null | undefined;
}

/** Options of waits. */
export interface WaitOptions extends Omit<RequestOptions, 'retries'>, CancelOptions {
  /** ms between an answer and the next poll, give or take 2.5 %; at least 1. 2000. */
  pollInterval?: number | null | undefined;
  /** ms for the whole wait, from its first poll. Rejects with a {@link WaitTimeoutError}; the job goes on. None. */
  waitTimeout?: number | null | undefined;
  /** ms of unbroken failure that the wait rides out. 300000. */
  maxOutage?: number | null | undefined;
  /**
   * Called with the job after each poll that brought it, the final one included, in the async context of the call. If it
   * throws, the wait ends with that error. It is not awaited: what an async one rejects with is for that one to handle.
   */
  onProgress?: ((job: Job) => void) | null | undefined;
}

/** Options of clients. `null` and `undefined` mean: not given. */
export interface ClientOptions {
  /** ms for name look-up, TCP and TLS; at least 1. 10000. `Infinity`: no limit. */
  connectTimeout?: number | null | undefined;
  /** ms for one attempt, from the grant of a socket to the last byte; at least 1. 60000. `Infinity`: no limit. */
  requestTimeout?: number | null | undefined;
  /** How many attempts may follow a failed one, where repeating is safe. 2. */
  retries?: number | null | undefined;
  /** How many sockets may be busy at a time; further requests wait their turn. Polls use three quarters of them. 256. */
  maxSockets?: number | null | undefined;
  /** The longest body of an answer, decoded, in bytes; at most 536870888, the longest string. 268435456. */
  maxResponseBytes?: number | null | undefined;
  /** Headers that go with every request. Those that carry credentials or frame the message are refused. */
  headers?: Record<string, string> | null | undefined;
  /** What the client calls itself. `modzy-client/<version>`. */
  userAgent?: string | null | undefined;
}

/** Settings of a client in the form of 2.x. */
export interface ClassInitiator extends ClientOptions {
  /** `<prefix>.<body>`, from the API keys of your profile. */
  apiKey: string;
  /** The root of the host, with or without `/api`. `https://app.modzy.com`. */
  url?: string | null | undefined;
}

/** What {@link ModzyClient.submitJobText} takes as one object. */
export interface SubmitJobTextParams extends SubmitOptions {
  modelId: string;
  version: string;
  sources: TextSources;
  /** Whether to explain the results, where the model can. false. */
  explain?: boolean | null | undefined;
}

/** A job to submit as it stands, for input types that have no method of their own. */
export interface JobSubmission {
  model: { identifier: string; version: string };
  explain?: boolean | undefined;
  /** ms */
  timeout?: number | undefined;
  /** Without it the job is open, and waits for chunks. */
  input?: { type: string; [member: string]: unknown } | undefined;
}

/** What can be done with jobs. */
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
   * Submits a job as it stands: `POST /jobs`. A request whose fate is unknown is never sent again.
   *
   * @returns The receipt.
   * @throws {ConnectionError} With `sent: 'maybe'` where the job may have been accepted.
   */
  submitJob(job: JobSubmission, options?: SubmitOptions | null): Promise<JobReceipt | Job>;

  /**
   * Submits texts to a model: `POST /jobs` with an input of type `text`. A request whose fate is unknown is never sent
   * again.
   *
   * @param versionId The version's number, such as `1.0.1`.
   * @param textSources Input key → name of the model's input → text.
   * @param explain Whether to explain the results, where the model can.
   * @returns The receipt, with `status` `SUBMITTED`.
   * @throws {BadRequestError} For a body that the server refuses.
   * @throws {ConnectionError} With `sent: 'maybe'` where the job may have been accepted.
   */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. The receipt is returned as the server sent it. */
  submitJobText(params: SubmitJobTextParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Waits until a job moves to a final state: polls `GET /jobs/{job}` at once, and then two seconds after each answer.
   *
   * Ends on `COMPLETED`, `TIMEDOUT`, `CANCELED`, `ERROR` and on a status that nobody knows; goes on while `SUBMITTED`,
   * `IN_PROGRESS`, `PENDING` and `OPEN`. Rides out 408, 425, 429, 5xx, resets and timeouts for up to `maxOutage`, and a 404
   * for four seconds, because the receipt precedes the stored job.
   *
   * @param job A job, a receipt, anything with a `jobIdentifier`, or the identifier.
   * @returns The job with its final status, whatever that is: look at `status`.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilComplete(job: JobRef, options?: WaitOptions | null): Promise<Job>;
}

/** What can be done with results. */
export interface ResultMethods {
  /**
   * Reads the results of a job: `GET /results/{job}`. They are partial while the job runs.
   *
   * @returns The results as the server sent them.
   * @throws {NotFoundError} For a job that does not exist, and for a short while after its receipt.
   */
  getResult(jobId: string, options?: RequestOptions | null): Promise<Result>;
}

/** The methods about jobs, as a client of their own. */
export declare class JobClient {
  /** The form of 1.x: the API's own root, such as `https://app.modzy.com/api`, and the key. */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /** The form of 2.x. */
  constructor(options: ClassInitiator);
}
export interface JobClient extends JobMethods {}

/** The methods about results, as a client of their own. */
export declare class ResultClient {
  /** The form of 1.x: the API's own root, such as `https://app.modzy.com/api`, and the key. */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /** The form of 2.x. */
  constructor(options: ClassInitiator);
}
export interface ResultClient extends ResultMethods {}

/**
 * A client of one Modzy server. Waiting, retrying and polling run outside the event loop.
 *
 * @example
 * const modzyClient = ModzyClient.fromEnv();
 * let job = await modzyClient.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
 * job = await modzyClient.blockUntilComplete(job);
 * console.log(`Job ${job.identifier} status ${job.status}`);
 */
export declare class ModzyClient {
  /**
   * The form of 1.x.
   *
   * @param baseURL The API's own root, such as `https://app.modzy.com/api`; used as it is but for one trailing slash.
   * @param apiKey `<prefix>.<body>`, from the API keys of your profile.
   * @throws {TypeError} For a base URL or a key that is missing or cannot be used, and for an unknown option.
   */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /**
   * The form of 2.x.
   *
   * @throws {TypeError} For a URL or a key that is missing or cannot be used, and for an unknown option.
   */
  constructor(options: ClassInitiator);

  /**
   * A client in the form of 2.x with what the environment says: `MODZY_API_KEY`, and `MODZY_BASE_URL`, to which `/api` is
   * added unless it is there (`https://app.modzy.com`). Blank counts as unset; options given here come first.
   *
   * @throws {TypeError} Where `MODZY_API_KEY` is not set.
   */
  static fromEnv(options?: (ClientOptions & { url?: string | null | undefined }) | null): ModzyClient;

  /** The root of the routes, ending in `/api`. Not enumerable. */
  get baseURL(): string;
  /** @see {@link ModzyClient.getJobClient} */
  get jobClient(): JobClient;
  /** @see {@link ModzyClient.getResultClient} */
  get resultClient(): ResultClient;
  /** The methods about jobs, as an object of their own. It shares this client's connections. */
  getJobClient(): JobClient;
  /** The methods about results, as an object of their own. It shares this client's connections. */
  getResultClient(): ResultClient;
}
export interface ModzyClient extends JobMethods, ResultMethods {}

export * from './lib/error-types.js';
