'use strict';

// Compilers for binaries that run on older systems than this one. The toolchains from npm have glibc 2.17, so their binaries run on
// RHEL 8, Debian 10 and later.

const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync } = require('node:fs');
const path = require('node:path');
const { packaging, run, target } = require('./setup.js');

/** The newest glibc that a released binary may need. */
const MAX_GLIBC = '2.28';

/**
 * Returns the environment in which cargo builds for a platform.
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

/** Unpacks a toolchain, unless it is unpacked, and returns its folder. */
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
 * Returns the glibc version that a binary needs. Throws if it is newer than `MAX_GLIBC`.
 *
 * @param {string} file
 * @param {import('./platforms.js').Platform} platform The platform of the binary.
 */
function checkGlibc(file, { triple }) {
  // The objdump of this machine may not know the format of another architecture.
  const cross = path.join(target, 'toolchains', triple, 'bin', `${triple}-objdump`);
  const objdump = existsSync(cross) ? cross : 'objdump';
  const { stdout, stderr, status } = spawnSync(objdump, ['-T', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) {
    throw new Error(`objdump -T ${file}: ${stderr}`);
  }
  const versions = [...stdout.matchAll(/GLIBC_([\d.]+)/g)].map(([, version]) => version);
  if (versions.length === 0) {
    throw new Error(`${file} needs no glibc, so it is not the expected build`);
  }
  const [newest] = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest.localeCompare(MAX_GLIBC, 'en', { numeric: true }) > 0) {
    throw new Error(`${file} needs glibc ${newest}, but the newest allowed version is ${MAX_GLIBC}`);
  }
  return newest;
}

module.exports = { buildEnvironment, checkGlibc };
