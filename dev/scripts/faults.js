'use strict';

// `npm run test:faults`: every fault against every class of request, an outage of a minute, and a hundred thousand calls that
// end about when they are sent. Writes the table in docs/reliability.md; takes about two minutes.

const { run } = require('./setup.js');

process.env.MODZY_WRITE_TABLES = '1';

const tests = ['test', '--locked', '--workspace', '--test', 'client'];
// One at a time: some of them measure.
run('cargo', [...tests, '--', 'slow::faults::', '--include-ignored', '--nocapture', '--test-threads=1']);
