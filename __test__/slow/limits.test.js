'use strict';

// A process that has reached its limit on threads or descriptors: loading the package works or throws, and a call that lacks one
// rejects and names the limit. No process crashes or writes to standard error.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { describe, it } = require('node:test');
const { gzipSync } = require('node:zlib');
const { setTimeout: sleep } = require('node:timers/promises');
const { chunksOf, serve, uploadRoutes } = require('../support/server.js');

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const isRoot = process.getuid?.() === 0;

/** A user without other processes, which would count for the limit. Root has no limit. */
const user = { uid: 54_321, gid: 54_321 };

/** Loads the package, and makes calls that need a thread for files, too. Nothing listens at port 1. */
const PROGRAM = `
  const load = () => {
    try {
      return require(${JSON.stringify(path.resolve(__dirname, '../..'))});
    } catch (error) {
      console.log('require', error.message);
      process.exit();
    }
  };
  const { ModzyClient } = load();
  const client = new ModzyClient('http://127.0.0.1:1/api', 'prefix.body', { retries: 0, proxy: false });
  (async () => {
    for (const call of [() => client.getJob('j'), () => client.pathToDataUrl('/', 'text/plain'), () => client.getJob('j')]) {
      await call().then(
        () => console.log('done'),
        ({ name, message, cause }) => console.log(name, message, cause?.message),
      );
    }
  })();
`;

/**
 * Makes calls of each kind at the limit on threads. The program prints a line after its first call, and the test sets the limit.
 * `isWarm` is whether that call has also looked up the name.
 */
const everyCall = (port, folder, isWarm) => `
  const { once } = require('node:events');
  const path = require('node:path');
  const { ModzyClient } = require(${JSON.stringify(path.resolve(__dirname, '../..'))});
  const client = (host) => new ModzyClient('http://' + host + ':${port}/api', 'prefix.body', { retries: 0, proxy: false });
  const [numbered, named] = [client('127.0.0.1'), client('localhost')];
  const printed = async (text) => {
    console.log(text);
    await once(process.stdin, 'data');
  };
  const outcome = (promise) =>
    promise.then(
      (value) => value?.bytes ?? value?.length ?? (value?.results && Object.keys(value.results).length) ?? value?.jobIdentifier,
      ({ name, message, code, sent, retryable }) => [name, message.slice(0, 100), code, sent, retryable],
    );
  const text = { a: { 'input.txt': 'text' } };
  const output = path.join(${JSON.stringify(folder)}, 'output-${isWarm}');
  const calls = {
    accepted: (client) => client.submitJobText('accepted', 'v', text),
    refused: (client) => client.submitJobText('refused', 'v', text),
    upload: (client) => client.submitJobFile('accepted', 'v', { a: { b: ${JSON.stringify(path.join(folder, 'input'))} } }),
    result: (client) => client.getResult('j'),
    download: (client) => client.downloadOutput({ url: client.baseURL + '/output' }, output),
    dataUrl: (client) => client.pathToDataUrl(${JSON.stringify(path.join(folder, 'input'))}, 'a/b'),
    again: (client) => client.submitJobText('accepted', 'v', text),
  };
  const all = async (client) => {
    const outcomes = {};
    for (const [name, call] of Object.entries(calls)) {
      outcomes[name] = await outcome(call(client));
    }
    return JSON.stringify(outcomes);
  };
  (async () => {
    await numbered.getJob('j');
    ${isWarm ? "await named.getJob('j');" : ''}
    await printed('ready');
    console.log(await all(numbered));
    await printed(await all(named));
    console.log(await all(named));
    process.exit();
  })();
`;

/** Starts a server for these calls. The client decodes or reads each response on another thread. */
async function startServer(t) {
  const filler = randomBytes(24 * 1024).toString('hex');
  const receipt = { jobIdentifier: 'j', model: { identifier: 'm', version: 'v' }, filler };
  const results = Array.from({ length: 30 }, (_, nth) => [`input-${nth}`, { status: 'SUCCESSFUL', text: filler }]);
  const zipped = (body, status = 200) => ({
    status,
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify(body)),
  });
  return serve(t, {
    ...uploadRoutes(),
    'GET /api/jobs/j': { body: { ...receipt, status: 'OPEN' } },
    'POST /api/jobs': ({ body }) =>
      JSON.parse(body.toString()).model.identifier === 'refused'
        ? zipped({ statusCode: 400, message: 'refused', filler }, 400)
        : zipped(receipt, 202),
    'GET /api/results/j': zipped({ jobIdentifier: 'j', results: Object.fromEntries(results), failures: {} }),
    'GET /api/output': { body: Buffer.alloc(700_000, 'a') },
  });
}

