// Waits for one job. Those for many are in batches.d.ts.

import type { WaitTimeoutError } from './errors.js';
import type { CancelOptions, Job, JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { Result } from './results.js';

/** What rules the polls of a wait. */
export interface PollOptions extends Omit<RequestOptions, 'retries'>, CancelOptions {
  /**
   * Sets the time between an answer and the next poll, give or take 2.5 %. In ms, at least 1. In an outage it is the least, as 100
   * are, whatever the server asks for; the last poll before a limit ends the wait may come sooner.
   *
   * @default 2000
   */
  pollInterval?: number | null | undefined;
  /**
   * Limits the whole wait, from its first poll, which rejects with a {@link WaitTimeoutError}; the job goes on. In ms, at least 0.
   *
   * @default none
   */
  waitTimeout?: number | null | undefined;
  /**
   * Limits the unbroken failure that the wait rides out, after which it rejects with the last one. In ms; 0: none.
   *
   * @default 300000
   */
  maxOutage?: number | null | undefined;
}

/** Options of waits. */
export interface WaitOptions extends PollOptions {
  /**
   * Gets the job after each poll that brought it, the final one included, in the async context of the call. Of several with the same status that come while the event loop is blocked or the callback is busy, only the last is reported. If it
   * throws or rejects, the wait ends with that error. A promise that it returns is awaited before it is called again for the
   * job, and before the wait resolves; then for 5 s at most.
   *
   * @default none
   */
  onProgress?: ((job: Job) => void | PromiseLike<void>) | null | undefined;
}

/** Options of {@link WaitMethods.blockUntilJobComplete}. */
export interface JobWaitOptions extends WaitOptions {
  /**
   * Sets the `pollInterval`, under the name that it has in 2.x. In ms. Not both.
   *
   * @default 2000
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
   * @example
   * let job = await client.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
   * job = await client.blockUntilComplete(job, { waitTimeout: 600_000 });
   * console.log(`Job ${job.identifier} status ${job.status}`);
   */
  blockUntilComplete(job: JobRef, options?: WaitOptions | null): Promise<Job>;

  /** The name that 2.x has for {@link WaitMethods.blockUntilComplete}. */
  blockUntilJobComplete(job: JobRef, options?: JobWaitOptions | null): Promise<Job>;

  /**
   * Waits until a job moves to a final state, as {@link WaitMethods.blockUntilComplete} does, and reads its results, which
   * may be a little late.
   *
   * @returns The job with its final status, whatever that is, and its results.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`: the last failure.
   * @example
   * const receipt = await client.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
   * const { result } = await client.blockUntilResult(receipt);
   * console.log(result.results['first']?.['results.json']);
   */
  blockUntilResult(job: JobRef, options?: WaitOptions | null): Promise<{ job: Job; result: Result }>;
}
