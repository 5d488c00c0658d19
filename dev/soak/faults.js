'use strict';

// What goes wrong in a soak, and the feeder that makes a share of the requests go wrong.

const message = (text) => JSON.stringify({ statusCode: 0, message: text });

/** Answers that are no failure by their status. Of a chunk, nobody could tell that they are lies. */
const lies = [
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' },
  { status: 200, body: '{"cut": "sho' },
  { status: 200, body: '[]' },
  { status: 204 },
];

const faults = [
  { status: 400, body: message('this once, no') },
  { status: 404, body: message('not there, this once') },
  { status: 429, headers: { 'retry-after': '0' }, body: message('slower') },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 500, body: message('a bad moment') },
  { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>bad gateway</html>' },
  { status: 503, headers: { 'retry-after': '0' } },
  { status: 503 },
  { status: 504, delayMs: 100 },
  { status: 302, headers: { location: '/elsewhere' } },
  { delayMs: 300 },
  { connection: 'cut' },
  { connection: 'reset' },
  { connection: 'reset', after: true },
  { connection: 'stall' },
  { connection: 'stall', after: true },
  ...lies.map((lie) => ({ method: 'GET', ...lie })),
  ...lies.map((lie) => ({ method: 'POST', path: '/api/jobs', ...lie })),
];

/** Requests that pass between two faults come in clumps of this many. */
const SPREAD = 20;

const isSubmit = ({ method, path }) => method === 'POST' && path === '/api/jobs';

/** Reads what arrives at an emulator, and lets a share of what comes next meet a fault. */
class Feeder {
  #emulator;
  #share;
  #random;
  #due = 0;
  /** Requests in the emulator's log that were counted. */
  #known = 0;

  /** Requests that were answered, or not, and those which met a fault. */
  requests = 0;
  faults = 0;

  /** Of each submit that says who it is, how often it may have been accepted. */
  #submits = new Map();
  doubled = 0;

  constructor(emulator, share, random) {
    this.#emulator = emulator;
    this.#share = share;
    this.#random = random;
  }

  async feed() {
    const seen = await this.#emulator.requests();
    const news = seen.length - this.#known;
    this.requests += news;
    this.#known = seen.length;
    // What becomes of a submit that is under way is not known yet.
    if (!seen.some((request) => isSubmit(request) && request.state === 'open')) {
      seen.filter(isSubmit).forEach((request) => this.#note(request));
      await this.#emulator.clearRequests();
      this.#known = 0;
    }
    this.#due += news * this.#share;
    for (; this.#due >= 1; this.#due -= 1) {
      this.faults += 1;
      await this.#emulator.fault({ ...this.#random.pick(faults), times: 1, skip: this.#random.below(SPREAD) });
    }
  }

  /** Counts a submit that is repeated although the first may have been accepted. */
  #note({ body, status }) {
    const name = /"(submit-\d+)"/.exec(body)?.[1];
    if (name === undefined) {
      return;
    }
    if (this.#submits.get(name)) {
      this.doubled += 1;
    }
    this.#submits.set(name, this.#submits.get(name) || (status !== 429 && status !== 503));
  }
}

module.exports = { Feeder, faults, lies };
