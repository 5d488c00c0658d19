'use strict';

// The times of the jobs of the emulator.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
// Sets MODZY_EMULATOR_BINARY to the program.
require('../support/emulator.js');
const { startEmulator } = require('modzy-emulator');

describe('a job of the emulator', () => {
  it('is stored, submitted and in progress for the times of the options', async (t) => {
    const emulator = await startEmulator({ submittedMs: 300, inProgressMs: 500, storeDelayMs: 100 });
    t.after(() => emulator.close());
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const receipt = await client.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'lovely' } });
    const started = performance.now();
    await assert.rejects(client.getJob(receipt.jobIdentifier, { retries: 0 }), { code: 404 });
    const statuses = new Set();
    for await (const { status } of client.watchJob(receipt, { pollInterval: 20 })) {
      statuses.add(status);
    }
    const elapsed = performance.now() - started;
    assert.deepEqual([...statuses], ['SUBMITTED', 'IN_PROGRESS', 'COMPLETED']);
    assert.ok(elapsed > 750 && elapsed < 2_000, `the job took ${elapsed} ms, not 800`);
  });
});
