'use strict';

// `npm test`, `npm run lint` and similar commands: `node dev/scripts/check.js NAME …` runs checks by name, one after the other.
// Installs and builds what they need first, and stops at the first failure.

const os = require('node:os');
const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { readCommandLine } = require('./command-line.js');
const { runLanes } = require('./lanes.js');
const { prepare, root } = require('./setup.js');
const { testArguments } = require('./tests.js');

/** @typedef {import('./lanes.js').Command} Command */

/**
 * @param {string} name
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Command}
 */
function cargo(name, args, env) {
  return { name, program: 'cargo', args, env };
}

/**
 * Returns the command for a program of an installed package.
 *
 * @param {string} name
 * @param {string} specifier The module that is its entry, as `package/path`.
 * @param {string[]} args
 * @returns {Command}
 */
function tool(name, specifier, args) {
  return { name, program: process.execPath, args: [path.join(root, 'node_modules', specifier), ...args] };
}

/**
 * @param {string} name
 * @param {Parameters<testArguments>[0]} kind
 * @returns {Command}
 */
function node(name, kind) {
  return { name, program: process.execPath, args: testArguments(kind) };
}

/** The whole workspace, so that all commands share their builds (see dev/features). */
const WORKSPACE = ['--locked', '--workspace'];

/** More than there are processors, since most tests wait for sockets. */
const TEST_THREADS = { RUST_TEST_THREADS: String(4 * os.availableParallelism()) };

/** The prefix of the slow tests: every fault against every class of request. */
const SLOW = 'slow::';

/** Part of the names of the long tests, which are ignored otherwise. */
const LONG = 'long::';

const lintRust = [
  cargo('rustfmt', ['fmt', '--all', '--check']),
  cargo('clippy', ['clippy', ...WORKSPACE, '--all-targets', '--quiet', '--', '--deny', 'warnings']),
];
const lintJavaScript = [
  tool('eslint', 'eslint/bin/eslint.js', ['.']),
  tool('prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  { name: 'words', program: process.execPath, args: [path.join(root, 'dev/scripts/words.js')] },
];
const typecheck = [
  ...[
    'tsconfig.json',
    '__test__/types/tsconfig.node16.json',
    '__test__/types/tsconfig.bundler.json',
    '__test__/types/tsconfig.dom.json',
    '__test__/types/tsconfig.old-dom.json',
    'crates/emulator/page/tsconfig.json',
  ].map((project) => tool(`tsc ${project}`, 'typescript/bin/tsc', ['--project', project])),
  ...['.', 'crates/emulator/npm'].map((folder) =>
    tool(`publint ${folder}`, 'publint/src/cli.js', ['--strict', folder]),
  ),
];
const compileTests = cargo('compile the tests in Rust', ['test', ...WORKSPACE, '--no-run', '--quiet']);
const rustdoc = cargo('rustdoc', ['doc', ...WORKSPACE, '--no-deps', '--quiet'], { RUSTDOCFLAGS: '--deny warnings' });
/** The tests in a browser open the site that it makes. */
const typedoc = { name: 'typedoc', program: process.execPath, args: [path.join(root, 'dev/scripts/site.js')] };
const unitRust = cargo('unit tests in Rust', ['test', ...WORKSPACE, '--quiet', '--', '--skip', SLOW], TEST_THREADS);
const longRust = cargo('long tests in Rust', ['test', ...WORKSPACE, '--tests', '--quiet', '--', '--ignored', LONG]);
const slowRust = cargo('slow tests in Rust', ['test', ...WORKSPACE, '--tests', '--quiet', '--', SLOW]);

const patientJavaScript = node('patient tests in JavaScript', 'patient');
/** Alone, because they measure time. */
const slow = [[node('slow tests in JavaScript', 'slow'), slowRust]];

/**
 * @typedef {object} Check
 * @property {Command[][][]} phases They run one after the other, each in parallel lanes.
 * @property {boolean} [isBuilt] Whether it needs the addon and the emulator.
 */

/** @type {Record<string, Check>} */
const checks = {
  format: {
    phases: [
      [
        [
          cargo('rustfmt', ['fmt', '--all']),
          tool('eslint', 'eslint/bin/eslint.js', ['--fix', '.']),
          tool('prettier', 'prettier/bin/prettier.cjs', ['--write', '--log-level', 'warn', '.']),
        ],
      ],
    ],
  },
  lint: { phases: [[lintRust, lintJavaScript]] },
  typecheck: { phases: [[typecheck]], isBuilt: true },
  unit: { phases: [[[unitRust], [node('unit tests in JavaScript', 'unit')]]], isBuilt: true },
  rust: { phases: [[[cargo('tests in Rust', ['test', ...WORKSPACE])]]] },
  docs: { phases: [[[typedoc, node('tests of the docs', 'docs')], [rustdoc]]], isBuilt: true },
  slow: { phases: [[[patientJavaScript]], slow], isBuilt: true },
  long: {
    phases: [
      [[node('patient long tests in JavaScript', 'patient-long')]],
      [[node('long tests in JavaScript', 'long'), longRust]],
    ],
    isBuilt: true,
  },
  browser: { phases: [[[node('tests in a browser', 'browser')]]], isBuilt: true },
  bundlers: { phases: [[[node('tests of bundles', 'bundlers')]]], isBuilt: true },
  test: {
    phases: [
      [
        [...lintRust, rustdoc, compileTests],
        [...lintJavaScript, ...typecheck, typedoc],
      ],
      [
        [unitRust, node('tests of the docs', 'docs')],
        [node('unit tests in JavaScript', 'unit'), patientJavaScript],
      ],
      slow,
    ],
    isBuilt: true,
  },
};

function readNames() {
  const names = process.argv.slice(2);
  const known = Object.keys(checks);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`unknown check ${unknown}`);
  }
  if (names.length === 0) {
    throw new Error('the name of a check is missing');
  }
  return names;
}

async function main() {
  const usage = `node dev/scripts/check.js NAME …, of ${Object.keys(checks).join(', ')}`;
  const chosen = readCommandLine(usage, readNames).map((name) => checks[name]);
  const started = performance.now();
  prepare();
  if (chosen.some(({ isBuilt }) => isBuilt)) {
    buildDebug();
  }
  try {
    for (const { phases } of chosen) {
      for (const lanes of phases) {
        await runLanes(lanes);
      }
    }
    console.log(`== all in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

main();
