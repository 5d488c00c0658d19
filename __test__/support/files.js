'use strict';

// Temporary files of a test.

const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');

/**
 * Writes a file that is deleted when the test ends.
 *
 * @param {{ after(stop: () => Promise<void>): void }} t
 * @param {string | Uint8Array} contents
 * @param {string} [name]
 * @returns {Promise<string>} Its path.
 */
async function temporaryFile(t, contents, name = 'input') {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = path.join(directory, name);
  await writeFile(file, contents);
  return file;
}

module.exports = { temporaryFile };
