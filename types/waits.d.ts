// Waits for one job. Those for many are in batches.d.ts.

import type { WaitTimeoutError } from './errors.js';
import type { CancelOptions, Job, JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { Result } from './results.js';

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
   * with the same status that come while the event loop is blocked or the callback is busy, only the last is reported. If it
   * throws or rejects, the wait ends with that error. A promise that it returns is awaited before it is called again for the
   * job, and before the wait resolves; then for 5 s at most.
   */
  onProgress?: ((job: Job) => void | PromiseLike<void>) | null | undefined;
}

/** Options of {@link WaitMethods.blockUntilJobComplete}. */
export interface JobWaitOptions extends WaitOptions {
  /**
   * ms between an answer and the next poll: `pollInterval` under the name that it has in 2.x. Not both.
   *
   * @deprecated Say `pollInterval`.
   */
  timeout?: number | null | undefined;
}

/** Waits until a job moves to a final state. */
export interface WaitMethods {
  /**
   * Waits until a job moves to a final state: polls `GET /jobs/{job}` at once, and then two seconds after each answer.
   *
   * Ends on `COMPLETED`, `TIMEDOUT`, `CANCELED`, `ERROR` and any unknown status; goes on while `SUBMITTED`,
   * `IN_PROGRESS`, `PENDING` and `OPEN`. Rides out 408, 425, 429, 5xx, resets, timeouts and answers that are not the job for up
   * to `maxOutage`, and a 404 for four seconds, because the receipt precedes the stored job.
   *
   * @param job A job, a receipt, anything with a `jobIdentifier`, or the identifier.
   * @returns The job with its final status, whatever that is: look at `status`.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilComplete(job: JobRef, options?: WaitOptions | null): Promise<Job>;

  /**
   * The name that 2.x has for {@link WaitMethods.blockUntilComplete}.
   *
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilJobComplete(job: JobRef, options?: JobWaitOptions | null): Promise<Job>;

  /**
   * Waits until a job moves to a final state, as {@link WaitMethods.blockUntilComplete} does, and reads its results, which
   * may be a little late.
   *
   * @returns The job with its final status, whatever that is, and its results.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   */
  blockUntilResult(job: JobRef, options?: WaitOptions | null): Promise<{ job: Job; result: Result }>;
}
