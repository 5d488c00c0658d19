'use strict';

// Batches with a journal whose processes are killed at random moments, on servers of several kinds. `npm run test:crashes` runs them
// with 500 texts, 500 uploads and 200 kills.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { startEmulator } = require('modzy-emulator');
const { CHUNK } = require('../../support/crash-inputs.js');
const { assertEachEndedOnce, runBatch } = require('../../support/crashes.js');
const { startCrashServer } = require('../../support/crash-server.js');

process.env.no_proxy = '*';

const KILLS = Number(process.env.CRASH_KILLS ?? 10);
const JOBS = Number(process.env.CRASH_JOBS ?? 50);
/** By names of servers, separated by commas. On the others, each lost submit is looked for for more than a minute. */
const ONLY = (process.env.CRASH_SERVERS ?? 'good').split(',');

const MINUTE = 60_000;

const servers = {
  good: {},
  lags: { history: { lagMs: 20_000 } },
  loses: { loses: () => Math.random() < 0.1 },
  ahead: { ahead: MINUTE },
  behind: { ahead: -MINUTE },
};

describe('a batch whose process is killed at random moments', () => {
  for (const [name, { history, ...deviations }] of Object.entries(servers)) {
    const isLeftOut = !ONLY.includes(name);
    it(`ends each key once, on a server that is ${name}`, { skip: isLeftOut, timeout: 30 * MINUTE }, async (t) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-crashes-'));
      const emulator = await startEmulator({ submittedMs: 50, inProgressMs: 50, chunkSize: CHUNK, history });
      const server = await startCrashServer(emulator.url, {
        ...deviations,
        ...(deviations.loses && { loses: (url) => url.split('?')[0] === '/api/jobs' && deviations.loses() }),
      });
      const journal = path.join(folder, 'batch.jsonl');
      const { baseURL } = server;
      const { apiKey } = emulator;
      const options = { pollInterval: 100 };
      const batch = { baseURL, apiKey, journal, texts: JOBS, uploads: JOBS, options };
      try {
        let kills = 0;
        // Runs that end before they are killed do not count.
        for (let run = 0; kills < KILLS && run < 3 * KILLS; run += 1) {
          const { isWhole, errors } = await runBatch(batch, async (child) => {
            await sleep(50 + Math.random() * 950);
            child.kill('SIGKILL');
          });
          assert.equal(errors, '');
          kills += Number(!isWhole);
        }
        const { outcomes, isWhole, errors } = await runBatch(batch);
        assert.deepEqual([isWhole, errors], [true, '']);
        await sleep(history?.lagMs ?? 0);
        const { jobs, open } = await assertEachEndedOnce({ emulator, journal, outcomes, count: 2 * JOBS });
        t.diagnostic(`${kills} kills, ${jobs} jobs, ${open} of them open`);
      } finally {
        server.close();
        await emulator.close();
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
