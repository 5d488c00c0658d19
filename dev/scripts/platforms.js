'use strict';

// The platforms of the packages, as the napi command line parses its targets in package.json.

const { parseTriple } = require('@napi-rs/cli');
const { napi } = require('../../package.json');

/**
 * @typedef {object} Platform
 * @property {string} triple Its target triple in Rust.
 * @property {string} platformArchABI Its name in packages, such as `linux-x64-gnu`.
 * @property {string} platform As in `process.platform`.
 * @property {string} arch As in `process.arch`.
 * @property {string | null} abi
 */

/** @type {Platform[]} */
const platforms = napi.targets.map(parseTriple);

/** Returns the C library of this machine's Linux. */
function hostAbi() {
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl';
}

/** Returns the platform of this machine. */
function host() {
  const { platform: system, arch } = process;
  const found = platforms.find(
    (each) => each.platform === system && each.arch === arch && (system !== 'linux' || each.abi === hostAbi()),
  );
  if (found === undefined) {
    throw new Error(`package.json names no target for ${system} ${arch}`);
  }
  return found;
}

module.exports = { host, platforms };
