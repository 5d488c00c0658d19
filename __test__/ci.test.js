'use strict';

// Continuous integration in both of its forms: the script of a machine of its own, and the workflow.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { scripts } = require('../package.json');

const read = (file) => readFileSync(path.resolve(__dirname, '..', file), 'utf8');
const script = read('.ci/run');
const workflow = read('.github/workflows/ci.yml');

describe('the workflow', () => {
  const commands = Array.from(script.matchAll(/^(?:npm|\.ci\/)[^|\n]*?(?= \|\||$)/gm), ([command]) => command);

  it('runs every command of .ci/run', () => {
    assert.deepEqual(commands, ['.ci/install', 'npm test', 'npm run test:long']);
    const missing = commands.filter((command) => !workflow.includes(`- run: ${command}\n`));
    assert.deepEqual(missing, []);
  });

  it('installs the browser and Redis in the job of the long tests, before them', () => {
    const job = workflow.split(/^ {2}(?=\w+:$)/m).find((each) => each.includes('npm run test:long\n'));
    assert.match(job, /- run: \.ci\/install\n(?:.*\n)*? +- run: npm run test:long\n/);
  });

  it('names scripts that exist', () => {
    const names = Array.from(workflow.matchAll(/npm run ([\w:-]+)/g), ([, name]) => name);
    assert.deepEqual(
      names.filter((name) => !(name in scripts)),
      [],
    );
  });
});
