'use strict';

// The package modzy-emulator: startEmulator() and its handle, and the command.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
// Sets MODZY_EMULATOR_BINARY to the program.
require('./support/emulator.js');
const { findProgram } = require('../crates/emulator/npm/lib/program.js');
const { startEmulator } = require('modzy-emulator');

const bin = path.resolve(__dirname, '../crates/emulator/npm/bin.js');

/** Whether something listens at a URL. */
async function listens(url) {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  const isOpen = await new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

/** Waits until nothing listens at a URL, for five seconds at most. */
async function isGone(url) {
  const limit = performance.now() + 5_000;
  while (performance.now() < limit) {
    if (!(await listens(url))) {
      return true;
    }
    await sleep(10);
  }
  return false;
}

/** Runs a program to its end. */
function execute(program, args) {
  const { status: code, stdout, stderr } = spawnSync(program, args, { input: '', encoding: 'utf8', timeout: 60_000 });
  return { code, stdout, stderr };
}

/** Starts a program that prints one line of JSON about an emulator. */
async function start(t, args) {
  const child = spawn(process.execPath, args, { cwd: __dirname, stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ready: JSON.parse(line) };
}

describe('startEmulator', () => {
  it('starts a server that works with the client, and closes it', async () => {
    const emulator = await startEmulator({ submittedMs: 0, inProgressMs: 0 });
    assert.equal(emulator.baseURL, `${emulator.url}/api`);
    assert.equal(emulator.restrictedKey, undefined);
    for (const client of [
      new ModzyClient(emulator.baseURL, emulator.apiKey),
      new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey }),
    ]) {
      const receipt = await client.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'lovely' } });
      assert.equal((await client.blockUntilComplete(receipt)).status, 'COMPLETED');
    }
    await emulator.close();
    assert.equal(await listens(emulator.url), false);
    await emulator.close();
  });

  it('accepts limits of jobs and models, keys and a port', async (t) => {
    const probe = await startEmulator();
    const port = Number(new URL(probe.url).port);
    await probe.close();
    const options = {
      port,
      apiKey: 'a.b',
      restrictedKey: 'c.d',
      submittedMs: 0,
      inProgressMs: 0,
      chunkSize: '64Ki',
      maxChunks: 7,
      maxInputs: undefined,
      maxFinishedJobs: 1,
      maxJobBytes: 10_000,
      maxModelBytes: 10_000,
    };
    const emulator = await startEmulator(options);
    t.after(() => emulator.close());
    assert.equal(emulator.url, `http://127.0.0.1:${port}`);
    assert.deepEqual([emulator.apiKey, emulator.restrictedKey], ['a.b', 'c.d']);
    const client = new ModzyClient(emulator.baseURL, 'a.b');
    const features = await fetch(`${emulator.baseURL}/jobs/features`, { headers: { Authorization: 'ApiKey a.b' } });
    const { inputChunkMaximumSize, maximumInputChunks, maximumInputsPerJob } = await features.json();
    assert.deepEqual([inputChunkMaximumSize, maximumInputChunks, maximumInputsPerJob].map(String), [
      '64Ki',
      '7',
      '10000',
    ]);
    await assert.rejects(new ModzyClient(emulator.baseURL, 'c.d').getJob('x'), { code: 403 });

    const submit = (text) => client.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': text } });
    const [first, second] = [await submit('lovely'), await submit('lovely')];
    await assert.rejects(client.getJob(first.jobIdentifier), {
      code: 404,
      message: /1 finished jobs have been dropped/,
    });
    assert.equal((await client.getJob(second.jobIdentifier)).status, 'COMPLETED');
    await assert.rejects(submit('x'.repeat(10_000)), { code: 507, message: /^no room/ });
    const model = { method: 'POST', path: '/models', body: { name: 'x'.repeat(10_000), version: '1.0.0' } };
    await assert.rejects(client.request(model), { code: 507, message: /^no room: .* 10000 bytes \(max_model_bytes\)/ });
  });

  it('serves a page, and prints its URL on standard error', async (t) => {
    const without = await startEmulator({ page: false });
    t.after(() => without.close());
    assert.equal(without.pageURL, undefined);
    assert.equal((await fetch(`${without.url}/`)).status, 404);

    const program = `
      const { startEmulator } = require('modzy-emulator');
      startEmulator({ page: true }).then(async ({ pageURL }) => {
        const { status } = await fetch(pageURL);
        console.log(JSON.stringify({ pageURL, status }));
      });
    `;
    const { child, ready } = await start(t, ['-e', program]);
    assert.match(ready.pageURL, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.equal(ready.status, 200);
    const [line] = await once(createInterface({ input: child.stderr }), 'line');
    assert.equal(line, `modzy-emulator: the page is ${ready.pageURL}`);
    await assert.rejects(startEmulator({ page: /** @type {any} */ (1) }), {
      name: 'TypeError',
      message: /option page must be true or false/,
    });
  });

  it('reports requests on standard error with verbose, and none of its secrets', async (t) => {
    const program = `
      const { startEmulator } = require('modzy-emulator');
      startEmulator({ verbose: true, apiKey: 'prefix.secret' }).then(async ({ baseURL, apiKey }) => {
        await fetch(baseURL + '/models?name=secret', { headers: { authorization: 'ApiKey ' + apiKey } });
        await fetch(baseURL + '/jobs', { method: 'POST', body: '{"secret":1}' });
        console.log(JSON.stringify({}));
      });
    `;
    const { child } = await start(t, ['-e', program]);
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    for (const expected of ['GET /api/models 200', 'POST /api/jobs 401']) {
      assert.match((await lines.next()).value, new RegExp(`^modzy-emulator: ${expected} after \\d+ ms$`));
    }
  });

  it('makes requests fail, lists requests, and clears both', async (t) => {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey, { retries: 0 });
    await emulator.fault({ method: 'get', path: '/api/jobs/*', status: 503, body: '{"message":"overloaded"}' });
    await assert.rejects(client.getJob('a'), { code: 503, message: 'overloaded' });
    assert.equal(await emulator.connections(), 1);

    const [request, ...more] = await emulator.requests();
    const { method, path: route, status, state, headers } = request;
    assert.deepEqual([method, route, status, state, more.length], ['GET', '/api/jobs/a', 503, 'answered', 0]);
    assert.equal(headers.authorization, 'ApiKey ***');

    await emulator.clearFaults();
    await emulator.clearRequests();
    await assert.rejects(client.getJob('a'), { code: 404 });
    assert.equal((await emulator.requests()).length, 1);
  });

  it('refuses invalid faults, options and keys by name', async (t) => {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    await assert.rejects(emulator.fault({ status: 42 }), /status/);
    await assert.rejects(emulator.fault({ stauts: 500 }), /stauts/);
    await assert.rejects(startEmulator({ submitted: 1 }), {
      name: 'TypeError',
      message: /option submitted; .*submittedMs/,
    });
    await assert.rejects(startEmulator({ submittedMs: -1 }), /did not start: .*--submitted-ms/s);
    await assert.rejects(
      startEmulator({ apiKey: 'undotted' }),
      /did not start: .*api_key must be a prefix and a body/s,
    );
    const { port } = new URL(emulator.url);
    await assert.rejects(startEmulator({ port: Number(port) }), /did not start: .*cannot listen/s);
  });

  it('closes at the end of an `await using` block, also with pending requests', async () => {
    const emulator = await startEmulator();
    await emulator.fault({ connection: 'stall' });
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey, { retries: 0 });
    const stalled = assert.rejects(client.getJob('a'), { name: 'ConnectionError' });
    while ((await emulator.requests()).length === 0) {
      await sleep(5);
    }
    await emulator[Symbol.asyncDispose]();
    await stalled;
    assert.equal(await listens(emulator.url), false);
  });

  const print = 'console.log(JSON.stringify({ url: emulator.url }))';
  const program = `require('modzy-emulator').startEmulator().then((emulator) => { ${print}; REST })`;

  it('keeps no process alive, and ends with it', { timeout: 20_000 }, async (t) => {
    const { child, ready } = await start(t, ['-e', program.replace('REST', '')]);
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.ok(await isGone(ready.url));
  });

  it('ends with a process that is killed', async (t) => {
    const { child, ready } = await start(t, ['-e', program.replace('REST', 'setInterval(() => {}, 1000)')]);
    assert.ok(await listens(ready.url));
    child.kill('SIGKILL');
    assert.ok(await isGone(ready.url));
  });

  it('can be closed in a process that has nothing else to do', { timeout: 20_000 }, async (t) => {
    const { child } = await start(t, [
      '-e',
      program.replace('REST', 'return emulator.close().then(() => process.exit(7))'),
    ]);
    const [code] = await once(child, 'exit');
    assert.equal(code, 7);
  });

  it('can be imported by ES modules', async () => {
    const module = await import('modzy-emulator');
    assert.equal(module.startEmulator, startEmulator);
    assert.equal(module.default.startEmulator, startEmulator);
    assert.deepEqual(Object.keys(module).sort(), ['default', 'startEmulator']);
  });
});

