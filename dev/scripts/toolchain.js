'use strict';

// Compilers for binaries that run on older systems than this one. Those of the npm packages carry glibc 2.17, so that what they
// build for Linux with glibc needs nothing newer than RHEL 8 and Debian 10 have.

const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync } = require('node:fs');
const path = require('node:path');
const { packaging, run, target } = require('./setup.js');

/** The newest glibc that a released binary may need. */
const MAX_GLIBC = '2.28';

/**
 * The environment in which cargo builds for a platform.
 *
 * @param {import('./platforms.js').Platform} platform
 * @returns {Record<string, string>}
 */
function buildEnvironment({ triple, abi, arch }) {
  if (process.platform !== 'linux' || process.arch !== 'x64' || abi !== 'gnu') {
    return {};
  }
  const compiler = path.join(unpack(triple, arch === 'x64' ? 'x86_64' : 'aarch64'), 'bin', `${triple}-`);
  const name = triple.replaceAll('-', '_');
  return {
    [`CARGO_TARGET_${name.toUpperCase()}_LINKER`]: `${compiler}gcc`,
    [`CC_${name}`]: `${compiler}gcc`,
    [`AR_${name}`]: `${compiler}ar`,
  };
}

/** Unpacks a toolchain, unless it is there, and returns its folder. */
function unpack(triple, arch) {
  const folder = path.join(target, 'toolchains', triple);
  if (!existsSync(folder)) {
    const archive = require.resolve(`@napi-rs/cross-toolchain-x64-target-${arch}/${triple}.tar.xz`, {
      paths: [packaging],
    });
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    run('tar', ['-xJf', archive, '-C', partial]);
    renameSync(partial, folder);
  }
  return folder;
}

/**
 * Throws for a binary that needs a glibc newer than `MAX_GLIBC`, and returns the newest that it needs.
 *
 * @param {string} file
 * @param {import('./platforms.js').Platform} platform That it was built for.
 */
function checkGlibc(file, { triple }) {
  // This machine's own may not know the format of another architecture.
  const cross = path.join(target, 'toolchains', triple, 'bin', `${triple}-objdump`);
  const objdump = existsSync(cross) ? cross : 'objdump';
  const { stdout, stderr, status } = spawnSync(objdump, ['-T', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) {
    throw new Error(`objdump -T ${file}: ${stderr}`);
  }
  const versions = [...stdout.matchAll(/GLIBC_([\d.]+)/g)].map(([, version]) => version);
  if (versions.length === 0) {
    throw new Error(`${file} needs no glibc, which is not what was built`);
  }
  const [newest] = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest.localeCompare(MAX_GLIBC, 'en', { numeric: true }) > 0) {
    throw new Error(`${file} needs glibc ${newest}; it may need ${MAX_GLIBC} at most`);
  }
  return newest;
}

module.exports = { buildEnvironment, checkGlibc };
