'use strict';

// `npm run build` and `npm run build:debug`: builds the addon and the emulator, and copies each to where its package looks first.

const { buildDebug, buildRelease } = require('./builds.js');
const { prepare } = require('./setup.js');

prepare();
if (process.argv.includes('--debug')) {
  buildDebug();
} else {
  buildRelease();
}
