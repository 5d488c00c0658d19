'use strict';

// A process that is stopped (SIGSTOP) while its servers go on: it reads responses that arrived in time, and sends no submit on a
// socket that was closed meanwhile.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const readline = require('node:readline');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const RECEIPT = JSON.stringify({ jobIdentifier: 'j', status: 'SUBMITTED' });

/** ms */
const LIMIT = 200;
const FROZEN = 700;

/** Starts a server that answers each request after a delay, and that can close its idle sockets. */
async function serve(t, delay = 0) {
  const requests = [];
  const server = http.createServer((request, response) => {
    request.resume().on('end', async () => {
      requests.push(`${request.method} ${request.url}`);
      await sleep(delay);
      response.end(RECEIPT);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  return { baseURL: `http://127.0.0.1:${server.address().port}/api`, requests, server };
}

/** Starts a process with a client, which runs a function for each line of its input and prints the value. */
function start(t, baseURL, program) {
  const script = `
    const { ModzyClient } = require('modzy-client');
    const limits = { requestTimeout: ${LIMIT}, idleTimeout: ${LIMIT}, retries: 0 };
    const modzyClient = new ModzyClient(${JSON.stringify(baseURL)}, 'a.key', limits);
    const errors = (error) => error.name + ' ' + error.sent;
    const program = ${program};
    const lines = require('node:readline').createInterface({ input: process.stdin });
    lines.on('line', async (line) => console.log(JSON.stringify(await program(line))));
  `;
  const child = spawn(process.execPath, ['-e', script], { cwd: __dirname, stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    kill: (signal) => child.kill(signal),
    ask: (line) => child.stdin.write(`${line}\n`),
    answer: async () => JSON.parse((await answers.next()).value),
  };
}

describe('a process that is stopped', { skip: process.platform === 'win32' && 'there is no SIGSTOP' }, () => {
  it('submits 200 times after its sockets were closed, and no submit is lost or sent twice', async (t) => {
    const { baseURL, requests, server } = await serve(t);
    const child = start(
      t,
      baseURL,
      `() => Promise.all(Array.from({ length: 20 }, () =>
        modzyClient.submitJobText('m', '1.0.0', { a: { b: 'c' } }).then(() => 'fine', errors)))`,
    );
    child.ask('warm up');
    await child.answer();
    for (let round = 1; round <= 10; round += 1) {
      child.kill('SIGSTOP');
      await sleep(10);
      server.closeIdleConnections();
      // The process gets this when it runs again, together with the end of its sockets.
      child.ask('submit');
      await sleep(10);
      child.kill('SIGCONT');
      assert.deepEqual(await child.answer(), Array(20).fill('fine'));
      assert.equal(requests.length, 20 * (round + 1));
    }
  });

  it('reads responses that arrived meanwhile, even after its limits', async (t) => {
    const { baseURL, requests } = await serve(t, LIMIT / 2);
    const calls = {
      read: `modzyClient.getJob('j')`,
      submit: `modzyClient.submitJobText('m', '1.0.0', { a: { b: 'c' } })`,
      chunk: `modzyClient.appendInput('j', 'k', 'n', Buffer.alloc(1000), 1000)`,
      wait: `modzyClient.blockUntilComplete('j', { waitTimeout: ${LIMIT} }).catch((error) => error.name === 'WaitTimeoutError' && error.job.status)`,
    };
    const members = Object.entries(calls).map(([name, call]) => `${name}: () => ${call}`);
    const child = start(t, baseURL, `(name) => ({ ${members} })[name]().then(() => 'fine', errors)`);
    for (const name of Object.keys(calls)) {
      const seen = requests.length;
      child.ask(name);
      while (requests.length === seen) {
        await sleep(1);
      }
      child.kill('SIGSTOP');
      await sleep(FROZEN);
      child.kill('SIGCONT');
      assert.equal(await child.answer(), 'fine', name);
      // The limit of the wait passed meanwhile, so it polls once more.
      assert.equal(requests.length, seen + (name === 'wait' ? 2 : 1), name);
    }
  });
});
