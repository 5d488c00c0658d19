'use strict';

// Finds banned words in comments, docs, messages, names and titles of tests. Reads every tracked text except this list. Splits names
// into their words (`letGo`, `let_go`).

const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { root } = require('./setup.js');

/**
 * @typedef {object} Entry
 * @property {RegExp} pattern
 * @property {string} instead
 * @property {string} example A text that the pattern must match.
 * @property {boolean} [inNames] Whether names are split into words.
 */

/** @type {Entry[]} */
const LIST = [
  { pattern: /\b(tells?|telling|told)\b/, instead: 'say, report, notify, log, show', example: 'isTold', inNames: true },
  { pattern: /\bnews\b/, instead: 'events', example: 'takeNews', inNames: true },
  { pattern: /\bpieces?\b/, instead: 'chunk, part', example: 'next_piece', inNames: true },
  { pattern: /\bwho(m|so)?ever\b/, instead: 'the caller who, anyone who', example: 'whoever waits' },
  { pattern: /\bfor ever\b/, instead: 'forever', example: 'waits for ever' },
  { pattern: /\bheld against\b/, instead: 'compared with', example: 'held against it' },
  { pattern: /\b(stands?|stood|standing)\b/, instead: 'is, remains, lies, is written', example: 'it stands' },
  {
    pattern: /(?<!\bthere )\b(is|are|was|were|be) no\b(?! (longer|more|less|different|other|better|worse)\b)/,
    instead: 'is not a, has no',
    example: 'it is no job',
  },
  { pattern: /\bof which\b/, instead: 'whose, of these', example: 'two, of which one' },
  { pattern: /\bas (it|they) (is|are|was|were)(?=\s*([.,;:)|]|$))/, instead: 'unchanged', example: 'read as it is.' },
  { pattern: /\b(give|gives|given|gave|giving) up\b/, instead: 'abort, cancel, expire, stop', example: 'gives up' },
  { pattern: /\bgiven up\b/, instead: 'aborted, canceled', example: 'GivenUp', inNames: true },
  { pattern: /\b(lets?|letting) go\b/, instead: 'close, release', example: 'letGo', inNames: true },
  { pattern: /\bmishaps?\b/, instead: 'failure', example: 'Mishap', inNames: true },
  { pattern: /\bmistaken\b/, instead: 'wrong, invalid', example: 'mistaken(name)', inNames: true },
  { pattern: /\bnowhere\b/, instead: 'in no …, not in any', example: 'nowhere', inNames: true },
  { pattern: /\bnobody asked\b/, instead: 'unsolicited', example: 'that nobody asked for' },
  { pattern: /\bcame further\b/, instead: 'made progress', example: 'came_further', inNames: true },
  { pattern: /\baccount of\b/, instead: 'context, description', example: 'its account of it' },
  {
    // Except for the methods of Tokio's tokens and tasks.
    pattern: /\bcancell(ed|ing|s)\b(?!( owned)?\()/,
    instead: 'canceled, canceling',
    example: 'cancelled',
    inNames: true,
  },
  {
    pattern:
      /\b(behaviours?|utilisation|licences?|licenced|honou?rable|honours?|honoured|colours?|favours?|favoured)\b/,
    instead: 'the American spelling',
    example: 'behaviour',
  },
  {
    pattern: /\b(normalis|serialis|initialis|optimis|recognis|organis|summaris)(e[ds]?|ing|ation)\b/,
    instead: 'the American spelling',
    example: 'normalise',
  },
];

/** Names of types, in the spelling of names only. */
const NAMES = /\b(Asked|Bell|Look|Told)\b/;

/** Files that are not read: data, generated files, and this list. */
const APART =
  /(^|\/)(Cargo\.lock|package-lock\.json)$|^dev\/fuzz\/(seeds|corpus)\/|\.(svg|png|webp|wav|txt)$|^dev\/scripts\/words\.js$/;

/** Returns a line in lower case, with its names split into words. */
function wordsOf(line) {
  return line
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/**
 * @param {string} line
 * @returns {{ found: string, instead: string }[]}
 */
function findIn(line) {
  const [plain, apart] = [line.toLowerCase(), wordsOf(line)];
  const entries = LIST.flatMap(({ pattern, instead, inNames }) => {
    const match = pattern.exec(inNames ? apart : plain);
    return match ? [{ found: match[0], instead }] : [];
  });
  const name = NAMES.exec(line);
  return name ? [...entries, { found: name[0], instead: 'a name that says what it is' }] : entries;
}

function main() {
  for (const { example } of LIST) {
    if (findIn(example).length === 0) {
      throw new Error(`the list of words does not find "${example}"`);
    }
  }
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  let count = 0;
  for (const file of files
    .split('\0')
    .filter((name) => name !== '' && !APART.test(name) && existsSync(path.join(root, name)))) {
    for (const [index, line] of readFileSync(path.join(root, file), 'utf8').split('\n').entries()) {
      for (const { found, instead } of findIn(line)) {
        count += 1;
        console.error(`${file}:${index + 1}: "${found}"; write: ${instead}`);
      }
    }
  }
  if (count > 0) {
    console.error(`${count} private words`);
    process.exitCode = 1;
  }
}

main();