describe('the command modzy-emulator', () => {
  it('passes its arguments to the program, prints its URL, and ends on a signal', async (t) => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      const { child, ready } = await start(t, [bin, '--api-key', 'a.b']);
      assert.equal(ready.apiKey, 'a.b');
      assert.ok(await listens(ready.url));
      child.kill(signal);
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
      assert.equal(await listens(ready.url), false);
    }
  });

  it('ends with its process, and with standard input where --exit-with-stdin is given', async (t) => {
    const killed = await start(t, [bin]);
    killed.child.kill('SIGKILL');
    assert.ok(await isGone(killed.ready.url));

    const watching = await start(t, [bin, '--exit-with-stdin']);
    watching.child.stdin.end();
    const [code] = await once(watching.child, 'exit');
    assert.equal(code, 0);
    assert.equal(await listens(watching.ready.url), false);
  });

  it('prints what the program prints, and exits, with the arguments that ask for it alone or among others', () => {
    for (const args of [['--models'], ['--help'], ['-h'], ['--version'], ['-V']]) {
      const direct = execute(findProgram(), args);
      assert.deepEqual([direct.code, direct.stderr], [0, ''], args.join(' '));
      const serving = ['--port', '1', '--api-key', 'a.b', '--verbose', '--exit-with-stdin'];
      for (const all of [args, [...args, ...serving], [...serving, ...args]]) {
        assert.deepEqual(execute(process.execPath, [bin, ...all]), direct, all.join(' '));
      }
    }
  });

  it('has the exit code and the message of the program, which name only what was written', () => {
    for (const args of [
      ['--prot', '1'],
      ['--port'],
      ['--port', 'x', '--models'],
      ['serve'],
      ['--', 'serve'],
      ['--page=1'],
    ]) {
      const direct = execute(findProgram(), args);
      assert.equal(direct.code, 2, args.join(' '));
      assert.deepEqual(execute(process.execPath, [bin, ...args]), direct, args.join(' '));
    }
  });
});
