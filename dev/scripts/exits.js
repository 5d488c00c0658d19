'use strict';

// `npm run test:exits`: each way in which a process may end with a client in it, 100 times of 100.

const path = require('node:path');
const { buildAddon, buildEmulator, prepare, run } = require('./setup.js');

prepare();
buildAddon();
buildEmulator();
process.env.EXIT_TIMES ??= '100';
run(process.execPath, ['--test', path.resolve(__dirname, '../../__test__/process.test.js')]);
