'use strict';

// `npm run build` and `npm run build:debug`: the addon and the emulator, each where its package looks first.

const { buildDebug, buildRelease } = require('./builds.js');
const { prepare } = require('./setup.js');

prepare();
if (process.argv.includes('--debug')) {
  buildDebug();
} else {
  buildRelease();
}
