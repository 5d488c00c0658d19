'use strict';

// Jobs that a test file knows by their numbers, and what is asserted once nobody waits for them any more.

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };

/** A poll every 20 ms, so that no test takes long. */
const quickly = { pollInterval: 20 };

/** The identifier of the job of this number. */
const job = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const path = (number) => `/api/jobs/${job(number)}`;

const submit = (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options);

/** @param {import('./emulator.js').Emulator} emulator */
function numberedJobs(emulator) {
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);

  /** Jobs that are answered as submitted this many times before they are completed; `Infinity`: for ever. */
  async function answer(...polls) {
    const [open, completed] = [{ status: 'SUBMITTED' }, { status: 'COMPLETED' }];
    for (const [number, times] of polls.entries()) {
      const answers = times === Infinity ? [open] : [...Array(times).fill(open), completed];
      await emulator.answerJob(job(number), ...answers);
    }
    return polls.map((_, number) => job(number));
  }

  /** Waits until so many requests have been answered. */
  async function answered(count) {
    while ((await emulator.requests()).filter(({ state }) => state === 'answered').length < count) {
      await sleep(5);
    }
  }

  /** Asserts that no request arrives any more, and that nobody listens to the signal. */
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
