'use strict';

// Pseudo-terminals for programs: made by `script` of util-linux, or by Python.

const { spawnSync } = require('node:child_process');

const PYTHON = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';

/** @type {[program: string, has: string[], args: (command: string[]) => string[]][]} */
const MAKERS = [
  [
    'script',
    ['--version'],
    (command) => ['--quiet', '--return', '--command', command.map(quoted).join(' '), '/dev/null'],
  ],
  ['python3', ['-c', 'import pty'], (command) => ['-c', PYTHON, ...command]],
];

/** Returns an argument as a shell reads it. */
function quoted(argument) {
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

const maker = MAKERS.find(([program, has]) => spawnSync(program, has).status === 0);

/** The reason for skipping tests, or false. */
const noTerminal = maker === undefined && 'there is neither script of util-linux nor python3 here';

/**
 * Returns the command that runs another one on a terminal. Its standard output is what the terminal gets.
 *
 * @param {string[]} command
 * @returns {string[]}
 */
function onTerminal(command) {
  const [program, , args] = /** @type {NonNullable<typeof maker>} */ (maker);
  return [program, ...args(command)];
}

module.exports = { noTerminal, onTerminal };
