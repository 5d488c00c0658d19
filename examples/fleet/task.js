'use strict';

// One task: from its texts and files to its outputs, by one job, whichever workers begin and end it. The members of a task's data:
//
//   model, texts, files   written by the producer: the model, its texts, and `file:` URLs of its files, each by input name
//   submission            the number of the submission, from 1; the job of each has a key of its own, such as `reviews-17.1`
//   submittingAt          when the last submit was about to be sent, in ms since 1970 by the clock of Redis
//   since                 when the first submit of the submission was: the jobs of all of them are looked for
//   jobIdentifier         the job that has been submitted
//   failedJobs            the jobs of earlier submissions

const { DelayedError, RateLimitError: QueueRateLimitError, UnrecoverableError } = require('bullmq');
const {
  BadRequestError,
  InputError,
  JobFailedError,
  NotFoundError,
  RateLimitError,
  isFinalStatus,
  outputsOf,
} = require('modzy-client');
const { LostTask, updateData } = require('./lease.js');
const { timeOf } = require('./queue.js');

/** Errors of a submit that the same submit would meet again. */
const REFUSALS = [BadRequestError, InputError, NotFoundError, TypeError];

/** How much the clocks of the server's own machines may differ, in ms, when a job is looked for. */
const CLOCKS = 120_000;

/**
 * What the tasks of a worker share.
 *
 * @typedef {object} Fleet
 * @property {import('modzy-client').ModzyClient} modzyClient
 * @property {import('bullmq').Queue} queue
 * @property {import('ioredis').Redis} redis
 * @property {number} settleMs How long after a submit a job may be missing in the history.
 * @property {import('modzy-client').WaitOptions} waits
 */

class Task {
  #fleet;
  #task;
  #token;
  #signal;

  /**
   * @param {Fleet} fleet
   * @param {import('bullmq').Job} task
   * @param {string} token For the lock of the task.
   * @param {AbortSignal} signal Ends the wait for the job, which continues.
   */
  constructor(fleet, task, token, signal) {
    this.#fleet = fleet;
    this.#task = task;
    this.#token = token;
    this.#signal = signal;
  }

