'use strict';

// How long connections outlive their clients, and that neither keeps the process alive.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const { ModzyClient } = require('modzy-client');

const program = path.resolve(__dirname, '../support/many-clients.js');

/** Starts a server that keeps its sockets. */
async function serve(t) {
  const server = http.createServer((request, response) => {
    response.end('{"jobIdentifier":"j","status":"COMPLETED"}');
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

describe('connections', { timeout: 60_000 }, () => {
  it('outlive the last client of await using by 4 s, also after another was closed', async (t) => {
    const { server, url } = await serve(t);
    const other = new ModzyClient({ url, apiKey: 'publicPrefix.another' });
    await other.getJob('j');
    await other.close();
    const connected = once(server, 'connection');
    for (let nth = 0; nth < 3; nth += 1) {
      const client = new ModzyClient({ url, apiKey: 'publicPrefix.secretBody' });
      await client.getJob('j');
      await client[Symbol.asyncDispose]();
    }
    const [socket] = await connected;
    const began = performance.now();
    await once(socket, 'close');
    const lasted = performance.now() - began;
    assert.ok(lasted > 3500 && lasted < 5500, `${lasted} ms`);
  });

  it('of a client for each of hundreds of keys stay open for 128 of them at most', async (t) => {
    const { server, url } = await serve(t);
    const sockets = new Set();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    let most = 0;
    let next = 0;
    const user = async () => {
      while (next < 400) {
        next += 1;
        const client = new ModzyClient({ url, apiKey: `publicPrefix.secret${next}` });
        await client.getJob('j');
        await client[Symbol.asyncDispose]();
        most = Math.max(most, sockets.size);
      }
    };
    await Promise.all(Array.from({ length: 20 }, user));
    t.diagnostic(`${most} sockets`);
    // The server learns later that sockets were closed.
    assert.ok(most <= 128 + 2 * 20 + 10, `${most} sockets`);
  });

  it('do not keep a process alive, whether its client is idle or was closed', async (t) => {
    const { url } = await serve(t);
    for (const way of ['one', 'each', 'using']) {
      const { stdout } = await promisify(execFile)(process.execPath, [program, url, way, '10']);
      const { exitMs } = JSON.parse(stdout);
      assert.ok(exitMs < 1000, `${way}: ${exitMs} ms`);
    }
  });
});
