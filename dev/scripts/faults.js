'use strict';

// `npm run test:faults`: tests every fault against every class of request, an outage of a minute, and 100,000 calls that end about
// when they are sent. Writes the table in docs/reliability.md. Takes about two minutes.

const { run } = require('./setup.js');

process.env.MODZY_WRITE_TABLES = '1';

const tests = ['test', '--locked', '--workspace', '--test', 'client'];
// One at a time, since some tests measure time. Schedules have a command of their own.
const chosen = ['slow::faults::', '--include-ignored', '--skip', 'schedules'];
run('cargo', [...tests, '--', ...chosen, '--nocapture', '--test-threads=1']);
