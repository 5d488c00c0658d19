// The options that most calls have, and those of clients. What only some calls have is declared beside their methods.

/**
 * Options of the calls that send requests. `null` and `undefined` mean: not given. A method accepts only the options it uses: another
 * one is a `TypeError` that names the methods it belongs to and the nearest option of this method.
 */
export interface RequestOptions {
  /**
   * Ends the call. The promise rejects with `signal.reason` once the request is closed; a signal that has fired already
   * sends none. Signals of other libraries work as well: of one without a `reason` it is a `DOMException` called `AbortError`.
   *
   * @default none
   */
  signal?: AbortSignal | null | undefined;
  /**
   * Limits one attempt, from the grant of a socket to the last byte: of an upload one chunk, of a download up to the headers.
   * In ms, at least 1. `Infinity`: no limit.
   *
   * @default the client's
   */
  requestTimeout?: number | null | undefined;
  /**
   * Limits how many attempts may follow a failed one, where repeating is safe. A whole number, 0 or more. Means nothing in a
   * wait. `retryBudget` limits the retries of all calls together.
   *
   * @default the client's
   */
  retries?: number | null | undefined;
  /**
   * Adds headers to the client's, or replaces them. Those that carry credentials or frame the message are refused.
   *
   * @default none
   */
  headers?: Record<string, string> | null | undefined;
}

/** Options of the calls that make a data URL, which send no request. */
export interface DataUrlOptions extends Pick<RequestOptions, 'signal'> {
  /**
   * Limits the size of the file, which is refused before it is read where it is larger. In bytes, a whole number, 1 or more.
   * `Infinity`: as many as a string of JavaScript can hold, which in Node.js are about 384 MiB.
   *
   * @default 268435456
   */
  maxBytes?: number | null | undefined;
}

