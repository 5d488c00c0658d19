// What is published on the channels of node:diagnostics_channel.

/**
 * A call, as the messages about it have it: all of them the same object, so that it can be the key of what a subscriber keeps.
 *
 * The calls that are told of are those of methods. A batch is as many calls as it has jobs, a listing as many as it reads
 * pages. The call of an output that `openOutput` brings ends when its headers have come, and so does that of results that
 * `streamResults` reads, from the first question of the loop on. Retries that are needed to read on are told after that end;
 * what ends the reading, the reader is told.
 */
export interface DiagnosticsRequest {
  /** The method, such as `submitJobText`. */
  readonly method: string;
  /** The job that the call is about, where there is one; of a submit, once it has ended. Of what a caller gives, the first kilobyte. */
  readonly jobIdentifier: string | undefined;
  /** The root of the routes. */
  readonly baseURL: string;
  /**
   * Headers for every request of the call, to be added to while `modzy:request:start` is published. They are checked as the
   * option `headers` is: with one that is refused, the call rejects with a `TypeError`. They come before the client's own, and
   * after those of the call. What the caller has set is not shown.
   */
  readonly headers: Record<string, string>;
}

/**
 * The messages by the names of their channels. Each is published in the async context of the call, whether the client has a
 * logger or not. A call that begins while no channel has a subscriber publishes nothing, and costs nothing. Of each call that
 * has started, `modzy:request:end` or `modzy:request:error` tells once. No message holds a key or another secret, an input or a
 * result. What a subscriber throws is an uncaught exception, and the call goes on.
 */
export interface DiagnosticsMessages {
  /** A call begins. Published before the method returns, and before anything is sent. */
  'modzy:request:start': {
    readonly request: DiagnosticsRequest;
  };
  /** A request of the call has failed, and is sent again. */
  'modzy:request:retry': {
    readonly request: DiagnosticsRequest;
    /** The attempt that failed; 1 for the first. */
    readonly attempt: number;
    /** Why: what the call would reject with, an `ApiError` with `status`, or with `phase` and `sent`. */
    readonly error: Error;
    /** ms before the next attempt. */
    readonly delayMs: number;
  };
  /** A call has its result. */
  'modzy:request:end': {
    readonly request: DiagnosticsRequest;
    /** ms since its start. */
    readonly durationMs: number;
  };
  /** A call rejects. */
  'modzy:request:error': {
    readonly request: DiagnosticsRequest;
    /** What it rejects with; of an abort, `signal.reason`. */
    readonly error: unknown;
    /** ms since its start. */
    readonly durationMs: number;
  };
  /**
   * A wait has polled. While the event loop is blocked, only the last of several that have found the same is kept, and `polls`
   * tells how many there were.
   */
  'modzy:wait:poll': {
    readonly request: DiagnosticsRequest;
    /** The job that is waited for. */
    readonly jobIdentifier: string;
    /** The polls of the wait so far; those for the results of `blockUntilResult` are counted anew. */
    readonly polls: number;
    /** The job's status; `undefined` of a poll that failed, and of the results of `blockUntilResult`. */
    readonly status: string | undefined;
    /** Why the poll failed. It is the end of the wait only where there is no `delayMs`. */
    readonly error: Error | undefined;
    /** ms before the next poll; `undefined` after the last. */
    readonly delayMs: number | undefined;
  };
}
