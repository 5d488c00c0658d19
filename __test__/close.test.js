'use strict';

// The end of a client: what becomes of its calls, and of the clients that share its connections.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { describe, it } = require('node:test');
const { ClientClosedError, ModzyClient, ModzyError } = require('modzy-client');
const { serve, uploadRoutes } = require('./support/server.js');

const SOURCES = { a: { 'input.txt': 'a text' } };
const JOB = { jobIdentifier: 'j', status: 'IN_PROGRESS' };

const open = ({ url }, options) => new ModzyClient({ url, apiKey: 'publicPrefix.secretBody', retries: 0, ...options });

const moment = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Starts a server that also counts its open connections, and reports requests as they arrive. */
async function start(t, routes) {
  const sockets = new Set();
  let server;
  const createServer = (...given) => {
    server = http.createServer(...given);
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    return server;
  };
  const served = await serve(t, routes, { createServer });
  return {
    ...served,
    sockets,
    /** Resolves once this many requests have arrived. */
    async received(count) {
      while (served.requests.length < count) {
        await moment();
      }
    },
    /** Resolves once this many connections are open. */
    async connected(count) {
      while (sockets.size !== count) {
        await moment();
      }
    },
  };
}

/** Returns the error of a promise. */
const failureOf = (promise) =>
  promise.then(
    (value) => assert.fail(`resolved with ${JSON.stringify(value)}`),
    (error) => error,
  );

function assertClosed(error, members) {
  assert.ok(error instanceof ClientClosedError && error instanceof ModzyError, String(error));
  const { name, retryable, sent, jobIdentifier } = error;
  assert.deepEqual(
    { name, retryable, sent, jobIdentifier },
    { name: 'ClientClosedError', retryable: false, ...members },
  );
  assert.match(error.stack, /close\.test\.js/);
}

