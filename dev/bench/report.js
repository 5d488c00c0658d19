'use strict';

// Prints the figures, writes them with their charts to docs/performance.md, and compares them with their targets in README.md here.

const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runPackage } = require('../scripts/setup.js');
const { draw } = require('./chart.js');
const { show } = require('./figures.js');

const docs = path.resolve(__dirname, '../../docs');
const figuresPage = path.join(docs, 'performance.md');
const targetsPage = path.join(__dirname, 'README.md');

/** Returns the table of a group's targets, in the format of the other tables. */
function targetTable(targets) {
  return {
    title: 'Targets',
    head: ['measure', 'target', 'measured', 'verdict'],
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

/** Returns the machine and the versions of the measurement. */
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

/** Replaces the text between the markers of a group on a page. */
function replaceSection(page, group, parts) {
  const [begin, end] = [`<!-- ${group}: begin -->`, `<!-- ${group}: end -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) {
    throw new Error(`${page} has no section for ${group}`);
  }
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`);
  runPackage('prettier/bin/prettier.cjs', ['--write', '--log-level', 'warn', page]);
}

/** Writes a group's figures and charts to the page of figures, and its targets to the page for contributors. */
function write(group, { tables, targets, charts }) {
  const drawn = charts.map((chart) => ({ ...chart, svg: draw(chart) })).filter(({ svg }) => svg !== undefined);
  for (const { file, svg } of drawn) {
    writeFileSync(path.join(docs, `${file}.svg`), svg);
  }
  const measured = conditions(group);
  const images = drawn.map(({ title, file }) => `![${title}](${file}.svg)`);
  replaceSection(figuresPage, group, [measured, ...tables.map(markdown), ...images]);
  replaceSection(targetsPage, group, [measured, markdown(targetTable(targets))]);
}

module.exports = { print, write };
