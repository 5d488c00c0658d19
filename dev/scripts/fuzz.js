'use strict';

// `npm run fuzz`: runs 10,000,000 executions of each target in Rust, with cargo-fuzz if it and a nightly toolchain are installed,
// otherwise with proptest in `cargo test`. Then makes 100,000 random calls from JavaScript, and 20,000 with hostile callbacks, signals
// and sources. Prints counts, durations and the seed.

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
    throw new Error('--cases, --calls, --hostile and --seed must be whole numbers');
  }
  if (only !== undefined && only !== 'calls' && !targets.includes(only)) {
    throw new Error(`--only must be calls or one of ${targets.join(', ')}`);
  }
  return { cases, calls: Number(calls), hostile: Number(hostile), seed: Number(seed), only, proptest };
}

function hasCargoFuzz() {
  return spawnSync('cargo', ['+nightly', 'fuzz', '--version']).status === 0;
}

/** Fuzzes a target with cargo-fuzz, from its seeds and the corpus of earlier runs. */
function fuzzTarget(target, { cases, seed }) {
  const folders = ['corpus', 'seeds'].map((name) => path.join(fuzz, name, target));
  folders.forEach((folder) => mkdirSync(folder, { recursive: true }));
  const limits = [`-runs=${cases}`, `-seed=${seed}`, '-max_len=512', '-verbosity=0', '-print_final_stats=1'];
  run('cargo', ['+nightly', 'fuzz', 'run', '--fuzz-dir', fuzz, target, ...folders, '--', ...limits]);
}

/** Fuzzes a target with proptest, which needs no nightly toolchain. */
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
    // Only after the build, since it loads the addon.
    const { fuzzCalls } = require('../fuzz/run.js');
    await takes(`${calls} calls, ${hostile} hostile ones`, () => fuzzCalls({ calls, hostile, seed }));
  }
}

main();
