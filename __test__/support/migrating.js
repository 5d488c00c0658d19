'use strict';

// The tables of MIGRATING.md: a test for each row, with the name of the row.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { timedTests } = require('./timed-differences.js');

/**
 * Reads the rows of the last table under a heading: the subject of each, and its behavior in this package.
 *
 * @param {string} heading
 * @returns {[about: string, here: string][]}
 */
function rowsOf(heading) {
  const text = readFileSync(path.resolve(__dirname, '../../MIGRATING.md'), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  assert.ok(section, `no section ${heading}`);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    assert.equal(cells.length, 5, `three cells: ${line}`);
    assert.ok(cells.slice(1, 4).every(Boolean), `an empty cell: ${line}`);
    return [cells[1], cells[3]];
  });
}

/**
 * Runs the tests of the rows, without those that take real time.
 *
 * @param {string} heading
 * @param {Record<string, (t: import('node:test').TestContext) => Promise<void> | void>} tests The subject of a row → its test.
 */
function testRows(heading, tests) {
  const rows = rowsOf(heading);
  describe(`MIGRATING.md, ${heading}`, () => {
    it('each row has a test, and each test a row', () => {
      const abouts = rows.map(([about]) => about);
      assert.equal(new Set(abouts).size, abouts.length, 'two rows are about the same');
      const tested = [...Object.keys(tests), ...Object.keys(timedTests[heading] ?? {})];
      assert.deepEqual([...abouts].sort(), tested.sort());
    });

    runRows(rows, tests);
  });
}

/** Runs the tests that take real time, for the rows of all tables. */
function testTimedRows() {
  for (const [heading, tests] of Object.entries(timedTests)) {
    describe(`MIGRATING.md, ${heading}`, () => runRows(rowsOf(heading), tests));
  }
}

/**
 * @param {[about: string, here: string][]} rows
 * @param {Record<string, (t: import('node:test').TestContext) => Promise<void> | void>} tests
 */
function runRows(rows, tests) {
  for (const [about, here] of rows) {
    const test = tests[about];
    if (test !== undefined) {
      it(`${about}: ${here}`, test);
    }
  }
}

module.exports = { testRows, testTimedRows };
