'use strict';

// `npm run test:schedules`: runs 100,000 random schedules of faults. A failure is printed with its seed, which `--only` repeats, and
// without the faults that it does not need.

const { parseArgs } = require('node:util');
const { readCommandLine } = require('./command-line.js');
const { run } = require('./setup.js');

const usage = 'npm run test:schedules [-- --schedules 100000 --seed 0 --only SEED]';

function readArguments() {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '0' },
      only: { type: 'string' },
    },
  });
  if (![values.schedules, values.seed, values.only ?? '0'].every((text) => /^\d+$/.test(text))) {
    throw new Error('--schedules, --seed and --only must be whole numbers');
  }
  return values;
}

const { schedules, seed, only } = readCommandLine(usage, readArguments);
Object.assign(process.env, { SCHEDULES: schedules, SCHEDULE_SEED: seed });
if (only !== undefined) {
  process.env.SCHEDULE_ONLY = only;
}
const tests = ['test', '--locked', '--workspace', '--test', 'client'];
run('cargo', [
  ...tests,
  '--',
  '--exact',
  '--ignored',
  '--nocapture',
  'slow::faults::schedules::many_random_schedules_of_faults_keep_every_promise',
]);
