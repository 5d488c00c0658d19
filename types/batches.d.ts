// Many jobs at once, and the watch over one.

import type { GetJobHistoryParams, Job, JobRef } from './jobs.js';
import type { Listing, ListOptions } from './listings.js';
import type { PollOptions, WaitMethods, WaitOptions } from './waits.js';

/** A job of a batch, or a function that submits one when its turn comes. */
export type JobSource = JobRef | (() => Promise<JobRef>);

/** An array, a set, a generator, a stream of objects: whatever `for await` goes through, but for a lone string. */
export type Many<T> = object & (Iterable<T> | AsyncIterable<T>);

/**
 * What became of a job of a batch: the job with its final status, whatever that is, or the error that a wait for it alone, or
 * its submit, rejects with. `index` is the place in what was given, from 0; a submit that failed left no `jobIdentifier`.
 */
export type JobOutcome =
  | { index: number; jobIdentifier: string; job: Job; error?: undefined }
  | { index: number; jobIdentifier: string | undefined; job?: undefined; error: Error };

/** What {@link BatchMethods.listJobHistory} looks for. */
export interface JobHistoryFilter extends Omit<GetJobHistoryParams, 'startDate' | 'page' | 'perPage'>, ListOptions {
  /**
   * ISO 8601, or a `Date`. Without it, the listing goes back as far as the server does.
   *
   * @default none
   */
  startDate?: string | Date | null | undefined;
  /**
   * The first page that is read.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * How many jobs a page holds.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
}

/** Options of waits for many jobs. */
export interface WaitManyOptions extends WaitOptions {
  /**
   * Limits how many jobs are alive at a time, from the submit to the end, whatever stands for them. A whole number, at least 1, or
   * `Infinity`. Unless it is given, jobs that exist already have no bound, for waiting costs next to nothing; and of those
   * that functions submit, 50 are alive at a time, which leaves the server and its quotas room for others; while 50 are, no
   * job is taken. An endless source of jobs that exist needs a bound.
   *
   * @default 50 of those that functions submit
   */
  concurrency?: number | null | undefined;
}

/** What can be done with many jobs, and with one from change to change. */
export interface BatchMethods {
  /**
   * Waits for many jobs, and brings each outcome as soon as it is known.
   *
   * Each job is waited for as {@link WaitMethods.blockUntilComplete} does, with the same options; `onProgress` is told of all
   * of them. One that fails is an outcome with an `error`, and the others go on. Nothing is sent before the loop begins, and
   * there is one loop. Outcomes that the loop has not come to yet are kept: a slow one holds up no job.
   *
   * Leaving the loop stops every poll, takes the listener from the signal and calls `return()` on what the jobs came from. No
   * job is cancelled by that. A submit that is under way comes to its end. When the signal fires, the same is done, what the
   * loop has not come to is dropped, and it rejects with `signal.reason`. With `cancelOnAbort`, the jobs that are waited for
   * are cancelled first, and so are those whose submits were under way, once their receipts have come; hand the signal to
   * the submits too, if that is to be soon. `onCancel` is told of each. The loop ends 5 s after its signal at most, whatever
   * submits, cancellations or `return()` of the source are still under way; a job whose receipt comes later is cancelled then.
   * A loop that nobody holds any more and that was not left is left once it is collected.
   *
   * @param jobs Gone through as `concurrency` has room. If it throws, every poll stops, and the loop rejects with that error
   *   after what had completed by then.
   * @throws {TypeError} For a wrong argument, before anything is sent. What is no job among the jobs is an outcome.
   * @example
   * const submits = texts.map((text) => () => client.submitJobText('ed542963de', '1.0.1', { text: { 'input.txt': text } }));
   * for await (const { index, job, error } of client.jobsAsCompleted(submits, { concurrency: 20 })) {
   *   console.log(index, error ?? job.status);
   * }
   */
  jobsAsCompleted(jobs: Many<JobSource>, options?: WaitManyOptions | null): AsyncIterable<JobOutcome>;

  /**
   * Waits for many jobs, as {@link BatchMethods.jobsAsCompleted} does, until the last of them has its outcome.
   *
   * @returns The outcomes in the order of the jobs.
   * @throws {TypeError} For a wrong argument, before anything is sent.
   * @example
   * const outcomes = await client.blockUntilAllComplete(['first-job', 'second-job'], { waitTimeout: 600_000 });
   * for (const { jobIdentifier, job, error } of outcomes) console.log(jobIdentifier, error ?? job.status);
   */
  blockUntilAllComplete(jobs: Many<JobSource>, options?: WaitManyOptions | null): Promise<JobOutcome[]>;

  /**
   * Waits for a job, as {@link WaitMethods.blockUntilComplete} does, and brings it each time that a poll finds it changed, the
   * final one last. To a loop that is slower than the polls it brings each status, and of each the newest figures.
   *
   * Nothing is sent before the loop begins, and there is one loop. Leaving it ends the wait, and cancels nothing. A loop that
   * nobody holds any more and that was not left is left once it is collected.
   *
   * @throws {WaitTimeoutError} When `waitTimeout` has passed, after what had been found by then.
   * @throws {ApiError} When the server refuses, or an outage lasts longer than `maxOutage`, likewise.
   */
  watchJob(job: JobRef, options?: PollOptions | null): AsyncIterable<Job>;

  /**
   * Searches the history of jobs, all of it: `GET /jobs/history`, page by page. The newest first, and no job left out for its
   * age, unless the filter says otherwise.
   */
  listJobHistory(filter?: JobHistoryFilter | null, options?: ListOptions | null): Listing<Job>;
}
