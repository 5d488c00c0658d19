'use strict';

// `npm run test:crashes`: kills batches with a journal at random moments, and the workers and the Redis of a fleet.

const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, run } = require('./setup.js');

prepare();
buildDebug();
process.env.CRASH_KILLS ??= '200';
process.env.CRASH_JOBS ??= '500';
process.env.CRASH_SERVERS ??= 'good,lags,loses,ahead,behind';
process.env.FLEET_TASKS ??= '400';
const files = ['crashes', 'fleet'].map((name) => path.resolve(__dirname, `../../__test__/slow/long/${name}.test.js`));
run(process.execPath, ['--test', '--test-concurrency=1', ...files]);