  /** Resolves with the outputs, the job, and other jobs of the same submission that ran to their end, which there should be none of. */
  async run() {
    const { modzyClient } = this.#fleet;
    const jobIdentifier = this.#task.data.jobIdentifier ?? (await this.#takeUp()) ?? (await this.#submit());
    const waits = { ...this.#fleet.waits, signal: this.#signal };
    const job = await modzyClient.blockUntilComplete(jobIdentifier, waits);
    // Only a task that an earlier worker has begun can have a job of that worker.
    const others = this.#task.attemptsStarted > 1 ? await this.#endOthers(jobIdentifier) : [];
    try {
      if (job.status !== 'COMPLETED') {
        throw new JobFailedError(`job ${jobIdentifier} ended as ${job.status}`, { jobIdentifier, job });
      }
      const { result } = await modzyClient.blockUntilResult(job, waits);
      return { jobIdentifier, outputs: outputsOf(result, this.#inputKey), others };
    } catch (error) {
      if (error instanceof JobFailedError) {
        // BullMQ tries the task again after its back-off, with another job.
        const { failedJobs = [] } = this.#task.data;
        const next = { submission: this.#submission + 1, failedJobs: [...failedJobs, jobIdentifier] };
        await this.#write({ ...next, submittingAt: undefined, since: undefined, jobIdentifier: undefined });
      }
      throw error;
    }
  }

  get #submission() {
    return this.#task.data.submission ?? 1;
  }

  get #inputKey() {
    return `${this.#task.id}.${this.#submission}`;
  }

  #write(members) {
    const { redis, queue } = this.#fleet;
    return updateData(redis, queue, this.#task, this.#token, members);
  }

  /** Returns the job of a submit whose worker ended, or got no response, before it wrote the identifier; none if there is no such job. */
  async #takeUp() {
    const { submittingAt } = this.#task.data;
    if (submittingAt === undefined) {
      return undefined;
    }
    const jobs = await this.#findJobs();
    const job = jobs.find(({ status }) => status !== 'OPEN');
    if (job !== undefined) {
      await this.#write({ jobIdentifier: job.jobIdentifier });
      return job.jobIdentifier;
    }
    const settles = submittingAt + this.#fleet.settleMs - (await this.#now());
    if (settles > 0) {
      // BullMQ compares it with the clock of the worker that takes the next task, such as this one.
      await this.#task.moveToDelayed(Date.now() + Math.min(settles, 10_000), this.#token);
      throw new DelayedError();
    }
    // Uploads that did not reach their end.
    for (const open of jobs) {
      await this.#cancel(open.jobIdentifier);
    }
    return undefined;
  }

  /** Returns the jobs of this submission, without those that were canceled, the oldest first. */
  async #findJobs() {
    const { modzyClient } = this.#fleet;
    const since = new Date(this.#task.data.since + (await this.#serverAhead()) - CLOCKS);
    const jobs = await modzyClient.findJobs({ inputKey: this.#inputKey, since }).toArray();
    return jobs.filter(({ status }) => status !== 'CANCELED').toReversed();
  }

  #now() {
    return timeOf(this.#fleet.redis);
  }

  /** Returns how far the clock of the server is ahead of that of Redis, in ms. */
  async #serverAhead() {
    const { headers } = await this.#fleet.modzyClient.request({ method: 'GET', path: '/jobs/features' });
    const date = Date.parse(headers.date);
    return Number.isNaN(date) ? 0 : date - (await this.#now());
  }

  async #submit() {
    const { modzyClient, queue } = this.#fleet;
    const { model, texts = {}, files = {} } = this.#task.data;
    const paths = Object.entries(files).map(([name, url]) => [name, new URL(url)]);
    const inputs = { [this.#inputKey]: { ...texts, ...Object.fromEntries(paths) } };
    const submittingAt = await this.#now();
    await this.#write({ submittingAt, since: this.#task.data.since ?? submittingAt });
    let jobIdentifier;
    try {
      ({ jobIdentifier } = await modzyClient.submit(model, inputs));
    } catch (error) {
      const isRefused = REFUSALS.some((kind) => error instanceof kind);
      // A gateway that responds with 503 may have forwarded the submit.
      if (isRefused || (error.retryable && error.code !== 503)) {
        // There is certainly no job, so none has to be looked for.
        await this.#write({ submittingAt: undefined });
      }
      if (error instanceof RateLimitError) {
        // All workers pause, and the attempt does not count.
        await queue.rateLimit(error.retryAfterMs ?? 1_000);
        throw new QueueRateLimitError();
      }
      throw isRefused ? new UnrecoverableError(String(error)) : error;
    }
    try {
      await this.#write({ jobIdentifier });
    } catch (error) {
      if (error instanceof LostTask) {
        await this.#withdraw(jobIdentifier);
      }
      throw error;
    }
    return jobIdentifier;
  }

  /** Cancels a job that this worker has submitted after it lost the task, unless the task's next worker has found the job. */
  async #withdraw(jobIdentifier) {
    const current = await this.#fleet.queue.getJob(this.#task.id);
    if (current?.data.jobIdentifier !== jobIdentifier) {
      await this.#cancel(jobIdentifier);
    }
  }

  /** Cancels the other jobs of this submission, and returns those that ran to their end. */
  async #endOthers(jobIdentifier) {
    const ended = [];
    for (const { jobIdentifier: other, status } of await this.#findJobs()) {
      if (other !== jobIdentifier && (isFinalStatus(status) || !(await this.#cancel(other)))) {
        ended.push(other);
      }
    }
    return ended;
  }

  /** Returns whether the job was canceled before its end. BullMQ keeps the log with the task. */
  async #cancel(jobIdentifier) {
    try {
      await this.#fleet.modzyClient.cancelJob(jobIdentifier);
      await this.#task.log(`canceled job ${jobIdentifier} of a worker without the lock`);
      return true;
    } catch (error) {
      await this.#task.log(`job ${jobIdentifier} of a worker without the lock has not been canceled: ${error.message}`);
      return false;
    }
  }
}

module.exports = { Task };
