'use strict';

// Mutants in Rust, by cargo-mutants, in a copy of the sources. Each mutant goes through rounds of tests, from the fastest to the
// slowest, until one of them fails.

const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { run, target } = require('../scripts/setup.js');
const { Results } = require('./results.js');
const { copyTree, tree, work } = require('./tree.js');

const VERSION = '27.1.0';
const tools = path.join(target, 'tools', `cargo-mutants-${VERSION}`);
const program = path.join(tools, 'bin', 'cargo-mutants');

/** Time limit of the tests of a mutant: a multiple of what they take without one, and seconds. */
const LIMIT = { factor: 3, least: 10 };

/** Line tables would take time in every build. */
const ENVIRONMENT = {
  CARGO_TARGET_DIR: path.join(work, 'build'),
  CARGO_PROFILE_DEV_DEBUG: 'false',
  // Most tests wait for sockets.
  RUST_TEST_THREADS: '8',
  RUST_BACKTRACE: '0',
};

/**
 * @typedef {object} Part
 * @property {string[]} packages Those that are mutated.
 * @property {string} [cargo] What runs instead of cargo.
 * @property {{ packages?: string[], targets: string[], tests: string[] }[]} rounds The packages whose tests run, by default that of the
 *   mutant, the targets to build, and the arguments of `cargo test`.
 */

/** @type {Record<string, Part>} */
const parts = {
  client: {
    packages: ['modzy-client', 'modzy-secret-names'],
    rounds: [
      { targets: ['--lib'], tests: [] },
      { packages: ['modzy-client'], targets: ['--test=client'], tests: ['--', '--skip', 'slow::'] },
      { packages: ['modzy-client'], targets: ['--test=client'], tests: ['--', 'slow::'] },
    ],
  },
  addon: {
    packages: ['modzy-client-node'],
    cargo: path.join(__dirname, 'addon-cargo.js'),
    rounds: [
      { targets: [], tests: ['first'] },
      { targets: [], tests: ['rest'] },
    ],
  },
};

function installTool() {
  if (!existsSync(program)) {
    // Without optimization, since it spends its time waiting for cargo.
    run('cargo', ['install', '--locked', '--debug', '--root', tools, `cargo-mutants@${VERSION}`]);
  }
}

/** @param {Part} part */
function environmentOf({ cargo = 'cargo' }) {
  return { ...process.env, ...ENVIRONMENT, CARGO: cargo };
}

/** Repeats an option for each of its values. */
function each(option, values) {
  return values.map((value) => `${option}=${value}`);
}

/**
 * @param {Part} part
 * @param {string} [changes] A diff: only mutants in its lines.
 * @returns {{ name: string, file: string, package: string }[]}
 */
function listMutants(part, changes) {
  const args = ['mutants', '--dir', tree, '--list', '--json', '--level=error', ...each('--package', part.packages)];
  if (changes !== undefined) {
    const file = path.join(work, 'changes.diff');
    writeFileSync(file, changes);
    args.push('--in-diff', file);
  }
  const text = execFileSync(program, args, { encoding: 'utf8', env: environmentOf(part), maxBuffer: 1 << 28 });
  return text.trim() === '' ? [] : JSON.parse(text);
}

/** Where cargo-mutants writes in a round of a part. */
function outputOf(name, index) {
  return path.join(work, `cargo-mutants-${name}-${index + 1}`);
}

/** Moves what cargo-mutants has found to the results. */
function takeOutput(results, name, index) {
  for (const outcome of ['caught', 'missed', 'timeout', 'unviable']) {
    const file = path.join(outputOf(name, index), 'mutants.out', `${outcome}.txt`);
    const names = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    // cargo-mutants does not apply `--re` to members of structs, so there may be others that an earlier round has caught.
    for (const mutant of names.filter((found) => (results.get(found)?.outcome ?? 'missed') === 'missed')) {
      results.add({ name: mutant, file: mutant.slice(0, mutant.indexOf(':')), outcome, rounds: index + 1 });
    }
  }
  rmSync(outputOf(name, index), { recursive: true, force: true });
}

/**
 * Runs the tests of a round without a mutant. Returns their time limit in seconds.
 *
 * @param {Part} part
 * @param {Part['rounds'][number]} round
 * @param {string} mutated The package of the mutants.
 */
function measure(part, { packages, targets, tests }, mutated) {
  const args = ['test', ...each('--package', packages ?? [mutated]), ...targets];
  const execute = (more) => {
    const { status } = spawnSync(part.cargo ?? 'cargo', [...args, ...more], {
      cwd: tree,
      env: environmentOf(part),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) {
      throw new Error(`without a mutant, this fails in ${tree}: cargo ${[...args, ...more].join(' ')}`);
    }
  };
  execute(['--no-run']);
  const began = performance.now();
  execute(tests);
  const seconds = (performance.now() - began) / 1000;
  return Math.ceil(Math.max(LIMIT.least, LIMIT.factor * seconds));
}

/** Runs the tests of a round with each of these mutants of a file. */
function runRound(part, { packages, targets, tests }, mutants, limit, output) {
  const names = mutants.map(({ name }) => `^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`);
  const args = [
    ...['mutants', '--dir', tree, '--in-place', '--baseline=skip', '--output', output],
    ...['--no-times', '--colors=never', '--annotations=none', `--timeout=${limit}`],
    ...each('--package', part.packages),
    ...each('--test-package', packages ?? []),
    ...each('--cargo-arg', targets),
    ...each('--file', [mutants[0].file]),
    ...each('--re', names),
    ...['--', ...tests],
  ];
  const { status, error } = spawnSync(program, args, {
    env: environmentOf(part),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // 2: some were missed. 3: some reached the time limit.
  if (![0, 2, 3].includes(status)) {
    throw error ?? new Error(`cargo-mutants ended with ${status}`);
  }
}

/**
 * @param {string} name The part.
 * @param {import('../scripts/mutants.js').Selection} selection
 * @returns {import('./results.js').Result[]}
 */
function testRust(name, { includes, isInShard, changes, again, quick, reports }) {
  const part = parts[name];
  const rounds = quick ? part.rounds.slice(0, 1) : part.rounds;
  installTool();
  // What a killed run has left.
  const earlier = new Results(name);
  part.rounds.forEach((_, index) => takeOutput(earlier, name, index));
  copyTree();
  const results = new Results(name);
  if (again) {
    results.forgetMissed();
  }
  const mutants = listMutants(part, changes)
    .filter(({ file }) => includes(file))
    .filter((_, index) => isInShard(index));
  /** The round that a mutant goes through next, or none. */
  const next = (mutant) => {
    const { outcome, rounds: done } = results.get(mutant.name) ?? { outcome: 'missed', rounds: 0 };
    return outcome === 'missed' && done < rounds.length ? done : undefined;
  };
  const pending = reports ? [] : mutants.filter((mutant) => next(mutant) !== undefined);
  console.log(`${name}: ${mutants.length} mutants, ${pending.length} to test`);
  const limits = new Map();
  for (const file of new Set(pending.map((mutant) => mutant.file))) {
    for (const [index, round] of rounds.entries()) {
      const group = pending.filter((mutant) => mutant.file === file && next(mutant) === index);
      if (group.length > 0) {
        const [{ package: mutated }] = group;
        const key = `${mutated} ${index}`;
        limits.set(key, limits.get(key) ?? measure(part, round, mutated));
        runRound(part, round, group, limits.get(key), outputOf(name, index));
        takeOutput(results, name, index);
      }
    }
  }
  return mutants.flatMap((mutant) => results.get(mutant.name) ?? []);
}

module.exports = { parts, testRust };
