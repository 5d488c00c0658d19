'use strict';

// Jobs with numbers for a test file, and assertions for the time after the waits for them.

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };

/** A poll every 20 ms, so that no test takes long. */
const quickly = { pollInterval: 20 };

/** Returns the identifier of the job with a number. */
const job = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const path = (number) => `/api/jobs/${job(number)}`;

const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);

/** @param {import('./emulator.js').Emulator} emulator */
function numberedJobs(emulator) {
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);

  /** Makes jobs that are submitted for a number of polls, and then completed. `Infinity` keeps them submitted. */
  async function answer(...polls) {
    const [open, completed] = [{ status: 'SUBMITTED' }, { status: 'COMPLETED' }];
    for (const [number, times] of polls.entries()) {
      const answers = times === Infinity ? [open] : [...Array(times).fill(open), completed];
      await emulator.answerJob(job(number), ...answers);
    }
    return polls.map((_, number) => job(number));
  }

  /** Waits until a number of requests have been answered. */
  async function answered(count) {
    while ((await emulator.requests()).filter(({ state }) => state === 'answered').length < count) {
      await sleep(5);
    }
  }

  /** Asserts that no request arrives, and that the signal has no listener. */
  async function assertQuiet(signal) {
    const before = (await emulator.requests()).length;
    await sleep(100);
    const after = await emulator.requests();
    assert.equal(after.length, before);
    assert.ok(
      after.every(({ state }) => state !== 'open'),
      'no request is open',
    );
    if (signal !== undefined) {
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  }

  return { answer, answered, assertQuiet, client };
}

module.exports = { job, numberedJobs, path, quickly, submit };
