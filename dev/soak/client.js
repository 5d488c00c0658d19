'use strict';

// The process under test: makes calls at a constant rate, and reports its resources. It does nothing else, so that the calls cause
// all growth.

const { getEventListeners } = require('node:events');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient, ModzyError } = require('modzy-client');
const { Session } = require('../../lib/calls/session.js');
const { Submits, writeFiles } = require('./inputs.js');
const { SENTIMENT, wheel } = require('./mix.js');
const { Random } = require('./random.js');

/** The most programs at a time. Further turns are skipped. */
const MOST = 300;

/** How late turns may start to be made up for, in ms. */
const BEHIND = 1000;

/** The longest wait for idle connections to close, in ms. The client closes them after 4 s, and checks every 4 s. */
const QUIET = 12_000;

/** Counts the descriptors that are sockets, and the others. */
async function descriptors() {
  const names = await fs.readdir('/proc/self/fd');
  const links = await Promise.all(names.map((name) => fs.readlink(`/proc/self/fd/${name}`).catch(() => 'gone')));
  const sockets = links.filter((link) => link.startsWith('socket:')).length;
  // One of them is that of the folder, which is closed by now.
  return { sockets, others: links.filter((link) => link !== 'gone').length - sockets };
}

class Soak {
  #settings;
  #random;
  #session;
  #client;
  /** The signal of almost all calls, like that of a program for its shutdown. */
  #shutdown = new AbortController();
  /** The process that keeps the failed submits is the other one, so that they do not count as growth. */
  #submits = new Submits((maybe) => process.send({ maybe }));
  #outcomes = {};
  #calls = 0;
  #left = 0;
  #running = new Set();

  constructor(settings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed);
    this.#session = new Session([
      settings.baseURL,
      settings.apiKey,
      { requestTimeout: 1000, idleTimeout: 1000, connectTimeout: 1000 },
    ]);
    this.#client = new ModzyClient(this.#session);
  }

  async run() {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-soak-'));
    try {
      const files = await writeFiles(folder, this.#random);
      // Starts the thread of the addon, which opens descriptors, without a connection.
      await this.#client.pathToDataUrl(__filename, 'text/javascript');
      const before = await descriptors();
      const made = await this.#makeOutput();
      const { others } = await descriptors();
      await this.#turns({ folder, files, ...made });
      await Promise.all(this.#running);
      process.send({ ended: true });
      await this.#quiet(before.sockets);
      const after = { ...(await this.#sample()), started: { ...before, others } };
      return { after, outcomes: this.#outcomes, calls: this.#calls, left: this.#left };
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  }

  /** Creates an output to read repeatedly, and returns the expected content of it and of its job. */
  async #makeOutput() {
    const job = await this.#client.submitJobText(...SENTIMENT, { key: { 'input.txt': 'What a lovely day!' } });
    const { result } = await this.#client.blockUntilResult(job, { pollInterval: 20 });
    const output = { jobId: job.jobIdentifier, inputKey: 'key', outputName: 'results.json' };
    const bytes = await this.#client.getOutputContents({ ...output, responseType: 'arraybuffer' });
    const known = { job: await this.#client.getJob(job.jobIdentifier), result, bytes: Buffer.from(bytes) };
    process.send({ ready: true });
    return { output, known };
  }

  async #turns(given) {
    const { seconds, rate, samplePeriod } = this.#settings;
    const began = performance.now();
    let due = began;
    let nextSample = samplePeriod;
    for (;;) {
      const elapsed = performance.now() - began;
      if (elapsed > seconds * 1000) {
        return;
      }
      if (elapsed > nextSample) {
        nextSample += samplePeriod;
        process.send({ sample: { ...(await this.#sample()), seconds: elapsed / 1000, calls: this.#calls } });
      }
      this.#turn(given);
      // Turns that a suspended process missed are not made up for.
      due = Math.max(due + 1000 / rate, performance.now() - BEHIND);
      await sleep(Math.max(0, due - performance.now()));
    }
  }

  #turn(given) {
    if (this.#running.size >= MOST) {
      this.#left += 1;
      return;
    }
    const [name, program] = this.#random.pick(wheel);
    const { signal } = this.#shutdown;
    const { client, random } = { client: this.#client, random: this.#random };
    const submits = this.#submits.ofOne();
    const run = (async () => program({ client, random, submits, ...given, options: { signal } }))().then(
      (calls) => this.#note(name, 'done', typeof calls === 'number' ? calls : 1),
      (error) => {
        this.#note(name, nameOf(error), 1);
        submits.failed(error);
      },
    );
    this.#running.add(run);
    run.finally(() => this.#running.delete(run));
  }

  #note(name, outcome, calls) {
    this.#calls += calls;
    this.#outcomes[name] ??= {};
    this.#outcomes[name][outcome] = (this.#outcomes[name][outcome] ?? 0) + 1;
  }

  /** Waits until idle connections are closed, but not longer than `QUIET`. */
  async #quiet(sockets) {
    const deadline = performance.now() + QUIET;
    while (performance.now() < deadline && (await descriptors()).sockets > sockets) {
      await sleep(100);
    }
  }

  async #sample() {
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    const threads = (await fs.readdir('/proc/self/task')).length;
    return {
      rss: rss / 1024,
      heap: heapUsed / 1024,
      external: external / 1024,
      ...(await descriptors()),
      threads,
      listeners: getEventListeners(this.#shutdown.signal, 'abort').length,
      pending: this.#session.pending,
      running: this.#running.size,
    };
  }
}

/** Messages of errors that no fault explains. Compressed bodies are always whole. */
const NEVER = /^internal error|cannot be unpacked/;

/** Returns the name of an outcome. An error that no fault explains is `unexpected`. */
function nameOf(error) {
  const { name, message } = error;
  const isKnown = error instanceof ModzyError ? !NEVER.test(message) : name === 'TimeoutError';
  return isKnown || (name === 'TypeError' && /^getJob: jobId /.test(message)) ? name : `unexpected ${name}: ${message}`;
}

let unhandled = 0;
process.on('unhandledRejection', (error) => {
  unhandled += 1;
  console.error(error);
});

/** Ends this process if its parent is gone. */
const exit = () => process.exit(1);
process.once('disconnect', exit);

process.once('message', async (settings) => {
  const report = await new Soak(settings).run();
  process.off('disconnect', exit);
  // The process then ends by itself, unless something keeps it alive.
  process.send({ report: { ...report, unhandled } }, () => process.disconnect());
});
