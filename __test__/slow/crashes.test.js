'use strict';

// A batch with a journal whose process is killed at its requests: at those that arrive, and at those that are answered. The long form
// kills it at any moment.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const assert = require('node:assert/strict');
const { it } = require('node:test');
const { CHUNK } = require('../support/crash-inputs.js');
const { assertEachEndedOnce, runBatch } = require('../support/crashes.js');
const { startCrashServer } = require('../support/crash-server.js');
const { useEmulator } = require('../support/emulator.js');

const KILLS = 10;

const emulator = useEmulator({ submittedMs: 1, inProgressMs: 1, chunkSize: CHUNK });

it('a batch that is killed at each kind of request submits each job once', { timeout: 60_000 }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-crashes-'));
  let left = 0;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  const server = await startCrashServer(emulator.url, {
    onRequest({ method, path: route, when }) {
      // A text that has not arrived yet would have to be awaited for more than a minute.
      const isText = method === 'POST' && route === '/api/jobs' && when === 'arrived';
      left -= 1;
      if (left <= 0 && !isText) {
        child?.kill('SIGKILL');
        child = undefined;
      }
    },
  });
  try {
    const journal = path.join(folder, 'batch.jsonl');
    const batch = { baseURL: server.baseURL, apiKey: emulator.apiKey, journal, texts: 6, uploads: 6 };
    const options = { concurrency: 1, pollInterval: 10 };
    const whole = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      left = 3 + kill;
      const { isWhole, errors } = await runBatch({ ...batch, options }, (started) => (child = started));
      assert.equal(errors, '');
      whole.push(isWhole);
    }
    left = Infinity;
    const { outcomes, isWhole, errors } = await runBatch({ ...batch, options });
    assert.deepEqual([isWhole, errors], [true, '']);
    assert.ok(whole.includes(false));
    await assertEachEndedOnce({ emulator, journal, outcomes, count: 12 });
  } finally {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
