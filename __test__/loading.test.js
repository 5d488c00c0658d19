'use strict';

// What is said where a binary is missing or does not work: what was looked for, what was found, what to do.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { cp, mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { platformArchABI: platform } = require('../dev/scripts/platforms.js').host();

const root = path.resolve(__dirname, '..');

/** A copy of some files of the checkout, in a folder that is gone after the test. */
async function copyOf(t, folder, names) {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
  t.after(() => rm(copy, { recursive: true }));
  for (const name of names) {
    await cp(path.join(root, folder, name), path.join(copy, name), { recursive: true });
  }
  return copy;
}

/** How a program ends that loads a module: its code, and the message of its error. */
function load(program, env = {}) {
  const catching = `(async () => { ${program} })().catch((error) => { console.error(error.message); process.exitCode = 3; })`;
  const options = { encoding: 'utf8', env: { ...process.env, MODZY_EMULATOR_BINARY: '', ...env } };
  const { status, stderr } = spawnSync(process.execPath, ['-e', catching], options);
  return { status, message: stderr };
}

describe('modzy-client without an addon', () => {
  const files = ['index.js', 'lib'];
  const head =
    /^modzy-client has no addon that works on \S+ \S+ with Node\.js v\S+\.\nLooked for: .*`npm run build`.*\nFound:\n/;
  const advice = /What to do: in a checkout of modzy-client, run `npm run build`.* --omit=optional /s;

  /** What stands under "Found". */
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
});

describe('modzy-emulator without a program', () => {
  const files = ['bin.js', 'index.js', 'lib'];

  it('says what was looked for and what to do, in startEmulator and on the command line', async (t) => {
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

  it('says that MODZY_EMULATOR_BINARY names no file', async () => {
    const { status, message } = load("await require('modzy-emulator').startEmulator()", {
      MODZY_EMULATOR_BINARY: '/no/such/program',
    });
    assert.equal(status, 3);
    assert.equal(message.trimEnd(), 'MODZY_EMULATOR_BINARY names /no/such/program, which does not exist');
  });
});
