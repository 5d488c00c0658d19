'use strict';

// The README's programs, as they stand there.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const { useEmulator } = require('./support/emulator.js');

const root = path.resolve(__dirname, '..');
const DOCUMENTED_JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';

describe('the README', () => {
  const emulator = useEmulator({ submittedMs: 50, inProgressMs: 50 });

  it('shows programs that work, one after the other', async () => {
    await emulator.answerJob(DOCUMENTED_JOB, { status: 'COMPLETED' });
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const programs = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program]) => program);
    assert.equal(programs.length, 5);
    const program = `${programs.join('\n')}\nconsole.log(Object.keys(results), failures);`;
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const options = { cwd: root, env };
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      options,
    );
    const [first, second, ...rest] = stdout.trimEnd().split('\n');
    assert.match(first, /^Job [0-9a-f-]{36} status COMPLETED$/, stderr);
    assert.equal(second, `Job ${DOCUMENTED_JOB} status COMPLETED`);
    const inputs = "4 of 4 inputs [ 'from-a-path', 'from-memory', 'from-a-blob', 'from-a-stream' ]";
    const keys = rest
      .splice(0, rest.length - 5)
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    assert.equal(keys, inputs);
    const many = ['0 COMPLETED', '1 COMPLETED', 'COMPLETED'];
    assert.deepEqual(rest, [...many, 'COMPLETED undefined undefined', "[ 'my-input' ] undefined"]);
  });
});

describe("modzy-emulator's README", () => {
  it('shows a test that works', async () => {
    const readme = readFileSync(path.join(root, 'crates/emulator/npm/README.md'), 'utf8');
    const [program, ...more] = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text);
    assert.deepEqual(more, []);
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    assert.equal(stdout, 'COMPLETED 2\n');
  });
});
