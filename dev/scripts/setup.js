'use strict';

// Runs commands, and installs the npm packages that they need. builds.js runs the builds of cargo.

const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');

/** The folder of the tools that build and check the packages. */
const packaging = path.join(root, 'dev/packaging');

/**
 * Runs a command and shows its output. Ends this process if it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd] Its working directory.
 * @param {Record<string, string>} [env] Variables to add to the environment of this process.
 */
function run(command, args, cwd = root, env = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) {
    throw error;
  }
  if (status !== 0) {
    console.error(`failed${signal ? ` (${signal})` : ''}: ${command} ${args.join(' ')}`);
    process.exit(status ?? 1);
  }
}

/**
 * Runs a program of an installed package.
 *
 * @param {string} specifier The module that is its entry, as `package/path`.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function runPackage(specifier, args, env) {
  run(process.execPath, [path.join(root, 'node_modules', specifier), ...args], root, env);
}

/** Checks that cargo is installed, and installs the npm packages. */
function prepare() {
  if (spawnSync('cargo', ['--version']).error !== undefined) {
    console.error('cargo was not found. This project needs a Rust toolchain (https://rustup.rs) to build from source.');
    process.exit(1);
  }
  installPackages();
}

/**
 * Installs the packages of a folder's lock file, unless they are installed.
 *
 * @param {string} [folder]
 */
function installPackages(folder = root) {
  const stamp = path.join(folder, 'node_modules', '.installed');
  const lock = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) {
    return;
  }
  runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  writeFileSync(stamp, lock);
}

/**
 * Runs npm: the one that runs this script, or the one on the PATH.
 *
 * @param {string[]} args
 * @param {string} folder
 */
function runNpm(args, folder) {
  if (process.env.npm_execpath) {
    run(process.execPath, [process.env.npm_execpath, ...args], folder);
  } else {
    run('npm', args, folder);
  }
}

module.exports = {
  installPackages,
  packaging,
  prepare,
  root,
  run,
  runNpm,
  runPackage,
  target,
};
