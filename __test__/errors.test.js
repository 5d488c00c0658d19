'use strict';

const assert = require('node:assert/strict');
const https = require('node:https');
const net = require('node:net');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const modzy = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');

const { ModzyClient } = modzy;
const KEY = 'knownPrefix.theSecretBody';

/** Starts a server that stops when the test ends. */
async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

describe('errors', () => {
  const emulator = useEmulator();
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, { retries: 0, ...options });

  const classes = {
    302: 'ApiError',
    400: 'BadRequestError',
    401: 'AuthenticationError',
    403: 'PermissionError',
    404: 'NotFoundError',
    409: 'ApiError',
    422: 'BadRequestError',
    429: 'RateLimitError',
    500: 'ServerError',
    503: 'ServerError',
    599: 'ServerError',
  };
  for (const [status, name] of Object.entries(classes)) {
    it(`${status} is a ${name}`, async () => {
      const headers = { 'x-request-id': 'r-1', 'retry-after': '3' };
      const body = '{"statusCode":1,"message":"the server’s words"}';
      await emulator.fault({ path: '/api/jobs/a', status: Number(status), headers, body });
      const error = await failure(client().getJob('a'));
      assert.equal(error.constructor, modzy[name]);
      assert.ok(error instanceof modzy.ApiError && error instanceof modzy.ModzyError && error instanceof Error);
      assert.equal(error.name, name);
      // The code is that of the status line, not that of the body.
      assert.equal(error.code, Number(status));
      assert.equal(error.status, Number(status));
      assert.equal(error.message, 'the server’s words');
      assert.equal(error.url, `${emulator.baseURL}/jobs/a`);
      assert.deepEqual(error.body, { statusCode: 1, message: 'the server’s words' });
      assert.equal(error.requestId, 'r-1');
      assert.equal(error.retryAfterMs, 3000);
      assert.equal(error.attempts, 1);
      assert.equal(error.jobIdentifier, 'a');
      assert.equal(error.retryable, Number(status) === 429 || Number(status) >= 500);
    });
  }

  it('have the members that callers of 1.x and 2.x read', async () => {
    const error = await failure(client().getJob('unknown'));
    const { code, message, url } = error;
    assert.equal(String(error), `${code} :: ${message} :: ${url}`);
    assert.equal(error.error.message, message);
    assert.deepEqual(error.error.response, { status: 404, data: error.body });
    assert.equal(error.error.config.url, url);
    const json = JSON.parse(JSON.stringify(error));
    for (const member of ['code', 'message', 'url']) {
      assert.equal(json[member], error[member]);
    }
    assert.equal(json.error.response.status, 404);
    assert.ok(!Object.keys(error).includes('error'));
  });

  it('have the message of a gateway', async () => {
    await emulator.fault({ path: '/api/jobs/a', status: 502, body: '<html>bad gateway</html>' });
    const error = await failure(client().getJob('a'));
    assert.equal(error.message, 'the server answered 502 Bad Gateway');
    assert.equal(error.body, '<html>bad gateway</html>');
  });

  it('HTML with 200 is a ResponseError with the status', async () => {
    const headers = { 'content-type': 'text/html' };
    await emulator.fault({ path: '/api/jobs/a', status: 200, headers, body: '<html>sign in</html>' });
    const error = await failure(client().getJob('a'));
    assert.ok(error instanceof modzy.ResponseError && error instanceof modzy.ApiError);
    assert.deepEqual([error.code, error.status], [200, 200]);
    assert.match(error.message, /is not JSON/);
  });

  it('a response without a body resolves undefined', async () => {
    await emulator.fault({ path: '/api/jobs/a', status: 204 });
    assert.equal(await client().getJob('a'), undefined);
  });

  it('a submit whose receipt cannot be read rejects with a message that says so', async () => {
    const bodies = [undefined, '<html>', 'null', '5', '"x"', '[]'];
    for (const body of bodies) {
      await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, status: 202, body });
      const error = await failure(client().submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'a' } }));
      assert.ok(error instanceof modzy.ResponseError);
      assert.equal(error.sent, 'maybe');
      assert.equal(error.retryable, false);
      assert.match(error.message, /may have accepted the request/);
    }
    assert.equal((await emulator.requests('/api/jobs')).length, bodies.length);
  });

  it('a submit whose response is lost is not repeated', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, connection: 'reset', after: true });
    const submit = client({ retries: 5 }).submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'a' } });
    const error = await failure(submit);
    assert.ok(error instanceof modzy.ConnectionError);
    assert.deepEqual([error.code, error.status, error.sent, error.phase], [500, undefined, 'maybe', 'headers']);
    assert.equal((await emulator.requests('/api/jobs')).length, 1);
  });

  it('reads are repeated', async () => {
    await emulator.fault({ path: '/api/jobs/a', times: 2, status: 503, headers: { 'retry-after': '0' } });
    await emulator.fault({ path: '/api/jobs/a', status: 200, body: '{"jobIdentifier":"a"}' });
    assert.deepEqual(await client({ retries: 2 }).getJob('a'), { jobIdentifier: 'a' });
    assert.equal((await emulator.requests('/api/jobs/a')).length, 3);
  });

  it('an unknown host, a closed port and a server without TLS have codes of their own', async (t) => {
    const plain = await listen(
      t,
      net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const free = await listen(t, net.createServer());
    const closed = net.createServer();
    const closedPort = await listen(t, closed);
    closed.close();
    assert.notEqual(free, closedPort);
    const expected = {
      'http://no-such-host.invalid': ['dns', /host name of no-such-host.invalid:80 could not be resolved/],
      [`http://127.0.0.1:${closedPort}`]: ['connect', new RegExp(`127.0.0.1:${closedPort} refused the connection`)],
      [`https://127.0.0.1:${plain}`]: ['tls', /TLS handshake with 127.0.0.1:\d+ failed: the server does not speak TLS/],
    };
    for (const [baseURL, [phase, message]] of Object.entries(expected)) {
      const error = await failure(new ModzyClient(baseURL, KEY, { retries: 0 }).getJob('a'));
      assert.ok(error instanceof modzy.ConnectionError, baseURL);
      assert.deepEqual([error.phase, error.sent, error.code], [phase, 'no', 500]);
      assert.match(error.message, message);
      assert.ok(error.cause instanceof Error);
      assert.ok(!inspect(error, { showHidden: true, depth: 9 }).includes('theSecretBody'));
    }
  });

  it('a certificate that does not verify is an error of its own, without a retry', async (t) => {
    const selfsigned = require('selfsigned');
    const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }]);
    const server = https.createServer({ key, cert });
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const port = await listen(t, server);
    const error = await failure(new ModzyClient(`https://localhost:${port}`, KEY).getJob('a'));
    assert.ok(error instanceof modzy.ConnectionError);
    assert.deepEqual([error.phase, error.sent, error.retryable], ['tls', 'no', false]);
    assert.match(error.message, new RegExp(`the certificate of localhost:${port} is not accepted: `));
    assert.equal(connections, 1);
  });

  it('a server that stalls is a RequestTimeoutError', async () => {
    await emulator.fault({ path: '/api/jobs/a', connection: 'stall' });
    const error = await failure(client().getJob('a', { requestTimeout: 200 }));
    assert.ok(error instanceof modzy.RequestTimeoutError && error instanceof modzy.ConnectionError);
    assert.deepEqual([error.phase, error.sent, error.code, error.attempts], ['headers', 'maybe', 500, 1]);
    assert.match(error.message, /200 ms/);
  });

  it('show the lines of the caller, awaited or not', async () => {
    const waiting = client().getJob('unknown');
    const error = await failure(waiting);
    const lines = error.stack.split('\n');
    assert.equal(lines[0], `NotFoundError: ${error.message}`);
    assert.ok(
      lines.some((line) => line.includes('errors.test.js')),
      error.stack,
    );
    assert.ok(!error.stack.includes('completions.js'), error.stack);
  });

  it('are complete with a custom Error.prepareStackTrace, and without stacks', async () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      Error.prepareStackTrace = (error) => error.name.toUpperCase();
      assert.equal((await failure(client().getJob('unknown'))).name, 'NotFoundError');
      Error.prepareStackTrace = () => {
        throw new Error('no stack today');
      };
      assert.equal((await failure(client().getJob('unknown'))).name, 'NotFoundError');
      Error.prepareStackTrace = prepareStackTrace;
      Error.stackTraceLimit = 0;
      const error = await failure(client().getJob('unknown'));
      assert.equal(error.stack, `NotFoundError: ${error.message}`);
    } finally {
      Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    }
  });

  it('never show the key, even where the server echoes it', async () => {
    const [prefix, secret] = emulator.apiKey.split('.');
    const body = JSON.stringify({ message: `key ${emulator.apiKey} (${secret}) of ${prefix} is inactive` });
    await emulator.fault({ path: '/api/jobs/a', status: 401, body, headers: { 'x-request-id': secret } });
    const modzyClient = client();
    const error = await failure(modzyClient.getJob('a'));
    assert.equal(error.message, `key *** (***) of ${prefix} is inactive`);
    const shown = [error, error.error, modzyClient, modzyClient.getJobClient()].flatMap((value) => [
      inspect(value, { showHidden: true, depth: 9, getters: true }),
      JSON.stringify(value),
      String(value),
      value.stack,
    ]);
    assert.equal(shown.filter((text) => text?.includes(secret)).length, 0);
  });

  it('never show the value of a header of the caller', async () => {
    const body = JSON.stringify({ message: 'token s3cr3t-token is unknown' });
    await emulator.fault({ path: '/api/jobs/a', status: 403, body });
    const error = await failure(client().getJob('a', { headers: { 'x-gateway-token': 's3cr3t-token' } }));
    assert.equal(error.message, 'token *** is unknown');
    assert.ok(!inspect(error, { showHidden: true, depth: 9 }).includes('s3cr3t-token'));
  });

  it('can be constructed by users, for their own tests', () => {
    const error = new modzy.RateLimitError('slow down', { status: 429, retryAfterMs: 1000 });
    assert.deepEqual([error.code, error.retryAfterMs, error.name], [429, 1000, 'RateLimitError']);
    const input = new modzy.InputError('is empty', { code: 'EMPTY', inputKey: 'a', inputName: 'input.txt' });
    assert.deepEqual([input.code, input.inputKey, input.inputName], ['EMPTY', 'a', 'input.txt']);
  });
});
