'use strict';

// The kinds of tests in JavaScript, with their folders.

const { readdirSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('./setup.js');

/** The slow tests that measure no short times. Most of their time they wait, so they can run beside each other and beside others. */
const PATIENT = [
  'abort',
  'demo',
  'emulator',
  'faults',
  'hostile',
  'limits',
  'many-files',
  'migrating',
  'sharing',
  'wait',
].map((name) => `${name}.test.js`);

/**
 * The folder of each kind, and how many of its files run at a time: more than there are processors, since most tests wait for servers
 * and processes.
 *
 * @type {Record<string, { folder: string, atOnce: number, has?: (name: string) => boolean }>}
 */
const kinds = {
  unit: { folder: '__test__', atOnce: 2 * os.availableParallelism() },
  docs: { folder: '__test__/docs', atOnce: 2 * os.availableParallelism() },
  patient: {
    folder: '__test__/slow',
    atOnce: 2 * os.availableParallelism(),
    has: (name) => PATIENT.includes(name),
  },
  // One at a time, since most of them measure time.
  slow: { folder: '__test__/slow', atOnce: 1, has: (name) => !PATIENT.includes(name) },
  browser: { folder: '__test__/browser', atOnce: 1 },
  bundlers: { folder: '__test__/bundlers', atOnce: 1 },
  long: { folder: '__test__/slow/long', atOnce: 1 },
};

/**
 * Returns the arguments of Node.js for a kind of tests.
 *
 * @param {string} kind
 */
function testArguments(kind) {
  const { folder, atOnce, has = () => true } = kinds[kind];
  const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.js') && has(name));
  return [
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=spec',
    ...files.map((name) => path.join(root, folder, name)),
  ];
}

module.exports = { kinds, testArguments };
