'use strict';

// Texts longer than a string can be, and how much memory is held after an abort.

const assert = require('node:assert/strict');
const { constants } = require('node:buffer');
const fs = require('node:fs/promises');
const http = require('node:http');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient, ResponseError } = require('modzy-client');

process.env.no_proxy = '*';

const MIB = 1024 * 1024;

describe('an answer whose text is longer than a string can be', () => {
  it('fails its own call, with an error that says so, and no other', { timeout: 120_000 }, async (t) => {
    let finish;
    const chunk = Buffer.alloc(MIB, 'a');
    const server = http.createServer(async (request, response) => {
      if (!request.url.includes('history')) {
        finish = () => response.end('{"jobIdentifier":"j","status":"OPEN"}');
        return;
      }
      // Read whole it fits, and as a part of a page it does not.
      let left = constants.MAX_STRING_LENGTH - 4;
      response.write('["');
      while (left > 0) {
        const piece = chunk.subarray(0, left);
        left -= piece.length;
        if (!response.write(piece)) {
          await once(response, 'drain');
        }
      }
      response.end('"]');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.closeAllConnections() ?? server.close());
    const client = new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'aPrefix.aSecretBody', {
      maxResponseBytes: constants.MAX_STRING_LENGTH,
      requestTimeout: Infinity,
    });
    const other = client.getJob('j');
    const error = await client
      .listJobHistory()
      .toArray()
      .catch((reason) => reason);
    assert.ok(error instanceof ResponseError, error);
    assert.match(error.message, /^the response has a text of 5368\d+ bytes, longer than a JavaScript string can be/);
    assert.equal(error.sent, 'maybe');
    finish();
    assert.equal((await other).status, 'OPEN');
  });
});

describe('pathToDataUrl', () => {
  it('stops reading when it is aborted, and holds no memory then', async (t) => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    t.after(() => fs.rm(folder, { recursive: true }));
    const file = path.join(folder, 'large');
    await fs.writeFile(file, '');
    await fs.truncate(file, 250 * MIB);
    const client = new ModzyClient('http://127.0.0.1:9/api', 'aPrefix.aSecretBody');
    await client.pathToDataUrl(__filename, 'text/plain');
    const idle = process.memoryUsage().rss;
    for (let times = 0; times < 5; times += 1) {
      const controller = new AbortController();
      const reading = client.pathToDataUrl(file, 'image/png', { signal: controller.signal });
      await sleep(10);
      controller.abort();
      await assert.rejects(reading, { name: 'AbortError' });
    }
    let most = 0;
    for (let times = 0; times < 10; times += 1) {
      await sleep(50);
      most = Math.max(most, process.memoryUsage().rss - idle);
    }
    assert.ok(most < 32 * MIB, `${(most / MIB).toFixed(1)} MiB more`);
  });
});
