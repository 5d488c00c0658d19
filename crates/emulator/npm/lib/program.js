'use strict';

// Finds the program of this platform.

const { existsSync } = require('node:fs');
const path = require('node:path');

/** Returns the platform as the names of the platform packages spell it. */
function platform() {
  const { platform: system, arch } = process;
  const report = /** @type {any} */ (process.report);
  if (system === 'win32') {
    return `win32-${arch}-msvc`;
  }
  if (system !== 'linux') {
    return `${system}-${arch}`;
  }
  if (!report) {
    return `linux-${arch}-gnu`;
  }
  // Otherwise the report resolves the names of all peers.
  report.excludeNetwork = true;
  return `linux-${arch}-${report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

/** @returns {string} The path of the program. */
function findProgram() {
  const given = process.env.MODZY_EMULATOR_BINARY;
  if (given) {
    if (!existsSync(given)) {
      throw new Error(`MODZY_EMULATOR_BINARY names ${given}, which does not exist`);
    }
    return given;
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const name = `modzy-emulator-${platform()}`;
  // The program that `npm run build` builds in a checkout.
  const built = path.resolve(__dirname, `../modzy-emulator${suffix}`);
  if (existsSync(built)) {
    return built;
  }
  try {
    return require.resolve(`${name}/modzy-emulator${suffix}`);
  } catch (error) {
    const lines = [
      `modzy-emulator has no program for ${platform()}.`,
      `Looked for: ${built}, and the package ${name}.`,
      'Found: neither.',
      'What to do: in a checkout of the project, run `npm run build`, with a Rust toolchain. Elsewhere install again, with',
      'optional dependencies: --omit=optional leaves the package of the platform out, and so does a lock file or a',
      'node_modules that was made on another platform. Where there is no package for the platform, let MODZY_EMULATOR_BINARY',
      'name a program that was built in a checkout.',
    ];
    throw new Error(lines.join('\n'), { cause: error });
  }
}

module.exports = { findProgram };
