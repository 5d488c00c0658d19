'use strict';

// Requests to an emulator at a rate, and what its process takes meanwhile. Linux only, since it reads /proc.

const { readFileSync, readdirSync } = require('node:fs');
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { Emulator } = require('./emulator.js');

/** The body of a submit. */
const BODY = JSON.stringify({
  model: { identifier: 'ed542963de', version: '1.0.1' },
  input: { type: 'text', sources: { a: { 'input.txt': 'x' } } },
});

/** Makes requests, some at a time, and resolves when all are answered. */
function requester(emulator) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const one = (method, path, body) =>
    new Promise((resolve, reject) => {
      const options = { method, agent, headers: { authorization: `ApiKey ${emulator.apiKey}` } };
      const request = http.request(`${emulator.baseURL}${path}`, options, (response) => {
        response.resume().on('end', resolve);
      });
      request.on('error', reject).end(body);
    });
  return { one, close: () => agent.destroy() };
}

/** Makes so many requests a second, every fourth a submit, and returns how many there were. */
async function load({ one }, { seconds, rate }) {
  const started = performance.now();
  const passed = () => (performance.now() - started) / 1000;
  const answers = new Set();
  let sent = 0;
  while (passed() < seconds) {
    for (const due = passed() * rate; sent < due; sent += 1) {
      const answer = sent % 4 === 0 ? one('POST', '/jobs', BODY) : one('GET', '/jobs/features');
      answers.add(answer);
      answer.finally(() => answers.delete(answer)).catch(() => {});
    }
    await sleep(5);
  }
  await Promise.all(answers);
  return sent;
}

/** The CPU time of a process in seconds. */
function cpuOf(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** The resident memory of a process in bytes. */
function memoryOf(pid) {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Returns the process that listens on the port of a URL and is a child of this one. */
function programOf(url) {
  const { port } = new URL(url);
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return children.find((pid) => {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--port=${port}`);
    } catch {
      return false;
    }
  });
}

/** Returns a port that was free a moment ago. */
async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts an emulator with a page. Returns it with the identifier of its process.
 *
 * @returns {Promise<{ emulator: any, pid: string }>}
 */
async function startMeasured() {
  const emulator = await new Emulator().start({ page: true, port: await freePort() });
  const pid = programOf(emulator.url);
  if (pid === undefined) {
    await emulator.stop();
    throw new Error('the process of the emulator was not found');
  }
  return { emulator, pid };
}

module.exports = { BODY, cpuOf, load, memoryOf, requester, startMeasured };
