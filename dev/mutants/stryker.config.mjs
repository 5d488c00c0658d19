// Mutation testing of lib, by Stryker. Its working directory is the copy of the sources.

import { readdirSync } from 'node:fs';

/** Tests that cannot run with the mutants in the sources, with the reason. */
const APART = {};

/** The tests that use most of lib in the shortest time. The others run after them. */
const FIRST = ['contract', 'argument-values', 'option-values', 'errors', 'streams', 'batches', 'uploads', 'wait'];

const names = readdirSync('__test__')
  .flatMap((name) => /^(.*)\.test\.js$/.exec(name)?.[1] ?? [])
  .filter((name) => !(name in APART));
const chosen = process.env.MUTANTS_TESTS?.split(',') ?? [...FIRST, ...names.filter((name) => !FIRST.includes(name))];

export default {
  testRunner: 'tap',
  tap: {
    testFiles: chosen.map((name) => `__test__/${name}.test.js`),
    nodeArgs: ['--test-reporter=tap', '-r', '{{hookFile}}', '{{testFile}}'],
  },
  disableTypeChecks: false,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutFactor: 1.5,
  timeoutMS: 10_000,
  symlinkNodeModules: false,
  cleanTempDir: 'always',
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: '../stryker.json' },
  allowConsoleColors: false,
};
