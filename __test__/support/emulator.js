'use strict';

// An emulator for a test file. It starts before the tests and stops after them. Faults are cleared between them.

const { after, afterEach, before } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { startEmulator } = require('modzy-emulator');

const RESTRICTED_KEY = 'restrictedPrefix.restrictedBody';

// Clients use the proxy of the environment for loopback addresses, too. Those of the tests must not.
process.env.no_proxy = '*';

class Emulator {
  #emulator;

  /** Starts the program. Job times are in ms. */
  async start(options) {
    const fast = { submittedMs: 0, inProgressMs: 0, restrictedKey: RESTRICTED_KEY };
    this.#emulator = await startEmulator({ ...fast, ...options });
    const { url, baseURL, apiKey, restrictedKey } = this.#emulator;
    return Object.assign(this, { url, baseURL, apiKey, restrictedKey });
  }

  stop() {
    return this.#emulator.close();
  }

  /** Makes the next requests that match fail, or get the given response. */
  fault(fault) {
    return this.#emulator.fault(fault);
  }

  /** Answers the reads of a job with these objects in turn, and then always with the last. */
  async answerJob(jobId, ...answers) {
    const path = `/api/jobs/${jobId}`;
    for (const [index, answer] of answers.entries()) {
      const times = index < answers.length - 1 ? 1 : undefined;
      const body = typeof answer === 'string' ? answer : JSON.stringify({ jobIdentifier: jobId, ...answer });
      await this.fault({ method: 'GET', path, times, status: 200, body });
    }
  }

  clearFaults() {
    return this.#emulator.clearFaults();
  }

  /** Returns the requests so far, of one path if it is given. */
  async requests(path) {
    const all = await this.#emulator.requests();
    return path === undefined ? all : all.filter((request) => request.path === path);
  }

  /** Waits until a request has arrived and, with `answered`, until it has been answered. */
  async arrival({ answered = false } = {}) {
    while (!(await this.requests()).some(({ state }) => !answered || state === 'answered')) {
      await sleep(5);
    }
  }

  clearRequests() {
    return this.#emulator.clearRequests();
  }

  /** Returns the number of open connections, without that of this request. */
  connections() {
    return this.#emulator.connections();
  }
}

/**
 * Provides an emulator for the tests of a file.
 *
 * @returns {any}
 */
function useEmulator(options) {
  const emulator = new Emulator();
  before(() => emulator.start(options));
  after(() => emulator.stop());
  afterEach(async () => {
    await emulator.clearFaults();
    await emulator.clearRequests();
  });
  return emulator;
}

module.exports = { Emulator, RESTRICTED_KEY, useEmulator };
