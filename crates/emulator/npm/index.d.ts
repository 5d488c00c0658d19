/**
 * A local Modzy for tests. It runs jobs with chosen times and limits, makes chosen requests fail, and records all requests.
 */

/**
 * The role of an access key. `SYSTEM_OWNER` may do everything, `DATA_SCIENTIST` deploys models, `DEVELOPER` and `PROJECT` only run
 * jobs, `AUDITOR` only reads, and `ACCOUNT_ADMIN` runs jobs and reads the users and accounts.
 */
export type Role = 'SYSTEM_OWNER' | 'ACCOUNT_ADMIN' | 'DATA_SCIENTIST' | 'DEVELOPER' | 'AUDITOR' | 'PROJECT';

/** The options of an emulator. All are optional. */
export interface EmulatorOptions {
  /** The port on 127.0.0.1. Default: 0, which selects a free one. */
  port?: number | undefined;
  /** The key with all rights, as `prefix.body`. Default: a random one. */
  apiKey?: string | undefined;
  /** A key without rights, which gets a 403. Default: none. */
  restrictedKey?: string | undefined;
  /** Further keys, as `prefix.body`, by their roles. Each role has its own user. Default: none. */
  keys?: Partial<Record<Role, string>> | undefined;
  /** How long a job stays `SUBMITTED`, in ms. Default: 500. */
  submittedMs?: number | undefined;
  /** How long a job stays `IN_PROGRESS` after that, in ms. Its inputs are evenly spread over this time. Default: 1500. */
  inProgressMs?: number | undefined;
  /** How long a job and its results get a 404 after the receipt, in ms. Default: 0. */
  storeDelayMs?: number | undefined;
  /** How the history deviates from a good one. Default: not at all. */
  history?: HistoryOptions | undefined;
  /** How long each step of a deployment takes, in ms: the pull of an image, the load of a container, its run. Default: 1000. */
  deploymentStepMs?: number | undefined;
  /** How long a load gets a 400 after a response has reported that the image is pulled, in ms. Default: 700. */
  imageSettleMs?: number | undefined;
  /** How long engines take to start or to stop, in ms. Default: 1000. */
  engineStartMs?: number | undefined;
  /** The largest chunk of an upload, as a size of the API or a number of bytes. Default: `'1Mi'`. */
  chunkSize?: string | number | undefined;
  /** The most chunks of one input. Default: 10,000. */
  maxChunks?: number | undefined;
  /** The most inputs of one job. Default: 10,000. */
  maxInputs?: number | undefined;
  /**
   * The most finished jobs to keep. The oldest are dropped for new ones, and then get a 404. The first drop is reported on
   * standard error. Default: 10,000.
   */
  maxFinishedJobs?: number | undefined;
  /**
   * The most bytes of all jobs, with their inputs and outputs. Finished jobs are dropped for new ones; a job that does not fit
   * beside the unfinished ones gets a 507. Default: 2147483648 (2 GiB).
   */
  maxJobBytes?: number | undefined;
  /**
   * The most bytes of the models that are created, and of what is set for models, with the earlier states that jobs have. A change
   * that does not fit gets a 507. Default: 268435456 (256 MiB).
   */
  maxModelBytes?: number | undefined;
  /**
   * Whether a page at the root of the host shows jobs with their inputs, requests, faults and models. Its URL is printed on
   * standard error. The page needs no key, and answers only this machine. While it is on, the log of requests also keeps
   * responses, within the same limits. Default: false.
   */
  page?: boolean | undefined;
  /** Whether each request is reported on standard error, with its method, path, status and duration. Default: false. */
  verbose?: boolean | undefined;
}

/** Deviations of the history, `GET /jobs/history`, which clients of other servers may meet. */
export interface HistoryOptions {
  /** Every request gets a 403. */
  refused?: boolean | undefined;
  /** The most records of a page, whatever `per-page` says. */
  maxPerPage?: number | undefined;
  /** How far the lists of jobs lag behind the jobs, in ms. */
  lagMs?: number | undefined;
  /** The first page is 0, and not 1. */
  firstPageIs0?: boolean | undefined;
  /** `sort-by` and `direction` have no effect: the oldest job comes first. */
  ignoresSort?: boolean | undefined;
  /** The items have no `updatedAt`. */
  hidesUpdatedAt?: boolean | undefined;
  /** The status filter `TERMINATED` leaves out jobs that timed out. */
  timedoutIsNotTerminated?: boolean | undefined;
}

