'use strict';

// Environments of programs: Jest, the package `abort-controller`, bundles of esbuild, a Node.js that is too old, its permission
// model, and a process without a free descriptor.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } = require('node:fs/promises');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { installPackages, root } = require('../../../dev/scripts/setup.js');
const { useEmulator } = require('../../support/emulator.js');
const { collect } = require('../../support/outcomes.js');

const environments = path.join(root, 'dev/environments');
const fromEnvironments = createRequire(path.join(environments, 'package.json'));
const inEnvironments = (name) => path.join(environments, 'node_modules', name);

/** Runs a program to its end. */
function run(program, args, options) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 120_000, ...options }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** Runs a program that loads a file with the package, and prints the message of an error. */
function load(node, flags, file) {
  const program = `try { require(${JSON.stringify(file)}); } catch (error) { console.error(error.message); process.exitCode = 3; }`;
  return run(node, [...flags, '-e', program]);
}

/** Returns the advice in the message of an error. */
function adviceOf(stderr) {
  return stderr.slice(stderr.indexOf('What to do: ') + 'What to do: '.length).trimEnd();
}

describe('the environment of a program', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 10 });
  let folder;
  before(async () => {
    installPackages(environments);
    folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
    await mkdir(path.join(folder, 'node_modules'));
    await symlink(root, path.join(folder, 'node_modules/modzy-client'), 'junction');
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a test of a user with Jest. */
  async function runJest(version, name, body) {
    const tests = path.join(folder, `${version}-${name}`);
    await cp(path.join(root, 'LICENSE'), path.join(tests, 'LICENSE'));
    await writeFile(path.join(tests, 'package.json'), '{ "name": "tests", "type": "commonjs" }');
    await writeFile(path.join(tests, 'a.test.js'), body);
    const jest = path.join(inEnvironments(version), 'bin/jest.js');
    const env = { ...process.env, no_proxy: '*', NODE_TEST_CONTEXT: '' };
    return run(process.execPath, [jest, '--detectOpenHandles', '--rootDir', tests], { cwd: tests, env });
  }

  const calls = () => `
    const { ModzyClient } = require(${JSON.stringify(root)});
    test('calls', async () => {
      const modzy = new ModzyClient(${JSON.stringify(emulator.baseURL)}, ${JSON.stringify(emulator.apiKey)});
      const quickly = { pollInterval: 10, onProgress: async () => {} };
      const submit = () => modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } });
      expect((await modzy.blockUntilComplete(await submit(), quickly)).status).toBe('COMPLETED');
      expect(await modzy.blockUntilAllComplete(Array(20).fill(submit), quickly)).toHaveLength(20);
      await modzy.submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': Buffer.from('x') } });
      for await (const each of modzy.watchJob(await submit(), { pollInterval: 10 })) void each;
      const controller = new AbortController();
      const waiting = modzy.blockUntilComplete(await submit(), { signal: controller.signal });
      controller.abort();
      await expect(waiting).rejects.toThrow('aborted');
    });
  `;
  /** Calls during and after the fake timers of Jest. */
  const faked = (settings) => `
    jest.useFakeTimers(${settings});
    ${calls()}
    describe('afterwards', () => {
      beforeAll(() => jest.useRealTimers());
      ${calls()}
    });
  `;
  const tests = {
    load: () => `test('loads', () => { require(${JSON.stringify(root)}); });`,
    calls,
    'load-and-calls': () => `require(${JSON.stringify(root)}); ${calls()}`,
    'fake-timers': () => faked(''),
    'legacy-fake-timers': () => faked('{ legacyFakeTimers: true }'),
    'fake-timers-after-the-load': () => `require(${JSON.stringify(root)}); ${faked('')}`,
  };
  for (const version of ['jest-29', 'jest-30']) {
    for (const [name, make] of Object.entries(tests)) {
      it(`has no open handle for ${version} --detectOpenHandles: ${name}`, async () => {
        const { status, stderr } = await runJest(version, name, make());
        assert.equal(status, 0, stderr);
        assert.match(stderr, /Tests: +(\d) passed, \1 total/);
        assert.doesNotMatch(stderr, /open handle|did not exit/);
      });
    }
    it(`has open handles of its own for ${version}`, async () => {
      const body = `require('node:net').createServer().listen(0); test('x', () => {});`;
      const jest = await Promise.race([
        runJest(version, 'open', `${body} setTimeout(() => process.exit(), 5000).unref();`),
        new Promise((resolve) => setTimeout(resolve, 60_000)),
      ]);
      assert.match(jest.stderr, /open handle/);
    });
  }

  it('may have the signals of abort-controller: each call rejects with the same AbortError', async () => {
    const { AbortController } = fromEnvironments('abort-controller');
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const stalling = { size: 1, type: '', slice: () => stalling, arrayBuffer: () => new Promise(() => {}) };
    const model = ['ed542963de', '1.0.1'];
    const job = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
    await emulator.fault({ connection: 'stall' });
    const made = [
      (options) => modzy.getJob(job, options),
      (options) => modzy.submitJobText(...model, { a: { 'input.txt': 'x' } }, { ...options, cancelOnAbort: false }),
      (options) => modzy.submitJobEmbedded(...model, 'text/plain', { a: { b: stalling } }, options),
      (options) => modzy.submitJobFile(...model, { a: { b: Buffer.from('x') } }, options),
      (options) => modzy.fileToDataUrl(stalling, options),
      (options) => modzy.blockUntilComplete(job, options),
      (options) => modzy.blockUntilAllComplete([job, job], options),
      (options) => collect(modzy.jobsAsCompleted([job], options)),
      (options) => collect(modzy.watchJob(job, options)),
      (options) => collect(modzy.listModels({}, options)),
      (options) => collect(modzy.streamResults(job, options)),
      (options) => modzy.openOutput({ jobId: job, inputKey: 'a', outputName: 'b' }, options),
    ];
    for (const when of ['before', 'while it runs']) {
      const controller = new AbortController();
      assert.equal('reason' in controller.signal, false);
      if (when === 'before') {
        controller.abort();
      }
      const ending = made.map((call) => call({ signal: controller.signal }).then(assert.fail, (error) => error));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      const reasons = new Set(await Promise.all(ending));
      assert.equal(reasons.size, 1, when);
      assert.equal([...reasons][0].name, 'AbortError');
    }
  });

  const isLinux = process.platform === 'linux' && process.arch === 'x64';
  it(
    'may be Node.js 18, which gets an error with the required version',
    { skip: !isLinux && 'npm has it for Linux' },
    async () => {
      const node = path.join(inEnvironments('node-18'), 'bin/node');
      const expected = 'modzy-client needs Node.js 20 or newer, and this is 18.20.8: update Node.js';
      assert.deepEqual(await load(node, [], root), { status: 3, stdout: '', stderr: `${expected}\n` });
      const module = `import(${JSON.stringify(path.join(root, 'index.mjs'))}).catch(({ message }) => console.log(message))`;
      assert.equal((await run(node, ['-e', module])).stdout, `${expected}\n`);
    },
  );

  it('may be the permission model', async () => {
    const known = process.allowedNodeEnvironmentFlags;
    const flag = known.has('--permission') ? '--permission' : '--experimental-permission';
    const denied = await load(process.execPath, [flag, '--allow-fs-read=*', '--no-warnings'], root);
    const advice = `start Node.js with --allow-addons beside ${flag}. Without it, no addon is loaded.`;
    // A version without a flag for addons allows them.
    const expected = known.has('--allow-addons') ? [3, advice] : [0, ''];
    assert.deepEqual([denied.status, denied.stderr && adviceOf(denied.stderr)], expected);
    const [allowing] = ['--allow-addons'].filter((each) => known.has(each));
    const flags = [flag, '--allow-fs-read=*', '--no-warnings', allowing].filter(Boolean);
    assert.deepEqual(await load(process.execPath, flags, root), { status: 0, stdout: '', stderr: '' });
  });

  it('may be a process without a descriptor for the addon', { skip: process.platform === 'win32' }, async () => {
    // All other files are read before. The system opens the addon.
    const program = `
      const { openSync } = require('node:fs');
      const { dlopen } = process;
      process.dlopen = (...given) => {
        try { for (;;) openSync('/dev/null'); } catch {}
        process.dlopen = dlopen;
        return dlopen(...given);
      };
      try { require(${JSON.stringify(root)}); } catch (error) { process.stdout.write(error.message); }
    `;
    const limited = `ulimit -n 64 && exec "$0" "$@"`;
    const { stdout, stderr } = await run('sh', ['-c', limited, process.execPath, '-e', program]);
    assert.equal(stderr, '');
    assert.match(stdout, /Found:\n.*too many open files/is);
    assert.match(adviceOf(stdout), /^raise the limit on open files \(ulimit -n\), or close some\./);
  });

  /** Makes a bundle of a program that uses the package, with esbuild. */
  async function bundle(name, ...flags) {
    const source = path.join(folder, 'program.js');
    await writeFile(source, `const { ModzyClient } = require('modzy-client'); console.log(typeof ModzyClient);`);
    const output = path.join(folder, name);
    const esbuild = path.join(inEnvironments('esbuild'), 'bin/esbuild');
    const args = [source, '--bundle', '--platform=node', `--outfile=${output}/main.js`, '--log-level=error', ...flags];
    const made = await run(esbuild, args);
    return { ...made, file: path.join(output, 'main.js'), files: made.status === 0 ? await readdir(output) : [] };
  }

  // Options of esbuild for files of unknown types.
  for (const [name, ...flags] of [
    ['external', '--external:*.node'],
    ['file', '--loader:.node=file'],
    ['empty', '--loader:.node=empty'],
  ]) {
    it(`may be a bundle without the addon: ${name}`, async () => {
      const { status, stderr, file } = await bundle(name, '--packages=bundle', ...flags);
      assert.equal(status, 0, stderr);
      const loaded = await load(process.execPath, [], file);
      assert.equal(loaded.status, 3, loaded.stdout);
      assert.match(adviceOf(loaded.stderr), /^modzy-client is in a bundle that left its addon behind\./);
      assert.match(loaded.stderr, /--external:modzy-client/);
    });
  }

  for (const [name, ...flags] of [
    ['copied', '--loader:.node=copy'],
    ['outside', '--external:modzy-client'],
  ]) {
    it(`may be a bundle with the addon: ${name}`, async () => {
      const { status, stderr, file } = await bundle(name, ...flags);
      assert.equal(status, 0, stderr);
      const { stdout, stderr: failed } = await load(process.execPath, [], file);
      assert.deepEqual([stdout, failed], ['function\n', '']);
    });
  }
});
