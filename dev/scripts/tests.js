'use strict';

// The kinds of tests in JavaScript, by the folder that they stand in.

const { readdirSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('./setup.js');

/**
 * Where each kind stands, and how many of its files run at a time. Most of them wait for servers and processes, and so more run
 * than there are processors.
 */
const kinds = {
  unit: { folder: '__test__', atOnce: 2 * os.availableParallelism() },
  docs: { folder: '__test__/docs', atOnce: 2 * os.availableParallelism() },
  // One at a time, since most of them measure.
  slow: { folder: '__test__/slow', atOnce: 1 },
  long: { folder: '__test__/slow/long', atOnce: 1 },
};

/**
 * The arguments with which Node.js runs them.
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
