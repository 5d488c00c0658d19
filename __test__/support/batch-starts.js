'use strict';

// How long a batch of many jobs blocks the event loop when it starts, and when its signal fires.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

/** Only Linux reports the processor time of one thread. */
const whyNotTimed = process.platform !== 'linux' && 'no times of threads';

/** The job of each wait in the batch. */
const JOB = '00000000-0000-4000-8000-000000000001';

/** ms for which the event loop may be blocked, with garbage collection and without. */
const LONGEST = 50;
const OWN = 10;

/** The limit in ms for the end of a batch after its signal: five seconds, and the delay of a timer on a busy machine. */
const LATEST = 5500;

/**
 * Asserts how long the event loop is blocked, in a process of its own. In a test, the runner follows each promise, which takes
 * longer than the batch.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./emulator.js').Emulator} emulator
 * @param {number} jobs
 * @param {object} [options]
 * @param {boolean} [options.cancels] Whether the jobs are canceled.
 * @param {boolean} [options.isEarly] Whether the signal fires at once after the last start, before the first polls are answered.
 * @param {'individual' | 'listing'} [options.polling]
 */
async function assertHoldsLittle(t, emulator, jobs, { cancels = false, isEarly = false, polling = 'individual' } = {}) {
  const body = (status) => JSON.stringify({ jobIdentifier: JOB, status });
  await emulator.fault({ method: 'GET', status: 200, body: body('IN_PROGRESS') });
  await emulator.fault({ method: 'DELETE', status: 200, body: body('CANCELED') });
  const { baseURL, apiKey } = emulator;
  const args = [
    path.join(__dirname, 'batch-turns.js'),
    baseURL,
    apiKey,
    JOB,
    String(jobs),
    String(cancels),
    String(isEarly),
    polling,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stderr, '');
  t.diagnostic(stdout.trimEnd());
  const report = JSON.parse(stdout);
  for (const when of ['start', 'abort']) {
    const { longest, own: byClient } = report[when];
    assert.ok(longest <= LONGEST && byClient <= OWN, `${when}: ${longest} ms, ${byClient} ms of them by the client`);
  }
  return report;
}

module.exports = { LATEST, assertHoldsLittle, whyNotTimed };
