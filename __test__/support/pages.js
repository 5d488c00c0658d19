'use strict';

// The pages of the project and their blocks of code.

const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

const APART = new Set(['.git', 'dist', 'node_modules', 'target']);

/**
 * @param {string} [folder]
 * @returns {string[]} Every page, by its path from the root.
 */
function pages(folder = '') {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      return APART.has(entry.name) ? [] : pages(name);
    }
    return name.endsWith('.md') ? [name] : [];
  });
}

/**
 * @typedef {{ language: string, name: string | undefined, code: string, place: string }} Block
 *
 * @param {string} page
 * @returns {Block[]}
 */
function blocksOf(page) {
  const blocks = [];
  let open;
  for (const [index, line] of readFileSync(path.join(root, page), 'utf8').split('\n').entries()) {
    const fence = /^ *(?:```|~~~)(.*)$/.exec(line);
    if (open === undefined && fence) {
      const [language, name] = fence[1].split(' ');
      open = { language, name, code: '', place: `${page}:${index + 1}` };
    } else if (open !== undefined && fence) {
      blocks.push(open);
      open = undefined;
    } else if (open !== undefined) {
      open.code += `${line}\n`;
    }
  }
  if (open !== undefined) {
    throw new Error(`${open.place} has no end`);
  }
  return blocks;
}

module.exports = { blocksOf, pages };
