'use strict';

// `npm run docs`: the reference of the package, from its types and guides, and that of the Rust crates, as pages in target/doc.
// Warnings are errors: links that lead nowhere, and what is not documented.

const { run, prepare, runPackage } = require('./setup.js');

/**
 * @param {object} [options]
 * @param {boolean} [options.write] Whether the pages are written, or only checked.
 */
function makeReference({ write = true } = {}) {
  runPackage('typedoc/bin/typedoc', write ? [] : ['--emit', 'none']);
  const env = { RUSTDOCFLAGS: '--deny warnings' };
  run('cargo', ['doc', '--locked', '--workspace', '--no-deps', '--quiet'], undefined, env);
}

if (require.main === module) {
  prepare();
  makeReference();
  console.log('target/doc/javascript/index.html and target/doc/modzy_client/index.html');
}

module.exports = { makeReference };
