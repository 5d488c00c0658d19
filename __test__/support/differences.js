'use strict';

// The tests of the rows that both tables of MIGRATING.md have.

const assert = require('node:assert/strict');
const { EventEmitter, once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');
const modzy = require('modzy-client');
const { answerTests } = require('./answer-differences.js');
const { temporaryFile } = require('./files.js');
const { networkTests } = require('./network-differences.js');
const { failure } = require('./outcomes.js');
const { programTests } = require('./program-differences.js');
const { serve, uploadRoutes } = require('./server.js');
const { uploadTests } = require('./upload-differences.js');

const SOURCES = { a: { 'input.txt': 'What a lovely day' } };
const TEXT_SIZE = 11 * 1024 * 1024;

/** A certificate for localhost, and that of its authority, which only the test trusts. */
async function certificates() {
  const { generate } = require('selfsigned');
  const ca = await generate([{ name: 'commonName', value: 'An authority' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { authority: ca.cert, key: leaf.private, cert: leaf.cert };
}

/**
 * @typedef {object} Generation
 * @property {(server: { url: string, baseURL: string }, options?: object) => any} connect
 * @property {(client: any, sources: object, options?: object) => Promise<any>} submitText
 * @property {(client: any, sources: object, options?: object) => Promise<any>} submitFiles
 * @property {(client: any, job: any, options?: object) => Promise<any>} wait
 * @property {(client: any, size: number) => Promise<any>} submitEmbedded
 * @property {(client: any, page: number, perPage: number) => Promise<any>} historyPage
 * @property {RegExp} nameQuery The query of a search for a model by its name.
 * @property {(url: string) => any} construct
 */

/**
 * @param {Generation} generation
 * @returns {Record<string, (t: any) => Promise<void>>}
 */
function sharedTests(generation) {
  const { connect, construct, historyPage, nameQuery, submitEmbedded, submitFiles, submitText, wait } = generation;
  const job = (status) => ({ body: { jobIdentifier: 'j', status } });

  /** Waits for a job with these responses in turn. Returns the outcome and the number of polls. */
  async function waitFor(t, answers, options) {
    const server = await serve(t, { 'GET /api/jobs/j': answers });
    const result = await wait(connect(server), 'j', { pollInterval: 20, ...options });
    return { result, polls: server.requests.length };
  }

  return {
    ...uploadTests(generation),
    ...answerTests(generation, SOURCES),
    ...networkTests(generation),
    ...programTests(generation),

    async 'Texts that are not strings'(t) {
      const server = await serve(t, { '*': { status: 202, body: { jobIdentifier: 'j' } } });
      for (const value of [Buffer.from('x'), Promise.resolve('x'), undefined]) {
        const error = await failure(submitText(connect(server), { a: { 'input.txt': value } }));
        assert.ok(error instanceof TypeError, `${error}`);
      }
      assert.deepEqual(server.requests, []);
    },

    async 'Model found by name'(t) {
      const names = { m1: 'Sentiment', m2: 'Sentiment Analysis', m3: 'Sentiment Analysis', m4: 'Analysis' };
      const details = Object.entries(names).map(([modelId, name]) => [
        `GET /api/models/${modelId}`,
        { body: { modelId, name } },
      ]);
      const list = Object.keys(names).map((modelId) => ({ modelId }));
      const server = await serve(t, {
        'GET /api/models': [{ body: list }, { body: [] }],
        ...Object.fromEntries(details),
      });
      const client = connect(server);
      assert.deepEqual(await client.getModelByName('sentiment analysis'), {
        modelId: 'm2',
        name: 'Sentiment Analysis',
      });
      assert.match(server.requests[0].query.toString(), nameQuery);
      const error = await failure(client.getModelByName('Nothing'));
      assert.ok(error instanceof modzy.ApiError);
      assert.deepEqual([error.code, error.message], [400, 'Model Nothing not found']);
    },

    async 'Missing identifiers'(t) {
      const server = await serve(t, {});
      const client = connect(server);
      for (const method of ['getJob', 'cancelJob', 'getResult', 'getModel', 'getRelatedModels', 'getTagsAndModels']) {
        await assert.rejects(client[method](), TypeError, method);
        await assert.rejects(client[method](' '), TypeError, method);
      }
      await assert.rejects(client.getAccountingClient().getAPIKeys(null), {
        name: 'TypeError',
        message: 'the email param should be a not empty string',
      });
      assert.equal(server.requests.length, 0);
    },

    async 'Too many arguments'(t) {
      const named = ({ path }) => ({ body: { jobIdentifier: path.at(-1), status: 'COMPLETED' } });
      const server = await serve(t, { '*': named });
      const client = connect(server);
      await assert.rejects(client.getJob('a', {}, 'b'), TypeError);
      await assert.rejects(client.getJob('a', 'b'), TypeError);
      await assert.rejects(client.getAllTags('a'), TypeError);
      assert.equal(server.requests.length, 0);
      await Promise.all(['a', 'b'].map(client.getJob.bind(client)));
      await client.getJob('c', { retries: 0 });
      assert.deepEqual(server.lines().sort(), ['GET /api/jobs/a', 'GET /api/jobs/b', 'GET /api/jobs/c']);
    },

    async '`job.identifier`'(t) {
      const server = await serve(t, { 'GET /api/jobs/j': job('COMPLETED') });
      const read = await connect(server).getJob('j');
      assert.equal(read.identifier, 'j');
      assert.deepEqual(Object.keys(read), ['jobIdentifier', 'status']);
    },

    async 'OPEN and PENDING'(t) {
      const { result, polls } = await waitFor(t, [job('OPEN'), job('PENDING'), job('IN_PROGRESS'), job('COMPLETED')]);
      assert.equal(result.status, 'COMPLETED');
      assert.equal(polls, 4);
    },

    async 'First poll of a wait'(t) {
      // Otherwise the first poll would come in an hour.
      const { polls } = await waitFor(t, [job('COMPLETED')], { pollInterval: 3_600_000 });
      assert.equal(polls, 1);
    },

    async 'Failed polls'(t) {
      const { result, polls } = await waitFor(t, [{ status: 503 }, 'reset', { status: 500 }, job('COMPLETED')]);
      assert.equal(result.status, 'COMPLETED');
      assert.equal(polls, 4);
      await assert.rejects(waitFor(t, [{ status: 503 }], { maxOutage: 100 }), { name: 'ServerError', code: 503 });
    },

    async 'Polls with another response'(t) {
      const others = [{}, { message: 'down' }, { status: null }, { jobIdentifier: 'k', status: 'COMPLETED' }, []];
      const { result, polls } = await waitFor(t, [...others.map((body) => ({ body })), job('COMPLETED')]);
      assert.equal(result.status, 'COMPLETED');
      assert.equal(polls, 6);
      await assert.rejects(waitFor(t, [{ body: {} }], { maxOutage: 100 }), { name: 'ResponseError', code: 200 });
    },

    async 'Argument of a wait'(t) {
      for (const each of ['j', { jobIdentifier: 'j' }, { jobIdentifier: 'j', status: 'SUBMITTED', totalInputs: 1 }]) {
        const server = await serve(t, { 'GET /api/jobs/j': job('COMPLETED') });
        assert.equal((await wait(connect(server), each)).status, 'COMPLETED');
      }
    },

    async 'Failed reads'(t) {
      const again = { status: 503, headers: { 'retry-after': '0' } };
      const server = await serve(t, {
        'GET /api/jobs/j': [again, 'reset', job('COMPLETED')],
        'GET /api/jobs/k': again,
      });
      const client = connect(server);
      assert.equal((await client.getJob('j')).status, 'COMPLETED');
      assert.equal(server.requests.length, 3);
      const error = await failure(client.getJob('k'));
      assert.deepEqual([error.code, error.attempts], [503, 3]);
      assert.equal((await failure(client.getJob('k', { retries: 0 }))).attempts, 1);
    },

    async 'Failed submits'(t) {
      const again = { status: 429, headers: { 'retry-after': '0' } };
      const receipt = { status: 202, body: { jobIdentifier: 'j' } };
      const server = await serve(t, { 'POST /api/jobs': [again, receipt, { status: 500 }, 'reset', receipt] });
      const client = connect(server);
      assert.equal((await submitText(client, SOURCES)).jobIdentifier, 'j');
      assert.equal(server.requests.length, 2);
      assert.equal((await failure(submitText(client, SOURCES))).code, 500);
      assert.equal(server.requests.length, 3);
      const error = await failure(submitText(client, SOURCES));
      assert.ok(error instanceof modzy.ConnectionError);
      assert.equal(error.sent, 'maybe');
      assert.equal(server.requests.length, 4);
    },

    async 'Time limits'(t) {
      const server = await serve(t, { 'GET /api/jobs/j': 'stall' });
      const client = connect(server, { requestTimeout: 200, retries: 0, connectTimeout: 1000 });
      const error = await failure(client.getJob('j'));
      assert.ok(error instanceof modzy.RequestTimeoutError);
      assert.match(error.message, /200 ms/);
      assert.match((await failure(client.getJob('j', { requestTimeout: 50 }))).message, /50 ms/);
    },

    async 'Identifiers in paths'(t) {
      const server = await serve(t, {
        ...uploadRoutes(),
        'GET /api/jobs/a%2Fb%3Fc%23d%20e': { body: { jobIdentifier: 'a/b?c#d e', status: 'COMPLETED' } },
      });
      const client = connect(server);
      assert.equal((await client.getJob('a/b?c#d e')).status, 'COMPLETED');
      await submitFiles(client, { 'photos/cat 1.png': { 'input?': Buffer.from('x') } });
      assert.ok(server.lines().includes('POST /api/jobs/j/photos%2Fcat%201.png/input%3F'), server.lines().join('\n'));
      for (const name of ['', '.', '..']) {
        await assert.rejects(client.getJob(name), TypeError);
      }
    },

    async 'Bodies above 10 MB'(t) {
      const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
      const text = 'x'.repeat(TEXT_SIZE);
      assert.equal((await submitText(connect(server), { a: { 'input.txt': text } })).jobIdentifier, 'j');
      assert.equal(JSON.parse(server.requests[0].body.toString()).input.sources.a['input.txt'].length, TEXT_SIZE);
    },

    async 'Embedded inputs above 1 MB'(t) {
      const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
      const warnings = [];
      const listener = (warning) => warnings.push(warning.message);
      process.on('warning', listener);
      t.after(() => process.off('warning', listener));
      const client = connect(server);
      await submitEmbedded(client, 1_000_001);
      await submitEmbedded(client, 1_000_001);
      await turn();
      assert.equal(server.requests.length, 2);
      assert.ok(server.requests.every(({ body }) => body.length > 1_000_000));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /fail above 1 MB/);
    },

    async '`page` and `perPage`'(t) {
      const server = await serve(t, { '*': { body: [] } });
      const client = connect(server);
      for (const number of [Number.NaN, Infinity, 1.5]) {
        await assert.rejects(historyPage(client, number, 10), { name: 'TypeError', message: /the page param/ });
        await assert.rejects(historyPage(client, 0, number), { name: 'TypeError', message: /the perPage param/ });
      }
      assert.equal(server.requests.length, 0);
      await historyPage(client, 0, 10);
      const [{ query }] = server.requests;
      assert.deepEqual([query.get('page'), query.get('per-page')], ['0', '10']);
    },

    async 'User-Agent'(t) {
      const server = await serve(t, { '*': job('COMPLETED') });
      const { version } = require('../../package.json');
      await connect(server).getJob('j');
      await connect(server, { userAgent: 'my-service/1' }).getJob('j');
      assert.deepEqual(
        server.requests.map(({ headers }) => headers['user-agent']),
        [`modzy-client/${version}`, 'my-service/1'],
      );
    },

    async 'Base URLs that cannot work'() {
      for (const url of ['app.modzy.com', 'ftp://app.modzy.com', 'https://user:word@app.modzy.com']) {
        assert.throws(() => construct(url), TypeError, url);
      }
    },

    async Redirects(t) {
      const server = await serve(t, {
        'GET /api/jobs/j': { status: 302, headers: { location: '/api/jobs/k' } },
        'GET /api/jobs/k': job('COMPLETED'),
      });
      const error = await failure(connect(server).getJob('j'));
      assert.ok(error instanceof modzy.ApiError);
      assert.equal(error.code, 302);
      assert.deepEqual(server.lines(), ['GET /api/jobs/j']);
    },

    async 'Proxies of the environment'(t) {
      const asked = [];
      const proxy = http.createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        response.end('{"jobIdentifier":"j","status":"COMPLETED"}');
      });
      proxy.on('connect', (request, socket) => {
        asked.push(`CONNECT ${request.url}`);
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
      await once(proxy.listen(0, '127.0.0.1'), 'listening');
      const before = { ...process.env };
      t.after(() => {
        process.env = before;
        proxy.closeAllConnections();
        proxy.close();
      });
      for (const name of ['http_proxy', 'https_proxy']) {
        process.env[name] = `http://127.0.0.1:${proxy.address().port}`;
      }
      delete process.env.no_proxy;
      delete process.env.NO_PROXY;
      await connect({ url: 'http://h.example', baseURL: 'http://h.example/api' }).getJob('j');
      const tunnelled = connect({ url: 'https://h.example', baseURL: 'https://h.example/api' });
      await failure(tunnelled.getJob('j', { retries: 0 }));
      assert.deepEqual(asked, ['GET http://h.example/api/jobs/j', 'CONNECT h.example:443']);
    },

    async '`NODE_TLS_REJECT_UNAUTHORIZED`'(t) {
      const { authority, key, cert } = await certificates();
      const server = await serve(t, {}, { createServer: https.createServer, key, cert });
      const before = { ...process.env };
      t.after(() => {
        process.env = before;
      });
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      const url = `https://localhost:${server.port}`;
      const error = await failure(connect({ url, baseURL: `${url}/api` }).getJob('j'));
      assert.ok(error instanceof modzy.ConnectionError);
      assert.equal(error.phase, 'tls');
      assert.equal(server.requests.length, 0);
      process.env.NODE_EXTRA_CA_CERTS = await temporaryFile(t, authority);
      assert.equal((await failure(connect({ url, baseURL: `${url}/api` }).getJob('j'))).code, 404);
    },

    async 'Mocks of Node’s `http`'(t) {
      const server = await serve(t, { 'GET /api/jobs/j': job('COMPLETED') });
      let calls = 0;
      for (const [owner, name] of [
        [http, 'request'],
        [http, 'get'],
        [globalThis, 'fetch'],
      ]) {
        t.mock.method(owner, name, () => {
          calls += 1;
          throw new Error('mocked');
        });
      }
      assert.equal((await connect(server).getJob('j')).status, 'COMPLETED');
      assert.equal(calls, 0);
    },

    async 'Large responses'(t) {
      const server = await serve(t, { '*': { body: { jobIdentifier: 'j', text: 'x'.repeat(2000) } } });
      const error = await failure(connect(server, { maxResponseBytes: 1000 }).getJob('j'));
      assert.ok(error instanceof modzy.ResponseError);
      assert.equal((await connect(server).getJob('j')).text.length, 2000);
    },

    async 'Concurrent connections'(t) {
      for (const [calls, expected, options] of [
        [300, 256],
        [7, 3, { maxSockets: 3 }],
      ]) {
        let [under, most] = [0, 0];
        const full = new EventEmitter();
        // Answers when the largest number of requests has arrived, and late enough for one more to be noticed.
        const whenFull = once(full, 'full').then(() => sleep(300));
        const server = await serve(t, {
          '*': async ({ path }) => {
            under += 1;
            most = Math.max(most, under);
            if (under === expected) {
              full.emit('full');
            }
            await whenFull;
            under -= 1;
            return { body: { jobIdentifier: path.split('/').at(-1) } };
          },
        });
        const client = connect(server, options);
        await Promise.all(Array.from({ length: calls }, (_, index) => client.getJob(`j${index}`)));
        assert.equal(most, expected);
      }
    },
  };
}

module.exports = { SOURCES, sharedTests };
