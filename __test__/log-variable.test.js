'use strict';

// The environment variable `MODZY_LOG`, which logs the calls of any program to standard error.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const { serve } = require('./support/server.js');

const run = promisify(execFile);
const JOB = 'j';

/** A program that makes one call that succeeds and one that fails. */
const program = `
  const { ModzyClient } = require('modzy-client');
  const client = new ModzyClient(process.argv[1], 'aPrefix.aSecretBody', { retries: 0 });
  client.getJob('${JOB}').then(() => client.getJob('missing')).catch(() => console.log('over'));
`;

describe('MODZY_LOG', () => {
  const lines = [
    ['debug', 'modzy: getJob j called'],
    ['info', 'modzy: getJob j done in <n> ms'],
    ['debug', 'modzy: getJob missing called'],
    ['error', 'modzy: getJob missing failed after <n> ms: 404 :: not here :: <url>'],
  ];
  const levels = ['debug', 'info', 'warn', 'error'];

  /** What the program writes to standard error. */
  async function logged(t, variable) {
    const { baseURL } = await serve(t, {
      [`GET /api/jobs/${JOB}`]: { body: { jobIdentifier: JOB, status: 'COMPLETED' } },
      'GET /api/jobs/missing': { status: 404, body: { statusCode: 404, message: 'not here' } },
    });
    const env = { ...process.env, MODZY_LOG: variable };
    const { stdout, stderr } = await run(process.execPath, ['-e', program, baseURL], {
      env,
      cwd: path.join(__dirname, '..'),
    });
    assert.equal(stdout, 'over\n');
    assert.ok(!stderr.includes('aSecretBody'), stderr);
    return stderr.replaceAll(/\d+ ms/g, '<n> ms').replaceAll(/http\S+/g, '<url>');
  }

  for (const [index, level] of levels.entries()) {
    it(`${level} writes the messages from that level on`, async (t) => {
      const written = await logged(t, index % 2 === 0 ? level : level.toUpperCase());
      const expected = lines.filter(([each]) => levels.indexOf(each) >= index);
      assert.deepEqual(
        written
          .trim()
          .split('\n')
          .map((line) => line.split(' ').slice(1)),
        expected.map(([each, text]) => [each, ...text.split(' ')]),
      );
      for (const line of written.trim().split('\n')) {
        assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z /);
      }
    });
  }

  it('that is blank or off writes nothing', async (t) => {
    for (const variable of ['', ' ', 'off']) {
      assert.equal(await logged(t, variable), '');
    }
  });

  it('with another value is a process warning', async (t) => {
    assert.match(
      await logged(t, 'verbose'),
      /^\(node:\d+\) \[MODZY_LOG\] Warning: MODZY_LOG is "verbose", which is not one of debug, info, warn, error\n/,
    );
  });
});
