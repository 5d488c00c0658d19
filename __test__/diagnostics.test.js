'use strict';

// The messages about calls on the channels of node:diagnostics_channel.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient, NotFoundError, ServerError } = require('modzy-client');
const { useChannels } = require('./support/channels.js');
const { useEmulator } = require('./support/emulator.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const SOURCES = { first: { 'input.txt': 'What a lovely day!' } };

describe('diagnostics', () => {
  const emulator = useEmulator({ submittedMs: 30, inProgressMs: 30 });
  const { collect, subscribe } = useChannels();

  const client = (options) => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, ...options });
  const names = (messages) => messages.map(([name]) => name);
  const route = `/api/jobs/${JOB}`;

  it('publishes the start before the method returns, and the end with the same object', async () => {
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
    assert.deepEqual(Object.keys(end), ['request', 'durationMs', 'status']);
  });

  it('publishes each retry with its attempt, its error and its delay', async () => {
    await emulator.fault({ method: 'GET', path: route, times: 1, status: 429, headers: { 'retry-after': '0' } });
    await emulator.answerJob(JOB, { status: 'COMPLETED' });
    const messages = collect();
    await client().getJob(JOB);
    // Then the call waits for the end of the pause.
    assert.deepEqual(names(messages), ['request:start', 'request:retry', 'request:queue', 'request:end']);
    const [[, { request }], [, retry]] = messages;
    assert.equal(request.jobIdentifier, JOB);
    assert.equal(retry.request, request);
    assert.equal(retry.attempt, 1);
    // The client adds up to a tenth to the delay of the server.
    assert.ok(retry.delayMs >= 100 && retry.delayMs <= 110, `${retry.delayMs} ms`);
    assert.equal(retry.error.name, 'RateLimitError');
    assert.deepEqual([retry.error.status, retry.error.attempts], [429, 1]);
    assert.match(retry.error.stack, /diagnostics\.test\.js/);
  });

  it('publishes each retry of a stream, also after the response headers', async () => {
    const reads = {
      async openOutput(modzy) {
        const output = { jobId: JOB, inputKey: 'a', outputName: 'b' };
        return new Response((await modzy.openOutput(output)).body).text();
      },
      async streamResults(modzy) {
        return (await modzy.streamResults(JOB).next()).done;
      },
    };
    const results = JSON.stringify({ jobIdentifier: JOB, results: {} });
    const answers = {
      openOutput: [
        { status: 200, connection: 'cut', headers: { etag: '"v1"' }, body: '0123456789' },
        { status: 503, headers: { 'retry-after': '0' } },
        { status: 206, headers: { etag: '"v1"', 'content-range': 'bytes 5-9/10' }, body: '56789' },
      ],
      streamResults: [
        { status: 200, connection: 'cut', body: results },
        { status: 503, headers: { 'retry-after': '0' } },
        { status: 200, body: results },
      ],
    };
    const expected = { openOutput: '0123456789', streamResults: true };
    for (const [method, read] of Object.entries(reads)) {
      for (const answer of answers[method]) {
        await emulator.fault({ path: '/api/results/*', times: 1, ...answer });
      }
      const lines = [];
      const messages = collect();
      const warn = (line) => lines.push(line);
      const context = new AsyncLocalStorage();
      const stores = [];
      subscribe('modzy:request:retry', () => stores.push(context.getStore()));
      assert.equal(await context.run('me', () => read(client({ logger: { warn } }))), expected[method]);
      const published = messages.map(([name, { request, attempt, error }]) => [
        name,
        request.method,
        attempt,
        error?.attempts,
      ]);
      assert.deepEqual(published.sort(), [
        ['request:end', method, undefined, undefined],
        ['request:queue', method, undefined, undefined],
        ['request:retry', method, 1, 1],
        ['request:retry', method, 2, 2],
        ['request:start', method, undefined, undefined],
      ]);
      assert.equal(new Set(messages.map(([, { request }]) => request)).size, 1);
      assert.deepEqual(stores, ['me', 'me']);
      assert.equal(lines.length, 2);
      assert.match(lines[1], new RegExp(`^modzy: ${method} ${JOB} attempt 2 failed, the next one in \\d+ ms: `));
    }
  });

  it('publishes the error that a call rejects with', async () => {
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

  it('publishes the errors of invalid arguments', async () => {
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
      const modzyClient = client();
      const error = await modzyClient[method](...args).catch((reason) => reason);
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

  it('publishes the polls of a wait', async () => {
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

  it('publishes each job of a batch, and each page of a listing', async () => {
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

  it('publishes aborts with their reason, and the end of a loop that was left', async () => {
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

  it('holds no secret and no data in any message', async () => {
    const messages = collect();
    const ofAll = [emulator.apiKey.split('.')[1], 'aGatewayToken'];
    const modzyClient = client({ headers: { 'x-gateway': 'aGatewayToken' }, transport: 'own' });
    /** Makes the server echo the secrets of a call in a response that the client retries. */
    const echo = async (method, to, ...secrets) => {
      const body = JSON.stringify({ message: `no ${[...ofAll, ...secrets].join(' ')}` });
      await emulator.clearFaults();
      await emulator.fault({ method, path: to, times: 2, status: 503, headers: { 'retry-after': '0' }, body });
    };
    await echo('POST', '/api/jobs', 's3cretAccess');
    const s3 = { a: { 'input.txt': { bucket: 'b', key: 'k' } } };
    await modzyClient
      .submitJobAWSS3('ed542963de', '1.0.1', 'AKIA', 's3cretAccess', 'region', s3, { retries: 1 })
      .catch(() => {});
    await echo('POST', '/api/jobs', 'jdbcPassw0rd');
    const url = 'jdbc:postgresql://h/db';
    const jdbc = ['m', 'v', url, 'user', 'jdbcPassw0rd', 'driver', 'select 1'];
    await modzyClient.submitJobJDBC(...jdbc, { retries: 1 }).catch(() => {});
    await echo('GET', route);
    await modzyClient.getJob(JOB, { retries: 1 }).catch(() => {});
    await echo('GET', route);
    await modzyClient.blockUntilComplete(JOB, { maxOutage: 0 }).catch(() => {});
    await emulator.clearFaults();
    await modzyClient.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'the text itself' } });
    const failed = ['start', 'retry', 'error', 'start', 'retry', 'error', 'start', 'retry', 'queue', 'error'];
    assert.deepEqual(names(messages).slice(0, 12), [
      ...failed.map((name) => `request:${name}`),
      'request:start',
      'wait:poll',
    ]);
    const shown = inspect(messages, { depth: 12, showHidden: true, getters: true }) + JSON.stringify(messages);
    assert.ok(shown.includes('no *** ***'));
    for (const secret of [...ofAll, 's3cretAccess', 'jdbcPassw0rd', 'the text itself']) {
      assert.ok(!shown.includes(secret), secret);
    }
  });

  it('does not read an output as a receipt', async () => {
    await emulator.fault({ path: '/api/results/*', status: 200, body: '{"jobIdentifier":"of the output"}' });
    const messages = collect(['modzy:request:end']);
    const output = await client().getOutputContents({ url: `${emulator.baseURL}/results/a` });
    assert.equal(output.jobIdentifier, 'of the output');
    assert.deepEqual(
      messages.map(([, { request }]) => request.jobIdentifier),
      [undefined],
    );
  });
});
