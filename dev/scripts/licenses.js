'use strict';

// Writes the license texts and copyright notices of the crates, which a package with a binary must include. Reads them from the sources
// that cargo has built, since the tools that do the same take minutes to compile.

const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { root } = require('./setup.js');

/**
 * Crates without the text of their license, and the npm package that has it: one of the same repository or, for Apache-2.0, whose text
 * names no owner, any.
 */
const ELSEWHERE = {
  indexset: '@opentelemetry/api/LICENSE',
  napi: '@napi-rs/cli/LICENSE',
  'napi-sys': '@napi-rs/cli/LICENSE',
};

const NOTICES = 'THIRD-PARTY-LICENSES.txt';
const STANDARD_LIBRARY = 'COPYRIGHT-library.html';
const LINE = '='.repeat(80);

/** Returns the output of a command. */
function read(command, ...args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/**
 * Returns the crates that are linked into each binary, as `name vVersion`. Reads both binaries at once, since they are built together
 * and share the features of their dependencies.
 *
 * @param {string} triple
 * @param {string[]} binaries The names of their crates.
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

/** Returns the licenses and notices in the sources of a crate, including those of vendored code. */
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
    throw new Error(`${name} ${version} has no license text: add it to ELSEWHERE in dev/scripts/licenses.js`);
  }
  return [...files].sort().map((file) =>
    readFileSync(file, 'utf8')
      .replaceAll(/[^\S\n]+$/gm, '')
      .trim(),
  );
}

/** Returns the notices of one binary: its crates, each with the numbers of its texts, and each text once. */
function noticesOf(crates) {
  const texts = new Map();
  const lines = crates.map((crate) => {
    if (!crate.license) {
      throw new Error(`${crate.name} ${crate.version} declares no license`);
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
    'The binary of this package contains these Rust crates. The numbers after each license refer to its texts below.',
    `The binary also contains Rust's standard library: its notices are in ${STANDARD_LIBRARY}.`,
    '',
    ...lines,
    ...[...texts.values()].flatMap(({ number, text }) => ['', LINE, `[${number}]`, '', text]),
    '',
  ].join('\n');
}

/**
 * Writes the notices for the binaries of a platform.
 *
 * @param {string} triple
 * @param {string[]} binaries The names of their crates.
 * @param {string} folder The folder to write to.
 * @returns {Record<string, string>[]} For each binary, the files for its package, by their names in it.
 */
function writeNotices(triple, binaries, folder) {
  const metadata = read('cargo', 'metadata', '--locked', '--format-version', '1', '--filter-platform', triple);
  const packages = new Map(JSON.parse(metadata).packages.map((each) => [`${each.name} v${each.version}`, each]));
  const linked = linkedCrates(triple, binaries);
  const standardLibrary = path.join(read('rustc', '--print', 'sysroot').trim(), 'share/doc/rust', STANDARD_LIBRARY);
  if (!existsSync(standardLibrary)) {
    throw new Error(
      `${standardLibrary} does not exist: install Rust with rustup, which includes the notices of the library`,
    );
  }
  return binaries.map((binary) => {
    const file = path.join(folder, `${binary}-${NOTICES}`);
    const crates = [...linked.get(binary)].sort().map((crate) => packages.get(crate));
    // Crates without a source belong to this project.
    writeFileSync(file, noticesOf(crates.filter(({ source }) => source !== null)));
    return { [NOTICES]: file, [STANDARD_LIBRARY]: standardLibrary };
  });
}

module.exports = { NOTICES, STANDARD_LIBRARY, writeNotices };
