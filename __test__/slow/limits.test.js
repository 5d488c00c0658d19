'use strict';

// A process that may have no more threads, or no more descriptors: loading the package works or throws, and a call that cannot have
// what it needs rejects and says which limit is reached. No process crashes, and nothing is written to its standard error.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const isRoot = process.getuid?.() === 0;

/** Nobody else's, so that no other process counts for its limit. Root has none. */
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

/** What a program says within a limit; nothing where Node.js itself cannot start. */
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
  // Node.js itself reports on a thread that it does without.
  const written = stderr.replaceAll(/^node\[\d+\]: pthread_create: .*\n/gm, '');
  assert.deepEqual([status, signal, written], [0, null, ''], `${limit}: ${stdout}`);
  return stdout.trimEnd().split('\n');
}

describe('a process at its limit', { skip: !hasPrlimit && 'prlimit is not there' }, () => {
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

  it('of descriptors', () => {
    const refused =
      /^ModzyError the client cannot start its threads: the limit on open files is reached: raise it \(ulimit -n\) .*os error 24/;
    const seen = new Set();
    for (let limit = 16; limit <= 26; limit += 1) {
      for (const line of within(`--nofile=${limit}`)) {
        assert.doesNotMatch(line, /internal error|panic/);
        const kinds = {
          require: /^require .*(EMFILE|Too many open files)/,
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
