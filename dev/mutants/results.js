'use strict';

// The results of the mutants, kept in `target/mutants`, one line for each. A later line replaces an earlier one, and the results of a
// file that has changed since do not count.

const { createHash } = require('node:crypto');
const { appendFileSync, existsSync, mkdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { tree, work } = require('./tree.js');

/**
 * @typedef {object} Result
 * @property {string} name The file, the place in it, and the change.
 * @property {string} file
 * @property {'caught' | 'missed' | 'timeout' | 'unviable' | 'whole'} outcome
 * @property {number} rounds How many rounds of tests it went through.
 * @property {string} digest That of the file.
 */

class Results {
  #file;
  /** @type {Map<string, string>} */
  #digests = new Map();
  /** @type {Map<string, Result>} */
  #found = new Map();

  /** @param {string} part */
  constructor(part) {
    this.#file = path.join(work, `${part}.jsonl`);
    mkdirSync(work, { recursive: true });
    const lines = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n') : [];
    // The last line has no end if the run was killed while it wrote.
    for (const line of lines.slice(0, -1)) {
      const result = JSON.parse(line);
      if (result.digest === this.#digestOf(result.file)) {
        this.#found.set(result.name, result);
      }
    }
  }

  /** @param {string} name */
  get(name) {
    return this.#found.get(name);
  }

  /** @param {(result: Result) => boolean} [isWanted] */
  list(isWanted = () => true) {
    return [...this.#found.values()].filter(isWanted);
  }

  /** @param {Omit<Result, 'digest'>} result */
  add(result) {
    const whole = { ...result, digest: this.#digestOf(result.file) };
    this.#found.set(result.name, whole);
    appendFileSync(this.#file, `${JSON.stringify(whole)}\n`);
    return whole;
  }

  /** Tests the survivors again, from the first round on. */
  forgetMissed() {
    for (const { name } of this.list(({ outcome }) => outcome === 'missed')) {
      this.#found.delete(name);
    }
  }

  /** @param {string} file */
  #digestOf(file) {
    if (!this.#digests.has(file)) {
      const found = path.join(tree, file);
      const text = existsSync(found) ? readFileSync(found) : '';
      this.#digests.set(file, createHash('sha256').update(text).digest('hex').slice(0, 16));
    }
    return this.#digests.get(file);
  }
}

/** Returns the module of a file: its folder below the sources, or the file itself if it is not in one. */
function moduleOf(file) {
  const [, kind, rest] = /^(crates\/[^/]+\/src|src|lib)\/(.*)$/.exec(file) ?? [undefined, '.', file];
  const parts = rest.split('/');
  return path.posix.join(kind, ...(parts.length === 1 ? parts : parts.slice(0, Math.min(2, parts.length - 1))));
}

/** @param {Result[]} results */
function countsOf(results) {
  const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
  const [caught, timeout, missed, unviable] = ['caught', 'timeout', 'missed', 'unviable'].map(count);
  const viable = caught + timeout + missed;
  const share = viable === 0 ? '–' : `${((100 * (caught + timeout)) / viable).toFixed(1)} %`;
  return `${caught} | ${timeout} | ${missed} | ${unviable} | ${share}`;
}

/**
 * Prints the survivors, and the counts of each module.
 *
 * @param {Result[]} results
 */
function report(results) {
  const modules = [...new Set(results.map(({ file }) => moduleOf(file)))].sort();
  console.log('| module | caught | by a limit | missed | not compiled | caught of those compiled |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const name of modules) {
    console.log(`| ${name} | ${countsOf(results.filter(({ file }) => moduleOf(file) === name))} |`);
  }
  console.log(`| all | ${countsOf(results)} |`);
  for (const { name, outcome } of results) {
    if (outcome === 'missed') {
      console.log(`missed: ${name}`);
    }
  }
}

module.exports = { Results, report };
