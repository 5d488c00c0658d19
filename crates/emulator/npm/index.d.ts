/**
 * A local Modzy for tests: started with the times and limits of its jobs, told which requests fail, asked which requests came.
 */

/** How an emulator starts. Every member may be left out. */
export interface EmulatorOptions {
  /** The port on 127.0.0.1. Default: 0, which takes a free one. */
  port?: number | undefined;
  /** The key that may do everything, as `prefix.body`. Default: a random one. */
  apiKey?: string | undefined;
  /** A key that is known but has no rights, and is answered by 403. Default: none. */
  restrictedKey?: string | undefined;
  /** How long a job stays `SUBMITTED`, in ms. Default: 500. */
  submittedMs?: number | undefined;
  /** How long a job is `IN_PROGRESS` after that, in ms; its inputs are evenly spread over it. Default: 1500. */
  inProgressMs?: number | undefined;
  /** For how long after the receipt a job and its results answer 404, in ms. Default: 0. */
  storeDelayMs?: number | undefined;
  /** The largest chunk of an upload, as the API writes sizes, or in bytes. Default: `'1Mi'`. */
  chunkSize?: string | number | undefined;
  /** How many chunks one input may have. Default: 10,000. */
  maxChunks?: number | undefined;
  /** How many inputs one job may have. Default: 10,000. */
  maxInputs?: number | undefined;
  /**
   * How many finished jobs are kept; the oldest make room for new ones, which a line on standard error reports the first time,
   * and then answer 404. Default: 10,000.
   */
  maxFinishedJobs?: number | undefined;
  /**
   * How many bytes the jobs take between them, with their inputs and outputs. Finished ones make room for new ones; what the
   * others leave no room for is answered by 507. Default: 2147483648 (2 GiB).
   */
  maxJobBytes?: number | undefined;
}

/**
 * Which requests under `/api` fail, and how. A request meets the first fault, in order of addition, that matches it and has
 * something left. Faults come before the key is looked at.
 */
export interface Fault {
  /** The method, in upper or lower case. Default: any. */
  method?: string | undefined;
  /** The path as it was sent, still percent-encoded, without its query; a prefix when it ends in `*`. Default: any. */
  path?: string | undefined;
  /** How many requests it is good for. Default: no limit. */
  times?: number | undefined;
  /** How many matching requests pass first. Default: 0. */
  skip?: number | undefined;
  /** Holds the answer back, in ms; the route itself runs at once. Default: 0. */
  delayMs?: number | undefined;
  /** Answers with this status, 200 to 599, instead of running the route. */
  status?: number | undefined;
  /** Headers of that answer, by name. Its content type is `application/json` unless they say otherwise. */
  headers?: Record<string, string> | undefined;
  /** The body of that answer, sent as it is. */
  body?: string | undefined;
  /**
   * What becomes of the connection: `reset` closes it before a byte of the answer, `stall` never answers, `cut` ends it in the
   * middle of the body.
   */
  connection?: 'reset' | 'stall' | 'cut' | undefined;
  /** For `reset` and `stall`: runs the route first, so that a job exists although its receipt is lost. Default: false. */
  after?: boolean | undefined;
}

/** A request under `/api` that has arrived. */
export interface RecordedRequest {
  method: string;
  /** As it was sent, still percent-encoded, without its query. */
  path: string;
  /** As it was sent, without the `?`; null where there was none. */
  query: string | null;
  /** By lower-case name. Of `authorization` only the scheme. */
  headers: Record<string, string>;
  /** The first 64 KiB of the body as text; what is not UTF-8 is replaced. */
  body: string;
  /** How many bytes the whole body had. */
  bodyBytes: number;
  /** When its head had arrived, in ms since the emulator started. */
  receivedAtMs: number;
  /** The status of its answer; null until then. */
  status: number | null;
  /** `aborted` when the connection ended before the answer. */
  state: 'open' | 'answered' | 'aborted';
}

/** A running emulator. It keeps no process alive, and ends with the one that started it. */
export interface Emulator {
  /** The root of the host, such as `http://127.0.0.1:40123`: the `url` of a client. */
  readonly url: string;
  /** The root of the API, which ends in `/api`: the `baseURL` of a client. */
  readonly baseURL: string;
  /** The key that may do everything. */
  readonly apiKey: string;
  /** The key that has no rights; undefined where none was asked for. */
  readonly restrictedKey: string | undefined;

  /**
   * Makes the next requests that match fail. Rejects for a fault that could never match or contradicts itself, and where 10,000
   * faults, or 64 MiB of them, are held already.
   */
  fault(fault: Fault): Promise<void>;
  /** Removes all faults. */
  clearFaults(): Promise<void>;
  /** The requests so far, oldest first: the newest 100,000, with 64 MiB of bodies between them, and 64 MiB of heads. */
  requests(): Promise<RecordedRequest[]>;
  /** Forgets the requests so far. */
  clearRequests(): Promise<void>;
  /** How many connections of clients are open. */
  connections(): Promise<number>;
  /** Ends the emulator, whatever its requests are doing, and resolves once it is gone. May be called again. */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an emulator on 127.0.0.1, and resolves once it listens.
 *
 * Its program is the one that `MODZY_EMULATOR_BINARY` names, else that of this package for the platform.
 *
 * @throws TypeError for an option that is not known; Error where there is no program for the platform, or where it does not
 *   start, for instance because the port is in use.
 */
export declare function startEmulator(options?: EmulatorOptions): Promise<Emulator>;
