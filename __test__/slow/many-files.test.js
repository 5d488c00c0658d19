'use strict';

// Uploads of many files with few descriptors.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const { MODEL, useUploads } = require('../support/uploads.js');

describe('an upload', () => {
  const uploads = useUploads();
  const { emulator, write } = uploads;

  // The limit is 1024 on most systems, and 256 on some.
  it('of five thousand files needs few descriptors', { timeout: 300_000 }, async () => {
    const file = await write('small', 'x');
    const program = `
      const { ModzyClient } = require('modzy-client');
      const [baseURL, apiKey, file] = process.argv.slice(1);
      const sources = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => ['k' + index, { input: file }]));
      const modzy = new ModzyClient(baseURL, apiKey);
      modzy.submitJobFiles(...${JSON.stringify(MODEL)}, sources).then(({ jobIdentifier }) => console.log(jobIdentifier));
    `;
    const limited = 'ulimit -n 256 && exec "$0" -e "$@"';
    const args = ['-c', limited, process.execPath, program, emulator.baseURL, emulator.apiKey, file];
    const child = spawn('sh', args, { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    const { completed } = await uploads.modzy.blockUntilComplete(output.trim());
    assert.equal(completed, 5000);
  });
});
