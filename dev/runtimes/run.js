'use strict';

// `npm run test:runtimes [-- NAME …]`: runs the tests of the package on each Node.js, and smoke tests on Bun and Deno. For Linux on
// x64, whose runtimes are in package.json.

const path = require('node:path');
const { buildDebug } = require('../scripts/builds.js');
const { kinds, testArguments } = require('../scripts/tests.js');
const { installPackages, prepare, root, run } = require('../scripts/setup.js');

const installed = path.join(__dirname, 'node_modules');
const tests = path.join(root, '__test__');
const smoke = path.join(tests, 'smoke.mjs');
const bun = path.join(installed, '@oven/bun-linux-x64/bin/bun');
const deno = path.join(installed, '@deno/linux-x64-glibc/deno');

/** Returns the commands that run all tests of the package with one Node.js. */
function suite(name) {
  const node = path.join(installed, name, 'bin/node');
  return Object.keys(kinds).map((kind) => [node, testArguments(kind)]);
}

/** The permissions that the README documents for Deno. */
const permitted = ['--no-prompt', '--allow-ffi', '--allow-read', '--allow-env'];

/** The commands for each runtime. */
const runtimes = {
  'node-20': suite('node-20'),
  'node-22': suite('node-22'),
  'node-24': suite('node-24'),
  'node-26': suite('node-26'),
  bun: [[bun, [smoke]]],
  deno: [
    [deno, ['run', '--allow-all', '--quiet', smoke]],
    [deno, ['run', ...permitted, '--quiet', path.join(tests, 'permissions.mjs')]],
  ],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(runtimes, name));
if (unknown.length > 0) {
  throw new Error(`unknown runtime ${unknown.join(', ')}; the runtimes are ${Object.keys(runtimes).join(', ')}`);
}

/** Reaches the emulator without a proxy, and makes as many random calls as `npm run fuzz` by default. */
const env = {
  no_proxy: '*',
  FUZZ_CALLS: process.env.FUZZ_CALLS ?? '100000',
  FUZZ_HOSTILE: process.env.FUZZ_HOSTILE ?? '20000',
};

prepare();
installPackages(__dirname);
buildDebug();
for (const [name, commands] of Object.entries(runtimes)) {
  if (asked.length === 0 || asked.includes(name)) {
    const started = performance.now();
    console.log(`\n== ${name}`);
    for (const [program, args] of commands) {
      run(program, args, root, env);
    }
    console.log(`== ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
}
