'use strict';

// What the licences of the crates ask for: a package with a binary carries their texts and copyright notices along. They are read
// from the sources that cargo has built; the tools that do the same take minutes to compile.

const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { root } = require('./setup.js');

/** Crates that come without the text of their licence, and the npm package of the same repository that has it. */
const ELSEWHERE = { napi: '@napi-rs/cli/LICENSE', 'napi-sys': '@napi-rs/cli/LICENSE' };

const NOTICES = 'THIRD-PARTY-LICENSES.txt';
const STANDARD_LIBRARY = 'COPYRIGHT-library.html';
const LINE = '='.repeat(80);

/** What a command prints. */
function read(command, ...args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/**
 * The crates that are linked into each binary, as `name vVersion`. Both are asked for at once, since they are built at once, and
 * share the features of what both need.
 *
 * @param {string} triple
 * @param {string[]} binaries By their crates.
 * @returns {Map<string, Set<string>>}
 */
function linkedCrates(triple, binaries) {
  const packages = binaries.flatMap((binary) => ['--package', binary]);
  const how = ['--edges', 'normal,no-proc-macro', '--no-dedupe', '--prefix', 'depth', '--format', ' {p}'];
  const linked = new Map();
  let crates = new Set();
  for (const line of read('cargo', 'tree', '--locked', '--target', triple, ...packages, ...how).split('\n')) {
    const [depth, name, version] = line.split(' ');
    if (depth === '0') {
      crates = new Set();
      linked.set(name, crates);
    } else if (depth !== '') {
      crates.add(`${name} ${version}`);
    }
  }
  return linked;
}

/** The licences and notices among the sources of a crate, those of code that it took over among them. */
function textsOf({ name, version, manifest_path: manifest, license_file: named }) {
  const folder = path.dirname(manifest);
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?:(?:un)?licen[cs]e|copying|copyright|notice)/i.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  const files = new Set(named ? [path.join(folder, named), ...found] : found);
  if (Object.hasOwn(ELSEWHERE, name)) {
    files.add(path.join(root, 'node_modules', ELSEWHERE[name]));
  }
  if (files.size === 0) {
    throw new Error(`${name} ${version} has no text of its licence: dev/scripts/licenses.js needs to know where it is`);
  }
  return [...files].sort().map((file) =>
    readFileSync(file, 'utf8')
      .replaceAll(/[^\S\n]+$/gm, '')
      .trim(),
  );
}

/** The notices of one binary: its crates, each with the numbers of its texts; and each text once. */
function noticesOf(crates) {
  const texts = new Map();
  const lines = crates.map((crate) => {
    if (!crate.license) {
      throw new Error(`${crate.name} ${crate.version} names no licence`);
    }
    const numbers = textsOf(crate).map((text) => {
      const key = text.replaceAll(/\s+/g, ' ');
      const known = texts.get(key) ?? { number: texts.size + 1, text };
      texts.set(key, known);
      return known.number;
    });
    return `${crate.name} ${crate.version}: ${crate.license} [${[...new Set(numbers)].join(', ')}]`;
  });
  return [
    'The binary of this package is built of these Rust crates. Behind the licence of each stand the numbers of its texts, below.',
    `Rust's standard library is in it as well: its notices are in ${STANDARD_LIBRARY}.`,
    '',
    ...lines,
    ...[...texts.values()].flatMap(({ number, text }) => ['', LINE, `[${number}]`, '', text]),
    '',
  ].join('\n');
}

/**
 * Writes the notices that go with the binaries of a platform.
 *
 * @param {string} triple
 * @param {string[]} binaries By their crates.
 * @param {string} folder Where they are written.
 * @returns {Record<string, string>[]} Of each binary, the files for its package, by their names there.
 */
function writeNotices(triple, binaries, folder) {
  const metadata = read('cargo', 'metadata', '--locked', '--format-version', '1', '--filter-platform', triple);
  const packages = new Map(JSON.parse(metadata).packages.map((each) => [`${each.name} v${each.version}`, each]));
  const linked = linkedCrates(triple, binaries);
  const standardLibrary = path.join(read('rustc', '--print', 'sysroot').trim(), 'share/doc/rust', STANDARD_LIBRARY);
  if (!existsSync(standardLibrary)) {
    throw new Error(`${standardLibrary}, which comes with the Rust of rustup, is not there: no notices of the library`);
  }
  return binaries.map((binary) => {
    const file = path.join(folder, `${binary}-${NOTICES}`);
    const crates = [...linked.get(binary)].sort().map((crate) => packages.get(crate));
    // What comes from nowhere is the project's own.
    writeFileSync(file, noticesOf(crates.filter(({ source }) => source !== null)));
    return { [NOTICES]: file, [STANDARD_LIBRARY]: standardLibrary };
  });
}

module.exports = { NOTICES, STANDARD_LIBRARY, writeNotices };
