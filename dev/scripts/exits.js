'use strict';

// `npm run test:exits`: tests 100 times each way in which a process with a client can end.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, run } = require('./setup.js');

prepare();
buildDebug();
process.env.EXIT_TIMES ??= '100';
run(process.execPath, ['--test', path.resolve(__dirname, '../../__test__/slow/long/process.test.js')]);
