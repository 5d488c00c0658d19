'use strict';

// The pages of the project, the docs of its types, and their blocks of code.

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

/** The name of a block of commands that prepare the folder of the page's program. */
const SETUP = 'setup';

const APART = new Set(['.git', 'dist', 'node_modules', 'target']);

/**
 * @param {string} [folder]
 * @returns {string[]} The path of each page from the root.
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

/**
 * Returns the program of a page: its blocks, each with the output that the page shows, the files beside it, the commands that prepare
 * its folder, the packages that these install, and whether it is TypeScript.
 */
function programOf(page) {
  const [parts, files, setup, packages] = [[], [], [], []];
  let isTyped = false;
  for (const { language, name, code, place } of blocksOf(page)) {
    if (language === 'sh' && name === SETUP) {
      const lines = code.trimEnd().split('\n');
      const installs = lines.map((line) => /^npm install (?:--save-dev )?(.*)$/.exec(line)?.[1].split(' '));
      packages.push(...installs.flatMap((names) => names ?? []));
      setup.push(...lines.filter((_, index) => installs[index] === undefined));
    } else if (isCode(language) && name !== undefined) {
      files.push({ name, code });
    } else if (isCode(language)) {
      isTyped ||= language === 'ts';
      parts.push({ code, place, prints: '' });
    } else if (language === 'text' && !isDrawing(code)) {
      assert.ok(parts.length > 0, `${place} shows an output before any program`);
      parts.at(-1).prints += code;
    }
  }
  return { parts, files, setup, packages, isTyped };
}

function isCode(language) {
  return language === 'js' || language === 'ts';
}

function isDrawing(code) {
  return /[│┌]/.test(code);
}

/** Returns the commands of a console block, each with its output. */
function readConsole(code) {
  const [before, ...commands] = code.split(/^\$ /m);
  assert.equal(before, '');
  return commands.map((whole) => {
    const [command, ...output] = whole.split('\n');
    return { command, output: output.join('\n') };
  });
}

/** Returns the examples in the docs of the types as one program, with the declarations that they need. */
function examplesOfTypes() {
  const folders = ['.', 'types'].map((folder) => path.join(root, folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  const docs = files.filter((file) => file.endsWith('.d.ts') && !file.endsWith('js-binding.d.ts'));
  const examples = docs.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/@example\n((?: *\* (?!@).*\n)+)/g)]);
  assert.ok(examples.length > 2);
  const given = `import { ModzyClient, decodeExplanation } from 'modzy-client';
    const client = ModzyClient.fromEnv();
    const texts = [''];
    const result = await client.getResult('');`;
  return [given, ...examples.map(([, lines]) => `{\n${lines.replaceAll(/^ *\* /gm, '')}}`)].join('\n');
}

module.exports = { SETUP, blocksOf, examplesOfTypes, pages, programOf, readConsole };
