'use strict';

// Builds the addon, the emulator and the programs of the benchmarks, and copies the first two to where their packages look first.

const { copyFileSync, mkdirSync, renameSync } = require('node:fs');
const path = require('node:path');
const { root, run, runPackage, target } = require('./setup.js');

const LOADER = ['js-binding.js', 'js-binding.d.ts'];
const NAMES = ['--platform', '--js', LOADER[0], '--dts', LOADER[1], '--no-const-enum'];
const RELEASED = ['--package', 'modzy-client-node', '--package', 'modzy-emulator'];

/** @typedef {import('./platforms.js').Platform} Platform */

/** Returns the platform of this machine. Loaded lazily, since the napi command line may not be installed yet. */
function host() {
  return require('./platforms.js').host();
}

/** @param {Platform} platform */
function programName({ platform }) {
  return platform === 'win32' ? 'modzy-emulator.exe' : 'modzy-emulator';
}

/** @param {Platform} platform */
function addonName({ platformArchABI }) {
  return `modzy-client.${platformArchABI}.node`;
}

/**
 * Returns the folder in which cargo puts the builds for this machine.
 *
 * @param {'debug' | 'release'} profile
 */
function built(profile) {
  return path.join(target, host().triple, profile);
}

/**
 * Runs napi's build.
 *
 * @param {string} folder The folder for the addon and its loader.
 * @param {string[]} options
 * @param {string[]} cargo
 * @param {Record<string, string>} [env]
 */
function build(folder, options, cargo, env) {
  mkdirSync(folder, { recursive: true });
  const args = ['build', ...NAMES, '--output-dir', folder, ...options, '--', '--locked', ...cargo];
  runPackage('@napi-rs/cli/dist/cli.js', args, env);
}

/**
 * Builds the addon and the emulator for release, in one command, so that shared dependencies are built once.
 *
 * @param {Platform} platform
 * @param {string} folder The folder for the addon and its loader.
 * @param {object} [options]
 * @param {string} [options.targetFolder] The target folder of cargo.
 * @param {Record<string, string>} [options.env]
 * @returns {string} The path of the emulator.
 */
function buildPublished(platform, folder, { targetFolder = target, env } = {}) {
  const { triple } = platform;
  build(folder, ['--release', '--target', triple, '--target-dir', targetFolder], RELEASED, env);
  return path.join(targetFolder, triple, 'release', programName(platform));
}

/** Builds everything that the tests and the demo run, for short build times. */
function buildDebug() {
  const folder = path.join(target, 'addon/debug');
  build(folder, [], ['--workspace']);
  install(folder, path.join(built('debug'), programName(host())));
}

/** Builds the addon and the emulator with optimizations. */
function buildRelease() {
  const folder = path.join(target, 'addon/release');
  install(folder, buildPublished(host(), folder));
}

/** Builds the server and the client of the benchmarks with optimizations. */
function buildBench() {
  run('cargo', ['build', '--locked', '--release', '--package', 'modzy-bench']);
}

/**
 * Copies the addon and the emulator to where `require` and `startEmulator` look first.
 *
 * @param {string} folder
 * @param {string} emulator
 */
function install(folder, emulator) {
  for (const name of [...LOADER, addonName(host())]) {
    replace(path.join(folder, name), path.join(root, name));
  }
  replace(emulator, path.join(root, 'crates/emulator/npm', programName(host())));
}

/**
 * Replaces a file with a copy, atomically. A process that has loaded the old file keeps it.
 *
 * @param {string} from
 * @param {string} to
 */
function replace(from, to) {
  const copy = `${to}.new`;
  copyFileSync(from, copy);
  renameSync(copy, to);
}

module.exports = { LOADER, addonName, buildBench, buildDebug, buildPublished, buildRelease, built, programName };
