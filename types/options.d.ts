// What calls and clients can be told.

import type { Job } from './jobs.js';
import type { JobMethods } from './submits.js';
import type { InputError, RequestTimeoutError, WaitTimeoutError } from './errors.js';

/** Options of every call. `null` and `undefined` mean: not given. */
export interface RequestOptions {
  /**
   * Ends the call. The promise rejects with `signal.reason` once the request is closed; a signal that has fired already
   * sends none.
   */
  signal?: AbortSignal | null | undefined;
  /**
   * ms for one attempt, from the grant of a socket to the last byte: of an upload one chunk, of a download up to the headers;
   * at least 1. Default: the client's, 60000. `Infinity`: no limit.
   */
  requestTimeout?: number | null | undefined;
  /**
   * How many attempts may follow a failed one, where repeating is safe; a whole number, 0 or more. Default: the client's, 2.
   * Means nothing in a wait. All calls of a client together have twenty in hand; every ten successes bring one back.
   */
  retries?: number | null | undefined;
  /** Headers added to the client's, or in place of them. Those that carry credentials or frame the message are refused. */
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
   * after 5 s; a submit waits up to 5 s for its receipt first. Default: false.
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
  /** Whole ms, at least 1, after which the server gives the job up as `TIMEDOUT`: `timeout` in the body. Default: none. */
  jobTimeout?: number | null | undefined;
}

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
   * Bytes of each chunk, a whole number, at least 1; where the server allows less, that is taken. Default: what the server
   * allows (`GET /jobs/features`), or 1 MiB where it does not tell; of what is no file, 4 MiB at most.
   */
  chunkSize?: number | null | undefined;
  /**
   * ms without a byte in either direction, at least 1. A server that takes or answers nothing ends the upload with a {@link
   * RequestTimeoutError}, a source that gives nothing with an {@link InputError} (`timeout`); either cancels the job. There
   * is no limit for the whole: `requestTimeout` is for each chunk, up to the headers of its answer, and to its last byte where
   * it is refused. Default: the client's, 30000. `Infinity`: no limit.
   */
  idleTimeout?: number | null | undefined;
  /**
   * Called before the first byte of each input and after its last, and at most 20 times a second between, in the async
   * context of the call. If it throws, the upload ends with that error, and the job that it opened is cancelled. It is not
   * awaited.
   */
  onUploadProgress?: ((progress: UploadProgress) => void) | null | undefined;
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
  /** ms without a byte once the headers have come; at least 1. Default: the client's, 30000. `Infinity`: no limit. */
  idleTimeout?: number | null | undefined;
  /**
   * Called once the headers have come, at most 20 times a second from then on, and at the end, in the async context of the
   * call. If it throws, the download ends with that error. It is not awaited.
   */
  onDownloadProgress?: ((progress: DownloadProgress) => void) | null | undefined;
}

/** What rules the polls of a wait. */
export interface PollOptions extends Omit<RequestOptions, 'retries'>, CancelOptions {
  /**
   * ms between an answer and the next poll, give or take 2.5 %; at least 1. Default: 2000. In an outage it is the least, as 100
   * are, whatever the server asks for; the last poll before the wait gives up may come sooner.
   */
  pollInterval?: number | null | undefined;
  /**
   * ms for the whole wait, from its first poll; at least 0. Rejects with a {@link WaitTimeoutError}; the job goes on. Default:
   * none.
   */
  waitTimeout?: number | null | undefined;
  /** ms of unbroken failure that the wait rides out, after which it rejects with the last one; 0: none. Default: 300000. */
  maxOutage?: number | null | undefined;
}

/** Options of waits. */
export interface WaitOptions extends PollOptions {
  /**
   * Called with the job after each poll that brought it, the final one included, in the async context of the call. Of several
   * with the same status that come while the event loop is blocked, only the last is told. If it throws, the wait ends with
   * that error. It is not awaited: what an async one rejects with is for that one to handle.
   */
  onProgress?: ((job: Job) => void) | null | undefined;
}

/** Options of waits for many jobs. */
export interface WaitManyOptions extends WaitOptions {
  /**
   * How many jobs are alive at a time, from the submit to the end, whatever stands for them; a whole number, at least 1, or
   * `Infinity`. Unless it is given, jobs that exist already have no bound, for waiting costs next to nothing; and of those
   * that functions submit, 50 are alive at a time, which leaves the server and its quotas room for others; while 50 are, no
   * job is taken. An endless source of jobs that exist needs a bound.
   */
  concurrency?: number | null | undefined;
}

/** Options of listings. */
export interface ListOptions extends RequestOptions {
  /** How many items at most, from all pages; a whole number, at least 1. Default: `Infinity`. */
  limit?: number | null | undefined;
}

/** Options of {@link JobMethods.blockUntilJobComplete}. */
export interface JobWaitOptions extends WaitOptions {
  /**
   * ms between an answer and the next poll: `pollInterval` under the name that it has in 2.x. Not both.
   *
   * @deprecated Say `pollInterval`.
   */
  timeout?: number | null | undefined;
}

/** A text in PEM. */
export type Pem = string | Uint8Array;

/** Certificates. Those of servers are always verified; there is no switch to turn that off. */
export interface TlsOptions {
  /**
   * The certificates of all authorities that are trusted, each text with one or more of them. Unless given, the system's
   * store, Mozilla's list, and the file that the environment variable `NODE_EXTRA_CA_CERTS` names.
   */
  ca?: Pem | readonly Pem[] | null | undefined;
  /**
   * What the client shows to servers that ask for a certificate, followed by its chain if there is one; needs `key`. Default:
   * none.
   */
  cert?: Pem | null | undefined;
  /** The key of `cert`, not encrypted: RSA, ECDSA or Ed25519. No error shows anything of it. Default: none. */
  key?: Pem | null | undefined;
}

