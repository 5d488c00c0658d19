// Waits for many jobs, the changes of one job, and the listings of jobs.

import type { JournalError } from './errors.js';
import type { GetJobHistoryParams, GetJobsParams, Job, JobRef, JobSummary } from './jobs.js';
import type { Listing, ListOptions } from './listings.js';
import type { RequestOptions } from './options.js';
import type { Result } from './results.js';
import type { PollOptions, WaitMethods, WaitOptions } from './waits.js';

/**
 * A function that submits a job. Pass the options on to the submit, spread or not: `(options) => client.submitJobText(id, version,
 * sources, { ...options, jobTimeout })`. They contain the signal of the batch and, as a member with a symbol, its patience: a submit
 * with them is sent again for `maxOutage` if the server refuses it (429). A submit without them follows the rules of a single call.
 */
export type Submit = (options: RequestOptions) => Promise<JobRef>;

/** A function that submits a job when its turn comes, with a key that names the job in its outcome and in a journal. */
export interface KeyedSubmit {
  /** The key of an input of the job. In a batch with a journal, each is used once. */
  inputKey: string;
  /** Submits the job. In a batch with a journal, it must pass its options on to the submit, and return its job. */
  submit: Submit;
}

/** A job of a batch, or a function that submits a job when its turn comes. */
export type JobSource = JobRef | Submit | KeyedSubmit;

/** An array, a set, a generator, a stream of objects: anything that `for await` accepts, except a string. */
export type Many<T> = object & (Iterable<T> | AsyncIterable<T>);

/**
 * The outcome of one job of a batch: the job with its final status, whatever that is, or the error with which its submit or a
 * wait for it alone rejects. `index` is the position of the job in the given jobs, from 0. After a failed submit,
 * `jobIdentifier` is `undefined`. With the option `results`, a job that has completed has its `result`, or an `error` beside it if its
 * results cannot be read. The outcome of a {@link KeyedSubmit} has its `inputKey`.
 */
export type JobOutcome<S extends JobSource = JobSource, R = undefined> = (S extends KeyedSubmit
  ? { inputKey: string }
  : { inputKey?: undefined }) &
  (
    | { index: number; jobIdentifier: string; job: Job; result?: R; error?: undefined }
    | {
        index: number;
        jobIdentifier: string | undefined;
        job?: R extends undefined ? undefined : Job;
        result?: undefined;
        error: Error;
      }
  );

/** The filter of {@link BatchMethods.listJobHistory}. */
export interface JobHistoryFilter extends Omit<GetJobHistoryParams, 'startDate' | 'page' | 'perPage'>, ListOptions {
  /**
   * ISO 8601, or a `Date`. Not sent unless given, so the listing covers the whole history that the server keeps.
   *
   * @default none
   */
  startDate?: string | Date | null | undefined;
  /**
   * The first page to read.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The number of jobs in a page.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
}

/** The filter of {@link BatchMethods.listJobs}. */
export interface JobsFilter extends GetJobsParams, ListOptions {}

/** What {@link BatchMethods.findJobs} looks for. */
export interface JobSearch extends ListOptions {
  /** The key of an input of the job. */
  inputKey: string;
  /**
   * The earliest creation of the job by the server's clock, which this machine's may differ from: ISO 8601, or a `Date`.
   *
   * @default 24 hours ago, by this machine's clock
   */
  since?: string | Date | null | undefined;
  /**
   * The identifier of the model.
   *
   * @default any
   */
  modelId?: string | null | undefined;
  /**
   * The version of the model.
   *
   * @default any
   */
  version?: string | null | undefined;
}

/** Options of waits for many jobs. */
export interface WaitManyOptions extends WaitOptions {
  /**
   * The greatest number of jobs in progress at a time, from submit to end: a whole number, at least 1, or `Infinity`. Jobs that
   * exist already and jobs that functions submit count alike. While that many are in progress, no further job is taken from the
   * source. By default, existing jobs are unlimited, because a pending wait costs little, and at most 50 jobs submitted by
   * functions are in progress, which leaves the server and its quotas room for other work. An endless source of existing jobs
   * needs a limit.
   *
   * @default 50 for functions, `Infinity` for existing jobs
   */
  concurrency?: number | null | undefined;
  /**
   * Whether to read the results of each job that has completed (`GET /results/{job}`), within the same `concurrency`. `waitTimeout` and
   * `maxOutage` apply to that too.
   *
   * @default false
   */
  results?: boolean | null | undefined;
  /**
   * Called with each job that a function has submitted, before the first poll, in the async context of the call. A promise that it
   * returns is awaited before the job is waited for, so a program can store the identifier first. If the callback throws or rejects,
   * the outcome of that job has the error, and the job continues.
   *
   * @default none
   */
  onSubmit?:
    | ((submitted: { index: number; inputKey?: string | undefined; jobIdentifier: string }) => void | PromiseLike<void>)
    | null
    | undefined;
  /**
   * The file of a journal, as a path or a `file:` URL: the batch writes each step into it, and after a crash at any point the same
   * batch with the same journal goes on. No job is submitted twice and none is lost. The file is created if it does not exist. Every
   * source must be a {@link KeyedSubmit} with a key of its own, and its function must pass its options on to one submit of a job with
   * that key, by the same client, and return that job. `submitJobAwsS3Folder` and `submitJobJDBC` are refused, because the keys of
   * their inputs are not those of the caller. Leaving the loop waits up to 5 s for the submits in flight. A {@link JournalError} ends
   * the batch if the file cannot be used; with the `state` `unknown`, it is the outcome of one key. The guide to journals says how
   * each step is taken up.
   *
   * @default none
   */
  journal?: string | URL | null | undefined;
}

/** Methods about many jobs, and about the changes of one job. */
export interface BatchMethods {
  /**
   * Waits for many jobs, and yields each outcome as soon as it is known.
   *
   * Each job is waited for as {@link WaitMethods.blockUntilComplete} does, with the same options; `onProgress` is called for all
   * of them. A job that fails yields an outcome with an `error`, and the other jobs continue. No request is sent before the loop
   * begins, and the iterable supports one loop. Outcomes are kept until the loop reads them, so a slow loop delays no job.
   *
   * Leaving the loop stops all polls, removes the listener from the signal and calls `return()` on the source of the jobs. It
   * cancels no job, and a submit in flight, or in the queue of a rate limit, runs to its end. When the signal fires, the loop also
   * drops the outcomes that it has not read, and rejects with `signal.reason`. With `cancelOnAbort`, it first cancels the jobs that
   * it waits for, and those whose submits are in flight once their receipts arrive. A submit that waits in a queue is not sent any
   * more if its function has passed the options on; without `cancelOnAbort`, one in flight then ends too, as after any signal.
   * `onCancel` is called for each job. The loop ends at most 5 s after the signal, with ten thousand jobs too, even if submits,
   * cancellations or `return()` of the source are still pending; a job whose receipt arrives later is then canceled. If a loop was
   * not left and becomes unreachable, it is closed when it is garbage-collected.
   *
   * @param jobs The source of the jobs, read as `concurrency` allows. If it throws, all polls stop, and the loop yields the
   *   outcomes known by then and rejects with that error.
   * @throws {TypeError} If an argument is invalid. Nothing is sent. An invalid job yields an outcome with an error.
   * @example
   * const submits = texts.map(
   *   (text) => (options) => client.submitJobText('ed542963de', '1.0.1', { text: { 'input.txt': text } }, options),
   * );
   * for await (const { index, job, error } of client.jobsAsCompleted(submits, { concurrency: 20 })) {
   *   console.log(index, error ?? job.status);
   * }
   */
  jobsAsCompleted<S extends JobSource>(
    jobs: Many<S>,
    options: WaitManyOptions & { results: true },
  ): AsyncIterable<JobOutcome<S, Result>>;
  /** The same without the results. */
  jobsAsCompleted<S extends JobSource>(jobs: Many<S>, options?: WaitManyOptions | null): AsyncIterable<JobOutcome<S>>;

