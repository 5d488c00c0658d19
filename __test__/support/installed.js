'use strict';

// Copies of the packages as an install creates them, made of the last build of the checkout, without packing.

const { cpSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { addonName, programName } = require('../../dev/scripts/builds.js');
const { host } = require('../../dev/scripts/platforms.js');

const root = path.resolve(__dirname, '../..');

/** The packages, with their folders and the binary in the package of the platform. */
const packages = {
  'modzy-client': { folder: root, binary: addonName(host()) },
  'modzy-emulator': { folder: path.join(root, 'crates/emulator/npm'), binary: programName(host()) },
};

/**
 * Copies a package, and that of its platform, to the `node_modules` of a folder.
 *
 * @param {string} folder
 * @param {keyof typeof packages} [name]
 */
function installCopy(folder, name = 'modzy-client') {
  const { folder: from, binary } = packages[name];
  const { version, files, ...manifest } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8'));
  const ofPlatform = `${name}-${host().platformArchABI}`;
  const modules = path.join(folder, 'node_modules');
  for (const file of ['package.json', ...files]) {
    cpSync(path.join(from, file), path.join(modules, name, file), { recursive: true });
  }
  const { type, main, types, exports, bin, engines } = manifest;
  const optionalDependencies = { [ofPlatform]: version };
  const published = { name, version, type, main, types, exports, bin, engines, optionalDependencies };
  writeFileSync(path.join(modules, name, 'package.json'), JSON.stringify(published));
  mkdirSync(path.join(modules, ofPlatform), { recursive: true });
  cpSync(path.join(from, binary), path.join(modules, ofPlatform, binary));
  writeFileSync(
    path.join(modules, ofPlatform, 'package.json'),
    JSON.stringify({ name: ofPlatform, version, main: binary }),
  );
}

module.exports = { installCopy };
