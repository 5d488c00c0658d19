'use strict';

// Subscribers of the channels: their async context, the headers that they add to a call, and that a call does not depend on them.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { execFileSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const path = require('node:path');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { Worker } = require('node:worker_threads');
const { ModzyClient } = require('modzy-client');
const { CHANNELS, useChannels } = require('./support/channels.js');
const { useEmulator } = require('./support/emulator.js');
const { observed } = require('./support/observed.js');
const { unhandledBy } = require('./support/unhandled.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const SOURCES = { first: { 'input.txt': 'What a lovely day!' } };

describe('subscribers of diagnostics', () => {
  const emulator = useEmulator({ submittedMs: 30, inProgressMs: 30 });
  const { collect, subscribe } = useChannels();

  const client = (options) => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, ...options });
  const route = `/api/jobs/${JOB}`;

  it('are called in the async context of the call', async () => {
    const storage = new AsyncLocalStorage();
    const stores = [];
    for (const name of CHANNELS) {
      subscribe(name, () => stores.push([name.replace('modzy:', ''), storage.getStore()]));
    }
    await emulator.answerJob(JOB, { status: 'OPEN' }, { status: 'COMPLETED' });
    const shared = client();
    const call = (store, work) => storage.run(store, () => work().catch(() => {}));
    await Promise.all([
      call('a wait', () => shared.blockUntilComplete(JOB, { pollInterval: 10 })),
      call('a failure', () => shared.getResult('no job', { retries: 0 })),
    ]);
    await emulator.clearFaults();
    await emulator.fault({ method: 'GET', path: route, times: 1, status: 429, headers: { 'retry-after': '0' } });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    await call('a retry', () => shared.getJob(JOB));
    const of = (store) => stores.filter(([, each]) => each === store).map(([name]) => name);
    assert.deepEqual(of('a wait'), ['request:start', 'wait:poll', 'wait:poll', 'request:end']);
    assert.deepEqual(of('a failure'), ['request:start', 'request:error']);
    assert.deepEqual(of('a retry'), ['request:start', 'request:retry', 'request:queue', 'request:end']);
    assert.equal(stores.length, 10);
  });

  describe('headers that a subscriber adds', () => {
    const add = (headers) => subscribe('modzy:request:start', ({ request }) => Object.assign(request.headers, headers));
    const sent = async () => (await emulator.requests()).map(({ headers }) => headers);

    it('are sent with each request of the call', async () => {
      add({ Traceparent: '00-1' });
      await client().submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': Buffer.from('text') } });
      const all = await sent();
      assert.equal(all.length, 4, 'features, open, chunk, close');
      assert.deepEqual(
        all.map(({ traceparent }) => traceparent),
        Array(4).fill('00-1'),
      );
    });

    it("override those of the client, and not the call's own, in any case", async () => {
      const fields = Array.from({ length: 20 }, (_, index) => `x-own-${index}`);
      const all = (value, spell = (name) => name) => Object.fromEntries(fields.map((name) => [spell(name), value]));
      add({ 'X-One': 'subscriber', ...all('subscriber', (name) => name.toUpperCase()) });
      const own = { headers: all('call') };
      await client({ headers: { 'x-one': 'client', 'x-two': 'client' } })
        .getJob(JOB, own)
        .catch(() => {});
      const [headers] = await sent();
      assert.deepEqual([headers['x-one'], headers['x-two']], ['subscriber', 'client']);
      assert.deepEqual(
        fields.map((name) => headers[name]),
        fields.map(() => 'call'),
      );
      assert.deepEqual(own, { headers: all('call') });
    });

    for (const [headers, message] of [
      [
        { authorization: 'Bearer x' },
        /the headers of modzy:request:start param .* without one that is the client's own: "authorization"$/,
      ],
      [
        { 'a name': 'x' },
        /the headers of modzy:request:start param .* without a name that HTTP does not allow: "a name"$/,
      ],
      [
        { name: 'a\nvalue' },
        /the headers of modzy:request:start param .* without a value that HTTP does not allow, for: "name"$/,
      ],
      [{ name: 7 }, /the headers of modzy:request:start param should be an object of strings/],
    ]) {
      it(`are refused like those of callers: ${inspect(headers)}`, async () => {
        add(headers);
        const messages = collect(['modzy:request:error']);
        const source = Readable.from([Buffer.from('text')]);
        await assert.rejects(client().submitJobFile('m', 'v', { a: { b: source } }), { name: 'TypeError', message });
        assert.equal(messages.length, 1);
        assert.match(messages[0][1].error.message, message);
        assert.deepEqual(await emulator.requests(), []);
      });
    }
  });

  it('get the end of a call whose request one of them has frozen', async () => {
    subscribe('modzy:request:start', ({ request }) => Object.freeze(request));
    const messages = collect(['modzy:request:end']);
    await client().submitJobText('ed542963de', '1.0.1', SOURCES);
    assert.equal(messages.length, 1);
  });

  it('may change the messages without an effect on the outcome of a call', async () => {
    const fails = () => {
      throw new Error('do not touch');
    };
    const unhandled = await unhandledBy(async () => {
      for (const change of [
        (message) => Object.setPrototypeOf(message, null),
        ({ request }) => Object.defineProperty(request, 'jobIdentifier', { get: fails }),
        ({ request }) => Object.defineProperty(request, 'method', { get: fails }),
        (message) => Object.defineProperty(message, 'request', { get: fails }),
        ({ error }) => error && Object.defineProperty(error, 'toString', { get: fails }),
        ({ error }) => error && Object.freeze(error),
        (message) => Object.keys(message).forEach((name) => delete message[name]),
      ]) {
        const subscriber = (message) => {
          try {
            change(message);
          } catch {
            // Another test covers subscribers that throw.
          }
        };
        CHANNELS.forEach((name) => subscribe(name, subscriber));
        const modzy = client({ logger: { info() {}, error() {} } });
        const receipt = await modzy.submitJobText('ed542963de', '1.0.1', SOURCES);
        assert.equal(typeof receipt.jobIdentifier, 'string');
        await assert.rejects(modzy.getResult('none'), { name: 'NotFoundError', code: 404 });
      }
    });
    assert.deepEqual(unhandled, []);
  });

  it('get no message of a call that began before the first subscription', async () => {
    await emulator.answerJob(JOB, { status: 'OPEN' }, { status: 'OPEN' }, { status: 'COMPLETED' });
    let messages;
    await client().blockUntilComplete(JOB, {
      pollInterval: 10,
      onProgress: () => {
        messages ??= collect();
      },
    });
    assert.deepEqual(messages, []);
  });

  it('make Rust report retries and polls, which it does not do without them', async () => {
    const observedLevels = await observed(async () => {
      const listener = () => {};
      const ask = () =>
        client()
          .getJob(JOB)
          .catch(() => {});
      await ask();
      for (const name of CHANNELS) {
        diagnostics.subscribe(name, listener);
        await ask();
        diagnostics.unsubscribe(name, listener);
      }
      await ask();
    });
    assert.deepEqual(observedLevels, [
      undefined,
      undefined,
      'failures',
      'failures',
      undefined,
      undefined,
      'all',
      'failures',
      undefined,
    ]);
  });

  it('that throw do not affect a call, and their errors are uncaught exceptions', async () => {
    await emulator.answerJob(JOB, { status: 'OPEN' }, { status: 'COMPLETED' });
    const program = `
      const diagnostics = require('node:diagnostics_channel');
      const { ModzyClient } = require('modzy-client');
      const caught = [];
      process.on('uncaughtException', ({ message }) => caught.push(message));
      for (const name of ${JSON.stringify(CHANNELS)}) {
        diagnostics.subscribe(name, () => { throw new Error(name); });
      }
      const client = ModzyClient.fromEnv({ proxy: false });
      client.submitJobText('ed542963de', '1.0.1', ${JSON.stringify(SOURCES)})
        .then(() => client.blockUntilComplete('${JOB}', { pollInterval: 10 }))
        .then(({ status }) => setImmediate(() => console.log(JSON.stringify([status, caught]))));
    `;
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const options = { cwd: path.resolve(__dirname, '..'), env, encoding: 'utf8' };
    const [status, caught] = JSON.parse(execFileSync(process.execPath, ['--eval', program], options));
    assert.equal(status, 'COMPLETED');
    const [start, end, poll] = ['request:start', 'request:end', 'wait:poll'].map((name) => `modzy:${name}`);
    assert.deepEqual(caught, [start, end, start, poll, poll, end]);
  });

  it('in a worker get the messages of its calls', async () => {
    const messages = collect();
    await emulator.answerJob(JOB, { status: 'OPEN' }, { status: 'COMPLETED' });
    const worker = new Worker(path.join(__dirname, 'support', 'subscriber.js'), {
      workerData: { url: emulator.url, apiKey: emulator.apiKey, job: JOB },
    });
    const [[published]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    assert.deepEqual(messages, []);
    const { jobIdentifier } = published.at(-1);
    const expected = [
      ['modzy:request:start', 'submitJobText'],
      ['modzy:request:end', 'submitJobText'],
      ['modzy:request:start', 'blockUntilComplete'],
      ['modzy:wait:poll', 'blockUntilComplete'],
      ['modzy:request:end', 'blockUntilComplete'],
      ['modzy:request:start', 'getJob'],
      ['modzy:request:error', 'getJob'],
    ];
    const calls = published.map(({ name, method }) => [name, method]);
    assert.deepEqual(
      calls.filter((each, index) => String(each) !== String(calls[index - 1])),
      expected,
    );
    assert.ok(published.every(({ store }) => store === 'of the worker'));
    assert.equal(jobIdentifier, 'none');
    const polls = published.filter(({ name }) => name === 'modzy:wait:poll');
    assert.deepEqual([polls.at(-1).status, polls.at(-1).hasNext], ['COMPLETED', false]);
    assert.ok(polls.slice(0, -1).every(({ status, hasNext }) => status !== 'COMPLETED' && hasNext));
    assert.equal(polls.length, 2);
    const headers = (await emulator.requests()).map((request) => request.headers['x-thread']);
    assert.deepEqual(new Set(headers), new Set(['worker']));
  });
});