/**
 * Makes requests under `/api` fail. A request meets the first fault, in order of addition, that matches it and is not used up.
 * Faults apply before the key is checked.
 */
export interface Fault {
  /** The method, in upper or lower case. Default: any. */
  method?: string | undefined;
  /** The path in its percent-encoded form, without its query. Each `*` is for any text. Default: any. */
  path?: string | undefined;
  /** How many requests the fault applies to. Default: no limit. */
  times?: number | undefined;
  /** How many matching requests pass first. Default: 0. */
  skip?: number | undefined;
  /**
   * How many matching requests may pass in a second, after those of `skip`; only the others meet the fault. The requests of one
   * second may pass at once. With `status: 429`, this is a rate limit. Default: none pass.
   */
  perSecond?: number | undefined;
  /** How long the response is delayed, in ms. The route itself runs at once. Default: 0. */
  delayMs?: number | undefined;
  /** The status, 200 to 599, to respond with instead of running the route. */
  status?: number | undefined;
  /** Headers of that response, by name. Its content type is `application/json` unless a header sets another. */
  headers?: Record<string, string> | undefined;
  /** The body of that response, sent unchanged. */
  body?: string | undefined;
  /**
   * The failure of the connection: `reset` closes it before the first byte of the response, `stall` never responds, `cut` closes it
   * in the middle of the body.
   */
  connection?: 'reset' | 'stall' | 'cut' | undefined;
  /** For `reset` and `stall`: runs the route first, so that a job exists although its receipt is lost. Default: false. */
  after?: boolean | undefined;
}

/** A request under `/api` that has arrived. */
export interface RecordedRequest {
  method: string;
  /** The path in its percent-encoded form, without its query. */
  path: string;
  /** The query in its encoded form, without the `?`; null if there was no `?`. */
  query: string | null;
  /** The headers by lower-case name. `authorization` keeps only its scheme, if it is a usual one. */
  headers: Record<string, string>;
  /** The first 64 KiB of the body as text. U+FFFD replaces bytes that are not UTF-8. */
  body: string;
  /** The size of the whole body, in bytes. */
  bodyBytes: number;
  /** When its head arrived, in ms since the emulator started. */
  receivedAtMs: number;
  /** The status of its response; null until then. */
  status: number | null;
  /** `aborted` if the connection closed before the response. */
  state: 'open' | 'answered' | 'aborted';
}

/** A running emulator. It does not keep the process alive, and ends with the process that started it. */
export interface Emulator {
  /** The root of the host, such as `http://127.0.0.1:40123`: the `url` of a client. */
  readonly url: string;
  /** The root of the API, which ends in `/api`: the `baseURL` of a client. */
  readonly baseURL: string;
  /** The key with all rights. */
  readonly apiKey: string;
  /** The key without rights; undefined if the options set none. */
  readonly restrictedKey: string | undefined;
  /** The URL of the page; undefined without the option `page`. */
  readonly pageURL: string | undefined;

  /**
   * Makes the next matching requests fail. Rejects if the fault can never match, cannot be sent or contradicts itself, and if
   * 10,000 faults, or 64 MiB of them, exist already.
   */
  fault(fault: Fault): Promise<void>;
  /** Removes all faults. */
  clearFaults(): Promise<void>;
  /** Returns the newest 100,000 requests, oldest first, within a total of 64 MiB of bodies and 64 MiB of heads. */
  requests(): Promise<RecordedRequest[]>;
  /** Clears the log of requests. */
  clearRequests(): Promise<void>;
  /** Returns the number of open connections. */
  connections(): Promise<number>;
  /** Ends the emulator, even during requests, and resolves when its process has ended. Further calls do nothing. */
  close(): Promise<void>;
  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an emulator on 127.0.0.1, and resolves when it listens.
 *
 * Runs the program that `MODZY_EMULATOR_BINARY` names, or the one of this package for the platform.
 *
 * @throws TypeError for an unknown option; Error if there is no program for the platform, or if it does not start, for
 *   instance because the port is in use.
 */
export declare function startEmulator(options?: EmulatorOptions): Promise<Emulator>;
