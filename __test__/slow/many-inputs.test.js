'use strict';

// Calls with thousands of inputs must not block the event loop.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { whyNotTimed } = require('../support/batch-starts.js');
const { useEmulator } = require('../support/emulator.js');
const { calls } = require('../support/many-inputs.js');

/** ms for which the event loop may be blocked, and how often what JSON takes for such inputs, on machines where that is more. */
const LONGEST = 50;
const OF_JSON = 5;

/** How often a call is made. The best figure counts: other processes, and the host of a virtual machine, slow down this one. */
const ROUNDS = 8;

describe('a call with 10000 tiny inputs', { skip: whyNotTimed }, () => {
  const emulator = useEmulator();

  for (const name of calls) {
    it(`blocks the event loop for ${LONGEST} ms at most: ${name}`, async (t) => {
      // What follows is not the work of the call on this thread.
      await emulator.fault({ method: 'POST', path: '/api/jobs', status: 400, body: '{}' });
      // In a process of its own, because the test runner follows each promise.
      const args = [require.resolve('../support/many-inputs.js'), name, emulator.baseURL, emulator.apiKey];
      let excess = Infinity;
      for (let round = 0; round < ROUNDS && excess > 0; round += 1) {
        const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
        assert.equal(stderr, '');
        t.diagnostic(stdout.trimEnd());
        const { longest, json, error } = JSON.parse(stdout);
        assert.equal(error, 'BadRequestError');
        excess = Math.min(excess, longest - Math.max(LONGEST, OF_JSON * json));
      }
      assert.ok(excess <= 0, `${excess} ms too long`);
    });
  }
});
