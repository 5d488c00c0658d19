'use strict';

// The site of the guides and the reference of the package, made by typedoc. Warnings, such as broken links and missing documentation,
// are errors. `node dev/scripts/site.js` makes it unless the last one was made of the same files.

const { createHash } = require('node:crypto');
const { existsSync, readFileSync, readdirSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { root, runPackage } = require('./setup.js');

/** The folder of the site, as typedoc.json says. */
const site = path.join(root, 'target/doc/javascript');

/** What the site is made of: files, and folders with all of their files. The reference reads the types of the addon. */
const SOURCES = [
  ...['README.md', 'MIGRATING.md', 'docs', 'index.d.ts', 'types', 'js-binding.d.ts'],
  ...['typedoc.json', 'tsconfig.json', 'dev/site', 'package.json', 'package-lock.json'],
];

/** Returns the files that the site is made of, in their order. */
function sources() {
  const filesOf = (/** @type {string} */ folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  const names = SOURCES.map((name) => path.join(root, name));
  return names.flatMap((name) => (statSync(name).isDirectory() ? filesOf(name) : name));
}

/** Returns a digest of the files that the site is made of. */
function digest() {
  const hash = createHash('sha256');
  for (const file of sources()) {
    hash.update(JSON.stringify([path.relative(root, file), readFileSync(file, 'base64')]));
  }
  return hash.digest('hex');
}

/** In the site, which typedoc empties first: a site that could not be made has none. */
const stamp = path.join(site, '.sources');

function buildSite() {
  const made = digest();
  runPackage('typedoc/bin/typedoc', []);
  writeFileSync(stamp, made);
}

if (require.main === module && !(existsSync(stamp) && readFileSync(stamp, 'utf8') === digest())) {
  buildSite();
}

module.exports = { buildSite, site, sources };
