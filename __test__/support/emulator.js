'use strict';

// An emulator for a test file: started before its tests, stopped after them, without faults between them.

const { after, afterEach, before } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { startEmulator } = require('modzy-emulator');

const RESTRICTED_KEY = 'restrictedPrefix.restrictedBody';

// Clients take the proxy of the environment on loopback, too; those of the tests take none.
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

  /** Makes the next requests that match fail, or answer what a test wants. */
  fault(fault) {
    return this.#emulator.fault(fault);
  }

  /** Answers the reads of a job with these objects in turn, the last of them for ever. */
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

  /** The requests that have arrived, about one path if it is given. */
  async requests(path) {
    const all = await this.#emulator.requests();
    return path === undefined ? all : all.filter((request) => request.path === path);
  }

  /** Waits until a request has arrived and, if asked, until it has been answered. */
  async arrival({ answered = false } = {}) {
    while (!(await this.requests()).some(({ state }) => !answered || state === 'answered')) {
      await sleep(5);
    }
  }

  clearRequests() {
    return this.#emulator.clearRequests();
  }

  /** How many connections are open, without the one that asks. */
  connections() {
    return this.#emulator.connections();
  }
}

/**
 * An emulator for the tests of a file.
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
