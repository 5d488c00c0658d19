'use strict';

// The messages about a wait while its process blocks the event loop.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useChannels } = require('../support/channels.js');
const { useEmulator } = require('../support/emulator.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';

describe('diagnostics', () => {
  const emulator = useEmulator();
  const { collect } = useChannels();
  const client = () => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey });

  it('keeps few events of a wait while the event loop is blocked, among them the latest', async () => {
    const answers = Array.from({ length: 100 }, (_, completed) => ({ status: 'IN_PROGRESS', completed }));
    await emulator.answerJob(JOB, { status: 'SUBMITTED' }, ...answers, { status: 'COMPLETED' });
    const polls = collect(['modzy:wait:poll']);
    const jobs = [];
    const waiting = client().blockUntilComplete(JOB, {
      pollInterval: 1,
      onProgress(job) {
        jobs.push(job);
        if (jobs.length === 1) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
        }
      },
    });
    const job = await waiting;
    assert.equal(job.status, 'COMPLETED');
    assert.deepEqual([jobs[0].status, jobs.at(-1)], ['SUBMITTED', job]);
    assert.ok(jobs.length < 20, `${jobs.length} calls of onProgress`);
    assert.ok(polls.length < 20, `${polls.length} messages about polls`);
    const last = polls.at(-1)[1];
    assert.deepEqual([last.status, last.polls], ['COMPLETED', 102]);
    const counts = polls.map(([, poll]) => poll.polls);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  });
});
