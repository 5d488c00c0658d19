'use strict';

// The kinds of tests in JavaScript, with their folders.

const { readdirSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('./setup.js');

/**
 * The folder of each kind, and how many of its files run at a time: more than there are processors, since most tests wait for servers
 * and processes.
 */
const kinds = {
  unit: { folder: '__test__', atOnce: 2 * os.availableParallelism() },
  docs: { folder: '__test__/docs', atOnce: 2 * os.availableParallelism() },
  // One at a time, since most of them measure time.
  slow: { folder: '__test__/slow', atOnce: 1 },
  browser: { folder: '__test__/browser', atOnce: 1 },
  bundlers: { folder: '__test__/bundlers', atOnce: 1 },
  long: { folder: '__test__/slow/long', atOnce: 1 },
};

/**
 * Returns the arguments of Node.js for a kind of tests.
 *
 * @param {keyof typeof kinds} kind
 */
function testArguments(kind) {
  const { folder, atOnce } = kinds[kind];
  const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.js'));
  return [
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=spec',
    ...files.map((name) => path.join(root, folder, name)),
  ];
}

module.exports = { kinds, testArguments };
