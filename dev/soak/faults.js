'use strict';

// The faults of a soak, and the feeder that makes a share of the requests meet them.

const message = (text) => JSON.stringify({ statusCode: 0, message: text });

/** Invalid responses with a successful status. Not used for chunks, where the client cannot detect them. */
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

/** A fault skips fewer requests than this, at random. */
const SPREAD = 20;

const isSubmit = ({ method, path }) => method === 'POST' && path === '/api/jobs';

/** Reads the requests of an emulator, and makes a share of the next ones meet a fault. */
class Feeder {
  #emulator;
  #share;
  #random;
  #due = 0;
  /** How many requests in the emulator's log are already counted. */
  #known = 0;

  /** The number of all requests, and of faults added for them. */
  requests = 0;
  faults = 0;

  /** For each submit with a name, whether it may have been accepted. */
  #submits = new Map();
  doubled = 0;

  constructor(emulator, share, random) {
    this.#emulator = emulator;
    this.#share = share;
    this.#random = random;
  }

  async feed() {
    const seen = await this.#emulator.requests();
    const added = seen.length - this.#known;
    this.requests += added;
    this.#known = seen.length;
    // The outcome of a pending submit is not known yet.
    if (!seen.some((request) => isSubmit(request) && request.state === 'open')) {
      seen.filter(isSubmit).forEach((request) => this.#note(request));
      await this.#emulator.clearRequests();
      this.#known = 0;
    }
    this.#due += added * this.#share;
    for (; this.#due >= 1; this.#due -= 1) {
      this.faults += 1;
      await this.#emulator.fault({ ...this.#random.pick(faults), times: 1, skip: this.#random.below(SPREAD) });
    }
  }

  /** Counts a submit that is repeated although it may have been accepted before. */
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
