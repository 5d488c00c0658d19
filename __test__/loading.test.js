'use strict';

// Messages about a missing or broken binary: the names that were tried, the files that were found, and what to do.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { cp, mkdtemp, readFile, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { platformArchABI: platform } = require('../dev/scripts/platforms.js').host();

const root = path.resolve(__dirname, '..');

/** Copies some files of the checkout to a folder that is removed after the test. */
async function copyOf(t, folder, names) {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
  t.after(() => rm(copy, { recursive: true }));
  for (const name of names) {
    await cp(path.join(root, folder, name), path.join(copy, name), { recursive: true });
  }
  return copy;
}

/** Loads a module in a program. Returns the exit code and the message of the error. */
function load(program, env = {}, flags = []) {
  const catching = `(async () => { ${program} })().catch((error) => { console.error(error.message); process.exitCode = 3; })`;
  const options = { encoding: 'utf8', env: { ...process.env, MODZY_EMULATOR_BINARY: '', ...env } };
  const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', catching], options);
  return { status, message: stderr };
}

describe('modzy-client without an addon', () => {
  const files = ['index.js', 'lib'];
  const head =
    /^modzy-client has no addon that works on \S+ \S+ with Node\.js v\S+\.\nLooked for: .*`npm run build`.*\nFound:\n/;
  const advice = /What to do: in a checkout of modzy-client, run `npm run build`.* --omit=optional /s;

  /** The lines below "Found". */
  function found(message) {
    assert.match(message, head);
    assert.match(message, advice);
    return message.slice(message.indexOf('Found:\n') + 'Found:\n'.length, message.indexOf('What to do:')).trimEnd();
  }

  it('says that a fresh checkout has to be built', async (t) => {
    const folder = await copyOf(t, '.', files);
    const { status, message } = load(`require(${JSON.stringify(folder)})`);
    assert.equal(status, 3);
    assert.equal(found(message), "  Cannot find module '../js-binding.js'");
  });

  it('says which package is missing', async (t) => {
    const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
    const { status, message } = load(`require(${JSON.stringify(folder)})`);
    assert.equal(status, 3);
    const missing = [`./modzy-client.${platform}.node`, `modzy-client-${platform}`];
    assert.equal(found(message), missing.map((name) => `  Cannot find module '${name}'`).join('\n'));
  });

  it('says why an addon that is there does not work', async (t) => {
    const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
    const addon = path.join(folder, `modzy-client.${platform}.node`);
    await writeFile(addon, 'no addon');
    const { status, message } = load(`require(${JSON.stringify(folder)})`);
    assert.equal(status, 3);
    const [first, second, ...more] = found(message).split('\n');
    assert.ok(first.includes(addon) && !first.includes('Cannot find'), first);
    assert.equal(second, `  Cannot find module 'modzy-client-${platform}'`);
    assert.deepEqual(more, []);
  });

  /** Asserts how a message begins, and returns its advice. */
  function toDo(message) {
    assert.match(message, head);
    return message.slice(message.indexOf('What to do: ') + 'What to do: '.length).trimEnd();
  }

  const known = process.allowedNodeEnvironmentFlags;
  const permission = known.has('--permission') ? '--permission' : '--experimental-permission';
  for (const [what, flags, expected] of [
    [
      'the permission model without --allow-addons',
      [permission, '--allow-fs-read=*', '--no-warnings'],
      `start Node.js with --allow-addons beside ${permission}. Without it, no addon is loaded.`,
    ],
    ['--no-addons', ['--no-addons'], 'start Node.js without --no-addons.'],
  ]) {
    // The permission model allowed addons before it had a flag for them.
    const skip = flags.includes(permission) && !known.has('--allow-addons') && 'it does not know addons yet';
    it(`says what to do under ${what}`, { skip }, () => {
      const { status, message } = load(`require(${JSON.stringify(root)})`, {}, flags);
      assert.equal(status, 3, message);
      assert.equal(toDo(message), expected);
    });
  }

  it('says which limit is reached where no file can be opened', async (t) => {
    const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
    // The loader takes the last descriptor, so that the addon has none.
    await writeFile(
      path.join(folder, 'js-binding.js'),
      `const { openSync } = require('node:fs');
       for (;;) { openSync(__filename); }`,
    );
    const { status, message } = load(`require(${JSON.stringify(folder)})`);
    assert.equal(status, 3);
    assert.match(message, /Found:\n {2}EMFILE: too many open files/);
    assert.match(toDo(message), /^raise the limit on open files \(ulimit -n\), or close some\./);
  });

  it('says what to do where the addon cannot be mapped into memory', async (t) => {
    const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
    await writeFile(
      path.join(folder, 'js-binding.js'),
      "throw new Error('modzy-client.node: failed to map segment from shared object')",
    );
    const { status, message } = load(`require(${JSON.stringify(folder)})`);
    assert.equal(status, 3);
    assert.match(toDo(message), /^raise the limit on memory \(ulimit -v, or that of the container\)\./);
  });

  /** Programs in which the system looks like one with musl, such as Alpine, in each way that the loader looks. */
  const NO_FILE = `const fs = require('node:fs'); const { readFileSync } = fs;
    const replaceLdd = (read) => fs.readFileSync = (file, ...more) => file === '/usr/bin/ldd' ? read() : readFileSync(file, ...more);
    const fail = () => { throw new Error('ENOENT'); };`;
  const libraries = {
    'musl, by its ldd': ['musl', `${NO_FILE} replaceLdd(() => 'musl libc (x86_64)');`],
    'musl, by the libraries of Node.js': [
      'musl',
      `${NO_FILE} replaceLdd(fail);
       process.report.getReport = () => ({ header: {}, sharedObjects: ['/lib/ld-musl-x86_64.so.1'] });`,
    ],
    'musl, by the program ldd': [
      'musl',
      `${NO_FILE} replaceLdd(fail); process.report.getReport = () => null;
       require('node:child_process').execSync = (command) => command === 'ldd --version' && 'musl libc (x86_64)';`,
    ],
    'glibc, by its ldd': ['gnu', `${NO_FILE} replaceLdd(() => 'ldd (GNU libc) 2.28');`],
    'glibc, by the report of Node.js': [
      'gnu',
      `${NO_FILE} replaceLdd(fail); process.report.getReport = () => ({ header: { glibcVersionRuntime: '2.28' } });`,
    ],
  };
  for (const [what, [library, preparation]] of Object.entries(libraries)) {
    it(`looks for the addon for ${what}`, { skip: process.platform !== 'linux' && 'another system' }, async (t) => {
      const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
      const { message } = load(`${preparation} require(${JSON.stringify(folder)})`);
      const wanted = `linux-${process.arch}-${library}`;
      const missing = [`./modzy-client.${wanted}.node`, `modzy-client-${wanted}`];
      assert.equal(found(message), missing.map((name) => `  Cannot find module '${name}'`).join('\n'));
    });
  }

  const left = /^modzy-client is in a bundle that left its addon behind\. .*--external:modzy-client/s;
  for (const [what, addon] of [
    ['is missing', undefined],
    ['has become a path', "module.exports = '/assets/modzy-client.node';"],
    ['is empty', 'module.exports = {};'],
  ]) {
    it(`says what to do about a bundle whose addon ${what}`, async (t) => {
      const folder = await copyOf(t, '.', [...files, 'js-binding.js']);
      // A bundle has all modules in one file. The one that loads the addon is enough for this test.
      const text = await readFile(path.join(folder, 'lib/binding.js'), 'utf8');
      await writeFile(path.join(folder, 'lib/bundle.js'), text);
      if (addon !== undefined) {
        await writeFile(path.join(folder, 'js-binding.js'), addon);
      }
      const { status, message } = load(`require(${JSON.stringify(path.join(folder, 'lib/bundle.js'))})`);
      assert.equal(status, 3);
      assert.match(toDo(message), left);
    });
  }
});

