// Waits for one job. Waits for many jobs are in batches.d.ts.

import type { WaitTimeoutError } from './errors.js';
import type { CancelOptions, Job, JobRef } from './jobs.js';
import type { RequestOptions } from './options.js';
import type { Result } from './results.js';

/** Options of the polls of a wait. */
export interface PollOptions extends Omit<RequestOptions, 'retries'>, CancelOptions {
  /**
   * Not an option of waits, which retry for `maxOutage`.
   *
   * @default none
   */
  retries?: null | undefined;
  /**
   * ms between a response and the next poll, varied by up to 2.5 %; at least 1. During an outage, the pause is never shorter than
   * this or than 100 ms, whatever the server asks for. The last poll before a limit ends the wait may come sooner.
   *
   * @default 2000
   */
  pollInterval?: number | null | undefined;
  /**
   * ms up to which the interval grows while the status does not change: by half after each poll. A change of the status resets it to
   * `pollInterval`. A pause that has grown varies by up to half, so that waits that begin together spread, and never exceeds this
   * value. No effect unless it is longer than `pollInterval`. With `polling: 'listing'`, the interval of a wait's own polls, if it is
   * longer than 30 s.
   *
   * @default the `pollInterval`
   */
  maxPollInterval?: number | null | undefined;
  /**
   * ms for the whole wait, from its first poll; at least 0. The wait then rejects with a {@link WaitTimeoutError}, and the job
   * continues.
   *
   * @default none
   */
  waitTimeout?: number | null | undefined;
  /**
   * ms of unbroken failure after which the wait rejects with the last failure. 0 ends the wait with its first failure.
   *
   * @default 300000
   */
  maxOutage?: number | null | undefined;
}

/** Options of waits. */
export interface WaitOptions extends PollOptions {
  /**
   * Called with the job after each successful poll, including the final one, in the async context of the call. If several polls
   * find the same status while the event loop is blocked or the callback is busy, only the last is reported. If the callback
   * throws or rejects, the wait ends with that error. If it returns a promise, the promise is awaited before the next call for
   * this job, and for at most 5 s before the wait resolves. In a batch, the second argument has the index of the job and, if it has
   * one, its key.
   *
   * @default none
   */
  onProgress?:
    ((job: Job, of?: { index: number; inputKey?: string | undefined }) => void | PromiseLike<void>) | null | undefined;
}

/** Options of {@link WaitMethods.blockUntilJobComplete}. */
export interface JobWaitOptions extends WaitOptions {
  /**
   * ms between a response and the next poll: the name that 2.x has for `pollInterval`. Only one of the two may be given.
   *
   * @deprecated Use `pollInterval`.
   *
   * @default 2000
   */
  timeout?: number | null | undefined;
}

/** Methods that wait until a job has a final status. */
export interface WaitMethods {
  /**
   * Waits until a job has a final status: polls `GET /jobs/{job}` at once, and again two seconds after each response.
   *
   * The wait ends on `COMPLETED`, `TIMEDOUT`, `CANCELED`, `ERROR` and any unknown status, and continues on `SUBMITTED`,
   * `IN_PROGRESS`, `PENDING` and `OPEN`. It retries 408, 425, 429, 5xx, resets, timeouts and responses that are not the job for up
   * to `maxOutage`. It retries a 404 for four seconds, because the server sends the receipt before it stores the job.
   *
   * @param job A job, a receipt, any object with a `jobIdentifier`, or the identifier.
   * @returns The job with its final status, whatever that is: check `status`.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses a poll, or with the last failure of an outage longer than `maxOutage`.
   * @example
   * let job = await client.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
   * job = await client.blockUntilComplete(job, { waitTimeout: 600_000 });
   * console.log(`Job ${job.identifier} status ${job.status}`);
   */
  blockUntilComplete(job: JobRef, options?: WaitOptions | null): Promise<Job>;

  /** The name that 2.x has for {@link WaitMethods.blockUntilComplete}. */
  blockUntilJobComplete(job: JobRef, options?: JobWaitOptions | null): Promise<Job>;

  /**
   * Waits until a job has a final status, as {@link WaitMethods.blockUntilComplete} does, and reads its results, which may arrive
   * slightly later.
   *
   * @returns The job with its final status, whatever that is, and its results.
   * @throws {WaitTimeoutError} When `waitTimeout` has passed.
   * @throws {ApiError} When the server refuses a poll, or with the last failure of an outage longer than `maxOutage`.
   * @example
   * const receipt = await client.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
   * const { result } = await client.blockUntilResult(receipt);
   * console.log(result.results['first']?.['results.json']);
   */
  blockUntilResult(job: JobRef, options?: WaitOptions | null): Promise<{ job: Job; result: Result }>;
}
