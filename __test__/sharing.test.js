'use strict';

// Which clients share connections: those whose connection settings are equal, and never any two others.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { after, before, beforeEach, describe, it } = require('node:test');
const { Worker } = require('node:worker_threads');
const { JobClient, ModzyClient } = require('modzy-client');
const { certificates, useOwnEnvironment } = require('./support/network.js');

const KEY = 'publicPrefix.secretBody';

/** @type {http.Server[]} */
const servers = [];

/** Starts a server that answers as Modzy and as a proxy that forwards nothing, and notes the socket of each request. */
async function listen(server, seen) {
  const sockets = new Map();
  server.on('request', ({ headers, socket, url }, response) => {
    const id = sockets.get(socket) ?? Symbol(String(socket.remotePort));
    sockets.set(socket, id);
    seen.push({ of: headers['x-of'], socket: id, headers, url });
    const jobIdentifier = url.split('/').at(-1);
    response.end(JSON.stringify({ jobIdentifier, status: 'COMPLETED' }));
  });
  server.on('tlsClientError', () => {});
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server.address().port;
}

describe('clients', { timeout: 20_000 }, () => {
  const seen = [];
  let port;
  let url;

  useOwnEnvironment();
  before(async () => {
    port = await listen(http.createServer(), seen);
    url = `http://127.0.0.1:${port}`;
  });
  beforeEach(() => seen.splice(0));
  after(() => servers.forEach((server) => server.close().closeAllConnections()));

  it('with equal connection settings share a connection, and nothing else', async () => {
    const lines = [];
    const clients = [
      new ModzyClient(`${url}/api`, KEY),
      new ModzyClient({ url, apiKey: KEY, requestTimeout: 5000, idleTimeout: 5000, retries: 0 }),
      new ModzyClient({ url, apiKey: KEY, userAgent: 'third/1', headers: { 'x-of': 'third' } }),
      new ModzyClient({ url: `${url}/elsewhere`, apiKey: KEY, maxResponseBytes: 10, transport: 'shared' }),
      new ModzyClient({ url, apiKey: KEY, logger: { info: (line) => lines.push(line) }, proxy: false }),
      new JobClient({ url, apiKey: KEY, connectTimeout: 10_000, maxSockets: 256, tls: {} }),
    ];
    const ends = [];
    for (const client of clients) {
      ends.push(
        await client.getJob('j').then(
          () => 'done',
          ({ name }) => name,
        ),
      );
    }
    assert.deepEqual(ends, ['done', 'done', 'done', 'ResponseError', 'done', 'done']);
    // A busy machine may open a second one before the first is free again.
    assert.ok(new Set(seen.map(({ socket }) => socket)).size <= 2);
    assert.equal(clients[0].stats().clients, 6);
    const [ordinary] = seen.map(({ headers }) => headers['user-agent']);
    assert.deepEqual(
      seen.map(({ headers, of }) => [headers['user-agent'], of]),
      clients.map((_, nth) => (nth === 2 ? ['third/1', 'third'] : [ordinary, undefined])),
    );
    assert.equal(seen[3].url, '/elsewhere/api/jobs/j');
    assert.equal(lines.length, 1);
  });

  it('with equal connection settings keep their own headers, user agents and loggers apart in calls at the same time', async () => {
    const lines = new Map();
    const clients = Array.from({ length: 8 }, (_, nth) => {
      const name = `client-${nth}`;
      lines.set(name, []);
      const logger = { info: (line) => lines.get(name).push(line) };
      return new ModzyClient({ url, apiKey: KEY, userAgent: `${name}/1`, headers: { 'x-of': name }, logger });
    });
    const calls = Array.from({ length: 200 }, (_, nth) => clients[nth % 8].getJob(`job-${nth}`));
    await Promise.all(calls);
    assert.equal(clients[0].stats().clients >= 8, true);
    assert.equal(seen.length, calls.length);
    for (const { of, headers, url: path } of seen) {
      const nth = Number(path.split('-').at(-1));
      assert.deepEqual([of, headers['user-agent']], [`client-${nth % 8}`, `client-${nth % 8}/1`]);
    }
    for (const [name, written] of lines) {
      const jobs = written.map((line) => Number(/ job-(\d+) done/.exec(line)?.[1]));
      assert.equal(jobs.length, calls.length / 8, name);
      assert.ok(
        jobs.every((nth) => `client-${nth % 8}` === name),
        `${name}: ${jobs}`,
      );
    }
  });

  it('with any different connection setting never use the same connection', async () => {
    const { ca, sign } = await certificates();
    const { ca: other } = await certificates('another authority');
    const { cert, private: key } = await sign('localhost');
    const [mine, theirs] = [await sign('a client'), await sign('another client')];
    const tls = https.createServer({ cert, key, requestCert: true, rejectUnauthorized: false });
    const secure = `https://localhost:${await listen(tls, seen)}`;
    const elsewhere = `http://127.0.0.1:${await listen(http.createServer(), seen)}`;
    const proxied = (login) => ({ url: 'http://modzy.test', proxy: `http://${login}127.0.0.1:${port}` });
    const team = (teamId, teamToken) => ({ apiKey: undefined, teamId, teamToken });
    const client = ({ cert: certificate, private: secret }) => ({ ca, cert: certificate, key: secret });
    const differences = {
      nothing: {},
      key: { apiKey: 'publicPrefix.anotherBody' },
      'prefix of the key': { apiKey: 'anotherPrefix.secretBody' },
      'a team with that token': team('team-1', KEY),
      'another team': team('team-2', KEY),
      'its token': team('team-1', 'another'),
      port: { url: elsewhere },
      host: { url: `http://localhost:${port}` },
      connectTimeout: { connectTimeout: 9999 },
      maxSockets: { maxSockets: 255 },
      retryBudget: { retryBudget: 19 },
      transport: { transport: 'own' },
      'another of its own': { transport: 'own' },
      proxy: proxied(''),
      'login of the proxy': proxied('user:password@'),
      'its user': proxied('another:password@'),
      'its password': proxied('user:another@'),
      'proxy for another host': { ...proxied('user:password@'), url: 'http://modzy.example' },
      scheme: { url: secure, tls: { ca } },
      authorities: { url: secure, tls: { ca: [ca, other] } },
      certificate: { url: secure, tls: client(mine) },
      'another certificate': { url: secure, tls: client(theirs) },
    };
    const clients = Object.entries(differences).map(([name, options]) => [
      name,
      new ModzyClient({ url, apiKey: KEY, retries: 0, headers: { 'x-of': name }, ...options }),
    ]);
    // After the first round each has an idle connection, which any other could take in the second.
    for (let round = 0; round < 2; round += 1) {
      for (const [, one] of clients) {
        await one.getJob('j');
      }
    }
    assert.equal(seen.length, 2 * clients.length);
    const users = new Map();
    for (const { of, socket } of seen) {
      users.set(socket, (users.get(socket) ?? new Set()).add(of));
    }
    for (const [first] of clients) {
      for (const [second] of clients) {
        const common = [...users.values()].filter((of) => of.has(first) && of.has(second));
        assert.equal(common.length > 0, first === second, `${first}, ${second}`);
      }
    }
  });

  it('that nobody uses are collected, because V8 knows what they hold', async () => {
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected += 1;
    });
    for (let nth = 0; nth < 3000; nth += 1) {
      registry.register(new ModzyClient({ url, apiKey: `publicPrefix.secret${nth}` }));
      if (nth % 50 === 0) {
        await new Promise(setImmediate);
      }
    }
    // Each holds 66 kB in Rust, and V8 sees nothing of that by itself.
    assert.ok(collected > 500, String(collected));
  });

  it('of two threads never use the same connection', async (t) => {
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { ModzyClient } = require('modzy-client');
      const client = new ModzyClient({ ...workerData, headers: { 'x-of': 'worker' } });
      parentPort.on('message', async () => {
        await client.getJob('j');
        parentPort.postMessage(client.stats().clients);
      });`;
    const settings = { url, apiKey: KEY };
    const worker = new Worker(program, { eval: true, workerData: settings });
    t.after(() => worker.terminate());
    const client = new ModzyClient({ ...settings, headers: { 'x-of': 'main' } });
    for (let round = 0; round < 3; round += 1) {
      await client.getJob('j');
      worker.postMessage('next');
      assert.deepEqual(await once(worker, 'message'), [1]);
    }
    const sockets = (name) => new Set(seen.filter(({ of }) => of === name).map(({ socket }) => socket));
    const both = new Set([...sockets('main'), ...sockets('worker')]);
    assert.equal(both.size, sockets('main').size + sockets('worker').size);
    assert.equal(seen.length, 6);
  });
});