describe('an older Node.js', () => {
  it('gets an error with the required and the actual version, before anything else is loaded', async (t) => {
    const folder = await copyOf(t, '.', ['index.js', 'lib']);
    // An older version cannot parse the modules that are loaded after the check.
    await writeFile(path.join(folder, 'lib/client.js'), 'what an older version does not understand');
    for (const version of ['18.20.8', '16.0.0', '4.9.1']) {
      const older = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
      const { status, message } = load(`${older} require(${JSON.stringify(folder)})`);
      assert.equal(status, 3);
      assert.equal(message.trimEnd(), `modzy-client needs Node.js 20 or newer, and this is ${version}: update Node.js`);
    }
  });

  it('is outside the range of package.json', () => {
    assert.equal(require('../package.json').engines.node, '>=20');
  });
});

describe('modzy-emulator without a program', () => {
  const files = ['bin.js', 'index.js', 'lib'];

  it('says which files were tried and what to do, in startEmulator and on the command line', async (t) => {
    const folder = await copyOf(t, 'crates/emulator/npm', files);
    const program = path.join(folder, process.platform === 'win32' ? 'modzy-emulator.exe' : 'modzy-emulator');
    const expected = [
      `modzy-emulator has no program for ${platform}.`,
      `Looked for: ${program}, and the package modzy-emulator-${platform}.`,
      'Found: neither.',
    ];
    for (const start of [
      `await require(${JSON.stringify(folder)}).startEmulator()`,
      `require(${JSON.stringify(path.join(folder, 'bin.js'))})`,
    ]) {
      const { status, message } = load(start);
      assert.ok(status === 3 || status === 1, `${status}`);
      assert.deepEqual(message.split('\n').slice(0, 3), expected);
      assert.match(message, /What to do: in a checkout of the project, run `npm run build`.* MODZY_EMULATOR_BINARY/s);
    }
  });

  it(
    'looks for the program for musl on such a Linux',
    { skip: process.platform !== 'linux' && 'another system' },
    async (t) => {
      const folder = await copyOf(t, 'crates/emulator/npm', files);
      const { message } = load(
        `process.report.getReport = () => ({ header: {} }); await require(${JSON.stringify(folder)}).startEmulator()`,
      );
      assert.match(message, new RegExp(`, and the package modzy-emulator-linux-${process.arch}-musl\\.$`, 'm'));
    },
  );

  it('says that there is no file at MODZY_EMULATOR_BINARY', async () => {
    const { status, message } = load("await require('modzy-emulator').startEmulator()", {
      MODZY_EMULATOR_BINARY: '/no/such/program',
    });
    assert.equal(status, 3);
    assert.equal(message.trimEnd(), 'MODZY_EMULATOR_BINARY names /no/such/program, which does not exist');
  });
});
