'use strict';

// `npm run pack [-- --target TRIPLE]`: the packages as they are published, in dist/: modzy-client and modzy-emulator, and the
// package of each for one platform, this machine's unless told otherwise.

const { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildRelease, installPackages, packaging, prepare, programName, root, runNpm, target } = require('./setup.js');

const emulatorFolder = path.join(root, 'crates/emulator/npm');
const work = path.join(target, 'pack');
const dist = path.join(root, 'dist');

/** What a package.json says to those who work on the project alone. */
const DEVELOPMENT = new Set(['devDependencies', 'napi', 'overrides', 'scripts']);

/** @param {string} folder */
function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** One version for both packages and for the crates. */
function checkVersions() {
  const [, crates] = /^\[workspace\.package\]\nversion = "(.*)"$/m.exec(
    readFileSync(path.join(root, 'Cargo.toml'), 'utf8'),
  );
  const versions = {
    'package.json': readManifest(root),
    'crates/emulator/npm/package.json': readManifest(emulatorFolder),
  };
  for (const [name, { version }] of Object.entries(versions)) {
    if (version !== crates) {
      throw new Error(`${name} has the version ${version}, and Cargo.toml ${crates}`);
    }
  }
}

/** Where the sources are, which npm compares with what a release's provenance says. */
function repository() {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  const isKnown = GITHUB_SERVER_URL && GITHUB_REPOSITORY;
  return isKnown ? { repository: { type: 'git', url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git` } } : {};
}

/**
 * Makes the tarball of a package.
 *
 * @param {Record<string, unknown>} manifest
 * @param {Record<string, string>} files Its files, by their names in it.
 */
function pack(manifest, files) {
  const folder = path.join(work, 'stage', String(manifest.name));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries({ LICENSE: path.join(root, 'LICENSE'), ...files })) {
    cpSync(file, path.join(folder, name), { recursive: true });
  }
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...manifest, ...repository() }, null, 2)}\n`);
  runNpm(['pack', '--silent', '--pack-destination', dist], folder);
}

/**
 * Packs a package without a binary, with its platforms as optional dependencies.
 *
 * @param {string} folder
 * @param {Record<string, string>} [generated]
 */
function packMain(folder, generated = {}) {
  const published = Object.entries(readManifest(folder)).filter(([member]) => !DEVELOPMENT.has(member));
  const manifest = Object.fromEntries(published);
  const { platforms } = require('./platforms.js');
  const names = platforms.map(({ platformArchABI }) => `${manifest.name}-${platformArchABI}`);
  const optionalDependencies = Object.fromEntries(names.map((name) => [name, manifest.version]));
  const files = Object.fromEntries([...manifest.files, 'README.md'].map((name) => [name, path.join(folder, name)]));
  pack({ ...manifest, optionalDependencies }, { ...files, ...generated });
}

/**
 * Packs a binary for its platform.
 *
 * @param {string} folder That of the package without a binary.
 * @param {import('./platforms.js').Platform} platform
 * @param {Record<string, unknown>} more
 * @param {string} name The binary's in the package.
 * @param {string} binary
 */
function packPlatform(folder, { triple, platformArchABI, platform, arch, abi }, more, name, binary) {
  const { name: parent, version, license, engines } = readManifest(folder);
  const libc = platform === 'linux' ? { libc: [abi === 'musl' ? 'musl' : 'glibc'] } : {};
  const manifest = {
    name: `${parent}-${platformArchABI}`,
    version,
    description: `The binary of ${parent} for ${triple}; install ${parent} instead`,
    license,
    ...more,
    files: [name],
    engines,
    os: [platform],
    cpu: [arch],
    ...libc,
  };
  const readme = path.join(work, 'README.md');
  writeFileSync(
    readme,
    `# ${manifest.name}\n\nThe binary of \`${parent}\` for \`${triple}\`, which \`${parent}\` brings along.\n`,
  );
  pack(manifest, { [name]: binary, 'README.md': readme });
}

function main() {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  checkVersions();
  prepare();
  installPackages(packaging);
  const { buildEnvironment, checkGlibc } = require('./toolchain.js');
  const { host, platforms } = require('./platforms.js');
  const platform = values.target === undefined ? host() : platforms.find(({ triple }) => triple === values.target);
  if (platform === undefined) {
    throw new Error(`${values.target} is no target of package.json`);
  }

  const { triple, platformArchABI } = platform;
  const built = path.join(work, 'built', triple);
  mkdirSync(built, { recursive: true });
  const emulator = buildRelease({ triple, folder: built, targetFolder: work, env: buildEnvironment(platform) });
  const addonName = `modzy-client.${platformArchABI}.node`;
  const addon = path.join(built, addonName);
  if (platform.abi === 'gnu') {
    for (const binary of [addon, emulator]) {
      console.log(`${path.basename(binary)} needs glibc ${checkGlibc(binary, platform)}`);
    }
  }

  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  packMain(root, { 'js-binding.js': path.join(built, 'js-binding.js') });
  packMain(emulatorFolder);
  packPlatform(root, platform, { main: addonName }, addonName, addon);
  // Yarn would leave it in an archive, where it cannot be run.
  packPlatform(emulatorFolder, platform, { preferUnplugged: true }, programName(triple), emulator);
}

main();
