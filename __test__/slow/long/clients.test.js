'use strict';

// Thousands of equal clients: what they take in comparison with one, and how long they have one retry budget.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const { ModzyClient } = require('modzy-client');

const program = path.resolve(__dirname, '../../support/many-clients.js');
// As many as show what each of them costs. `npm run bench -- clients` makes 5,000, with an optimized build.
const CALLS = 1500;

describe('many equal clients, fifty at a time', { timeout: 300_000, skip: process.platform !== 'linux' }, () => {
  let server;
  let url;

  /** Makes the calls in a process of their own. */
  async function run(...way) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, url, ...way]);
    return JSON.parse(stdout);
  }

  before(async () => {
    server = http.createServer((request, response) => {
      const isRefused = request.url.endsWith('/refused');
      response.writeHead(isRefused ? 500 : 200).end('{"jobIdentifier":"j","status":"COMPLETED"}');
    });
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close().closeAllConnections());

  for (const thread of ['main', 'worker']) {
    it(`take little more than one, in the ${thread} thread`, async (t) => {
      const one = await run('one', String(CALLS), thread);
      for (const way of ['each', 'using']) {
        const many = await run(way, String(CALLS), thread);
        const more = (many.rss - one.rss) / 1e6;
        const times = many.cpuMs / one.cpuMs;
        t.diagnostic(
          `${way}: ${many.descriptors} descriptors, ${more.toFixed(1)} MB more, ${times.toFixed(2)} × the time`,
        );
        assert.ok(many.descriptors <= 300, `${way}: ${many.descriptors} descriptors`);
        assert.ok(more <= 20, `${way}: ${more} MB more`);
        // `npm run bench -- clients` has the figure of an optimized build.
        assert.ok(times <= 2, `${way}: ${times} times`);
      }
    });
  }

  it('make all their calls in a process with 64 descriptors', async () => {
    for (const way of ['each', 'using']) {
      const command = 'ulimit -n 64 && exec "$0" "$@"';
      const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program, url, way, '500']);
      // A call that fails would end the process with an error.
      assert.ok(JSON.parse(stdout).ms > 0, way);
    }
  });

  it('have one retry budget, also after the last of them', async () => {
    const failing = async () => {
      const client = new ModzyClient({ url, apiKey: 'publicPrefix.secretBody', retries: 1 });
      await assert.rejects(client.getJob('refused'));
      const { retriesLeft } = client.stats();
      await client.close();
      return retriesLeft;
    };
    assert.equal(await failing(), 19);
    assert.equal(await failing(), 18);
    await sleep(5_000);
    // The sockets are closed by now. How long the budget lives is tested in Rust.
    assert.equal(await failing(), 17);
  });
});
