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

  it('may have Blobs that hand over their own memory, as DOMs do: it is left to them', async () => {
    const text = `
      globalThis.Blob = class Blob {
        type = '';
        constructor(bytes) { this.bytes = bytes; }
        get size() { return this.bytes.length; }
        slice(from, to) { return new Blob(this.bytes.subarray(from, to)); }
        stream() {
          const { bytes } = this;
          return new ReadableStream({ start: (controller) => { controller.enqueue(bytes); controller.close(); } });
        }
        async arrayBuffer() { return this.bytes.buffer.slice(this.bytes.byteOffset, this.bytes.byteOffset + this.size); }
      };
      const modzy = new (load().ModzyClient)({ url: ${JSON.stringify(emulator.url)}, apiKey: ${JSON.stringify(emulator.apiKey)} });
      const bytes = new Uint8Array(1000);
      const upload = () => modzy.submitJobFile('ed542963de', '1.0.1', { a: { 'input.txt': new Blob(bytes) } });
      upload().then(upload).then(({ status }) => console.log(status, bytes.length));
    `;
    assert.equal(await programOf(text), 'SUBMITTED 1000');
  });

  // The DOM of Jest has no TextDecoder, and contexts of node:vm have none of them.
  const removed = ['TextDecoder', 'DOMException', 'performance', 'URL', 'AbortController', 'AbortSignal'];
  for (const when of ['before', 'after']) {
    it(`may lack globals of Node.js, which are removed ${when} the load`, async () => {
      const text = `
        ${when === 'after' ? 'load();' : ''}
        for (const name of ${JSON.stringify(removed)}) {
          Object.defineProperty(globalThis, name, { value: undefined });
        }
        process.on('unhandledRejection', (error) => console.log('unhandled', error));
        (async () => {
          const logger = { info() {}, error() {} };
          const modzy = new (load().ModzyClient)({ url: ${JSON.stringify(emulator.url)}, apiKey: ${JSON.stringify(emulator.apiKey)}, logger });
          const quickly = { pollInterval: 10 };
          const { job } = await modzy.run('ed542963de@1.0.1', { 'input.txt': 'x' }, quickly);
          const contents = await modzy.getOutputContents({ job, inputKey: 'job', outputName: 'results.json' });
          const [outcome] = await modzy.blockUntilAllComplete([job], quickly);
          for await (const each of modzy.watchJob(job, quickly)) break;
          const signal = Object.assign(new EventTarget(), { aborted: true });
          const { name } = await modzy.getJob(job, { signal }).catch((error) => error);
          await modzy.close();
          console.log(typeof contents, outcome.job.status, name);
        })();
      `;
      assert.equal(await programOf(text), 'object COMPLETED AbortError');
    });
  }

  it('may have enumerable members in the prototype of all objects, which are not headers', async () => {
    const text = `
      Object.prototype.each = function each() {};
      const credentials = { url: ${JSON.stringify(emulator.url)}, apiKey: ${JSON.stringify(emulator.apiKey)} };
      const { ModzyClient } = load();
      (async () => {
        const lengths = [];
        for (const options of [{ logger: { debug() {} } }, { headers: { 'x-a': 'b' } }]) {
          const modzy = new ModzyClient({ ...credentials, ...options });
          lengths.push((await modzy.getModels({ perPage: 1 })).length);
          lengths.push((await modzy.getModels({ perPage: 1 }, { headers: { 'x-c': 'd' } })).length);
          lengths.push((await modzy.request({ method: 'GET', path: '/models', headers: { 'x-c': 'd' } })).status);
        }
        console.log(lengths.join());
      })();
    `;
    assert.equal(await programOf(text), '1,1,200,1,1,200');
  });

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

describe('an environment whose abort signals have no reason, as those of older DOMs', () => {
  const emulator = useEmulator({ submittedMs: 60_000 });

  it('cancels no job when a loop is left', async () => {
    const program = `
      class Signal extends EventTarget { aborted = false; }
      globalThis.AbortController = class {
        signal = new Signal();
        abort() {
          this.signal.aborted = true;
          this.signal.dispatchEvent(new Event('abort'));
        }
      };
      (async () => {
        const { ModzyClient } = require('..');
        const modzy = new ModzyClient({ url: ${JSON.stringify(emulator.url)}, apiKey: ${JSON.stringify(emulator.apiKey)} });
        const submit = () => modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } });
        const options = { cancelOnAbort: true, pollInterval: 10 };
        for await (const job of modzy.watchJob(await submit(), options)) break;
        let polled;
        const hasPolled = new Promise((resolve) => { polled = resolve; });
        const outcomes = modzy.jobsAsCompleted([await submit()], { ...options, onProgress: polled });
        const next = outcomes.next();
        await hasPolled;
        await outcomes.return();
        console.log(JSON.stringify(await next));
      })();
    `;
    const { stdout } = await run(process.execPath, ['-e', program], { cwd: __dirname, timeout: 30_000 });
    assert.equal(stdout, '{"done":true}\n');
    const lines = (await emulator.requests()).map(({ method }) => method);
    assert.deepEqual(
      [lines.includes('GET'), lines.filter((method) => method === 'POST').length, lines.includes('DELETE')],
      [true, 2, false],
    );
  });
});
