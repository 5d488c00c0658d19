'use strict';

// Unexpected responses: gzip of several members, other codings, a byte order mark before the JSON, or another object in place of
// the requested one.

const assert = require('node:assert/strict');
const { mkdtempSync, readFileSync, readdirSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { brotliCompressSync, deflateSync, gzipSync } = require('node:zlib');
const { ModzyClient, ResponseError, isFinalStatus } = require('..');
const { serve, uploadRoutes } = require('./support/server.js');

const JOB = '{"jobIdentifier":"j","status":"COMPLETED"}';
const MESSAGE = { message: 'Service under maintenance' };
const OUTPUT = { jobId: 'j', inputKey: 'k', outputName: 'o' };
const OUTPUT_ROUTE = 'GET /api/results/j/datasource/k/output/o';

const connect = ({ baseURL }, options = {}) => new ModzyClient(baseURL, 'prefix.body', { retries: 0, ...options });
const packed = (coding, body) => ({ headers: { 'content-encoding': coding }, body });
const members = (text) => Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]);
const submit = (client) => client.submitJobText('m', '1', { k: { 'input.txt': 'x' } });

describe('a response in gzip', () => {
  it('is read whole, whatever the number of its members', async (t) => {
    const text = JSON.stringify({ jobIdentifier: 'j', status: 'COMPLETED', text: 'x'.repeat(300_000) });
    for (const coding of ['gzip', 'GZIP', 'x-gzip']) {
      const server = await serve(t, { '*': packed(coding, members(text)) });
      const client = connect(server);
      const job = JSON.parse(text);
      assert.deepEqual({ ...(await client.getJob('j')) }, job);
      assert.deepEqual({ ...(await client.blockUntilComplete('j')) }, job);
      assert.equal((await submit(client)).jobIdentifier, 'j');
      assert.deepEqual(await client.getOutputContents({ ...OUTPUT, responseType: 'json' }), job);
      const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'modzy-')), 'output');
      assert.equal((await client.downloadOutput(OUTPUT, file)).bytes, text.length);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  it('is an error where invalid bytes follow it, and leaves no file', async (t) => {
    const server = await serve(t, { '*': packed('gzip', Buffer.concat([members(JOB), Buffer.from('more')])) });
    const client = connect(server);
    await assert.rejects(submit(client), { name: 'ResponseError', code: 200, sent: 'maybe', attempts: 1 });
    await assert.rejects(client.getJob('j'), { name: 'ResponseError', code: 200 });
    const folder = mkdtempSync(path.join(os.tmpdir(), 'modzy-'));
    await assert.rejects(client.downloadOutput(OUTPUT, path.join(folder, 'output')), ResponseError);
    assert.deepEqual(readdirSync(folder), []);
  });
});

it('an output in a coding that is not decoded is an error, not bytes', async (t) => {
  const bytes = Buffer.from('an output');
  for (const [coding, body] of [
    ['br', brotliCompressSync(bytes)],
    ['deflate', deflateSync(bytes)],
    ['gzip, gzip', gzipSync(gzipSync(bytes))],
    ['zstd', bytes],
  ]) {
    const server = await serve(t, { [OUTPUT_ROUTE]: packed(coding, body) });
    for (const responseType of ['arraybuffer', 'blob', 'json']) {
      const reading = connect(server).getOutputContents({ ...OUTPUT, responseType });
      const message = /has a Content-Encoding that is not supported: only gzip is, and only once/;
      await assert.rejects(reading, { name: 'ResponseError', code: 200, message });
    }
    const { body: stream } = await connect(server).openOutput(OUTPUT);
    await assert.rejects(stream.getReader().read(), { name: 'ResponseError', code: 200 });
  }
  for (const coding of ['identity', '']) {
    const server = await serve(t, { [OUTPUT_ROUTE]: packed(coding, bytes) });
    assert.deepEqual(await connect(server).getOutputContents({ ...OUTPUT, responseType: 'arraybuffer' }), bytes);
  }
});

