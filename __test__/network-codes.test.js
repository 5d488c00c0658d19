'use strict';

// The codes of network failures: `cause.code` is what Node.js itself calls the same failure of the same server.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { describe, it } = require('node:test');
const { ConnectionError, ModzyClient, RequestTimeoutError } = require('modzy-client');
const { certificates, selfSigned, useOwnEnvironment } = require('./support/network.js');
const { failure } = require('./support/outcomes.js');

const KEY = 'aPrefix.aSecretBody';
const DAY = 86_400_000;

/** Starts a server that stops when the test ends. Returns its port. */
async function listen(t, server) {
  const sockets = new Set();
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
  }
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return server.address().port;
}

/** The code that Node.js has for a GET of a URL. */
async function codeOfNode(url, options) {
  const request = (url.startsWith('https') ? https : http).get(url, { agent: false, ...options });
  const [error] = await once(request, 'error', { signal: AbortSignal.timeout(10_000) }).catch((reason) => [reason]);
  return error.code;
}

/** The error of a read. */
function errorOf(url, options) {
  return failure(new ModzyClient(`${url}/api`, KEY, { retries: 0, ...options }).getJob('j'));
}

const answering = (_, response) => response.end('{"jobIdentifier":"j","status":"COMPLETED"}');

describe('cause.code', () => {
  useOwnEnvironment();

  const failing = {
    async ECONNREFUSED(t) {
      const server = net.createServer();
      const port = await listen(t, server);
      server.close();
      return `http://127.0.0.1:${port}`;
    },
    ENOTFOUND: () => 'http://no-such-host.invalid',
    ECONNRESET: async (t) =>
      `http://127.0.0.1:${await listen(
        t,
        net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      )}`,
    'ECONNRESET of a server that closes without a word': async (t) =>
      `http://127.0.0.1:${await listen(
        t,
        net.createServer((socket) => socket.once('data', () => socket.end())),
      )}`,
    'ECONNRESET in the TLS handshake': async (t) =>
      `https://localhost:${await listen(
        t,
        net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      )}`,
    async CERT_HAS_EXPIRED(t) {
      const dates = { notBeforeDate: new Date(Date.now() - 2 * DAY), notAfterDate: new Date(Date.now() - DAY) };
      const { cert, private: key } = await selfSigned('localhost', dates);
      return [`https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`, cert];
    },
    async CERT_NOT_YET_VALID(t) {
      const dates = { notBeforeDate: new Date(Date.now() + DAY), notAfterDate: new Date(Date.now() + 2 * DAY) };
      const { cert, private: key } = await selfSigned('localhost', dates);
      return [`https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`, cert];
    },
    async DEPTH_ZERO_SELF_SIGNED_CERT(t) {
      const { cert, private: key } = await selfSigned('localhost', {});
      return `https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`;
    },
    async 'DEPTH_ZERO_SELF_SIGNED_CERT of an authority'(t) {
      const { cert, private: key } = await selfSigned('localhost', { cA: true });
      return `https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`;
    },
    async SELF_SIGNED_CERT_IN_CHAIN(t) {
      const { ca, sign } = await certificates();
      const { cert, private: key } = await sign('localhost');
      return `https://localhost:${await listen(t, https.createServer({ cert: `${cert}\n${ca}`, key }, answering))}`;
    },
    async UNABLE_TO_VERIFY_LEAF_SIGNATURE(t) {
      const { sign } = await certificates();
      const { cert, private: key } = await sign('localhost');
      return `https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`;
    },
    async ERR_TLS_CERT_ALTNAME_INVALID(t) {
      const { ca, sign } = await certificates();
      const { cert, private: key } = await sign('another.example');
      return [`https://localhost:${await listen(t, https.createServer({ cert, key }, answering))}`, ca];
    },
  };

  for (const [title, start] of Object.entries(failing)) {
    it(`is ${title}`, async (t) => {
      const [url, ca] = [await start(t)].flat();
      const error = await errorOf(url, { connectTimeout: 10_000, ...(ca && { tls: { ca } }) });
      assert.ok(error instanceof ConnectionError, `${error}`);
      const [code] = title.split(' ');
      assert.equal(error.cause.code, code, `${error.message}: ${error.cause.message}`);
      const ofNode = await codeOfNode(url, { ca });
      // Without a name server, Node.js has another code for the failed look-up.
      assert.equal(ofNode === 'EAI_AGAIN' ? 'ENOTFOUND' : ofNode, code);
    });
  }

  it('is ETIMEDOUT where a limit has passed', async (t) => {
    const port = await listen(
      t,
      net.createServer(() => {}),
    );
    const error = await errorOf(`http://127.0.0.1:${port}`, { requestTimeout: 50 });
    assert.ok(error instanceof RequestTimeoutError);
    assert.equal(error.cause.code, 'ETIMEDOUT');
  });

  it('is EPROTO where the server does not speak TLS', async (t) => {
    const port = await listen(t, http.createServer(answering));
    const error = await errorOf(`https://127.0.0.1:${port}`);
    assert.equal(error.cause.code, 'EPROTO');
  });

  it('is missing where the server has answered', async (t) => {
    const port = await listen(
      t,
      http.createServer((_, response) => {
        response.statusCode = 500;
        response.end();
      }),
    );
    const error = await errorOf(`http://127.0.0.1:${port}`);
    assert.deepEqual([error.status, error.cause], [500, undefined]);
  });
});
