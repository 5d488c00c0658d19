'use strict';

// The rate of progress reports of an upload.

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const CHUNK = 64 * 1024;

describe('the progress of an upload', () => {
  const emulator = useEmulator({ chunkSize: '64Ki' });

  it('is reported at most 20 times a second between both ends of an input', async () => {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    let reports = 0;
    const options = { onUploadProgress: () => (reports += 1) };
    const started = performance.now();
    await client.submitJobFiles('d1g35t0256', '1.1.0', { a: { input: randomBytes(50 * CHUNK) } }, options);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(reports >= 2 && reports <= 2 + seconds * 20, `${reports} in ${seconds} s`);
  });
});
