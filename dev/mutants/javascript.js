'use strict';

// Mutants of lib, by Stryker. It runs the tests once for each group of files, to see which tests reach which mutant, and then with each
// mutant those that reach it, until one fails.

const { existsSync, readFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { installPackages, run } = require('../scripts/setup.js');
const { Results } = require('./results.js');
const { copyTree, libFiles, tree, work } = require('./tree.js');

const stryker = path.join(__dirname, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const output = path.join(work, 'stryker.json');

/** Lines in a group. A killed run goes on with the group that it was at. */
const LINES_AT_ONCE = 600;

/** A process that a mutant ends before it reports a test has failed as well. */
const OUTCOMES = {
  Killed: 'caught',
  NoCoverage: 'missed',
  RuntimeError: 'caught',
  Survived: 'missed',
  Timeout: 'timeout',
};

/** Returns files in groups of about the same length. */
function groupsOf(files) {
  const groups = [];
  let room = 0;
  for (const file of files) {
    const lines = readFileSync(path.join(tree, file), 'utf8').split('\n').length;
    if (room < lines) {
      groups.push([]);
      room = Math.max(LINES_AT_ONCE, lines);
    }
    groups.at(-1).push(file);
    room -= lines;
  }
  return groups;
}

/** Returns the changed lines of some files in a diff, as Stryker reads them. */
function linesIn(changes, files) {
  let file = '';
  return changes.split('\n').flatMap((line) => {
    file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1] ?? file;
    const [, first, count = '1'] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    const isMutated = first !== undefined && count !== '0' && files.includes(file);
    return isMutated ? [`${file}:${first}-${Number(first) + Number(count) - 1}`] : [];
  });
}

/**
 * Moves what Stryker has found to the results.
 *
 * @param {Results} results
 */
function takeOutput(results) {
  const { files } = JSON.parse(readFileSync(output, 'utf8'));
  rmSync(output);
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => status in OUTCOMES)
      .map(({ location: { start, end }, mutatorName, replacement, status }) => {
        // As Stryker reads a range: its columns begin with 0.
        const range = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
        const name = `${range}: ${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ')}`;
        return results.add({ name, file, outcome: OUTCOMES[status], rounds: 1 });
      }),
  );
}

/**
 * Runs the tests with the mutants of these files or lines.
 *
 * @param {Results} results
 * @param {string[]} ranges
 */
function runStryker(results, ranges) {
  if (ranges.length === 0) {
    return [];
  }
  rmSync(output, { force: true });
  const config = path.join(__dirname, 'stryker.config.mjs');
  run(process.execPath, [stryker, 'run', config, '--mutate', ranges.join(',')], tree);
  return existsSync(output) ? takeOutput(results) : [];
}

/**
 * @param {import('../scripts/mutants.js').Selection} selection
 * @returns {import('./results.js').Result[]}
 */
function testJavaScript({ includes, isInShard, changes, again, reports }) {
  installPackages(__dirname);
  copyTree();
  const results = new Results('lib');
  const files = libFiles().filter(includes);
  if (changes !== undefined) {
    return runStryker(results, linesIn(changes, files));
  }
  if (again) {
    const missed = results.list(({ file, outcome }) => outcome === 'missed' && files.includes(file));
    runStryker(results, [...new Set(missed.map(({ name }) => name.slice(0, name.indexOf(': '))))]);
  }
  for (const group of reports ? [] : groupsOf(files).filter((_, index) => isInShard(index))) {
    const pending = group.filter((file) => results.get(file) === undefined);
    runStryker(results, pending);
    pending.forEach((file) => results.add({ name: file, file, outcome: 'whole', rounds: 1 }));
  }
  return results.list(({ file, outcome }) => outcome !== 'whole' && files.includes(file));
}

module.exports = { testJavaScript };
