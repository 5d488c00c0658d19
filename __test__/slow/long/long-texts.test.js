'use strict';

// Texts longer than the longest string, and the memory after an abort.

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
const { threadTime } = require('../../support/thread-time.js');

process.env.no_proxy = '*';

const MIB = 1024 * 1024;

describe('a response whose text is longer than the longest string', () => {
  it('fails its own call with an error that says so, and no other', { timeout: 120_000 }, async (t) => {
    let finish;
    const chunk = Buffer.alloc(MIB, 'a');
    const server = http.createServer(async (request, response) => {
      if (!request.url.includes('results')) {
        finish = () => response.end('{"jobIdentifier":"j","status":"OPEN"}');
        return;
      }
      // It fits by itself, but not with the name of its input.
      let left = constants.MAX_STRING_LENGTH - 4;
      response.write('{"failures":{"k":"');
      while (left > 0) {
        const part = chunk.subarray(0, left);
        left -= part.length;
        if (!response.write(part)) {
          await once(response, 'drain');
        }
      }
      response.end('"}}');
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
      .streamResults('j')
      .next()
      .catch((reason) => reason);
    assert.ok(error instanceof ResponseError, error);
    assert.match(error.message, /^the response has a text of 5368\d+ bytes, longer than a JavaScript string can be/);
    assert.equal(error.sent, 'maybe');
    finish();
    assert.equal((await other).status, 'OPEN');
  });
});

describe('a logger', () => {
  const SECRET = 'aSecretBodyOf24Letters..';
  const lines = [];
  const log = (line) => lines.push(line);
  const options = [{}, { logger: { debug: log, info: log, warn: log, error: log } }];
  const [silent, logging] = options.map((each) => new ModzyClient('http://127.0.0.1:9/api', `aPrefix.${SECRET}`, each));

  /** Returns for how many ms a call that fails blocks the event loop. The best of several, because of garbage collection. */
  async function held(call) {
    const took = [];
    while (took.length < 4) {
      const began = threadTime();
      const failed = call().catch((error) => error);
      took.push(threadTime() - began);
      assert.ok((await failed) instanceof Error);
    }
    return Math.min(...took);
  }

  it('for an identifier of 50 MB blocks the event loop no longer than the call itself', async () => {
    const id = 'x'.repeat(1000) + SECRET + 'x'.repeat(50_000_000);
    const without = await held(() => silent.getJob(id));
    const took = await held(() => logging.getJob(id));
    assert.ok(took < without + 25, `${took} ms, ${without} ms without it`);
    assert.match(lines[0], /^modzy: getJob x{1000}\*\*\* called$/);
    assert.ok(lines.every((line) => line.length < 2000 && !line.includes('aSecret')));
  });

  it('for an error of 50 MB blocks the event loop no longer than its conversion to a text', async () => {
    const error = new Error(`failed${'\n'.repeat(50_000_000)}`);
    const sources = {
      get a() {
        throw error;
      },
    };
    lines.length = 0;
    const took = await held(() => logging.submitJobText('m', 'v', sources));
    const asText = await held(async () => {
      throw new Error(`${error}`.slice(0, 20));
    });
    assert.match(lines.at(-1), /^modzy: submitJobText failed after \d+ ms: Error: failed +$/);
    assert.ok(took < asText + 25, `${took} ms, ${asText} ms to make a text of it`);
  });
});

describe('pathToDataUrl', () => {
  it('stops reading when it is aborted, and releases its memory', async (t) => {
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
