'use strict';

// `npm run test:crashes`: kills batches with a journal at random moments.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, run } = require('./setup.js');

prepare();
buildDebug();
process.env.CRASH_KILLS ??= '200';
process.env.CRASH_JOBS ??= '500';
run(process.execPath, ['--test', path.resolve(__dirname, '../../__test__/slow/long/crashes.test.js')]);
