'use strict';

// The event loop while a hundred thousand calls begin and end at once, and what pending waits hold of the JavaScript heap.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const { LATEST, assertHoldsLittle, whyNotTimed } = require('../../support/batch-starts.js');
const { useEmulator } = require('../../support/emulator.js');

const JOB = '00000000-0000-4000-8000-000000000001';

/** Prints how many bytes of the heap a pending wait takes, for ten thousand of them, after a first round that compiles all code. */
const MEASURE = `
  const { setTimeout: sleep } = require('node:timers/promises');
  const { ModzyClient } = require(process.argv[1]);
  const [, , baseURL, apiKey, polling, isBatch] = process.argv;
  const client = new ModzyClient(baseURL, apiKey, { proxy: false, polling });
  const heap = () => (gc(), gc(), process.memoryUsage().heapUsed);
  const measure = async () => {
    const controller = new AbortController();
    const options = { pollInterval: 600_000, signal: controller.signal };
    const before = heap();
    const jobs = Array(10_000).fill('${JOB}');
    const waits = isBatch
      ? [client.jobsAsCompleted(jobs, options).next()]
      : jobs.map((job) => client.blockUntilComplete(job, options));
    // After the first polls, the process is idle.
    for (let used = process.cpuUsage(), busy = true; busy; used = process.cpuUsage()) {
      await sleep(300);
      const { user, system } = process.cpuUsage(used);
      busy = user + system > 50_000;
    }
    const bytes = (heap() - before) / jobs.length;
    controller.abort();
    await Promise.allSettled(waits);
    return bytes;
  };
  measure().then(measure).then((bytes) => console.log(bytes));
`;

describe('the event loop', () => {
  const emulator = useEmulator();

  for (const [jobs, polling] of [
    [50_000, 'individual'],
    [100_000, 'listing'],
  ]) {
    it(
      `is blocked for 10 ms at most by a batch of ${jobs} jobs with ${polling} polling, whose signal ends it before their first polls`,
      { skip: whyNotTimed },
      async (t) => {
        const { error, elapsed } = await assertHoldsLittle(t, emulator, jobs, { isEarly: true, polling });
        assert.equal(error, 'AbortError');
        assert.ok(elapsed < LATEST, `${elapsed} ms`);
      },
    );
  }
});

describe('a pending wait', () => {
  const emulator = useEmulator();

  for (const [what, polling, limit, ...isBatch] of [
    ['by itself', 'individual', 1400],
    ['by itself', 'listing', 1400],
    ['of a batch', 'listing', 600, 'batch'],
  ]) {
    it(`${what} takes ${limit} bytes of the JavaScript heap at most, with ${polling} polling`, async (t) => {
      const body = JSON.stringify({ jobIdentifier: JOB, status: 'IN_PROGRESS' });
      await emulator.fault({ method: 'GET', path: `/api/jobs/${JOB}`, status: 200, body });
      const args = ['--expose-gc', '-e', MEASURE, path.resolve(__dirname, '../../..')];
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...args,
        emulator.baseURL,
        emulator.apiKey,
        polling,
        ...isBatch,
      ]);
      t.diagnostic(`${stdout.trim()} bytes`);
      assert.ok(Number(stdout) > 0 && Number(stdout) <= limit, stdout);
    });
  }
});
