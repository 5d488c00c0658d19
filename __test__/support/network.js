'use strict';

// Servers, certificates and the environment for tests of connections.

const { once } = require('node:events');
const { after, beforeEach } = require('node:test');
const { inspect } = require('node:util');
const selfsigned = require('selfsigned');

const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'REQUEST_METHOD', 'NODE_EXTRA_CA_CERTS'];
const VARIABLES = [...NAMES, ...NAMES.slice(0, 3).map((name) => name.toUpperCase())];

const inherited = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
const forget = () => VARIABLES.forEach((name) => delete process.env[name]);

/** Removes the proxies and certificates of the environment for the time of a test. */
function useOwnEnvironment() {
  beforeEach(forget);
  after(() => {
    for (const [name, value] of Object.entries(inherited)) {
      if (value !== undefined) {
        process.env[name] = value;
      }
    }
  });
}

/** Answers each request with a job, and keeps the requests. */
async function serve(server) {
  const requests = [];
  server.on('request', ({ headers, url }, response) => {
    requests.push({ headers, url });
    response.end('{"jobIdentifier":"j","status":"COMPLETED"}');
  });
  // Errors of clients that are refused in the handshake.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return { server, port, requests };
}

async function stop({ server }) {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Makes a certificate of an authority, and one that it signs. */
async function certificates(name = 'an authority') {
  const authority = await selfsigned.generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const sign = (host) =>
    selfsigned.generate([{ name: 'commonName', value: host }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
      ],
    });
  return { ca: authority.cert, sign };
}

/** Makes a self-signed certificate. */
function selfSigned(host, { cA = false, ...made }) {
  return selfsigned.generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
    ...made,
  });
}

function shows(error, ...secrets) {
  const text = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${error} ${error.stack}`;
  return secrets.some((secret) => text.includes(secret));
}

module.exports = { certificates, forget, selfSigned, serve, shows, stop, useOwnEnvironment };
