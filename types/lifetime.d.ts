// The end of a client, and how busy it is.

import type { ClientClosedError } from './errors.js';

declare global {
  // Older versions of TypeScript do not declare it.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** The methods that close a client and show how busy it is. */
export interface LifetimeMethods {
  /**
   * Closes the client. Its further calls reject with a {@link ClientClosedError} at once, those under way after `drain` ms. The
   * promise resolves when the last of them has settled; only then is the client closed.
   *
   * Waits, iterators, streams and batches of the client end; their jobs continue. An upload cancels its unfinished job, for at most
   * 5 s. The error of a submit under way says whether the server may have accepted it. Other clients that use the same connections
   * are not affected. The last client that is closed closes the sockets.
   *
   * May be called repeatedly: the shortest `drain` counts. A client that is not closed does not keep the process alive.
   */
  close(options?: CloseOptions | null): Promise<void>;

  /**
   * Closes the client as `close()` does, for `await using`. The sockets stay open for 4 s, so that a client for each request does
   * not connect each time.
   */
  [Symbol.asyncDispose](): Promise<void>;

  /** Returns a snapshot for metrics: the calls of this client, and the state of the connections that it shares with others. */
  stats(): ClientStats;
}

/** Options of `close`. */
export interface CloseOptions {
  /**
   * Sets how long calls under way may take. In ms, 0 or more. `Infinity`: until they have ended by themselves.
   *
   * @default 0
   */
  drain?: number | null | undefined;
}

/** How busy a client and its connections are. All but `pendingCalls` counts for all clients that share the connections. */
export interface ClientStats {
  /** How many operations of this client have not ended: calls, waits, and the parts of calls in several steps. */
  pendingCalls: number;
  /** How many clients share the connections, including this one unless it is closed. */
  clients: number;
  /** The limit of busy sockets, `maxSockets`. */
  maxSockets: number;
  /** How many sockets are busy with a request. Idle ones are not counted. */
  busySockets: number;
  /** How many requests wait for a socket. */
  waitingRequests: number;
  /** How many retries the budget still allows. */
  retriesLeft: number;
  /** How the requests of each kind are held back, because the server has refused some. */
  queues: {
    /** Submits, and writes that are not part of an upload. */
    submits: QueueStats;
    /** Chunks and closes of uploads. */
    chunks: QueueStats;
    /** Polls of waits. */
    polls: QueueStats;
    /** The lists of ended jobs that serve waits, with `polling: 'listing'`. */
    lists: QueueStats;
    /** All other reads. */
    reads: QueueStats;
    /** Deletes that `request` sends. Cancels wait in no queue. */
    deletes: QueueStats;
  };
}

/** How the requests of a kind are held back. */
export interface QueueStats {
  /** How many calls wait in the queue. */
  waiting: number;
  /** Why calls wait, as in `modzy:request:queue`; `null` if none has to. */
  reason: 'pause' | 'probe' | 'rate' | null;
  /** For how long the next request is held back, in ms. */
  pauseMs: number;
  /** How many requests are sent in a second; `null` if that is not limited. */
  ratePerSecond: number | null;
}