describe('a byte order mark before JSON', () => {
  const marked = (text) => `\ufeff${text}`;

  it('is removed from each response', async (t) => {
    const server = await serve(t, {
      '*': { body: marked(JOB) },
      'GET /api/models/m': { body: marked('{"modelId":"m"}') },
      'GET /api/jobs/history': { body: marked('[]') },
      'GET /api/results/r': { body: marked('{"jobIdentifier":"r","results":{}}') },
    });
    const client = connect(server);
    const job = JSON.parse(JOB);
    for (const read of [
      client.getJob('j'),
      client.blockUntilComplete('j'),
      client.cancelJob('j'),
      client.getOutputContents({ ...OUTPUT, responseType: 'json' }),
      client.getAccountingClient().getKeyBody('p'),
    ]) {
      assert.deepEqual({ ...(await read) }, job);
    }
    assert.deepEqual(await client.getModel('m'), { modelId: 'm' });
    assert.equal((await submit(client)).jobIdentifier, 'j');
    assert.deepEqual({ ...(await client.getResult('r')) }, { jobIdentifier: 'r', results: {} });
    assert.deepEqual(await client.getJobHistory({}), []);
    assert.deepEqual(await client.listJobHistory().toArray(), []);
  });

  it('is removed from streamed results and from the message of an error', async (t) => {
    const results = marked('{"jobIdentifier":"j","results":{"k":{"status":"SUCCESSFUL","o":1}}}');
    const refusal = { status: 404, body: marked('{"message":"no such job","reason":7}') };
    const server = await serve(t, { 'GET /api/results/j': { body: results }, '*': refusal });
    const client = connect(server);
    const keys = [];
    for await (const { inputKey } of client.streamResults('j')) {
      keys.push(inputKey);
    }
    assert.deepEqual(keys, ['k']);
    const body = { message: 'no such job', reason: 7 };
    await assert.rejects(client.getJob('j'), { name: 'NotFoundError', message: 'no such job', body });
  });
});

