'use strict';

// `npm run test:exits`: each way in which a process may end with a client in it, 100 times of 100.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, run } = require('./setup.js');

prepare();
buildDebug();
process.env.EXIT_TIMES ??= '100';
run(process.execPath, ['--test', path.resolve(__dirname, '../../__test__/slow/process.test.js')]);
