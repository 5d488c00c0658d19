'use strict';

// Servers with a fault, by its name. A test starts one, and gets its URL and the requests that it received.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const https = require('node:https');
const net = require('node:net');
const selfsigned = require('selfsigned');
const { serve } = require('./server.js');

const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** Starts a server that passes the socket of each request to a function. */
async function raw(t, respond, { createServer = net.createServer, ...options } = {}) {
  const sockets = new Set();
  const requests = [];
  const server = createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      respond(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return { port: server.address().port, baseURL: `http://127.0.0.1:${server.address().port}/api`, requests };
}

const routes = (replies, options) => (t) => serve(t, replies, options);
const always = (reply) => routes({ '*': reply });
const sockets = (respond) => (t) => raw(t, respond);

async function closedPort(t) {
  const { port } = await raw(t, () => {});
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port: free } = closed.address();
  closed.close();
  assert.notEqual(port, free);
  return { baseURL: `http://127.0.0.1:${free}/api`, requests: [] };
}

/** Certificates with their keys, made before the time of a test is measured. */
const certificates = {};

async function makeCertificate(name, { expired = false } = {}) {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: name }], {
    notBeforeDate: new Date(Date.now() - 7_200_000),
    notAfterDate: new Date(Date.now() + (expired ? -3_600_000 : 3_600_000)),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { cert, key };
}

const overTls = (name) => async (t) => {
  const { cert, key } = certificates[name];
  const server = await serve(t, { '*': {} }, { createServer: https.createServer, key, cert });
  const trusts = name === 'unknown' ? {} : { tls: { ca: cert } };
  return { requests: server.requests, baseURL: `https://localhost:${server.port}/api`, options: trusts };
};

const silentTls = async (t) => {
  const server = await raw(t, () => {});
  return { ...server, baseURL: server.baseURL.replace('http', 'https'), requests: [] };
};

function trickle(socket) {
  socket.write(`${JSON_HEAD}content-length: 100000\r\n\r\n`);
  const timer = setInterval(() => socket.write(' '), 20);
  socket.on('close', () => clearInterval(timer));
}

function floodOfInterim(socket) {
  const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)), 5);
  socket.on('close', () => clearInterval(timer));
}

module.exports = {
  JSON_HEAD,
  always,
  certificates,
  closedPort,
  floodOfInterim,
  makeCertificate,
  overTls,
  raw,
  routes,
  silentTls,
  sockets,
  trickle,
};
