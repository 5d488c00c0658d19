'use strict';

// The benchmarks: each runs with the clients that need no package, and its figures are drawn and compared with their targets.

const assert = require('node:assert/strict');
const { execFile, spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { inspect, promisify } = require('node:util');
const { draw } = require('../../../dev/bench/chart.js');
const { quantile, show, target } = require('../../../dev/bench/figures.js');

const bench = path.resolve(__dirname, '../../../dev/bench/bench.js');

const clients = ['modzy-client', 'fetch'];
if (spawnSync('curl', ['--version']).status === 0) {
  clients.push('curl');
}

/** Returns the rows of a printed table, by their first cell; their cells by the heads of the columns. */
function rowsOf(printed, title) {
  const from = printed.indexOf(`\n${title}\n`);
  assert.notEqual(from, -1, title);
  const [[, ...head], ...rows] = printed
    .slice(from + title.length + 2)
    .split('\n\n')[0]
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/ {2,}/));
  return Object.fromEntries(
    rows.map(([name, ...cells]) => [name, Object.fromEntries(head.map((column, nth) => [column, cells[nth]]))]),
  );
}

describe('npm run bench', { skip: process.platform !== 'linux' }, () => {
  it('measures everything in its quick form', async () => {
    const args = [bench, '--quick', '--debug', '--clients', clients.join()];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const positive = (title, name, ...columns) => {
      const cells = rowsOf(stdout, title)[name];
      assert.ok(cells, `${name} in ${title}`);
      for (const column of columns) {
        assert.ok(Number(cells[column]?.replaceAll(',', '')) > 0, `${title}, ${name}: ${inspect(cells)}`);
      }
    };
    const levels = ['1 in flight', '8 in flight'];
    for (const client of ['modzy-client', 'fetch', 'Rust']) {
      positive('`getJob`: calls per second', client, ...levels);
      positive('`getResult` of 10 MB, in 40 inputs', client, 'ms');
    }
    positive('`getJob`: µs of the main thread per call', 'modzy-client', ...levels);
    // Not its memory: that of fifty waits is less than what the process gives back.
    const seen = ['waits', 'event-loop utilization', 'ms of the main thread in a second', 'end seen at p99, ms'];
    positive('Pending waits', 'modzy-client', ...seen, 'wake-up, µs', 'without waits, µs');
    const costs = ['MB/s', 'CPU ms per MB'];
    positive('Upload of 1 GB from a path', 'modzy-client', ...costs, 'main-thread ms per MB');
    positive('Upload of 1 GB from a path', 'Rust', ...costs);
    positive('Upload of 1 GB from a Buffer', 'modzy-client', ...costs, 'main-thread ms per MB');
    positive('Download of 1 GB to a file', 'modzy-client', ...costs, 'main-thread ms per MB');
    if (clients.includes('curl')) {
      positive('Upload of 1 GB from a path', 'curl', 'MB/s');
      positive('Download of 1 GB to a file', 'curl', 'MB/s');
    }
    assert.match(stdout, /\n {2}modzy-client .*\n\nTargets\n/);
    positive('`require`', 'modzy-client', 'ms');
  });

  it('refuses unknown groups and clients', async () => {
    for (const [given, known] of [
      [['nothing'], 'calls, waits, data, clients, start'],
      [['--clients', 'axios'], 'modzy-client, modzy-sdk 1.0.7, undici, fetch, curl'],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [bench, '--debug', ...given], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`the known names are ${known}`));
    }
  });
});

describe('the pages of the benchmarks', () => {
  for (const name of ['docs/performance.md', 'dev/bench/README.md']) {
    it(`have a section for each group: ${name}`, () => {
      const page = readFileSync(path.resolve(__dirname, '../../..', name), 'utf8');
      for (const group of ['calls', 'waits', 'data', 'clients', 'start']) {
        assert.match(page, new RegExp(`\n<!-- ${group}: begin -->\n(.*\n)*?<!-- ${group}: end -->\n`));
      }
    });
  }
});

describe('a figure', () => {
  it('is compared with its target, and does not meet it without a measurement', () => {
    const verdict = (...args) => target('it', ...args).verdict;
    assert.deepEqual(
      [verdict(2, '≥', 2), verdict(1.9, '≥', 2), verdict(2, '≤', 2), verdict(2.1, '≤', 2), verdict(0, '≤', 2)],
      ['met', 'missed', 'met', 'missed', 'met'],
    );
    assert.deepEqual([verdict(NaN, '≤', 2), verdict(undefined, '≥', 0)], ['not measured', 'not measured']);
    assert.deepEqual(target('it', 0.5, '≤', 1 / 3).bound, '≤ 0.333');
  });

  it('is shown in three digits', () => {
    assert.deepEqual([0, 0.012345, 1.2345, 123.45, 12345.6, undefined, 'none'].map(show), [
      '0',
      '0.0123',
      '1.23',
      '123',
      '12,346',
      '–',
      'none',
    ]);
    assert.deepEqual(
      [0.5, 0.99, 1].map((share) => quantile([3, 1, 2, 4], share)),
      [2, 4, 4],
    );
  });

  it('is drawn on a logarithmic axis', () => {
    const svg = draw({
      title: 'A',
      x: 'b',
      series: [
        [
          'one',
          [
            [1, 10],
            [10, 100],
            [100, undefined],
          ],
        ],
        ['none', []],
      ],
    });
    // The x axis maps 1 to 10 to 70 to 490, and the y axis 10 to 100 to 350 to 40.
    assert.match(svg, /<polyline points="70,350 490,40" /);
    assert.equal(svg.match(/<polyline/g).length, 1);
    assert.equal(draw({ title: 'A', x: 'b', series: [['one', [[1, undefined]]]] }), undefined);
  });
});
