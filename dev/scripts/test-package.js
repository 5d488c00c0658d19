'use strict';

// `npm run test:package`: packs for this machine, and tests the tarballs in the form that users install.

const path = require('node:path');
const { readdirSync } = require('node:fs');
const { root, run } = require('./setup.js');

const tests = path.join(root, '__test__/package');
const specs = readdirSync(tests)
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => path.join(tests, name));

if (!process.argv.includes('--packed')) {
  run(process.execPath, [path.join(root, 'dev/scripts/pack.js')]);
}
run(process.execPath, ['--test', '--test-concurrency=1', ...specs]);
