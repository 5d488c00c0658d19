'use strict';

// Batches with a journal whose processes are killed, and what must be true after the last of them has ended.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { ModzyClient } = require('modzy-client');
const { startEmulator } = require('modzy-emulator');
const { MODEL, inputOf } = require('./crash-inputs.js');

/**
 * Runs the batch in a process of its own.
 *
 * @param {object} batch
 * @param {(child: import('node:child_process').ChildProcess) => void} [onStart] May kill it.
 * @returns {Promise<{ outcomes: any[], isWhole: boolean, errors: string }>}
 */
async function runBatch(batch, onStart = () => {}) {
  const env = { ...process.env, CRASH_BATCH: JSON.stringify(batch) };
  const child = spawn(process.execPath, [path.join(__dirname, 'crash-worker.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (part) => (errors += part));
  const outcomes = [];
  let isWhole = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A line of a process that was killed may be torn.
    if (line === '"end"') {
      isWhole = true;
    } else if (line.endsWith('}')) {
      outcomes.push(JSON.parse(line));
    }
  });
  onStart(child);
  await once(child, 'close');
  return { outcomes, isWhole, errors };
}

/**
 * Returns the results of the inputs, by key, from a server that nothing happens to.
 *
 * @param {string[]} inputKeys
 */
async function scoresOf(inputKeys) {
  const emulator = await startEmulator({ submittedMs: 0, inProgressMs: 0 });
  try {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const texts = Object.fromEntries(inputKeys.map((inputKey) => [inputKey, { 'input.txt': inputOf(inputKey) }]));
    const { results } = await client.run(MODEL.join('@'), texts);
    return results;
  } finally {
    await emulator.close();
  }
}

/**
 * Asserts that each key has ended once, with its own result, and that no key has two jobs that ran.
 *
 * @param {{ emulator: { baseURL: string, apiKey: string }, journal: string, outcomes: any[], count: number }} ended
 */
async function assertEachEndedOnce({ emulator, journal, outcomes, count }) {
  const failed = outcomes.filter(({ error, status }) => error !== undefined || status !== 'COMPLETED');
  assert.deepEqual(failed, []);
  const keys = outcomes.map(({ inputKey }) => inputKey);
  assert.deepEqual([keys.length, new Set(keys).size], [count, count]);
  const expected = await scoresOf(keys);
  for (const { inputKey, results } of outcomes) {
    assert.deepEqual(Object.keys(results), [inputKey]);
    assert.deepEqual(results[inputKey]['results.json'], expected[inputKey]['results.json'], inputKey);
  }
  const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
  const jobs = await client.listJobHistory({ perPage: 1000 }).toArray();
  const ran = new Map();
  for (const { status, jobInputs } of jobs) {
    if (status !== 'OPEN' && status !== 'CANCELED') {
      jobInputs.forEach(({ identifier }) => ran.set(identifier, (ran.get(identifier) ?? 0) + 1));
    }
  }
  assert.deepEqual(
    [...ran].filter(([, times]) => times !== 1),
    [],
    'no key has two jobs that ran',
  );
  assert.equal(ran.size, count);
  // The openings without a known job: those under way at a kill, or whose answers were lost.
  const steps = readFileSync(journal, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const openings = steps.filter(({ step, isUpload }) => step === 'submitting' && isUpload).length;
  const opened = steps.filter(({ step }) => step === 'opened').length;
  const open = jobs.filter(({ status }) => status === 'OPEN').length;
  assert.ok(open <= openings - opened, `${open} open jobs after ${openings - opened} openings without an answer`);
  return { jobs: jobs.length, open };
}

module.exports = { assertEachEndedOnce, runBatch };