describe('a 2xx with another object', () => {
  it('is not read as a receipt: the error says that the job may exist', async (t) => {
    for (const body of [MESSAGE, {}, { status: 'SUBMITTED' }, { jobIdentifier: 7 }]) {
      const server = await serve(t, { 'POST /api/jobs': { status: 201, body } });
      const failure = { name: 'ResponseError', code: 201, status: 201, sent: 'maybe', attempts: 1, retryable: false };
      await assert.rejects(submit(connect(server, { retries: 3 })), failure);
      assert.equal(server.requests.length, 1);
    }
  });

  it('is not read as results, a job or the limits of uploads', async (t) => {
    const server = await serve(t, { '*': { status: 203, body: MESSAGE } });
    const client = connect(server);
    const failure = { name: 'ResponseError', code: 203, status: 203 };
    await assert.rejects(client.getResult('j'), failure);
    await assert.rejects(client.streamResults('j').next(), failure);
    await assert.rejects(client.getJob('j'), failure);
    await assert.rejects(client.getFeatures(), failure);
    await assert.rejects(client.cancelJob('j'), failure);
  });

  it('in response to a chunk ends the upload and cancels the job', async (t) => {
    for (const body of [MESSAGE, { error: 'upstream' }, { status: 500, path: '/' }, '<html></html>', 'OK']) {
      const server = await serve(t, uploadRoutes(undefined, { '*': { status: 202, body } }));
      const files = { k: { 'input.txt': Buffer.from('x') } };
      const submitting = connect(server).submitJobFiles('m', '1', files);
      await assert.rejects(submitting, { name: 'ResponseError', code: 202, sent: 'maybe' });
      assert.equal(server.lines().at(-1), 'DELETE /api/jobs/j');
    }
  });

  it('is an outage for each kind of wait', async (t) => {
    const others = [
      MESSAGE,
      {},
      { jobIdentifier: 'j', status: null },
      { jobIdentifier: 'j', status: 7 },
      { jobIdentifier: 'j', status: '' },
      { jobIdentifier: 'j', status: '   ' },
      { jobIdentifier: 'k', status: 'COMPLETED' },
      { status: 'COMPLETED' },
      { status: 'WHATEVER' },
      { status: 'ERROR', error: 'upstream' },
      [],
      '<html></html>',
    ].map((body) => ({ body }));
    const job = { body: { jobIdentifier: 'J', status: 'COMPLETED' } };
    const results = { body: { jobIdentifier: 'j', results: {} } };
    const start = () =>
      serve(t, { 'GET /api/jobs/j': [...others, job], 'GET /api/results/j': [{ body: MESSAGE }, results] });
    const options = { pollInterval: 1, maxOutage: 600_000 };
    const one = async (method) => {
      const server = await start();
      return { server, settled: await method(connect(server)) };
    };
    const waits = await Promise.all([
      one((client) => client.blockUntilComplete('j', options)),
      one(async (client) => (await client.blockUntilResult('j', options)).job),
      one(async (client) => (await client.blockUntilAllComplete(['j'], options))[0].job),
      one(async (client) => {
        const jobs = [];
        for await (const seen of client.watchJob('j', options)) {
          jobs.push(seen);
        }
        assert.equal(jobs.length, 1);
        return jobs[0];
      }),
    ]);
    for (const { server, settled } of waits) {
      assert.deepEqual({ ...settled }, job.body);
      const polls = server.lines().filter((line) => line === 'GET /api/jobs/j');
      assert.equal(polls.length, others.length + 1);
    }
  });

  it('with any status ends a wait where `isFinalStatus` holds for that status', async (t) => {
    const running = ['OPEN', 'SUBMITTED', 'PENDING', 'IN_PROGRESS'];
    const none = [undefined, null, 7, true, {}, ['COMPLETED'], '', ' ', ' \t\n', '\u00a0', '\ud800'];
    const final = ['COMPLETED', 'CANCELED', 'TIMEDOUT', 'ERROR'];
    const unknown = ['COMPLETED_WITH_ERROR', 'ARCHIVED', 'completed', 'open', ' OPEN', 'IN PROGRESS', '0', 'null'];
    const polls = async (status) => {
      const end = { body: { jobIdentifier: 'j', status: 'COMPLETED' } };
      const server = await serve(t, { 'GET /api/jobs/j': [{ body: { jobIdentifier: 'j', status } }, end] });
      await connect(server).blockUntilComplete('j', { pollInterval: 1 });
      return server.requests.length;
    };
    const each = [...running, ...none, ...final, ...unknown].map(async (status) => {
      const ends = final.includes(status) || unknown.includes(status);
      assert.deepEqual([isFinalStatus(status), await polls(status)], [ends, ends ? 1 : 2], `${status}`);
    });
    await Promise.all(each);
  });
});

it('an output that is neither JSON nor text is an error with the status of its response', async (t) => {
  const server = await serve(t, { [OUTPUT_ROUTE]: { status: 203, body: Buffer.from([0xff]) } });
  await assert.rejects(connect(server).getOutputContents({ ...OUTPUT, responseType: 'json' }), {
    code: 203,
    status: 203,
  });
});

it('an output that is neither JSON nor text is an error with the URL that was requested, without its query', async (t) => {
  const bytes = { body: Buffer.from([0xff]) };
  const route = '/api/results/j/datasource/a%20key%2F%3F%21/output/o';
  const server = await serve(t, {
    [`GET ${route}`]: bytes,
    'GET /signed': bytes,
    'GET /moved': { status: 302, headers: { location: '/signed?sig=secret' } },
  });
  for (const [output, url] of [
    [{ jobId: 'j', inputKey: 'a key/?!', outputName: 'o' }, route],
    [{ url: `${server.url}/signed?sig=secret#part` }, '/signed'],
    [{ url: ` ${server.url}/x/../moved\n` }, '/signed'],
  ]) {
    const outcome = connect(server).getOutputContents(output);
    await assert.rejects(outcome, ({ name, url: shown, jobIdentifier }) => {
      assert.deepEqual([name, shown, jobIdentifier], ['ResponseError', server.url + url, output.jobId]);
      return true;
    });
  }
});
