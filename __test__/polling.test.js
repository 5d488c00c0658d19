'use strict';

// How waits find out that their jobs have ended: by intervals that grow, and by a list of the jobs that have ended.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { useChannels } = require('./support/channels.js');
const { useEmulator } = require('./support/emulator.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const JOBS = 30;

/** Submits jobs, and returns their receipts. */
function submitAll(modzyClient) {
  const submit = () => modzyClient.submitJobText('ed542963de', '1.0.1', SOURCES);
  return Promise.all(Array.from({ length: JOBS }, submit));
}

/** Returns how many polls and looks at the list the emulator has received since then. */
async function count(emulator, before = { polls: 0, looks: 0 }) {
  const requests = await emulator.requests();
  const reads = requests.filter(({ method }) => method === 'GET');
  const looks = reads.filter(({ path }) => path.startsWith('/api/jobs/history'));
  return { polls: reads.length - looks.length - before.polls, looks: looks.length - before.looks };
}

describe('polling by listing', () => {
  const emulator = useEmulator({ submittedMs: 200, inProgressMs: 600 });

  for (const [method, wait] of [
    [
      'blockUntilComplete',
      (modzyClient, jobs, options) => Promise.all(jobs.map((job) => modzyClient.blockUntilComplete(job, options))),
    ],
    ['blockUntilAllComplete', (modzyClient, jobs, options) => modzyClient.blockUntilAllComplete(jobs, options)],
  ]) {
    it(`ends each wait of ${method} with its job, and polls each job when it begins and ends`, async () => {
      const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey, { polling: 'listing' });
      const before = await count(emulator);
      const receipts = await submitAll(modzyClient);
      const ended = await wait(modzyClient, receipts, { pollInterval: 50 });
      const jobs = ended.map((outcome) => outcome.job ?? outcome);
      assert.deepEqual(
        jobs.map(({ jobIdentifier, status }) => [jobIdentifier, status]),
        receipts.map(({ jobIdentifier }) => [jobIdentifier, 'COMPLETED']),
      );
      const { polls, looks } = await count(emulator, before);
      // A few poll in addition because their turn has come.
      assert.ok(polls >= JOBS && polls <= 2 * JOBS + 5, `${polls} polls`);
      assert.ok(looks >= 3, `${looks} looks`);
    });
  }
});

describe('a watch of a client that polls by listing', () => {
  const emulator = useEmulator({ submittedMs: 300, inProgressMs: 600 });

  it('sees every status, because it polls its job itself', async () => {
    const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey, { polling: 'listing' });
    const [receipt] = await submitAll(modzyClient);
    const seen = [];
    for await (const { status } of modzyClient.watchJob(receipt, { pollInterval: 30 })) {
      if (seen.at(-1) !== status) {
        seen.push(status);
      }
    }
    assert.deepEqual(seen, ['SUBMITTED', 'IN_PROGRESS', 'COMPLETED']);
    const { polls, looks } = await count(emulator);
    assert.ok(polls >= 5, `${polls} polls`);
    assert.equal(looks, 0);
  });
});

describe('polling by listing of clients that share connections', () => {
  const emulator = useEmulator({ submittedMs: 60_000 });

  it('reads a list for each user agent and each set of headers, and none for a client without waits', async () => {
    const settings = [
      { userAgent: 'first', headers: { 'x-tenant': 'a' } },
      { userAgent: 'first', headers: { 'x-tenant': 'b' } },
      { userAgent: 'second', headers: { 'x-tenant': 'b' } },
      { userAgent: 'second', headers: { 'x-tenant': 'b' } },
    ];
    const clients = settings.map(
      (own) => new ModzyClient(emulator.baseURL, emulator.apiKey, { polling: 'listing', ...own }),
    );
    const seen = async () => {
      const requests = await emulator.requests();
      const looks = requests.filter(({ path }) => path === '/api/jobs/history');
      return looks.map(({ headers }) => `${headers['user-agent']} ${headers['x-tenant']}`);
    };
    const atLeast = async (looks) => {
      while ((await seen()).length < looks) {
        await sleep(10);
      }
      return new Set(await seen());
    };
    const receipts = await submitAll(clients[0]);
    const waits = clients.map((each, nth) =>
      each.blockUntilComplete(receipts[nth], { pollInterval: 50 }).catch(({ name }) => name),
    );
    assert.deepEqual(await atLeast(12), new Set(['first a', 'first b', 'second b']));
    await clients[0].close();
    await emulator.clearRequests();
    assert.deepEqual(await atLeast(8), new Set(['first b', 'second b']));
    await Promise.all(clients.map((each) => each.close()));
    assert.deepEqual(await Promise.all(waits), Array(4).fill('ClientClosedError'));
  });
});

describe('polling by listing with a history that is refused', () => {
  const emulator = useEmulator({ submittedMs: 200, inProgressMs: 600, history: { refused: true } });
  const { subscribe } = useChannels();

  it('polls individually, and says once why', async () => {
    const lines = [];
    const logger = { warn: (line) => lines.push(line) };
    const messages = [];
    subscribe('modzy:wait:fallback', ({ request, reason }) => messages.push([request.method, reason]));
    const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey, { polling: 'listing', logger });
    const receipts = await submitAll(modzyClient);
    const jobs = await Promise.all(receipts.map((job) => modzyClient.blockUntilComplete(job, { pollInterval: 50 })));
    assert.ok(jobs.every(({ status }) => status === 'COMPLETED'));
    const reason = 'the server refuses the job history with status 403';
    assert.deepEqual(messages, [['blockUntilComplete', reason]]);
    const [line, ...others] = lines;
    assert.ok(line.endsWith(`and other waits poll individually for a while: ${reason}`), line);
    assert.deepEqual(others, []);
    const { polls, looks } = await count(emulator);
    assert.ok(polls > 3 * JOBS, `${polls} polls`);
    assert.equal(looks, 1);
  });
});

describe('maxPollInterval', () => {
  const emulator = useEmulator({ submittedMs: 0, inProgressMs: 700 });

  it('lets the interval grow, so that a wait polls less', async () => {
    const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const [receipt] = await submitAll(modzyClient);
    const job = await modzyClient.blockUntilComplete(receipt, { pollInterval: 10, maxPollInterval: 400 });
    assert.equal(job.status, 'COMPLETED');
    const { polls } = await count(emulator);
    // 10, 15, 22, 34, 51, 76, 114, 171 and 256 ms, each varied by half, instead of 70 times 10 ms.
    assert.ok(polls >= 5 && polls <= 16, `${polls} polls`);
  });
});
