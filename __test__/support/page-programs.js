'use strict';

// Runs the programs and commands of pages, and compares what they print with what the page shows. The blocks are read in pages.js.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { isBuiltin } = require('node:module');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const ts = require('typescript');
const { programOf } = require('./pages.js');

/** The separator in the output between two blocks. */
const BETWEEN = '\u0000';

/** Runs a command, which must succeed and print nothing on standard error. Returns its output. */
async function run(command, args, { env = {}, cwd }) {
  // Without the variable of the test runner.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.deepEqual([code, stderr], [0, ''], stdout);
  return stdout;
}

/** Asserts that an output is the one that a page shows. */
function assertPrints(printed, shown, place) {
  const pattern = shown
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('<n>', String.raw`\d+`)
    .replaceAll(/^ *…\n/gm, String.raw`(?:.*\n)*?`)
    .replaceAll('…', '.*');
  assert.match(printed, new RegExp(`^${pattern}$`), `${place} shows\n${shown}\nbut the output is\n${printed}`);
}

/** Runs the program of a page in a folder, as a reader does who has the packages and an emulator, and compares what it prints. */
async function runProgram(page, folder, env) {
  const { parts, files, setup, isTyped } = programOf(page);
  for (const { name, code } of files) {
    writeFileSync(path.join(folder, name), code);
  }
  if (setup.length > 0) {
    execFileSync('sh', ['-ec', setup.join('\n')], { cwd: folder, stdio: 'pipe' });
  }
  const program = path.join(folder, 'program.mjs');
  const whole = parts.map(({ code }) => code).join(`\nconsole.log(${JSON.stringify(BETWEEN)});\n`);
  writeFileSync(program, isTyped ? withoutTypes(whole) : whole);
  const printed = (await run(process.execPath, [program], { env, cwd: folder })).split(`${BETWEEN}\n`);
  assert.equal(printed.length, parts.length);
  for (const [nth, { prints, place }] of parts.entries()) {
    assertPrints(printed[nth], prints, place);
  }
}

/** Returns a program in TypeScript as JavaScript. */
function withoutTypes(code) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** Returns the packages that the program of a page imports, without those of Node.js. */
function importsOf({ parts, files }) {
  const code = [...parts, ...files].map((part) => part.code).join('\n');
  const statements = code.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm);
  const specifiers = Array.from(statements, ([, ofStatement, ofCall]) => ofStatement ?? ofCall);
  const names = specifiers.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0]);
  return new Set(names.filter((name) => !isBuiltin(name) && !name.startsWith('node:')));
}

module.exports = { assertPrints, importsOf, run, runProgram };
