'use strict';

// How long a cancellation may take that a signal has asked for.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const JOB = '00000000-0000-4000-8000-000000000001';
const PATH = `/api/jobs/${JOB}`;

const quickly = { pollInterval: 20 };

describe('a signal', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const reason = new Error('changed my mind');

  it('gives a cancellation that stalls five seconds', async () => {
    await emulator.answerJob(JOB, { status: 'IN_PROGRESS' });
    await emulator.fault({ method: 'DELETE', path: PATH, connection: 'stall' });
    const controller = new AbortController();
    let outcome;
    const waiting = client().blockUntilComplete(JOB, {
      ...quickly,
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: (told) => {
        outcome = told;
      },
    });
    await emulator.arrival();
    const aborted = performance.now();
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    const elapsed = performance.now() - aborted;
    assert.ok(elapsed > 4900 && elapsed < 5500, `${elapsed} ms`);
    assert.equal(outcome.error.name, 'RequestTimeoutError');
  });
});
