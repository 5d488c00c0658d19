'use strict';

// `npm run docs`: generates a site of the guides and the reference of the package, and the reference of the Rust crates, in target/.
// Warnings, such as broken links and missing documentation, are errors.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, root, run, target } = require('./setup.js');
const { buildSite, site } = require('./site.js');

prepare();
// The reference of the package reads the types of the addon.
buildDebug();
buildSite();
run('cargo', ['doc', '--locked', '--workspace', '--no-deps', '--quiet'], root, { RUSTDOCFLAGS: '--deny warnings' });
const { triple } = require('./platforms.js').host();
for (const page of [site, path.join(target, triple, 'doc/modzy_client')]) {
  console.log(path.relative(root, path.join(page, 'index.html')));
}
