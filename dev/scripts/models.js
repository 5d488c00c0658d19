'use strict';

// `npm run test:models`: runs each model of dev/models in 100,000 random orders of its steps, and as many with few changes of thread.
// A failure prints the order of its steps, which `--schedule` repeats.

const { parseArgs } = require('node:util');
const { readCommandLine } = require('./command-line.js');
const { run } = require('./setup.js');

const usage = 'npm run test:models [-- --runs 100000 --seed 1 --only MODEL --schedule STEPS]';

function readArguments() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      schedule: { type: 'string' },
    },
  });
  if (![values.runs, values.seed].every((text) => /^\d+$/.test(text))) {
    throw new Error('--runs and --seed must be whole numbers');
  }
  if (values.schedule !== undefined && values.only === '') {
    throw new Error('--schedule needs the model that it is of: --only');
  }
  return values;
}

const { runs, seed, only, schedule } = readCommandLine(usage, readArguments);
Object.assign(process.env, { MODEL_RUNS: runs, MODEL_SEED: seed });
if (schedule !== undefined) {
  process.env.MODEL_SCHEDULE = schedule;
}
run('cargo', ['test', '--locked', '--workspace', '--test', 'models', '--', only, '--nocapture']);
