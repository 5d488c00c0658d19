'use strict';

// An emulator for a test file: started before its tests, stopped after them, without faults between them.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { after, afterEach, before } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { emulator: program } = require('../../scripts/setup.js');

const RESTRICTED_KEY = 'restrictedPrefix.restrictedBody';

// Clients take the proxy of the environment on loopback, too; those of the tests take none.
process.env.no_proxy = '*';

class Emulator {
  #child;

  /** Starts the program. Job times are in ms. */
  async start({ submittedMs = 0, inProgressMs = 0, storeDelayMs = 0, ...limits } = {}) {
    const { chunkSize = '1Mi', maxChunks = 10_000, maxInputs = 10_000 } = limits;
    const settings = {
      'submitted-ms': submittedMs,
      'in-progress-ms': inProgressMs,
      'store-delay-ms': storeDelayMs,
      'chunk-size': chunkSize,
      'max-chunks': maxChunks,
      'max-inputs': maxInputs,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const all = [...args, '--control', '--exit-with-stdin', '--restricted-key', RESTRICTED_KEY];
    this.#child = spawn(program, all, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: this.#child.stdout }), 'line');
    Object.assign(this, JSON.parse(line));
    return this;
  }

  async stop() {
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
  }

  async #control(method, route, body) {
    const response = await fetch(`${this.url}/control/${route}`, { method, body: body && JSON.stringify(body) });
    if (!response.ok) {
      throw new Error(`${method} ${route}: ${await response.text()}`);
    }
    return response.status === 204 ? undefined : response.json();
  }

  /** Makes the next requests that match fail, or answer what a test wants. */
  fault(fault) {
    return this.#control('POST', 'faults', fault);
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
    return this.#control('DELETE', 'faults');
  }

  /** The requests that have arrived, about one path if it is given. */
  async requests(path) {
    const all = await this.#control('GET', 'requests');
    return path === undefined ? all : all.filter((request) => request.path === path);
  }

  /** Waits until a request has arrived and, if asked, until it has been answered. */
  async arrival({ answered = false } = {}) {
    while (!(await this.requests()).some(({ state }) => !answered || state === 'answered')) {
      await sleep(5);
    }
  }

  clearRequests() {
    return this.#control('DELETE', 'requests');
  }

  /** How many connections are open, without the one that asks. */
  async connections() {
    return (await this.#control('GET', 'connections')).open;
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
