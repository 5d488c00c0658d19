'use strict';

// Environments of tests that users write: fake timers before or after the load of the package, and tools that look for open
// handles. Each test runs in a process of its own, because a process loads the package once.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { describe, it } = require('node:test');
const { useEmulator } = require('./support/emulator.js');
const { job } = require('./support/numbered-jobs.js');

const run = promisify(execFile);

describe('the environment of a test', { concurrency: true }, () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 10 });

  /** Runs a program, in which `calls` makes calls of each kind. Returns its output. */
  async function programOf(text) {
    const prelude = `
      const { openHandlesOf } = require('./support/open-handles.js');
      const load = () => require('..');
      async function calls() {
        const modzy = new (load().ModzyClient)({ url: ${JSON.stringify(emulator.url)}, apiKey: ${JSON.stringify(emulator.apiKey)} });
        const quickly = { pollInterval: 10, onProgress: async () => {} };
        const submit = () => modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } });
        const { status } = await modzy.blockUntilComplete(await submit(), quickly);
        const outcomes = await modzy.blockUntilAllComplete(Array(40).fill(submit), quickly);
        const file = Buffer.from('x');
        await modzy.submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': file } }, { onUploadProgress() {} });
        for await (const each of modzy.watchJob(await submit(), { pollInterval: 10 })) void each;
        const controller = new AbortController();
        const waiting = modzy.blockUntilComplete(${JSON.stringify(job(0))}, { signal: controller.signal });
        controller.abort();
        const { name } = await waiting.catch((error) => error);
        await modzy.getJob('..').catch(() => {});
        return [status, outcomes.every(({ job }) => job.status === 'COMPLETED'), name].join(' ');
      }
    `;
    const options = { cwd: __dirname, timeout: 30_000, env: { ...process.env, no_proxy: '*' } };
    const { stdout } = await run(process.execPath, ['--expose-gc', '-e', prelude + text], options);
    return stdout.trimEnd();
  }
  const DONE = 'COMPLETED true AbortError';

  const fakes = {
    'node:test': [
      `const { mock } = require('node:test');`,
      `mock.timers.enable({ apis: ['setImmediate', 'setInterval', 'setTimeout', 'Date'] });`,
      `mock.timers.reset();`,
    ],
    '@sinonjs/fake-timers': [
      `const { install } = require('@sinonjs/fake-timers'); let clock;`,
      `clock = install();`,
      `clock.uninstall();`,
    ],
  };
  for (const [what, [prepare, begin, end]] of Object.entries(fakes)) {
    for (const [when, first] of Object.entries({ before: 'load();', after: '' })) {
      it(`lets calls work during and after fake timers of ${what}, installed ${when === 'before' ? 'after' : 'before'} the load`, async () => {
        const printed = await programOf(`
          ${prepare}
          ${first}
          (async () => {
            ${begin}
            console.log(await calls());
            ${end}
            console.log(await calls());
          })();
        `);
        assert.equal(printed, `${DONE}\n${DONE}`);
      });
    }
  }

  it('has no open handle after the load', async () => {
    assert.equal(await programOf('openHandlesOf(load).then(console.log);'), '[]');
  });

  it('has no open handle after the constructor, and after the last call', async () => {
    const printed = await programOf(`
      (async () => {
        await calls();
        const { ModzyClient } = load();
        console.log(await openHandlesOf(() => void (globalThis.kept = new ModzyClient('http://127.0.0.1:1', 'a.b'))));
        console.log(await openHandlesOf(calls));
      })();
    `);
    assert.equal(printed, '[]\n[]');
  });
});
