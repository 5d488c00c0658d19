'use strict';

// `npm run fuzz`: 10,000,000 executions of each target in Rust, by cargo-fuzz where it and a nightly toolchain are there, else by
// proptest in `cargo test`; then 100,000 random calls from JavaScript, and 20,000 with hostile callbacks, signals and sources. Prints counts, seconds and the seed.

const { spawnSync } = require('node:child_process');
const { mkdirSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildDebug } = require('./builds.js');
const { readCommandLine } = require('./command-line.js');
const { prepare, run } = require('./setup.js');

const usage =
  'npm run fuzz [-- --cases 10000000 --calls 100000 --hostile 20000 --seed SEED --only TARGET|calls --proptest]';
const fuzz = path.resolve(__dirname, '../fuzz');
const targets = readdirSync(path.join(fuzz, 'seeds'));

function readArguments() {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '10000000' },
      calls: { type: 'string', default: '100000' },
      hostile: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      proptest: { type: 'boolean', default: false },
    },
  });
  const { cases, calls, hostile, seed, only, proptest } = values;
  if (![cases, calls, hostile, seed].every((text) => /^\d+$/.test(text))) {
    throw new Error('the figures should be whole numbers');
  }
  if (only !== undefined && only !== 'calls' && !targets.includes(only)) {
    throw new Error(`--only should be calls or one of ${targets.join(', ')}`);
  }
  return { cases, calls: Number(calls), hostile: Number(hostile), seed: Number(seed), only, proptest };
}

function hasCargoFuzz() {
  return spawnSync('cargo', ['+nightly', 'fuzz', '--version']).status === 0;
}

/** Takes a target through seeds, what was found before, and chance. */
function fuzzTarget(target, { cases, seed }) {
  const folders = ['corpus', 'seeds'].map((name) => path.join(fuzz, name, target));
  folders.forEach((folder) => mkdirSync(folder, { recursive: true }));
  const limits = [`-runs=${cases}`, `-seed=${seed}`, '-max_len=512', '-verbosity=0', '-print_final_stats=1'];
  run('cargo', ['+nightly', 'fuzz', 'run', '--fuzz-dir', fuzz, target, ...folders, '--', ...limits]);
}

/** The same without a toolchain of its own. */
function testTarget(target, { cases }) {
  Object.assign(process.env, { FUZZ_CASES: cases, FUZZ_TARGET: target });
  run('cargo', ['test', '--locked', '--release', '--quiet', '--package', 'modzy-client', '--lib', 'fuzzing']);
}

async function main() {
  const given = readCommandLine(usage, readArguments);
  const { calls, cases, hostile, seed, only, proptest } = given;
  const takes = async (what, work) => {
    const began = performance.now();
    const report = await work();
    console.log(`== ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`, report ?? '');
  };
  const fuzzes = !proptest && hasCargoFuzz();
  console.log(`seed ${seed}; targets by ${fuzzes ? 'cargo-fuzz' : 'proptest'}`);
  for (const target of targets.filter((name) => only === undefined || name === only)) {
    await takes(`${target}, ${cases} executions`, () => (fuzzes ? fuzzTarget : testTarget)(target, given));
  }
  if (only === undefined || only === 'calls') {
    prepare();
    buildDebug();
    // Not before the addon is there.
    const { fuzzCalls } = require('../fuzz/run.js');
    await takes(`${calls} calls, ${hostile} hostile ones`, () => fuzzCalls({ calls, hostile, seed }));
  }
}

main();
