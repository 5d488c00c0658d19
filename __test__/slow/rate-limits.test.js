'use strict';

// Batches against servers that refuse requests for a while, in real time.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { ModzyClient } = require('../..');
const { refusing, run } = require('../support/refusing.js');
const { serve } = require('../support/server.js');

const KEY = 'prefix.body';

describe('a batch', () => {
  const times = new Map();

  /** How many seconds a batch takes if nothing is refused. That depends on the machine. */
  async function usual(count, concurrency) {
    if (!times.has(count)) {
      const server = await serve(
        { after },
        {
          'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } },
          'GET /api/jobs/j': { body: { jobIdentifier: 'j', status: 'COMPLETED' } },
        },
      );
      times.set(count, (await run(new ModzyClient(server.baseURL, KEY), count, concurrency)).seconds);
    }
    return times.get(count);
  }

  it('of 500 ends within 8 s if the server refuses the submits of its first 3 s, in order, with 105 refusals or fewer', async (t) => {
    const server = await refusing(t, (seconds) => seconds > 3);
    const { completed, seconds } = await run(new ModzyClient(server.baseURL, KEY), 500, 100);
    const refused = server.refused();
    t.diagnostic(`${completed} completed in ${seconds.toFixed(1)} s, ${refused} refused`);
    assert.equal(completed, 500);
    assert.ok(seconds < 8, `${seconds} s`);
    assert.ok(refused <= 105, `${refused} refused`);
    // Calls that are released together overtake each other on their sockets, and a probe moves to the end of the queue.
    const accepted = server.accepted();
    assert.equal(new Set(accepted).size, 500);
    assert.ok(accepted.every((number, place) => Math.abs(number - place) <= 110));
  });

  it('of 500 does so after five were accepted', async (t) => {
    const server = await refusing(t, (seconds) => seconds > 3);
    const client = new ModzyClient(server.baseURL, KEY);
    for (let nth = 0; nth < 5; nth += 1) {
      await client.submitJobText('m', 'v', { text: { 'input.txt': 'before' } });
    }
    const { completed, seconds } = await run(client, 500, 100);
    t.diagnostic(`${completed} completed in ${seconds.toFixed(1)} s, ${server.refused()} refused`);
    assert.equal(completed, 500);
    assert.ok(seconds < Math.max(8, 6 + (await usual(500, 100))), `${seconds} s`);
    assert.ok(server.refused() <= 105, `${server.refused()} refused`);
  });

  it('of 300 beside one job that is always refused takes a pause more than alone', async (t) => {
    const server = await refusing(t, (_, text) => text !== '0');
    const client = new ModzyClient(server.baseURL, KEY);
    const submits = Array.from(
      { length: 301 },
      (_, index) => (options) => client.submitJobText('m', 'v', { text: { 'input.txt': String(index) } }, options),
    );
    const began = performance.now();
    let last = 0;
    const ends = [];
    for await (const { index, error } of client.jobsAsCompleted(submits, { maxOutage: 4000 })) {
      if (error === undefined) {
        last = performance.now() - began;
      } else {
        ends.push([index, error.name, error.gaveUp]);
      }
    }
    t.diagnostic(`${Math.round(last)} ms, ${server.refused()} refused`);
    assert.deepEqual(ends, [[0, 'RateLimitError', 'limit']]);
    assert.ok(last < 2500 + 1000 * (await usual(300, 50)), `${last} ms`);
    assert.ok(server.refused() <= 5, `${server.refused()} refused`);
  });

  it('of 300 beside jobs whose quota asks for an hour completes, and those jobs alone are rejected', async (t) => {
    const quota = [0, 100, 101, 102, 200, 250];
    const server = await refusing(t, (_, text) => !quota.includes(Number(text)), '3600');
    const client = new ModzyClient(server.baseURL, KEY);
    const submits = Array.from(
      { length: 300 },
      (_, index) => (options) => client.submitJobText('m', 'v', { text: { 'input.txt': String(index) } }, options),
    );
    const began = performance.now();
    const outcomes = await client.blockUntilAllComplete(submits);
    const took = performance.now() - began;
    t.diagnostic(`${Math.round(took)} ms`);
    const ends = outcomes.filter(({ error }) => error).map(({ index, error }) => [index, error.gaveUp, error.attempts]);
    assert.deepEqual(
      ends,
      quota.map((index) => [index, 'limit', 1]),
    );
    assert.equal(server.refused(), quota.length);
    // One pause of a second, and not six.
    assert.ok(took < 5500 + 1000 * (await usual(300, 50)), `${took} ms`);
  });

  it(
    'of 150 does so in a process with 64 descriptors, with as many sockets as there are',
    { skip: process.platform === 'win32' },
    async (t) => {
      const server = await refusing(t, (seconds) => seconds > 3);
      const program = `
      const { ModzyClient } = require(${JSON.stringify(path.resolve(__dirname, '../..'))});
      const client = new ModzyClient(${JSON.stringify(server.baseURL)}, 'prefix.body', JSON.parse(process.argv[1]));
      const submit = (index) => (options) =>
        client.submitJobText('m', 'v', { text: { 'input.txt': String(index) } }, options);
      client
        .blockUntilAllComplete(Array.from({ length: 150 }, (_, index) => submit(index)), { concurrency: 75 })
        .then((outcomes) => {
          const ends = outcomes.map(({ job, error }) => job?.status ?? error.name + ' ' + error.sent);
          console.log(JSON.stringify([...new Set(ends)].sort()));
        });
    `;
      const ends = async (options) => {
        const child = spawn('sh', [
          '-c',
          'ulimit -n 64 && exec "$0" "$@"',
          process.execPath,
          '-e',
          program,
          JSON.stringify(options),
        ]);
        let output = '';
        child.stdout.on('data', (text) => (output += text));
        child.stderr.pipe(process.stderr);
        await once(child, 'close');
        return JSON.parse(output);
      };
      assert.deepEqual(await ends({}), ['COMPLETED']);
    },
  );
});
