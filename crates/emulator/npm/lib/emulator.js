'use strict';

// An emulator as a child process: started from options, driven over its control routes, ended with its parent.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { Control } = require('./control.js');
const { findProgram } = require('./program.js');

/** The arguments of the program, by option. */
const ARGUMENTS = {
  port: 'port',
  apiKey: 'api-key',
  restrictedKey: 'restricted-key',
  submittedMs: 'submitted-ms',
  inProgressMs: 'in-progress-ms',
  storeDelayMs: 'store-delay-ms',
  chunkSize: 'chunk-size',
  maxChunks: 'max-chunks',
  maxInputs: 'max-inputs',
  maxFinishedJobs: 'max-finished-jobs',
  maxJobBytes: 'max-job-bytes',
};

/**
 * @param {object} options
 * @returns {string[]}
 */
function readOptions(options) {
  return Object.entries(options).flatMap(([name, value]) => {
    if (!Object.hasOwn(ARGUMENTS, name)) {
      throw new TypeError(`there is no option ${name}; there are ${Object.keys(ARGUMENTS).join(', ')}`);
    }
    const argument = ARGUMENTS[/** @type {keyof typeof ARGUMENTS} */ (name)];
    return value === undefined || value === null ? [] : [`--${argument}=${value}`];
  });
}

/**
 * @typedef {import('../index.d.ts').Emulator} PublicEmulator
 *
 * @implements {PublicEmulator}
 */
class Emulator {
  #child;
  #control;
  #exited;

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {Promise<unknown>} exited
   * @param {any} ready What the program says once it listens.
   */
  constructor(child, exited, { url, baseURL, apiKey, restrictedKey }) {
    this.#child = child;
    this.#exited = exited;
    this.#control = new Control(url);
    this.url = url;
    this.baseURL = baseURL;
    this.apiKey = apiKey;
    this.restrictedKey = restrictedKey ?? undefined;
  }

  /** @param {import('../index.d.ts').Fault} fault */
  async fault(fault) {
    await this.#control.ask('POST', 'faults', fault);
  }

  async clearFaults() {
    await this.#control.ask('DELETE', 'faults');
  }

  /** @returns {Promise<import('../index.d.ts').RecordedRequest[]>} */
  async requests() {
    return this.#control.ask('GET', 'requests');
  }

  async clearRequests() {
    await this.#control.ask('DELETE', 'requests');
  }

  /** @returns {Promise<number>} */
  async connections() {
    return (await this.#control.ask('GET', 'connections')).open;
  }

  async close() {
    this.#control.close();
    this.#child.ref();
    this.#child.stdin?.end();
    await this.#exited;
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

/**
 * @param {import('../index.d.ts').EmulatorOptions} [options]
 * @returns {Promise<import('../index.d.ts').Emulator>}
 */
async function startEmulator(options = {}) {
  const args = [...readOptions(options), '--control', '--exit-with-stdin'];
  // In a group of its own, so that Ctrl-C does not end it before those who still talk to it. Windows would open a console.
  const child = spawn(findProgram(), args, {
    detached: process.platform !== 'win32',
    stdio: 'pipe',
    windowsHide: true,
  });
  /** @type {string[] | undefined} */
  let complaints = [];
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (complaints === undefined) {
      process.stderr.write(text);
    } else {
      complaints.push(text);
    }
  });
  // It may be gone before it is told to end.
  child.stdin.on('error', () => {});
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => first),
    once(child, 'close').then(([code, signal]) => {
      const reason = complaints?.join('').trim() || `it ended with ${signal ?? code}`;
      throw new Error(`the emulator did not start: ${reason}`);
    }),
  ]);
  complaints = undefined;
  for (const held of [child, child.stdin, child.stdout, child.stderr]) {
    /** @type {any} */ (held).unref?.();
  }
  return new Emulator(child, exited, JSON.parse(line));
}

module.exports = { startEmulator };