/** Options of the call that makes a data URL of a Blob. */
export interface BlobUrlOptions extends DataUrlOptions {
  /**
   * ms without a byte of the Blob; at least 1. `Infinity`: no limit.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
}

/** A text in PEM. */
export type Pem = string | Uint8Array;

/** Certificates. Those of servers are always verified; there is no switch to turn that off. */
export interface TlsOptions {
  /**
   * Sets the certificates of all authorities that are trusted, each text with one or more of them; a server's own, self-signed,
   * may be among them. Unless given, the file that the environment variable `NODE_EXTRA_CA_CERTS` names is read, too, when the
   * client is made; a relative path is relative to the current directory at the time when the package was loaded. A file that cannot
   * be used is ignored, with a process warning. Keys beside the certificates are ignored; any other block that is not a `CERTIFICATE`, or is cut off, is
   * an error.
   *
   * @default the system's store and Mozilla's list
   */
  ca?: Pem | readonly Pem[] | null | undefined;
  /**
   * Sets the certificate that servers get which ask for one, followed by its chain if there is one; needs `key`.
   *
   * @default none
   */
  cert?: Pem | null | undefined;
  /**
   * Sets the key of `cert`, not encrypted: RSA, ECDSA with P-256 or P-384, or Ed25519. No error shows anything of it.
   *
   * @default none
   */
  key?: Pem | null | undefined;
}

/** Options of clients. `null` and `undefined` mean: not given. */
export interface ClientOptions {
  /**
   * Limits name look-up, TCP and TLS together. In ms, at least 1. `Infinity`: no limit.
   *
   * @default 10000
   */
  connectTimeout?: number | null | undefined;
  /**
   * Limits one attempt, from the grant of a socket to the last byte: of an upload one chunk, of a download up to the headers.
   * In ms, at least 1. `Infinity`: no limit.
   *
   * @default 60000
   */
  requestTimeout?: number | null | undefined;
  /**
   * Limits how long an upload, a download or streamed results may go without a byte. In ms, at least 1. `Infinity`: no limit.
   *
   * @default 30000
   */
  idleTimeout?: number | null | undefined;
  /**
   * Limits how many attempts may follow a failed one, where repeating is safe. A whole number, 0 or more.
   *
   * @default 2
   */
  retries?: number | null | undefined;
  /**
   * Limits the retries of all calls together, so that they do not multiply the load on a server that fails. Every ten successes
   * restore one. A retry after a refusal that pauses its kind of requests (429) costs none. A whole number, 0 or more. `Infinity`: no
   * limit.
   *
   * @default 20
   */
  retryBudget?: number | null | undefined;
  /**
   * Limits how many sockets may be busy at a time; further requests wait their turn. Polls take three quarters of them at most. A
   * whole number, at least 1.
   *
   * @default 256
   */
  maxSockets?: number | null | undefined;
  /**
   * Limits the body, decoded, that is held in memory. In bytes, a whole number, at least 1, at most 536870888, the longest string.
   *
   * @default 268435456
   */
  maxResponseBytes?: number | null | undefined;
  /**
   * Adds headers to every request. Those that carry credentials or frame the message are refused.
   *
   * @default none
   */
  headers?: Record<string, string> | null | undefined;
  /**
   * Sets what the client calls itself.
   *
   * @default `modzy-client/<version>`
   */
  userAgent?: string | null | undefined;
  /**
   * Sets the `http://` or `https://` URL of a proxy for every request, such as `http://user:password@proxy.example:3128`; `false`:
   * none. Servers behind `https` are reached through a tunnel. User and password, percent-encoded, are sent to the proxy
   * only. A proxy behind `https://` is verified like a server, by the same certificates.
   *
   * Unless given, the environment says, when the client is made: `https_proxy` or `HTTPS_PROXY` for a server behind `https`,
   * `http_proxy` or `HTTP_PROXY` for another (the latter not where `REQUEST_METHOD` is set, whose CGI programs take it from
   * their callers), and none for a server that `no_proxy` or `NO_PROXY` lists: `*`, `example.com` with all below it,
   * `example.com:8443`, `10.0.0.1`, `10.0.0.0/8`, `[::1]:8080`, `fd00::/8`, separated by commas. Lower case comes first, blank
   * counts as unset, and `localhost` takes the proxy like any other. A variable that does not apply to the client's server is
   * ignored, whatever it holds.
   *
   * @default none
   */
  proxy?: string | URL | false | null | undefined;
  /**
   * Sets how waits find out that their jobs have ended. `'individual'`: each wait polls its job every `pollInterval`. `'listing'`: one
   * list of the jobs that have ended (`GET /jobs/history`), read every `pollInterval`, serves all waits of the client and of those that
   * share its connections. A wait polls its job at once, when the list names it, and every 30 s or every `maxPollInterval`, whichever
   * is longer. Only a poll ends a wait, so a list that is late, incomplete or wrong ends none wrongly. If it cannot be used, waits poll
   * individually. `onProgress` is called at these polls only; `watchJob`, which reports every change, always polls individually.
   *
   * @default `'individual'`
   */
  polling?: 'individual' | 'listing' | null | undefined;
  /**
   * Sets whom to trust, and who the client is.
   *
   * @default none
   */
  tls?: TlsOptions | null | undefined;
  /**
   * Sets whether the client shares its connections, `maxSockets` and the retry budget with equal clients. `'shared'`: with clients of
   * the same thread whose server, credentials, proxies, certificates, `connectTimeout` and `maxSockets` are the same. Everything else
   * stays with each client. `'own'`: with none.
   *
   * @default `'shared'`
   */
  transport?: 'shared' | 'own' | null | undefined;
  /**
   * Sets where the client writes what it does: `console`, pino, winston, or any object with some of the same methods.
   *
   * Each message is one line of text. `debug`: a call begins; a wait has polled. `info`: a call is done, or its signal has fired.
   * `warn`: an attempt failed and is made again; a poll failed. `error`: a call has failed. A level is off where the logger lacks
   * its method, or has a method `isLevelEnabled`, as pino and winston do, that says so; what is off costs nothing. What the
   * logger throws is an uncaught exception, and the call goes on. A promise that it returns is not awaited; where it rejects, a
   * process warning says so.
   *
   * The environment variable `MODZY_LOG` (`debug`, `info`, `warn` or `error`) writes the messages from that level on to standard error,
   * whether or not there is a logger. It is read when the client is made.
   *
   * @default none
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
  /** Returns whether a level is written. The client calls it before it formats a message of that level. */
  isLevelEnabled?: ((level: 'debug' | 'info' | 'warn' | 'error') => boolean) | null | undefined;
}

/**
 * What a client logs to the console, in the format of 2.x. `off`: nothing. `on`: the outcome of each call, and errors. `verbose`:
 * also the start of each call. Keys and bodies are never logged. A `logger` receives the messages as well.
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
   * Sets the root of the host, with or without `/api`. With `ModzyClient.fromEnv`, the environment variable `MODZY_BASE_URL` comes
   * before the default.
   *
   * @default `https://app.modzy.com`
   */
  url?: string | null | undefined;
  /**
   * Sets what the client writes to the console.
   *
   * @default `'off'`
   */
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
