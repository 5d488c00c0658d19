'use strict';

// The process of a call: it lives while calls are pending, exits at once when they have settled, and survives an end in the middle
// of a call. Each test runs a child process with a time limit, and asserts its exit code.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const os = require('node:os');
const { beforeEach, describe, it } = require('node:test');
const { useEmulator } = require('../../support/emulator.js');

const JOB = '00000000-0000-4000-8000-000000000001';

/** The number of runs: a crash that depends on timing may not occur the first time. `npm run test:exits` has 100. */
const TIMES = Number(process.env.EXIT_TIMES ?? 10);

/** How many processes run at a time. */
const AT_ONCE = os.availableParallelism();

/** The time limit of a process in ms. One of them starts TIMES workers. */
const LIMIT = 20_000 + 3000 * TIMES;

/** ms before the end of a process, which differ so that it comes at any point of a call. */
const delayOf = (time) => (time % 20) * 5;

/** A source that yields one chunk, and then nothing. */
const SOURCE = `(async function* () { yield Buffer.alloc(2 ** 21); await new Promise(() => {}); })()`;

describe('the process', () => {
  const emulator = useEmulator();

  beforeEach(() => emulator.answerJob(JOB, { status: 'IN_PROGRESS' }));

  /** Runs a program with a client and a job that stays in progress. */
  async function run(program, limit = LIMIT) {
    const prelude = `
      const { ModzyClient } = require('modzy-client');
      const { Worker, isMainThread } = require('node:worker_threads');
      const modzyClient = new ModzyClient(${JSON.stringify(emulator.baseURL)}, ${JSON.stringify(emulator.apiKey)});
      const job = ${JSON.stringify(JOB)};
    `;
    const started = performance.now();
    const child = spawn(process.execPath, ['-e', prelude + program], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (data) => {
        output[stream] += data;
      });
    }
    const [code, signal] = await once(child, 'close');
    clearTimeout(timer);
    return { code, signal, ...output, elapsed: performance.now() - started };
  }

  it('collects a client as garbage, but not while it has a pending call', async () => {
    const { code, stdout, stderr } = await run(`
      const { Session } = require('../../../lib/calls/session.js');
      require('node:v8').setFlagsFromString('--expose-gc');
      const gc = require('node:vm').runInNewContext('gc');
      const turn = () => new Promise(setImmediate);
      let collected = 0;
      const registry = new FinalizationRegistry(() => { collected += 1; });
      const made = () => {
        const session = new Session([${JSON.stringify(emulator.baseURL)}, ${JSON.stringify(emulator.apiKey)}]);
        registry.register(session);
        return new ModzyClient(session);
      };
      (async () => {
        for (let count = 0; count < 50; count += 1) made();
        await Promise.all(Array.from({ length: 50 }, () => made().getJob('missing').catch(() => {})));
        const waiting = made().blockUntilComplete(job, { pollInterval: 100, waitTimeout: 1500 });
        for (let round = 0; round < 20 && collected < 100; round += 1) {
          await turn();
          gc();
        }
        console.log(collected);
        await waiting.catch((error) => console.log(error.name));
      })();
    `);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, '100\nWaitTimeoutError\n');
  });

  it('is kept alive by a pending wait, and exits at once when it has settled', async () => {
    const { code, stdout, stderr } = await run(`
      let settled;
      process.on('exit', () => console.log(Math.round(performance.now() - settled)));
      const waiting = modzyClient.blockUntilComplete(job, { pollInterval: 100, waitTimeout: 700 });
      waiting.catch((error) => { settled = performance.now(); console.log(error.name); });
    `);
    assert.deepEqual([code, stderr], [0, '']);
    const [name, lingered] = stdout.trim().split('\n');
    assert.equal(name, 'WaitTimeoutError');
    assert.ok(Number(lingered) < 50, `exited ${lingered} ms after the wait had settled`);
  });

  it('is not kept alive by an idle client, before or after a call', async () => {
    const idle = await run('');
    assert.deepEqual([idle.code, idle.stderr], [0, '']);
    const after = await run(`modzyClient.getJob(job).then((read) => console.log(read.status));`);
    assert.deepEqual([after.code, after.stdout, after.stderr], [0, 'IN_PROGRESS\n', '']);
  });

  it('exits at once when a wait is aborted', async () => {
    const { code, stdout, stderr } = await run(`
      const waiting = modzyClient.blockUntilComplete(job, { signal: AbortSignal.timeout(300) });
      waiting.catch((error) => console.log(error.name));
    `);
    assert.deepEqual([code, stdout, stderr], [0, 'TimeoutError\n', '']);
  });

  const teardowns = {
    'an idle client': ['', 0],
    'a wait that is aborted': [
      `const stop = new AbortController();
       modzyClient.blockUntilComplete(job, { pollInterval: 5, signal: stop.signal }).catch(() => {});
       setTimeout(() => stop.abort(), delay);`,
      0,
    ],
    'an upload that fails while its source is pending': [
      `modzyClient.submitJobFiles('d1g35t0256', '1.0.0', { a: { 'no such input': ${SOURCE} } }).then(
         () => process.exit(2), (error) => { if (error.code !== 400) process.exit(3); });`,
      0,
    ],
    'an upload that is aborted while its source is pending': [
      `const signal = AbortSignal.timeout(delay);
       modzyClient.submitJobFiles('d1g35t0256', '1.0.0', { a: { input: ${SOURCE} } }, { signal }).then(
         () => process.exit(2), (error) => { if (error !== signal.reason) process.exit(3); });`,
      0,
    ],
    'an unhandled rejection': [`modzyClient.getJob('..');`, 1],
    'process.exit during a wait': [
      `modzyClient.blockUntilComplete(job, { pollInterval: 5, onProgress: () => setTimeout(() => process.exit(7), delay) });`,
      7,
    ],
    'process.exit during a request': [`modzyClient.getJob(job); setTimeout(() => process.exit(7), delay);`, 7],
    'process.exit in a callback': [
      `modzyClient.blockUntilComplete(job, { pollInterval: 5, onProgress: () => process.exit(7) });`,
      7,
    ],
    'an exception elsewhere during a wait': [
      `modzyClient.blockUntilComplete(job, { pollInterval: 5 }); setTimeout(() => { throw new Error('elsewhere'); }, delay);`,
      1,
    ],
  };
  for (const [name, [program, expected]] of Object.entries(teardowns)) {
    it(`survives ${name}, ${TIMES} times of ${TIMES}`, async () => {
      const times = Array(TIMES).keys();
      const lane = async () => {
        for (const time of times) {
          const { code, signal, stderr } = await run(`const delay = ${delayOf(time)}; ${program}`);
          assert.deepEqual([code, signal], [expected, null], stderr);
          assert.ok(expected === 1 ? /TypeError|Error: elsewhere/.test(stderr) : stderr === '', stderr);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    });
  }

  const inWorkers = {
    'a wait': `modzyClient.blockUntilComplete(workerData.job, { pollInterval: 5, onProgress: () => parentPort.postMessage('polled') })`,
    'a request': `(async () => { for (;;) { await modzyClient.getJob(workerData.job); parentPort.postMessage('read'); } })()`,
  };
  for (const [name, call] of Object.entries(inWorkers)) {
    it(`survives a worker that is terminated during ${name}, ${TIMES} times of ${TIMES}`, async () => {
      const { code, signal, stdout, stderr } = await run(`
      const program = \`
        const { parentPort, workerData } = require('node:worker_threads');
        const { ModzyClient } = require('modzy-client');
        const modzyClient = new ModzyClient(workerData.baseURL, workerData.apiKey);
        const calls = Array.from({ length: 20 }, () => ${call});
      \`;
      const workerData = { job, baseURL: ${JSON.stringify(emulator.baseURL)}, apiKey: ${JSON.stringify(emulator.apiKey)} };
      (async () => {
        for (let time = 0; time < ${TIMES}; time += 1) {
          const worker = new Worker(program, { eval: true, workerData });
          await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
          await new Promise((resolve) => setTimeout(resolve, (time % 20) * 3));
          await worker.terminate();
        }
        // The addon still works in this thread, and the waits of the workers have ended.
        console.log((await modzyClient.getJob(job)).status);
      })();
    `);
      assert.deepEqual([code, signal, stdout, stderr], [0, null, 'IN_PROGRESS\n', '']);
    });
  }

  it('survives 50 workers with waits, created and then terminated in turn, and no poll follows', async () => {
    const { code, signal, stdout, stderr } = await run(
      `
      const program = \`
        const { parentPort, workerData } = require('node:worker_threads');
        const { ModzyClient } = require('modzy-client');
        const modzyClient = new ModzyClient(workerData.baseURL, workerData.apiKey);
        const onProgress = () => parentPort.postMessage('polled');
        modzyClient.blockUntilComplete(workerData.job, { pollInterval: 50, onProgress });
      \`;
      const workerData = { job, baseURL: ${JSON.stringify(emulator.baseURL)}, apiKey: ${JSON.stringify(emulator.apiKey)} };
      const control = workerData.baseURL.replace('/api', '/control/requests');
      const polls = async () => (await (await fetch(control)).json()).length;
      (async () => {
        const workers = [];
        for (let number = 0; number < 50; number += 1) {
          const worker = new Worker(program, { eval: true, workerData });
          await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
          workers.push(worker);
        }
        const last = workers.pop();
        for (const worker of workers) {
          await worker.terminate();
        }
        // The last worker goes on after the end of the others.
        await new Promise((resolve) => last.once('message', resolve));
        await last.terminate();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const before = await polls();
        await new Promise((resolve) => setTimeout(resolve, 300));
        console.log(workers.length + 1, await polls() - before, (await modzyClient.getJob(job)).status);
      })();
    `,
      3 * LIMIT,
    );
    assert.deepEqual([code, signal, stdout, stderr], [0, null, '50 0 IN_PROGRESS\n', '']);
  });

  it('sends no poll after a worker is terminated', async () => {
    const { code, stderr, stdout } = await run(`
      const program = \`
        const { parentPort, workerData } = require('node:worker_threads');
        const { ModzyClient } = require('modzy-client');
        const modzyClient = new ModzyClient(workerData.baseURL, workerData.apiKey);
        modzyClient.blockUntilComplete(workerData.job, { pollInterval: 10, onProgress: () => parentPort.postMessage('polled') });
      \`;
      const workerData = { job, baseURL: ${JSON.stringify(emulator.baseURL)}, apiKey: ${JSON.stringify(emulator.apiKey)} };
      (async () => {
        const worker = new Worker(program, { eval: true, workerData });
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const polls = async () => (await (await fetch(workerData.baseURL.replace('/api', '/control/requests'))).json()).length;
        const before = await polls();
        await new Promise((resolve) => setTimeout(resolve, 300));
        console.log(await polls() - before);
      })();
    `);
    assert.deepEqual([code, stderr, stdout], [0, '', '0\n']);
  });
});