/** Options of clients. `null` and `undefined` mean: not given. */
export interface ClientOptions {
  /** ms for name look-up, TCP and TLS; at least 1. Default: 10000. `Infinity`: no limit. */
  connectTimeout?: number | null | undefined;
  /**
   * ms for one attempt, from the grant of a socket to the last byte: of an upload one chunk, of a download up to the headers;
   * at least 1. Default: 60000. `Infinity`: no limit.
   */
  requestTimeout?: number | null | undefined;
  /** ms that an upload, a download or streamed results may go without a byte; at least 1. Default: 30000. `Infinity`: no limit. */
  idleTimeout?: number | null | undefined;
  /** How many attempts may follow a failed one, where repeating is safe; a whole number, 0 or more. Default: 2. */
  retries?: number | null | undefined;
  /**
   * How many sockets may be busy at a time, a whole number, at least 1; further requests wait their turn. Polls take three quarters
   * of them at most. Default: 256.
   */
  maxSockets?: number | null | undefined;
  /**
   * Bytes of the longest body, decoded, that is held in memory: a whole number, at least 1, at most 536870888, the longest string.
   * Default: 268435456.
   */
  maxResponseBytes?: number | null | undefined;
  /** Headers that go with every request. Those that carry credentials or frame the message are refused. */
  headers?: Record<string, string> | null | undefined;
  /** What the client calls itself. Default: `modzy-client/<version>`. */
  userAgent?: string | null | undefined;
  /**
   * The `http://` URL of a proxy for every request, such as `http://user:password@proxy.example:3128`; `false`: none. Servers
   * behind `https` are reached through a tunnel. User and password, percent-encoded, go to the proxy and nowhere else.
   *
   * Unless given, the environment says, when the client is made: `https_proxy` or `HTTPS_PROXY` for a server behind `https`,
   * `http_proxy` or `HTTP_PROXY` for another (the latter not where `REQUEST_METHOD` is set, whose CGI programs take it from
   * their callers), and none for a server that `no_proxy` or `NO_PROXY` lists: `*`, `example.com` with all below it,
   * `example.com:8443`, `10.0.0.1`, `10.0.0.0/8`, `[::1]:8080`, `fd00::/8`, separated by commas. Lower case comes first, blank
   * counts as unset, and `localhost` takes the proxy like any other. Without all of these: none.
   */
  proxy?: string | URL | false | null | undefined;
  /** Whom to trust, and who the client is. */
  tls?: TlsOptions | null | undefined;
  /**
   * Where the client writes what it does: `console`, pino, winston, or any object with some of the same methods. Default: none.
   *
   * Each message is one line of text. `debug`: a call begins; a wait has polled. `info`: a call is done, or its signal has fired.
   * `warn`: an attempt failed and is made again; a poll failed. `error`: a call has failed. A level is off where the logger lacks
   * its method, or has a method `isLevelEnabled`, as pino and winston do, that says so; what is off costs nothing. What the
   * logger throws is an uncaught exception, and the call goes on.
   */
  logger?: Logger | null | undefined;
}

/** What a client writes to, each method with one line of text. One or more of the four levels. */
export interface Logger {
  /** A call begins; a wait has polled. */
  debug?: ((message: string) => void) | null | undefined;
  /** A call is done, or its signal has fired. */
  info?: ((message: string) => void) | null | undefined;
  /** An attempt failed and is made again; a poll failed. */
  warn?: ((message: string) => void) | null | undefined;
  /** A call has failed. */
  error?: ((message: string) => void) | null | undefined;
  /** Asked for a level before anything is made that would be written there. */
  isLevelEnabled?: ((level: 'debug' | 'info' | 'warn' | 'error') => boolean) | null | undefined;
}

/**
 * What a client tells the console, in the lines of 2.x. `off`: nothing. `on`: the outcome of each call, and errors. `verbose`:
 * each call too. Neither keys nor bodies. A `logger` beside it is written to as well.
 */
export type LoggingLevel = 'off' | 'on' | 'verbose';

/** Settings of a client in the form of 2.x. */
export interface ClassInitiator extends ClientOptions {
  /** `<prefix>.<body>`, from the API keys of your profile. With `ModzyClient.fromEnv`: the environment variable `MODZY_API_KEY`. */
  apiKey: string;
  /** A team's are in place of a key: {@link TeamInitiator}. */
  teamId?: null | undefined;
  /** A team's are in place of a key: {@link TeamInitiator}. */
  teamToken?: null | undefined;
  /**
   * The root of the host, with or without `/api`. Default: `https://app.modzy.com`; with `ModzyClient.fromEnv`, the environment
   * variable `MODZY_BASE_URL` first.
   */
  url?: string | null | undefined;
  /** Default: `off`. */
  logging?: LoggingLevel | null | undefined;
}

/** Settings of a client that acts for a team. */
export interface TeamInitiator extends Omit<ClassInitiator, 'apiKey' | 'teamId' | 'teamToken'> {
  /** The team's identifier, which goes into the header `Modzy-Team-Id`. */
  teamId: string;
  /** The team's token, which goes into the header `Authorization` as `Bearer <token>`. */
  teamToken: string;
  /** A key is in place of a team's: {@link ClassInitiator}. */
  apiKey?: null | undefined;
}
