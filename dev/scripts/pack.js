'use strict';

// `npm run pack [-- --target TRIPLE]`: creates the tarballs for publishing in dist/: modzy-client, modzy-emulator, and the package of
// each for one platform, by default that of this machine. Without a target, the first two depend on this platform's packages only:
// npm would look for the others in the registry, where someone else may own their names.

const { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { addonName, buildPublished, programName } = require('./builds.js');
const { NOTICES, STANDARD_LIBRARY, writeNotices } = require('./licenses.js');
const { leadOut } = require('./links.js');
const { installPackages, packaging, prepare, root, runNpm, runPackage, target } = require('./setup.js');
const { installCommands } = require('./vendored.js');

const emulatorFolder = path.join(root, 'crates/emulator/npm');
const work = path.join(target, 'pack');
const dist = path.join(root, 'dist');
/** The folder in which napi writes the manifests of all platforms. */
const npmDirs = path.join(work, 'npm');

/** Members of package.json that are not published. */
const DEVELOPMENT = new Set(['devDependencies', 'napi', 'overrides', 'scripts']);

/** @param {string} folder */
function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** Throws unless both packages and the crates have the same version. */
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
      throw new Error(`the versions differ: ${name} has ${version}, and Cargo.toml has ${crates}`);
    }
  }
}

/** Returns the address of the sources, if a workflow sets it. */
function sources() {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : undefined;
}

/** Returns the `repository` member, which npm compares with the provenance of a release. */
function repository() {
  const address = sources();
  return address === undefined ? {} : { repository: { type: 'git', url: `git+${address}.git` } };
}

/**
 * Adapts the links of a package's pages.
 *
 * @param {string} folder The folder of the package.
 * @param {string} origin The folder of its sources.
 * @param {string} version
 */
function adaptPages(folder, origin, version) {
  const address = sources();
  const place = path.relative(root, origin).replaceAll(path.sep, '/');
  const base = address && `${address}/blob/v${version}/${place}`.replace(/\/$/, '');
  const isPublished = (/** @type {string} */ name) => existsSync(path.join(folder, name));
  for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    if (name.endsWith('.md')) {
      const file = path.join(folder, name);
      writeFileSync(file, leadOut(readFileSync(file, 'utf8'), name.replaceAll(path.sep, '/'), isPublished, base));
    }
  }
}

/**
 * Creates the tarball of a package.
 *
 * @param {Record<string, any>} manifest
 * @param {Record<string, string>} files Its files, by their names in the package.
 * @param {string} origin The folder of its sources.
 */
function pack(manifest, files, origin) {
  const folder = path.join(work, 'stage', String(manifest.name));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries({ LICENSE: path.join(root, 'LICENSE'), ...files })) {
    cpSync(file, path.join(folder, name), { recursive: true });
  }
  adaptPages(folder, origin, manifest.version);
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...manifest, ...repository() }, null, 2)}\n`);
  runNpm(['pack', '--silent', '--pack-destination', dist], folder);
}

/**
 * Packs a package without a binary, with platforms as optional dependencies.
 *
 * @param {string} folder
 * @param {import('./platforms.js').Platform[]} platforms
 * @param {Record<string, string>} [generated]
 */
function packMain(folder, platforms, generated = {}) {
  const published = Object.entries(readManifest(folder)).filter(([member]) => !DEVELOPMENT.has(member));
  const manifest = Object.fromEntries(published);
  const names = platforms.map(({ platformArchABI }) => `${manifest.name}-${platformArchABI}`);
  const optionalDependencies = Object.fromEntries(names.map((name) => [name, manifest.version]));
  const files = Object.fromEntries([...manifest.files, 'README.md'].map((name) => [name, path.join(folder, name)]));
  pack({ ...manifest, optionalDependencies }, { ...files, ...generated }, folder);
}

/**
 * Packs a binary for its platform, with the `os`, `cpu` and `libc` from napi.
 *
 * @param {string} folder The folder of the package without a binary.
 * @param {import('./platforms.js').Platform} platform
 * @param {Record<string, unknown>} more
 * @param {Record<string, string>} files The binary and its notices, by their names in the package.
 */
function packPlatform(folder, { triple, platformArchABI }, more, files) {
  const { name: parent, version, license, engines } = readManifest(folder);
  const { os, cpu, libc } = readManifest(path.join(npmDirs, platformArchABI));
  const manifest = {
    name: `${parent}-${platformArchABI}`,
    version,
    description: `The binary of ${parent} for ${triple}; install ${parent} instead`,
    license,
    ...more,
    files: Object.keys(files),
    engines,
    os,
    cpu,
    libc,
  };
  const readme = path.join(work, 'README.md');
  const what = `The binary of \`${parent}\` for \`${triple}\`. Install \`${parent}\` instead, which depends on this package.`;
  const notices = `The licenses of its dependencies are in \`${NOTICES}\` and \`${STANDARD_LIBRARY}\`.`;
  writeFileSync(readme, `# ${manifest.name}\n\n${what}\n\n${notices}\n`);
  pack(manifest, { ...files, 'README.md': readme }, folder);
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
    throw new Error(`${values.target} is not one of napi.targets in package.json`);
  }

  const { triple } = platform;
  const folder = path.join(work, 'built', triple);
  const emulator = buildPublished(platform, folder, { targetFolder: work, env: buildEnvironment(platform) });
  const addon = path.join(folder, addonName(platform));
  if (platform.abi === 'gnu') {
    for (const binary of [addon, emulator]) {
      console.log(`${path.basename(binary)} needs glibc ${checkGlibc(binary, platform)}`);
    }
  }

  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  runPackage('@napi-rs/cli/dist/cli.js', ['create-npm-dirs', '--npm-dir', npmDirs]);
  const named = values.target === undefined ? [platform] : platforms;
  packMain(root, named, { 'js-binding.js': path.join(folder, 'js-binding.js') });
  packMain(emulatorFolder, named);
  const [ofAddon, ofEmulator] = writeNotices(triple, ['modzy-client-node', 'modzy-emulator'], folder);
  const addonFile = path.basename(addon);
  packPlatform(root, platform, { main: addonFile }, { [addonFile]: addon, ...ofAddon });
  // Yarn would keep the program in an archive, from which it cannot run.
  packPlatform(
    emulatorFolder,
    platform,
    { preferUnplugged: true },
    { [programName(platform)]: emulator, ...ofEmulator },
  );
  report(platform);
}

/**
 * Prints what to do with the tarballs.
 *
 * @param {import('./platforms.js').Platform} platform
 */
function report({ platformArchABI }) {
  const commands = installCommands(readManifest(root).version, platformArchABI);
  console.log(`\nThe packages are in ${dist}. In your project, to install them from its folder vendor/:\n`);
  for (const command of ['mkdir -p vendor', `cp '${dist}'/*.tgz vendor/`, ...commands]) {
    console.log(`  ${command}`);
  }
  console.log('\npnpm, Yarn and images: docs/shipping.md');
}

main();