  /**
   * Waits for many jobs, as {@link BatchMethods.jobsAsCompleted} does, until each has an outcome.
   *
   * @returns The outcomes in the order of the jobs.
   * @throws {TypeError} If an argument is invalid. Nothing is sent.
   * @example
   * const outcomes = await client.blockUntilAllComplete(['first-job', 'second-job'], { waitTimeout: 600_000 });
   * for (const { jobIdentifier, job, error } of outcomes) console.log(jobIdentifier, error ?? job.status);
   */
  blockUntilAllComplete<S extends JobSource>(
    jobs: Many<S>,
    options: WaitManyOptions & { results: true },
  ): Promise<JobOutcome<S, Result>[]>;
  /** The same without the results. */
  blockUntilAllComplete<S extends JobSource>(jobs: Many<S>, options?: WaitManyOptions | null): Promise<JobOutcome<S>[]>;

  /**
   * Waits for a job, as {@link WaitMethods.blockUntilComplete} does, and yields the job each time that a poll finds another
   * `status` or count (`total`, `pending`, `completed`, `failed`), the final state last. A loop that is slower than the polls receives each status once, with its latest figures.
   *
   * No request is sent before the loop begins, and the iterable supports one loop. Leaving the loop ends the wait and cancels no
   * job. If a loop was not left and becomes unreachable, it is closed when it is garbage-collected.
   *
   * @throws {WaitTimeoutError} When `waitTimeout` has passed, after the changes found by then.
   * @throws {ApiError} When the server refuses a poll, or with the last failure of an outage longer than `maxOutage`, after the
   *   changes found by then.
   */
  watchJob(job: JobRef, options?: PollOptions | null): AsyncIterable<Job>;

  /**
   * Lists the whole history of jobs: `GET /jobs/history`, page by page. By default, the newest jobs come first, and jobs of any
   * age are included.
   */
  listJobHistory(filter?: JobHistoryFilter | null, options?: ListOptions | null): Listing<Job>;

  /** Lists jobs in short: `GET /jobs`, page by page. */
  listJobs(filter?: JobsFilter | null, options?: ListOptions | null): Listing<JobSummary>;

  /**
   * Finds the jobs that this client's key has submitted with an input of some key: a scan of `GET /jobs/history`, the newest job first.
   * The whole period since `since` is read before the first job is yielded, unless `limit` jobs are found sooner. A server adds a job
   * to its history some time after it has accepted it. A job whose inputs the history does not name is not found. With the token of a
   * team, the jobs of all keys are found.
   *
   * @throws {ApiError} When the server refuses a page, a page cannot be read, or the pages repeat themselves, so that a job may be
   *   missing.
   * @example
   * for await (const job of client.findJobs({ inputKey: 'invoice-17.png' })) console.log(job.identifier, job.status);
   */
  findJobs(by: JobSearch, options?: ListOptions | null): Listing<Job>;
}