/** Returns the outcomes that the program prints: by address, by name, and by name after the limit is removed. */
async function atItsLimit(t, isWarm) {
  const server = await startServer(t);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
  t.after(() => fs.rm(folder, { recursive: true }));
  await fs.chmod(folder, 0o777);
  await fs.writeFile(path.join(folder, 'input'), Buffer.alloc(700_000, 'a'));
  const child = spawn(process.execPath, ['-e', everyCall(server.port, folder, isWarm)], { ...user, cwd: '/' });
  t.after(() => child.kill('SIGKILL'));
  let written = '';
  child.stderr.on('data', (text) => (written += text));
  const exited = once(child, 'exit');
  const said = [];
  const limit = (threads) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(child.pid), `--nproc=${threads}:`], user);
    assert.equal(status, 0, String(stderr));
  };
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') {
      limit(1);
      // Idle threads end sooner.
      await sleep(2500);
      child.stdin.write('on\n');
    } else if (said.push(JSON.parse(line)) === 2) {
      limit(100);
      child.stdin.write('on\n');
    }
  }
  assert.deepEqual([await exited, written], [[0, null], '']);
  return { said, chunks: chunksOf(server) };
}

/** Returns the lines of a program within a limit, or nothing where Node.js itself cannot start. */
function within(limit, options) {
  const run = (program) =>
    spawnSync('prlimit', [limit, process.execPath, '-e', program], {
      encoding: 'utf8',
      cwd: '/',
      timeout: 20_000,
      ...options,
    });
  const { status, signal, stdout, stderr } = run(PROGRAM);
  if (status !== 0 && run('').status !== 0) {
    return [];
  }
  // Node.js itself reports a thread that it could not start.
  const written = stderr.replaceAll(/^node\[\d+\]: pthread_create: .*\n/gm, '');
  assert.deepEqual([status, signal, written], [0, null, ''], `${limit}: ${stdout}`);
  return stdout.trimEnd().split('\n');
}

describe('a process at its limit', { skip: !hasPrlimit && 'prlimit is missing' }, () => {
  it('of threads', { skip: !isRoot && 'another user is needed, whose processes are counted' }, () => {
    const refused =
      /^ModzyError the client cannot start its threads: the limit on processes and threads is reached: raise it \(ulimit -u, .*os error 11/;
    const seen = new Set();
    for (let limit = 6; limit <= 11; limit += 1) {
      for (const line of within(`--nproc=${limit}`, user)) {
        assert.match(line, /^(ModzyError the client cannot start|ConnectionError|InputError) /);
        assert.doesNotMatch(line, /internal error|panic/);
        seen.add(refused.test(line) ? 'refused' : 'called');
      }
    }
    assert.deepEqual([...seen].sort(), ['called', 'refused']);
  });

  describe('of threads, after idleness', { skip: !isRoot && 'another user is needed', concurrency: true }, () => {
    const fine = {
      accepted: 'j',
      refused: ['BadRequestError', 'refused', 400, null, false],
      upload: 'j',
      result: 30,
      download: 700_000,
      dataUrl: 933_352,
      again: 'j',
    };

    it('goes on with the threads that it has', async (t) => {
      const { said, chunks } = await atItsLimit(t, true);
      assert.deepEqual(said, [fine, fine, fine]);
      assert.equal(chunks.length, 3);
    });

    it('fails look-ups that have no thread, each at once, and does everything else', async (t) => {
      const { said, chunks } = await atItsLimit(t, false);
      const text =
        'the client cannot start its threads: the limit on processes and threads is reached: raise it (ulimit -u, or';
      const noThread = ['ModzyError', text.slice(0, 100), null, null, true];
      const { dataUrl } = fine;
      const refused = Object.fromEntries(Object.keys(fine).map((name) => [name, noThread]));
      assert.deepEqual(said, [fine, { ...refused, dataUrl }, fine]);
      assert.equal(chunks.length, 2);
    });
  });

  it('of descriptors', () => {
    const refused =
      /^ModzyError the client cannot start its threads: the limit on open files is reached: raise it \(ulimit -n\) .*os error 24/;
    const seen = new Set();
    for (let limit = 16; limit <= 26; limit += 1) {
      for (const line of within(`--nofile=${limit}`)) {
        assert.doesNotMatch(line, /internal error|panic/);
        const kinds = {
          require: /^require .*(EMFILE|too many open files)/i,
          refused,
          called: /^(ConnectionError|InputError) /,
        };
        const [kind] = Object.entries(kinds).find(([, text]) => text.test(line)) ?? assert.fail(line);
        seen.add(kind);
      }
    }
    assert.ok(seen.has('refused') && seen.has('called'), [...seen].join());
  });
});
