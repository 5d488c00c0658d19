'use strict';

// `npm test`: everything that has to hold, from a fresh checkout. Stops at the first thing that does not.

const { readdirSync } = require('node:fs');
const path = require('node:path');
const { makeReference } = require('./docs.js');
const { buildAddon, buildBench, buildEmulator, prepare, run, runPackage } = require('./setup.js');

const tests = path.resolve(__dirname, '../../__test__');

const specs = readdirSync(tests, { encoding: 'utf8', recursive: true })
  .filter((name) => name.endsWith('.test.js') && !name.startsWith('package'))
  .map((name) => path.join(tests, name));

const steps = {
  'install packages': prepare,
  'build the addon': () => buildAddon(),
  'build the emulator': buildEmulator,
  'build the benchmarks': () => buildBench(),
  'lint Rust': () => {
    run('cargo', ['fmt', '--all', '--check']);
    run('cargo', ['clippy', '--locked', '--workspace', '--all-targets', '--quiet', '--', '--deny', 'warnings']);
  },
  'lint JavaScript': () => {
    runPackage('eslint/bin/eslint.js', ['.']);
    runPackage('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
  },
  'check types': () => {
    for (const project of [
      'tsconfig.json',
      '__test__/types/tsconfig.node16.json',
      '__test__/types/tsconfig.bundler.json',
    ]) {
      runPackage('typescript/bin/tsc', ['--project', project]);
    }
    for (const folder of ['.', 'crates/emulator/npm']) {
      runPackage('publint/src/cli.js', ['--strict', folder]);
    }
  },
  'check the reference': () => makeReference({ write: false }),
  'test the Rust crates': () => run('cargo', ['test', '--locked', '--workspace', '--quiet']),
  // One file at a time: some of them measure.
  'test the package': () => run(process.execPath, ['--test', '--test-concurrency=1', ...specs]),
};

for (const [name, step] of Object.entries(steps)) {
  const started = performance.now();
  console.log(`\n== ${name}`);
  step();
  console.log(`== ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