describe('close', { timeout: 20_000 }, () => {
  it('rejects the calls of the client, and none of its siblings', async (t) => {
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    const server = await start(t, {
      'GET /api/jobs/j': async () => {
        await held;
        return { body: { ...JOB, status: 'COMPLETED' } };
      },
    });
    const [first, second] = [open(server), open(server)];
    const read = failureOf(first.getJob('j'));
    const wait = failureOf(first.blockUntilComplete('j'));
    const others = [second.getJob('j'), second.blockUntilComplete('j')];
    await server.received(4);
    assert.equal(first.stats().clients, 2);
    await first.close();
    assertClosed(await read, { sent: undefined, jobIdentifier: 'j' });
    assertClosed(await wait, { sent: undefined, jobIdentifier: 'j' });
    await server.connected(2);
    release();
    for (const other of others) {
      assert.equal((await other).status, 'COMPLETED');
    }
    assert.deepEqual([first.stats().pendingCalls, second.stats().clients], [0, 1]);
    assert.equal(server.requests.length, 4);
  });

  it('refuses every further call, and may be repeated', async (t) => {
    const server = await start(t, {});
    const client = open(server);
    const { jobClient } = client;
    const early = client.jobsAsCompleted(['j']);
    const watch = client.watchJob('j');
    const listing = client.listModels();
    await Promise.all([client.close(), client.close({ drain: 1000 }), client.close(null)]);
    await client.close();
    const calls = [
      client.getJob('j'),
      jobClient.getJob('j'),
      client.submitJobText('m', 'v', SOURCES),
      client.blockUntilComplete('j'),
      client.blockUntilAllComplete(['j']),
      client.pathToDataUrl(__filename, 'text/plain'),
      early.next(),
      watch.next(),
      listing.toArray(),
      client.jobsAsCompleted(['j']).next(),
      client.streamResults('j').next(),
    ];
    for (const call of calls) {
      const { sent, message, name } = await failureOf(call);
      assert.deepEqual([name, sent], ['ClientClosedError', 'no'], message);
    }
    assert.equal(server.requests.length, 0);
    await assert.rejects(client.close({ drain: -1 }), TypeError);
    await assert.rejects(client.close({ timeout: 1 }), TypeError);
  });

  it('lets calls under way finish for as long as it drains, and refuses new ones meanwhile', async (t) => {
    const server = await start(t, {
      'GET /api/jobs/fast': [
        { body: { ...JOB, jobIdentifier: 'fast' } },
        { body: { jobIdentifier: 'fast', status: 'COMPLETED' } },
      ],
      'GET /api/jobs/never': 'stall',
      'GET /api/results/fast': { body: { jobIdentifier: 'fast', finished: true } },
    });
    const client = open(server);
    const fast = client.blockUntilResult('fast', { pollInterval: 20 });
    const began = performance.now();
    const closed = client.close({ drain: 10_000 });
    assertClosed(await failureOf(client.getJob('other')), { sent: 'no', jobIdentifier: undefined });
    await closed;
    assert.equal((await fast).job.status, 'COMPLETED');
    assert.ok(performance.now() - began < 5000);

    const other = open(server);
    const never = failureOf(other.getJob('never'));
    const started = performance.now();
    await other.close({ drain: 100 });
    assertClosed(await never, { sent: undefined, jobIdentifier: 'never' });
    assert.ok(performance.now() - started >= 99);
  });

  it('is hurried by one with a shorter drain', async (t) => {
    const server = await start(t, { '*': 'stall' });
    const client = open(server);
    const call = failureOf(client.getJob('j'));
    const slow = client.close({ drain: Infinity });
    await client.close();
    assertClosed(await call, { sent: undefined, jobIdentifier: 'j' });
    await slow;
  });

  it('says of a submit under way whether the server may have it', async (t) => {
    const server = await start(t, { '*': 'stall' });
    const client = open(server, { maxSockets: 1 });
    const sent = failureOf(client.submitJobText('m', 'v', SOURCES));
    await server.received(1);
    const queued = failureOf(client.submitJobText('m', 'v', SOURCES));
    const canceling = failureOf(client.submitJobText('m', 'v', SOURCES, { cancelOnAbort: true }));
    const cancel = failureOf(client.cancelJob('j'));
    await new Promise(setImmediate);
    await client.close();
    assertClosed(await sent, { sent: 'maybe', jobIdentifier: undefined });
    assert.match((await sent).message, /the server may have received its request/);
    assertClosed(await queued, { sent: 'no', jobIdentifier: undefined });
    assertClosed(await canceling, { sent: 'no', jobIdentifier: undefined });
    assertClosed(await cancel, { sent: 'no', jobIdentifier: 'j' });
    assert.equal(server.requests.length, 1);
  });

  it('says of an edit that reads the version that nothing was changed', async (t) => {
    const server = await start(t, { '*': 'stall' });
    const client = open(server);
    const changes = { longDescription: 'L' };
    const edit = failureOf(client.editModelVersion({ modelId: 'm', version: '1', changes }));
    await server.received(1);
    await client.close();
    assertClosed(await edit, { sent: 'no', jobIdentifier: undefined });
    assert.deepEqual(server.lines(), ['GET /api/models/m/versions/1']);
  });

  it('cancels the open job of an upload, and names it', async (t) => {
    const server = await start(t, uploadRoutes(undefined, { 'POST /api/jobs/j/a/input.txt': 'stall' }));
    const client = open(server);
    const upload = failureOf(client.submitJobFiles('m', 'v', { a: { 'input.txt': Buffer.from('bytes') } }));
    await server.received(3);
    await client.close();
    assertClosed(await upload, { sent: 'maybe', jobIdentifier: 'j' });
    assert.equal(server.lines().at(-1), 'DELETE /api/jobs/j');
  });

  it('ends a batch of any size at once, with the outcomes so far', async (t) => {
    const server = await start(t, {
      'GET /api/jobs/first': { body: { jobIdentifier: 'first', status: 'COMPLETED' } },
      'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } },
      '*': { body: JOB },
    });
    const client = open(server);
    let submits = 0;
    function* jobs() {
      for (let nth = 0; nth < 10_000; nth += 1) {
        yield async () => {
          submits += 1;
          return nth === 0 ? 'first' : client.submitJobText('m', 'v', SOURCES);
        };
      }
    }
    const batch = client.jobsAsCompleted(jobs());
    assert.equal((await batch.next()).value.jobIdentifier, 'first');
    const rest = failureOf(batch.next());
    await client.close();
    assertClosed(await rest, { sent: undefined, jobIdentifier: undefined });
    assert.equal((await batch.next()).done, true);
    assert.ok(submits <= 51, String(submits));
    assert.ok(!server.lines().some((line) => line.startsWith('DELETE')));
  });

  it('ends open streams, and closes their connections', async (t) => {
    let send;
    const raw = http.createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write('the beginning');
      send = response;
    });
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
    t.after(() => raw.close().closeAllConnections());
    const client = open({ url: `http://127.0.0.1:${raw.address().port}` });
    const { body } = await client.openOutput({ jobId: 'j', inputKey: 'a', outputName: 'o' });
    const reader = body.getReader();
    await reader.read();
    const gone = once(send, 'close');
    await client.close();
    await gone;
    const { name } = await failureOf(reader.read());
    assert.equal(name, 'ClientClosedError');
  });

  it('closes the sockets once, by the last client that uses them', async (t) => {
    const server = await start(t, { '*': { body: JOB } });
    const [first, second] = [open(server), open(server)];
    await first.getJob('j');
    await second.getJob('j');
    const shared = [...server.sockets];
    await first.close();
    await second.getJob('j');
    assert.ok(shared.every((socket) => !socket.destroyed));
    const began = performance.now();
    await second.close();
    await server.connected(0);
    assert.ok(performance.now() - began < 1000);
    assert.equal(server.requests.length, 3);
  });

  it('leaves the sockets to the next client, if it is that of await using', async (t) => {
    const server = await start(t, { '*': { body: JOB } });
    for (let nth = 0; nth < 5; nth += 1) {
      const client = open(server);
      await client.getJob('j');
      await client[Symbol.asyncDispose]();
      await assert.rejects(client.getJob('j'), ClientClosedError);
    }
    // A busy machine may open a second one before the first is free again.
    assert.ok(server.sockets.size <= 2, String(server.sockets.size));
    assert.equal(server.requests.length, 5);
  });

  it('leaves what a client with connections of its own shares with nobody', async (t) => {
    const server = await start(t, { '*': { body: JOB } });
    const [own, shared] = [open(server, { transport: 'own' }), open(server)];
    await own.getJob('j');
    await shared.getJob('j');
    assert.deepEqual([server.sockets.size, own.stats().clients, shared.stats().clients], [2, 1, 1]);
    await own.close();
    await server.connected(1);
    assert.equal((await shared.getJob('j')).jobIdentifier, 'j');
  });

  it('belongs to clients only', async () => {
    const { close, stats } = ModzyClient.prototype;
    await assert.rejects(close.call({}), TypeError);
    assert.throws(() => stats.call({}), TypeError);
  });
});
