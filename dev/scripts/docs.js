'use strict';

// `npm run docs`: generates a site of the guides and the reference of the package, and the reference of the Rust crates, in target/.
// Warnings, such as broken links and missing documentation, are errors.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, root, run, runPackage, target } = require('./setup.js');

prepare();
// The reference of the package reads the types of the addon.
buildDebug();
runPackage('typedoc/bin/typedoc', []);
run('cargo', ['doc', '--locked', '--workspace', '--no-deps', '--quiet'], root, { RUSTDOCFLAGS: '--deny warnings' });
const { triple } = require('./platforms.js').host();
for (const page of [path.join(root, 'target/doc/javascript'), path.join(target, triple, 'doc/modzy_client')]) {
  console.log(path.relative(root, path.join(page, 'index.html')));
}
