'use strict';

// The kinds of tests in JavaScript, with their folders.

const { readdirSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('./setup.js');

/** The slow and long tests that measure no short times. Most of their time they wait, so they run beside each other. */
const patient = {
  slow: ['abort', 'demo', 'emulator', 'hostile', 'limits', 'many-files', 'migrating', 'sharing', 'wait'],
  long: ['canary', 'changing-files', 'environments', 'python-sdk', 'upload-memory'],
};

/** More files at a time than there are processors, since most tests wait for servers and processes. */
const MANY = 2 * os.availableParallelism();

/**
 * The folder of each kind, how many of its files run at a time, and which files of the folder are left to another kind, or are the
 * only ones.
 *
 * @type {Record<string, { folder: string, atOnce: number, without?: string[], only?: string[] }>}
 */
const kinds = {
  unit: { folder: '__test__', atOnce: MANY },
  docs: { folder: '__test__/docs', atOnce: MANY },
  patient: { folder: '__test__/slow', atOnce: MANY, only: patient.slow },
  // One at a time, since most of them measure time.
  slow: { folder: '__test__/slow', atOnce: 1, without: patient.slow },
  // Those that measure count the time of a thread or a process, which others do not take.
  browser: { folder: '__test__/browser', atOnce: MANY },
  bundlers: { folder: '__test__/bundlers', atOnce: 1 },
  'patient-long': { folder: '__test__/slow/long', atOnce: MANY, only: patient.long },
  long: { folder: '__test__/slow/long', atOnce: 1, without: patient.long },
};

/**
 * Returns the arguments of Node.js for a kind of tests.
 *
 * @param {string} kind
 */
function testArguments(kind) {
  const { folder, atOnce, without = [], only } = kinds[kind];
  const found = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.js'));
  const names =
    only ?? found.map((name) => name.slice(0, -'.test.js'.length)).filter((name) => !without.includes(name));
  return [
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=spec',
    ...names.map((name) => path.join(root, folder, `${name}.test.js`)),
  ];
}

module.exports = { kinds, testArguments };
