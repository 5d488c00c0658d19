'use strict';

// The time that a wait continues in an outage.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

describe('a wait', () => {
  const emulator = useEmulator();

  it('rejects after an outage of maxOutage', async () => {
    await emulator.fault({ path: '/api/jobs/j', status: 503 });
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const started = performance.now();
    await assert.rejects(client.blockUntilComplete('j', { pollInterval: 20, maxOutage: 300 }), { code: 503 });
    const elapsed = performance.now() - started;
    assert.ok(elapsed > 290 && elapsed < 1300, `${elapsed} ms`);
  });
});
