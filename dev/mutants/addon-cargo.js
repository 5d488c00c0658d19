#!/usr/bin/env node
'use strict';

// Runs instead of cargo for the mutants of the addon, whose tests are in JavaScript: a build of its tests builds the addon, and its
// tests are those of `__test__`. Everything else is left to cargo. The working directory is the copy of the sources.

const { spawnSync } = require('node:child_process');
const { copyFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

/** The tests that use most of the addon in the shortest time. */
const FIRST = ['abort', 'answers', 'batches', 'close', 'contract', 'errors', 'streams', 'uploads', 'wait'];

function execute(program, args) {
  const env = { ...process.env, CARGO: undefined };
  const { status } = spawnSync(program, args, { stdio: 'inherit', env });
  return status ?? 1;
}

/** Puts the addon where the package looks for it. */
function installAddon() {
  const [triple] = readdirSync(process.env.CARGO_TARGET_DIR).filter((name) => name.includes('-'));
  const built = path.join(process.env.CARGO_TARGET_DIR, triple, 'debug');
  const library = readdirSync(built).find((name) => /^(lib)?modzy_client_node\.(so|dylib|dll)$/.test(name));
  const addon = readdirSync('.').find((name) => /^modzy-client\..*\.node$/.test(name));
  copyFileSync(path.join(built, library), addon);
}

function testFiles(round) {
  const names = readdirSync('__test__').flatMap((name) => /^(.*)\.test\.js$/.exec(name)?.[1] ?? []);
  return names
    .filter((name) => FIRST.includes(name) === (round === 'first'))
    .map((name) => path.join('__test__', `${name}.test.js`));
}

function main([command, ...args]) {
  if (command !== 'test') {
    return execute('cargo', [command, ...args]);
  }
  if (args.includes('--no-run')) {
    return execute('cargo', ['build', '--locked', '--package', 'modzy-client-node']);
  }
  installAddon();
  return execute(process.execPath, ['--test', '--test-concurrency=4', ...testFiles(args.at(-1))]);
}

process.exitCode = main(process.argv.slice(2));
