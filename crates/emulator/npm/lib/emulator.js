'use strict';

// An emulator as a child process. It starts with options, is controlled over its control routes, and ends with its parent.

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
  keys: 'key',
  submittedMs: 'submitted-ms',
  inProgressMs: 'in-progress-ms',
  storeDelayMs: 'store-delay-ms',
  deploymentStepMs: 'deployment-step-ms',
  imageSettleMs: 'image-settle-ms',
  engineStartMs: 'engine-start-ms',
  chunkSize: 'chunk-size',
  maxChunks: 'max-chunks',
  maxInputs: 'max-inputs',
  maxFinishedJobs: 'max-finished-jobs',
  maxJobBytes: 'max-job-bytes',
  maxModelBytes: 'max-model-bytes',
  page: 'page',
  verbose: 'verbose',
};

/** The arguments of the option `history`, by member. */
const HISTORY = {
  refused: 'history-refused',
  maxPerPage: 'history-max-per-page',
  lagMs: 'history-lag-ms',
  firstPageIs0: 'history-first-page-is-0',
  ignoresSort: 'history-ignores-sort',
  hidesUpdatedAt: 'history-hides-updated-at',
  timedoutIsNotTerminated: 'history-timedout-is-not-terminated',
};

/** The options that are true or false. */
const FLAGS = new Set([
  'page',
  'verbose',
  'refused',
  'firstPageIs0',
  'ignoresSort',
  'hidesUpdatedAt',
  'timedoutIsNotTerminated',
]);

/**
 * @param {import('../index.d.ts').EmulatorOptions} options
 * @returns {string[]}
 */
function readOptions({ history, ...options }) {
  return [...readTable(ARGUMENTS, options, ''), ...readTable(HISTORY, history ?? {}, 'history.')];
}

/**
 * @param {Record<string, string>} table
 * @param {object} options
 * @param {string} prefix The name of the option that the table is about, with a dot, or an empty text.
 * @returns {string[]}
 */
function readTable(table, options, prefix) {
  return Object.entries(options).flatMap(([name, value]) => {
    if (!Object.hasOwn(table, name)) {
      const names = prefix === '' ? [...Object.keys(table), 'history'] : Object.keys(table);
      throw new TypeError(`unknown option ${prefix}${name}; the options are ${names.join(', ')}`);
    }
    const argument = table[name];
    if (value === undefined || value === null) {
      return [];
    }
    if (FLAGS.has(name)) {
      if (typeof value !== 'boolean') {
        throw new TypeError(`the option ${prefix}${name} must be true or false`);
      }
      return value ? [`--${argument}`] : [];
    }
    // One argument for each member, as `name=value`.
    const values = typeof value === 'object' ? Object.entries(value).map((entry) => entry.join('=')) : [value];
    return values.map((text) => `--${argument}=${text}`);
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
   * @param {any} ready The line that the program prints when it listens.
   */
  constructor(child, exited, { url, baseURL, apiKey, restrictedKey, pageURL }) {
    this.#child = child;
    this.#exited = exited;
    this.#control = new Control(url);
    this.url = url;
    this.baseURL = baseURL;
    this.apiKey = apiKey;
    this.restrictedKey = restrictedKey ?? undefined;
    this.pageURL = pageURL ?? undefined;
  }

  /** @param {import('../index.d.ts').Fault} fault */
  async fault(fault) {
    await this.#control.send('POST', 'faults', fault);
  }

  async clearFaults() {
    await this.#control.send('DELETE', 'faults');
  }

  /** @returns {Promise<import('../index.d.ts').RecordedRequest[]>} */
  async requests() {
    return this.#control.send('GET', 'requests');
  }

  async clearRequests() {
    await this.#control.send('DELETE', 'requests');
  }

  /** @returns {Promise<number>} */
  async connections() {
    return (await this.#control.send('GET', 'connections')).open;
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
  // In a separate process group, so that Ctrl-C does not end it before the tests that use it. Windows would open a console.
  const child = spawn(findProgram(), args, {
    detached: process.platform !== 'win32',
    stdio: 'pipe',
    windowsHide: true,
  });
  /** @type {string[] | undefined} */
  let errorOutput = [];
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (errorOutput === undefined) {
      process.stderr.write(text);
    } else {
      errorOutput.push(text);
    }
  });
  // The process may end before its standard input is closed.
  child.stdin.on('error', () => {});
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => first),
    once(child, 'close').then(([code, signal]) => {
      const reason = errorOutput?.join('').trim() || `it ended with ${signal ?? code}`;
      throw new Error(`the emulator did not start: ${reason}`);
    }),
  ]);
  // The URL of the page.
  process.stderr.write(errorOutput.join(''));
  errorOutput = undefined;
  for (const held of [child, child.stdin, child.stdout, child.stderr]) {
    /** @type {any} */ (held).unref?.();
  }
  return new Emulator(child, exited, JSON.parse(line));
}

module.exports = { startEmulator };
