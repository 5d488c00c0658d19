'use strict';

// The first hour of a user: an empty folder, the tarballs and the README. The first result, and the ten commonest mistakes.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { after, before, describe, it } = require('node:test');
const { programOf } = require('../support/pages.js');
const { Project, tarballs } = require('./tarballs.js');

/** Mistakes, each with the message that names the fix. */
const MISTAKES = [
  [
    'no variables in the environment',
    `delete process.env.MODZY_API_KEY; ModzyClient.fromEnv();`,
    'Cannot initialize the modzy client: the environment variable MODZY_API_KEY is not set; set it, or pass { apiKey }',
  ],
  [
    'a 1.x base URL without /api',
    `await new ModzyClient(url, apiKey).getJobHistory();`,
    /^no such route; the base URL http:\S+ does not end with \/api, where the routes of Modzy are$/,
  ],
  [
    'arguments in the wrong order',
    `new ModzyClient(apiKey, url);`,
    'Cannot initialize the modzy client: baseURL and apiKey are swapped; write new ModzyClient(baseURL, apiKey)',
  ],
  ['a misspelled option', `new ModzyClient({ url, apikey: apiKey });`, 'the client has no option apikey; use apiKey'],
  [
    'a wrong key',
    `await new ModzyClient({ url, apiKey: 'dev.wrong' }).getModels();`,
    'the API key is missing, unknown or inactive',
  ],
  [
    'no server',
    `await new ModzyClient({ url: 'http://127.0.0.1:9', apiKey }).getModels({}, { retries: 0 });`,
    '127.0.0.1:9 refused the connection: nothing listens there',
  ],
  [
    'sources without an input key',
    `await modzyClient.submitJobText('ed542963de', '1.0.1', { 'input.txt': 'x' });`,
    'submitJobText: the textSources["input.txt"] param should be an object with members, as sources have two levels: { "my-input": { "input.txt": text } }',
  ],
  [
    'a version that is forgotten',
    `await modzyClient.submitJobText('ed542963de', { a: { 'input.txt': 'x' } });`,
    /; versionId is missing, or is an object$/,
  ],
  [
    'a promise that is not awaited',
    `await modzyClient.blockUntilComplete(modzyClient.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } }));`,
    'blockUntilComplete: the job param should be a job, or the identifier of a job, not a promise: await it first',
  ],
  [
    'a text as a path',
    `await modzyClient.submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': 'What a lovely day!' } });`,
    /; a string is the path of a file: pass a text as Buffer\.from\(text\), or use submitJobText$/,
  ],
];

describe('a user with an empty folder, the packages and the README', () => {
  const project = new Project();
  let emulator;
  let env;
  let milliseconds;
  before(async () => {
    const started = performance.now();
    await project.install(Object.keys(tarballs));
    const bin = path.join(project.folder, 'node_modules/.bin/modzy-emulator');
    const args = ['--port', '0', '--api-key', 'dev.secret'];
    emulator = spawn(bin, args, { env: project.env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: emulator.stdout }), 'line');
    const { url, apiKey } = JSON.parse(line);
    env = { MODZY_BASE_URL: url, MODZY_API_KEY: apiKey };
    project.write('first.mjs', programOf('README.md').parts[0].code);
    const { stdout, stderr } = await project.run('node', ['first.mjs'], env);
    milliseconds = performance.now() - started;
    assert.deepEqual([stdout, stderr], ['positive\n', '']);
  });
  after(async () => {
    emulator.kill();
    await once(emulator, 'exit');
    project.remove();
  });

  it('has the first result within a minute of npm install', () => {
    assert.ok(milliseconds < 60_000, `${milliseconds} ms`);
  });

  for (const [mistake, code, message] of MISTAKES) {
    it(`is answered with the fix after this mistake: ${mistake}`, async () => {
      project.write(
        'mistake.mjs',
        `import { ModzyClient } from 'modzy-client';
        const { MODZY_BASE_URL: url, MODZY_API_KEY: apiKey } = process.env;
        const modzyClient = ModzyClient.fromEnv();
        try { ${code} } catch (error) { console.log(error.message); }`,
      );
      const { stdout, stderr } = await project.run('node', ['mistake.mjs'], env);
      assert.equal(stderr, '');
      if (typeof message === 'string') {
        assert.equal(stdout, `${message}\n`);
      } else {
        assert.match(stdout.trimEnd(), message);
      }
    });
  }
});
