'use strict';

// Prints what was measured, and puts it into docs/performance.md with its charts.

const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runPackage } = require('../scripts/setup.js');
const { draw } = require('./chart.js');
const { show } = require('./figures.js');

const folder = path.resolve(__dirname, '../../docs');
const page = path.join(folder, 'performance.md');

/** A table of targets, as the other tables are. */
function targetTable(targets) {
  return {
    title: 'Held against what is to be reached',
    head: ['measure', 'to reach', 'measured', 'verdict'],
    rows: targets.map(({ what, bound, value, verdict }) => [what, bound, value, verdict]),
  };
}

function markdown({ title, head, rows }) {
  const line = (cells) => `| ${cells.map(show).join(' | ')} |`;
  return [`**${title}**`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function print({ tables, targets }) {
  for (const { title, head, rows } of [...tables, targetTable(targets)]) {
    const cells = [head, ...rows.map((row) => row.map(show))];
    const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
    const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
    console.log(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}`);
  }
}

/** Where and with what it was measured. */
function conditions(group) {
  const versions = ['@modzy/modzy-sdk', 'undici'].map((name) => `${name} ${require(`${name}/package.json`).version}`);
  const [curl] = execFileSync('curl', ['--version'], { encoding: 'utf8' }).split(' (');
  const rust = execFileSync('rustc', ['--version'], { encoding: 'utf8' }).split(' (')[0];
  const [{ model }] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return [
    `\`npm run bench -- ${group}\` on ${new Date().toISOString().slice(0, 10)}:`,
    `${os.cpus().length} × ${model}, ${memory} GiB, ${os.type()} ${os.release().split('-')[0]};`,
    `Node.js ${process.versions.node}, ${versions.join(', ')}, ${curl}, ${rust}.`,
  ].join(' ');
}

/** Puts a group's report between its marks, and draws its charts. */
function write(group, { tables, targets, charts }) {
  const drawn = charts.map((chart) => ({ ...chart, svg: draw(chart) })).filter(({ svg }) => svg !== undefined);
  for (const { file, svg } of drawn) {
    writeFileSync(path.join(folder, `${file}.svg`), svg);
  }
  const parts = [
    conditions(group),
    ...[...tables, targetTable(targets)].map(markdown),
    ...drawn.map(({ title, file }) => `![${title}](${file}.svg)`),
  ];
  const [begin, end] = [`<!-- ${group}: begin -->`, `<!-- ${group}: end -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) {
    throw new Error(`${page} has no place for ${group}`);
  }
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`);
  runPackage('prettier/bin/prettier.cjs', ['--write', '--log-level', 'warn', page]);
}

module.exports = { print, write };
