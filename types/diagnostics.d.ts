// Messages on the channels of node:diagnostics_channel.

/**
 * A call, as its messages describe it. All messages of a call hold the same object, so a subscriber can use it as a key.
 *
 * Each call of a method is one request here. A batch consists of one call for each job, a listing of one call for each page. A call
 * of `openOutput` or `streamResults` ends when the response headers have arrived; for `streamResults` it begins with the first
 * iteration of the loop. Retries that later reads need are published after that end. An error that ends the reading is reported to
 * the reader only.
 */
export interface DiagnosticsRequest {
  /** The method, for example `submitJobText`. */
  readonly method: string;
  /**
   * The job that the call is about, if any. A submit has it once it has ended. An identifier given by the caller is cut to its
   * first kilobyte.
   */
  readonly jobIdentifier: string | undefined;
  /** The root of the routes. */
  readonly baseURL: string;
  /**
   * Headers for every request of the call. Subscribers add to them while `modzy:request:start` is published. They are checked like
   * the option `headers`: if one is refused, the call rejects with a `TypeError`. They override the client's headers, and the
   * call's headers override them. Headers set by the caller are not shown here.
   */
  readonly headers: Record<string, string>;
}

/**
 * The messages, by the names of their channels. Each is published in the async context of the call, with or without a logger. A
 * call that begins while no channel has a subscriber publishes nothing and costs nothing. Each call that has started publishes
 * exactly one `modzy:request:end` or `modzy:request:error`. No message contains a key or another secret, an input or a result. An
 * exception thrown by a subscriber is uncaught, and the call continues.
 */
export interface DiagnosticsMessages {
  /** A call begins. Published before the method returns, and before anything is sent. */
  'modzy:request:start': {
    readonly request: DiagnosticsRequest;
  };
  /** A request of the call has failed and is retried. */
  'modzy:request:retry': {
    readonly request: DiagnosticsRequest;
    /** The attempt that failed; 1 for the first. */
    readonly attempt: number;
    /** The error of the attempt: an `ApiError` with `status`, or with `phase` and `sent`. */
    readonly error: Error;
    /** ms before the next attempt. */
    readonly delayMs: number;
  };
  /**
   * The call begins to wait in the queue of its kind of requests (submits, chunks of uploads, polls, other reads), because the server
   * refuses them, or did so lately. It holds no socket meanwhile.
   */
  'modzy:request:queue': {
    readonly request: DiagnosticsRequest;
    /**
     * `pause`: the server has asked for a pause. `probe`: the pause is over, and one call finds out whether the server accepts such
     * requests again. `rate`: it does, and the client sends no more of them than the server accepted lately.
     */
    readonly reason: 'pause' | 'probe' | 'rate';
    /** The expected ms until the request is sent. It may take longer if calls before it are refused. */
    readonly delayMs: number;
  };
  /**
   * The list of ended jobs of `polling: 'listing'` cannot be used, so the waits of the client, and of those that share its
   * list, poll individually for a while. One of the calls publishes it, once for each reason.
   */
  'modzy:wait:fallback': {
    readonly request: DiagnosticsRequest;
    /** Why, as a sentence without a full stop. */
    readonly reason: string;
  };
  /** A call has its result. */
  'modzy:request:end': {
    readonly request: DiagnosticsRequest;
    /** ms since its start. */
    readonly durationMs: number;
    /** The status of the last response. Missing if the call sent no request. */
    readonly status?: number;
    /** The identifier that the server gave the last request, if it sends one (`X-Request-Id`, `X-Correlation-Id`). */
    readonly requestId?: string;
  };
  /** A call rejects. */
  'modzy:request:error': {
    readonly request: DiagnosticsRequest;
    /** The error with which the call rejects; `signal.reason` after an abort. */
    readonly error: unknown;
    /** ms since its start. */
    readonly durationMs: number;
  };
  /**
   * A wait has polled. While the event loop is blocked, consecutive polls with the same outcome are merged into the last one, and
   * `polls` counts all of them.
   */
  'modzy:wait:poll': {
    readonly request: DiagnosticsRequest;
    /** The job that the wait is for. */
    readonly jobIdentifier: string;
    /** The number of polls of the wait so far. The polls for the results of `blockUntilResult` are counted separately. */
    readonly polls: number;
    /** The status of the job; `undefined` for a failed poll, and for polls for the results of `blockUntilResult`. */
    readonly status: string | undefined;
    /** The error of a failed poll. It ends the wait only if `delayMs` is `undefined`. */
    readonly error: Error | undefined;
    /** ms before the next poll; `undefined` after the last. */
    readonly delayMs: number | undefined;
  };
}
