'use strict';

// A copy of the sources, for the mutants in Rust. It is always at the same place, and keeps the times of files that have not changed,
// so that cargo's builds of it stay valid. A mutant that a killed run has left in it is overwritten.

const { execFileSync } = require('node:child_process');
const { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const path = require('node:path');
const { root, target } = require('../scripts/setup.js');

/** The folder of everything that the tests of mutants write. */
const work = path.join(target, 'mutants');
const tree = path.join(work, 'tree');

/** What the tests in JavaScript need besides the sources, if it has been built. */
const BUILT = /^(js-binding\.(js|d\.ts)|modzy-client\..*\.node)$/;

/** @param {string[]} args */
function git(args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Returns the sources: tracked files, and new ones that are not ignored. */
function sources() {
  const names = git(['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0');
  return names.filter((name) => name !== '' && lstatSync(path.join(root, name), { throwIfNoEntry: false })?.isFile());
}

/** @param {string} from @param {string} to */
function isSame(from, to) {
  return existsSync(to) && readFileSync(from).equals(readFileSync(to));
}

/** Copies what has changed, and deletes what is gone. */
function copyTree() {
  const names = [...sources(), ...readdirSync(root).filter((name) => BUILT.test(name))];
  for (const name of names) {
    const [from, to] = [path.join(root, name), path.join(tree, name)];
    if (!isSame(from, to)) {
      mkdirSync(path.dirname(to), { recursive: true });
      cpSync(from, to);
    }
  }
  if (!existsSync(path.join(tree, 'node_modules'))) {
    symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'), 'junction');
  }
  const known = new Set(names);
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !known.has(path.relative(tree, file).replaceAll(path.sep, '/'))) {
      rmSync(file);
    }
  }
}

/**
 * Returns the changed lines since a commit, as git shows them.
 *
 * @param {string | undefined} base Where the branch began, by default: the common ancestor of this commit and `main`.
 */
function changesSince(base = git(['merge-base', 'HEAD', 'main']).trim()) {
  return git(['diff', '--unified=0', '--no-ext-diff', '--no-color', base, '--', '*.rs', '*.js']);
}

/** Returns the files of lib. */
function libFiles() {
  return sources().filter((name) => /^lib\/.*\.js$/.test(name));
}

module.exports = { changesSince, copyTree, libFiles, tree, work };
