'use strict';

// What is published of calls on the channels of node:diagnostics_channel.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { execFileSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const path = require('node:path');
const { Readable } = require('node:stream');
const { afterEach, describe, it } = require('node:test');
const { inspect } = require('node:util');
const { Worker } = require('node:worker_threads');
const { ModzyClient, NotFoundError, ServerError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const CHANNELS = [
  'modzy:request:start',
  'modzy:request:retry',
  'modzy:request:end',
  'modzy:request:error',
  'modzy:wait:poll',
];
const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const SOURCES = { first: { 'input.txt': 'What a lovely day!' } };

describe('diagnostics', () => {
  const emulator = useEmulator({ submittedMs: 30, inProgressMs: 30 });
  const subscribed = [];

  function subscribe(name, listener) {
    diagnostics.subscribe(name, listener);
    subscribed.push([name, listener]);
  }

  afterEach(() => {
    for (const [name, listener] of subscribed.splice(0)) {
      diagnostics.unsubscribe(name, listener);
    }
  });

  /** Collects `[event, message]` of all channels. */
  function collect(names = CHANNELS) {
    const messages = [];
    for (const name of names) {
      subscribe(name, (message) => messages.push([name.replace('modzy:', ''), message]));
    }
    return messages;
  }

  const client = (options) => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, ...options });
  const names = (messages) => messages.map(([name]) => name);
  const route = `/api/jobs/${JOB}`;

  it('tells the start before the method returns, and the end with the same object', async () => {
    const messages = collect();
    const submitted = client().submitJobText('ed542963de', '1.0.1', SOURCES);
    assert.deepEqual(names(messages), ['request:start']);
    const [[, { request }]] = messages;
    assert.deepEqual(request, {
      method: 'submitJobText',
      jobIdentifier: undefined,
      baseURL: emulator.baseURL,
      headers: {},
    });
    const { jobIdentifier } = await submitted;
    assert.deepEqual(names(messages), ['request:start', 'request:end']);
    const [, [, end]] = messages;
    assert.equal(end.request, request);
    assert.equal(request.jobIdentifier, jobIdentifier);
    assert.ok(end.durationMs > 0 && end.durationMs < 10_000);
    assert.deepEqual(Object.keys(end), ['request', 'durationMs']);
  });

  it('tells each retry: the attempt, why it failed, and the pause', async () => {
    await emulator.fault({ method: 'GET', path: route, times: 1, status: 429, headers: { 'retry-after': '0' } });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    const messages = collect();
    await client().getJob(JOB);
    assert.deepEqual(names(messages), ['request:start', 'request:retry', 'request:end']);
    const [[, { request }], [, retry]] = messages;
    assert.equal(request.jobIdentifier, JOB);
    assert.equal(retry.request, request);
    assert.equal(retry.attempt, 1);
    // Up to a tenth longer than asked for.
    assert.ok(retry.delayMs >= 100 && retry.delayMs <= 110, `${retry.delayMs} ms`);
    assert.equal(retry.error.name, 'RateLimitError');
    assert.deepEqual([retry.error.status, retry.error.attempts], [429, 1]);
    assert.match(retry.error.stack, /diagnostics\.test\.js/);
  });

  it('tells why a call failed, with the very error', async () => {
    const messages = collect();
    const error = await client()
      .getJob(JOB)
      .catch((reason) => reason);
    assert.ok(error instanceof NotFoundError);
    assert.deepEqual(names(messages), ['request:start', 'request:error']);
    assert.equal(messages[1][1].error, error);
    assert.equal(messages[1][1].request, messages[0][1].request);
    assert.equal(typeof messages[1][1].durationMs, 'number');
  });

  it('tells of wrong arguments, wherever they are found', async () => {
    const circular = { a: {} };
    circular.a.b = circular;
    const broken = { arrayBuffer: () => Promise.reject(new Error('gone')), type: '' };
    for (const [method, ...args] of [
      ['getJob', 7],
      ['submitJobText', 'm', 'v', circular],
      ['submitJobFile', 'm', 'v', { a: { b: 7 } }],
      ['submitJobEmbedded', 'm', 'v', 'text/plain', { a: { b: 7 } }],
      ['appendInput', JOB, 'a', 'b', 7],
      ['submitJob', { toJSON: () => undefined, a: 1 }],
      ['getOutputContents', { url: 'https://h.example', jobId: JOB }],
      ['fileToDataUrl', broken],
    ]) {
      const messages = collect();
      const talker = client();
      const error = await talker[method](...args).catch((reason) => reason);
      assert.ok(error instanceof Error, method);
      assert.deepEqual(names(messages), ['request:start', 'request:error'], method);
      assert.equal(messages[0][1].request.method, method);
      assert.equal(messages[1][1].error, error, method);
    }
    const reserved = { headers: { authorization: 'x' } };
    for (const [method, ...args] of [
      ...['listJobHistory', 'jobsAsCompleted', 'watchJob', 'blockUntilAllComplete'].map((name) => [name, 7, 7, 7]),
      ...['jobsAsCompleted', 'blockUntilAllComplete'].map((name) => [name, [JOB], reserved]),
    ]) {
      const messages = collect();
      const called = client()[method](...args);
      await (called.then === undefined ? called[Symbol.asyncIterator]().next() : called).catch(() => {});
      assert.deepEqual(names(messages), ['request:start', 'request:error'], method);
    }
  });

  it('tells the polls of a wait', async () => {
    await emulator.fault({ method: 'GET', path: route, times: 1, status: 502 });
    await emulator.answerJob(JOB, { status: 'SUBMITTED' }, { status: 'COMPLETED' });
    const messages = collect();
    await client().blockUntilComplete(JOB, { pollInterval: 20 });
    assert.deepEqual(names(messages), ['request:start', ...Array(3).fill('wait:poll'), 'request:end']);
    const polls = messages.slice(1, 4).map(([, poll]) => poll);
    const [{ request }] = polls;
    assert.equal(request, messages[0][1].request);
    for (const [index, poll] of polls.entries()) {
      assert.deepEqual(Object.keys(poll), ['request', 'jobIdentifier', 'polls', 'status', 'error', 'delayMs']);
      assert.deepEqual([poll.request, poll.jobIdentifier, poll.polls], [request, JOB, index + 1]);
    }
    const [failed, submitted, completed] = polls;
    assert.deepEqual([failed.status, failed.error.status], [undefined, 502]);
    assert.ok(failed.error instanceof ServerError);
    assert.ok(failed.delayMs >= 100, 'an outage pauses at least 100 ms');
    assert.deepEqual([submitted.status, submitted.error], ['SUBMITTED', undefined]);
    assert.ok(submitted.delayMs >= 19.5 && submitted.delayMs <= 20.5);
    assert.deepEqual([completed.status, completed.delayMs], ['COMPLETED', undefined]);
  });

  it('tells of each job of a batch, and of each page of a listing', async () => {
    const messages = collect(['modzy:request:start', 'modzy:request:end']);
    const jobs = await Promise.all([1, 2, 3].map(() => client().submitJobText('ed542963de', '1.0.1', SOURCES)));
    messages.length = 0;
    const done = await client().blockUntilAllComplete(jobs, { pollInterval: 10 });
    const starts = messages.filter(([name]) => name === 'request:start').map(([, { request }]) => request);
    const ids = jobs.map(({ jobIdentifier }) => jobIdentifier);
    assert.deepEqual(new Set(starts.map(({ jobIdentifier }) => jobIdentifier)), new Set(ids));
    assert.deepEqual(
      starts.map(({ method }) => method),
      Array(3).fill('blockUntilAllComplete'),
    );
    assert.deepEqual([done.length, messages.length], [3, 6]);
    messages.length = 0;
    await client().listJobHistory({ perPage: 2 }, { limit: 3 }).toArray();
    assert.deepEqual(names(messages), ['request:start', 'request:end', 'request:start', 'request:end']);
  });

  it('tells of aborts with their reason, and of a loop that was left', async () => {
    const messages = collect(['modzy:request:error']);
    await emulator.answerJob(JOB, { status: 'OPEN' });
    const controller = new AbortController();
    const waiting = client().blockUntilComplete(JOB, { signal: controller.signal });
    controller.abort('enough');
    await assert.rejects(waiting, (reason) => reason === 'enough');
    assert.equal(messages[0][1].error, 'enough');
    for await (const { status } of client().watchJob(JOB, { pollInterval: 5 })) {
      assert.equal(status, 'OPEN');
      break;
    }
    assert.equal(messages.length, 2);
    assert.equal(messages[1][1].error.name, 'AbortError');
  });

  it('publishes in the async context of the call', async () => {
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
    assert.deepEqual(of('a retry'), ['request:start', 'request:retry', 'request:end']);
    assert.equal(stores.length, 9);
  });

  describe('headers that a subscriber adds', () => {
    const add = (headers) => subscribe('modzy:request:start', ({ request }) => Object.assign(request.headers, headers));
    const sent = async () => (await emulator.requests()).map(({ headers }) => headers);

    it('go with every request of the call', async () => {
      add({ Traceparent: '00-1' });
      await client().submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': Buffer.from('text') } });
      const all = await sent();
      assert.equal(all.length, 4, 'features, open, chunk, close');
      assert.deepEqual(
        all.map(({ traceparent }) => traceparent),
        Array(4).fill('00-1'),
      );
    });

    it("go before the client's and after the call's own, in whatever case", async () => {
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
      [{ authorization: 'Bearer x' }, /headers must not set a header that is the client's own: "authorization"/],
      [{ 'a name': 'x' }, /headers hold a name that HTTP does not allow/],
      [{ name: 'a\nvalue' }, /headers hold a value that HTTP does not allow, for: "name"/],
      [{ name: 7 }, /the headers of modzy:request:start param should be an object of strings/],
    ]) {
      it(`are refused as those of callers are: ${inspect(headers)}`, async () => {
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

  it('holds no secret and no data in any message', async () => {
    const messages = collect();
    const ofAll = [emulator.apiKey.split('.')[1], 'aGatewayToken'];
    const talker = client({ headers: { 'x-gateway': 'aGatewayToken' } });
    /** Lets the server echo what a call carries, in an answer that is followed by another attempt. */
    const echo = async (method, to, ...secrets) => {
      const body = JSON.stringify({ message: `no ${[...ofAll, ...secrets].join(' ')}` });
      await emulator.clearFaults();
      await emulator.fault({ method, path: to, times: 2, status: 503, headers: { 'retry-after': '0' }, body });
    };
    await echo('POST', '/api/jobs', 's3cretAccess');
    const s3 = { a: { 'input.txt': { bucket: 'b', key: 'k' } } };
    await talker
      .submitJobAWSS3('ed542963de', '1.0.1', 'AKIA', 's3cretAccess', 'region', s3, { retries: 1 })
      .catch(() => {});
    await echo('POST', '/api/jobs', 'jdbcPassw0rd');
    const url = 'jdbc:postgresql://h/db';
    const jdbc = ['m', 'v', url, 'user', 'jdbcPassw0rd', 'driver', 'select 1'];
    await talker.submitJobJDBC(...jdbc, { retries: 1 }).catch(() => {});
    await echo('GET', route);
    await talker.getJob(JOB, { retries: 1 }).catch(() => {});
    await echo('GET', route);
    await talker.blockUntilComplete(JOB, { maxOutage: 0 }).catch(() => {});
    await emulator.clearFaults();
    await talker.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'the text itself' } });
    const told = ['start', 'retry', 'error', 'start', 'retry', 'error', 'start', 'retry', 'error'];
    assert.deepEqual(names(messages).slice(0, 11), [
      ...told.map((name) => `request:${name}`),
      'request:start',
      'wait:poll',
    ]);
    const shown = inspect(messages, { depth: 12, showHidden: true, getters: true }) + JSON.stringify(messages);
    assert.ok(shown.includes('no *** ***'));
    for (const secret of [...ofAll, 's3cretAccess', 'jdbcPassw0rd', 'the text itself']) {
      assert.ok(!shown.includes(secret), secret);
    }
  });

  it('takes no output for a receipt', async () => {
    await emulator.fault({ path: '/api/results/*', status: 200, body: '{"jobIdentifier":"of the output"}' });
    const messages = collect(['modzy:request:end']);
    const output = await client().getOutputContents({ url: `${emulator.baseURL}/results/a` });
    assert.equal(output.jobIdentifier, 'of the output');
    assert.deepEqual(
      messages.map(([, { request }]) => request.jobIdentifier),
      [undefined],
    );
  });

  it('tells the end of a call whose request a subscriber has frozen', async () => {
    subscribe('modzy:request:start', ({ request }) => Object.freeze(request));
    const messages = collect(['modzy:request:end']);
    await client().submitJobText('ed542963de', '1.0.1', SOURCES);
    assert.equal(messages.length, 1);
  });

  it('publishes nothing of a call that began before anybody listened', async () => {
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

  it('asks Rust for retries and polls only where somebody listens to them', async () => {
    const { BindingClient } = require('../js-binding.js');
    const { start } = BindingClient.prototype;
    const asked = [];
    BindingClient.prototype.start = function (operation, argument, options, bytes) {
      asked.push(options?.observe);
      return start.call(this, operation, argument, options, bytes);
    };
    try {
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
    } finally {
      BindingClient.prototype.start = start;
    }
    assert.deepEqual(asked, [undefined, undefined, 'failures', undefined, undefined, 'all', undefined]);
  });

  it('does not let a subscriber that throws break a call, nor hides what it throws', () => {
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
        .then((job) => client.blockUntilComplete(job, { pollInterval: 1000 }))
        .then(({ status }) => setImmediate(() => console.log(JSON.stringify([status, caught]))));
    `;
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const options = { cwd: path.resolve(__dirname, '..'), env, encoding: 'utf8' };
    const [status, caught] = JSON.parse(execFileSync(process.execPath, ['--eval', program], options));
    assert.equal(status, 'COMPLETED');
    const [start, , end, , poll] = CHANNELS;
    assert.deepEqual(caught, [start, end, start, poll, poll, end]);
  });

  it('keeps the news of a wait few while the event loop is blocked, and the newest of them', async () => {
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
    assert.ok(jobs.length < 20, `${jobs.length} jobs were told`);
    assert.ok(polls.length < 20, `${polls.length} polls were told`);
    const last = polls.at(-1)[1];
    assert.deepEqual([last.status, last.polls], ['COMPLETED', 102]);
    const counts = polls.map(([, poll]) => poll.polls);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  });

  it('is published in the worker that calls, to its own subscribers', async () => {
    const messages = collect();
    const worker = new Worker(path.join(__dirname, 'support', 'subscriber.js'), {
      workerData: { url: emulator.url, apiKey: emulator.apiKey },
    });
    const [[told]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    assert.deepEqual(messages, []);
    const { jobIdentifier } = told.at(-1);
    const expected = [
      ['modzy:request:start', 'submitJobText'],
      ['modzy:request:end', 'submitJobText'],
      ['modzy:request:start', 'blockUntilComplete'],
      ['modzy:wait:poll', 'blockUntilComplete'],
      ['modzy:request:end', 'blockUntilComplete'],
      ['modzy:request:start', 'getJob'],
      ['modzy:request:error', 'getJob'],
    ];
    const calls = told.map(({ name, method }) => [name, method]);
    assert.deepEqual(
      calls.filter((each, index) => String(each) !== String(calls[index - 1])),
      expected,
    );
    assert.ok(told.every(({ store }) => store === 'of the worker'));
    assert.equal(jobIdentifier, 'none');
    const polls = told.filter(({ name }) => name === 'modzy:wait:poll');
    assert.deepEqual([polls.at(-1).status, polls.at(-1).hasNext], ['COMPLETED', false]);
    assert.ok(polls.slice(0, -1).every(({ status, hasNext }) => status !== 'COMPLETED' && hasNext));
    assert.ok(polls.length >= 2);
    const headers = (await emulator.requests()).map((request) => request.headers['x-thread']);
    assert.deepEqual(new Set(headers), new Set(['worker']));
  });
});
