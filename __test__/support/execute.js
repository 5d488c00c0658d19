'use strict';

// Runs the code that a page shows.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const consumers = require('node:stream/consumers');

/** The programs that run each language, before the code. */
const PROGRAMS = { curl: ['sh', '-c'], JavaScript: [process.execPath, '--input-type=module', '-e'] };

/**
 * Runs code from the root of the package, or from another folder with its packages.
 *
 * @param {'curl' | 'JavaScript'} language
 * @param {string} code
 * @param {Record<string, string>} env
 * @param {string} [folder]
 */
async function execute(language, code, env, folder = path.resolve(__dirname, '../..')) {
  const [program, ...args] = PROGRAMS[language];
  const child = spawn(program, [...args, code], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([
    consumers.text(child.stdout),
    consumers.text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, status };
}

module.exports = { execute };
