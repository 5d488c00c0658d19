// The state of the emulator, kept up to date by its events. It is bounded: the newest jobs and the newest requests.

import { follow } from './events.js';

const MAX_JOBS = 10_000;
const MAX_REQUESTS = 1000;

/** How soon after a failed request the same one counts as a retry, in ms. */
const RETRY_MS = 180_000;

/**
 * Reports each change of its state as an event `change`, whose `detail` names the changed parts: `connection`, `jobs`, `requests`,
 * `faults`, `models`.
 */
class Live extends EventTarget {
  isConnected = false;
  baseURL = `${location.origin}/api`;
  /** When the emulator started. After a restart, the numbers of jobs and requests are those of others. */
  startedAt = 0;
  /** @type {Map<number, any>} By number, oldest first. */
  jobs = new Map();
  /** @type {Map<string, any>} By identifier. */
  jobsById = new Map();
  jobTotal = 0;
  /** @type {Map<number, any>} By number, oldest first. */
  requests = new Map();
  requestTotal = 0;
  /** @type {any[]} */
  faults = [];
  faultTotal = 0;

  start() {
    follow({
      apply: (event) => this.#apply(event),
      setConnected: (isConnected) => this.#setConnected(isConnected),
      snapshot: () => this.#snapshot(),
    });
  }

  /** Returns what is known as the first event of a stream, unless that has not arrived. */
  #snapshot() {
    const [jobs, requests] = [[...this.jobs.values()], [...this.requests.values()]];
    return this.isConnected
      ? {
          hello: { baseURL: this.baseURL, startedAt: this.startedAt },
          jobs: { total: this.jobTotal, added: jobs, changed: [], removed: [] },
          requests: { first: requests[0]?.n ?? 0, total: this.requestTotal, rows: requests },
          faults: { total: this.faultTotal, rows: this.faults },
        }
      : undefined;
  }

  #setConnected(isConnected) {
    if (this.isConnected !== isConnected) {
      this.isConnected = isConnected;
      this.#report(['connection']);
    }
  }

  #report(parts) {
    this.dispatchEvent(new CustomEvent('change', { detail: new Set(parts) }));
  }

  #apply({ hello, jobs, requests, faults, models }) {
    const parts = [];
    // The first event after a gap is about everything.
    if (!hello && !this.isConnected) {
      return;
    }
    if (hello) {
      this.baseURL = hello.baseURL;
      this.startedAt = hello.startedAt;
      for (const map of [this.jobs, this.jobsById, this.requests]) {
        map.clear();
      }
      [this.faults, this.jobTotal, this.requestTotal, this.faultTotal] = [[], 0, 0, 0];
      this.isConnected = true;
      parts.push('connection', 'jobs', 'requests', 'faults', 'models');
    }
    if (jobs) {
      this.#applyJobs(jobs);
      parts.push('jobs');
    }
    if (requests) {
      this.#applyRequests(requests);
      parts.push('requests');
    }
    if (faults) {
      this.faults = faults.rows;
      this.faultTotal = faults.total;
      parts.push('faults');
    }
    if (models) {
      parts.push('models');
    }
    this.#report(parts);
  }

  #applyJobs({ total, added, changed, removed }) {
    this.jobTotal = total;
    for (const job of added) {
      const known = this.jobsById.get(job.id);
      if (known) {
        this.jobs.delete(known.n);
      }
      this.jobs.set(job.n, job);
      this.jobsById.set(job.id, job);
    }
    for (const change of changed) {
      const job = this.jobs.get(change.n);
      if (job) {
        Object.assign(job, change);
      }
    }
    for (const number of removed) {
      this.#forget(number);
    }
    for (const number of this.jobs.keys()) {
      if (this.jobs.size <= MAX_JOBS) {
        break;
      }
      this.#forget(number);
    }
  }

  #forget(number) {
    const job = this.jobs.get(number);
    if (job) {
      this.jobs.delete(number);
      this.jobsById.delete(job.id);
    }
  }

  #applyRequests({ first, total, rows }) {
    this.requestTotal = total;
    for (const row of rows) {
      this.requests.set(row.n, row);
    }
    for (const number of this.requests.keys()) {
      if (number >= first && this.requests.size <= MAX_REQUESTS) {
        break;
      }
      this.requests.delete(number);
    }
    markRetries(this.requests.values());
  }
}

/** Whether a client repeats such a request. */
export function hasFailed({ state, status, cut }) {
  return state === 'aborted' || cut || status >= 500 || [408, 425, 429].includes(status);
}

/**
 * Marks the requests that repeat a failed one, with the number of the retry.
 *
 * @param {Iterable<any>} requests Oldest first.
 */
export function markRetries(requests) {
  const last = new Map();
  for (const request of requests) {
    const key = [request.method, request.path, request.query, request.body].join('\n');
    const before = last.get(key);
    const isRetry = before && hasFailed(before) && request.at - before.at < RETRY_MS;
    request.retry = isRetry ? (before.retry ?? 0) + 1 : undefined;
    last.set(key, request);
  }
}

export const live = new Live();

/**
 * Requests something of the emulator. Rejects with its message.
 *
 * @param {string} path
 * @param {{ method?: string, body?: any }} [options]
 * @returns {Promise<any>} JSON, or `undefined` without a body.
 */
export async function ask(path, { method = 'GET', body } = {}) {
  const response = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  });
  const text = await response.text();
  if (!response.ok) {
    let message = `${response.status} ${response.statusText}`;
    try {
      message = JSON.parse(text).message ?? message;
    } catch {
      // The status says enough.
    }
    throw new Error(message);
  }
  return text === '' ? undefined : JSON.parse(text);
}

/** Whether a request failed without an answer. What is known then stays, until the connection is back. */
export const isUnanswered = (error) => error instanceof TypeError;

/**
 * Returns a function that reads, one read at a time, so that no answer is overtaken by an older one. A call during a read leads to one
 * more after it.
 *
 * @param {() => Promise<void>} read
 */
export function inTurn(read) {
  let isReading = false;
  let isDue = false;
  return async () => {
    isDue = true;
    if (isReading) {
      return;
    }
    isReading = true;
    try {
      while (isDue) {
        isDue = false;
        await read();
      }
    } finally {
      isReading = false;
    }
  };
}
