'use strict';

// examples/sentiment.js, run as a user runs it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { useEmulator } = require('../support/emulator.js');

const sentiment = path.resolve(__dirname, '../../examples/sentiment.js');

/** Starts the example with variables of its environment and arguments. */
function start(emulator, more, ...args) {
  const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey, ...more };
  const child = spawn(process.execPath, [sentiment, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (data) => {
      output[stream] += data;
    });
  }
  return { child, output };
}

describe('examples/sentiment.js', () => {
  const emulator = useEmulator({ submittedMs: 100, inProgressMs: 300 });

  it('draws a bar on a terminal, and erases it', async () => {
    const terminal = '--import=data:text/javascript,process.stderr.isTTY=true';
    const { child, output } = start(emulator, { NODE_OPTIONS: terminal }, 'I love it!', 'I hate it!');
    const [code] = await once(child, 'close');
    assert.equal(code, 0, output.stderr);
    const drawn = output.stderr.split('\r').slice(1);
    assert.equal(drawn[0], `[${' '.repeat(30)}] 0/2 SUBMITTED\x1b[K`);
    assert.equal(drawn.at(-2), `[${'#'.repeat(30)}] 2/2 COMPLETED\x1b[K`);
    assert.equal(drawn.at(-1), '\x1b[K');
  });

  async function run(...args) {
    const { child, output } = start(emulator, {}, ...args);
    const [code] = await once(child, 'close');
    return { code, ...output };
  }

  const printed = /^Job [0-9a-f-]{36} status COMPLETED$/;

  it('prints the job and the sentiment of each text given', async () => {
    const { code, stdout, stderr } = await run('I love it, wonderful!', 'I hate it, awful!');
    assert.equal(code, 0, stderr);
    const [job, first, second, ...more] = stdout.trimEnd().split('\n');
    assert.match(job, printed);
    assert.match(first, /^positive 0\.\d\d +I love it, wonderful!$/);
    assert.match(second, /^negative 0\.\d\d +I hate it, awful!$/);
    assert.deepEqual(more, []);
    assert.match(stderr, /^SUBMITTED 0\/2\n(.*\n)*COMPLETED 2\/2\n$/);
  });

  it('reads the texts from a file, one a line, and has default texts', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
    const file = path.join(folder, 'texts.txt');
    await writeFile(file, 'A great success\r\n\n  \nA sad failure\n');
    const fromFile = await run('--file', file);
    await writeFile(file, '\n');
    const fromEmpty = await run('--file', file);
    await rm(folder, { recursive: true });
    assert.equal(fromFile.stdout.trimEnd().split('\n').length, 3);
    assert.equal(fromEmpty.code, 1);
    assert.match(fromEmpty.stderr, /contains no text/);
    const own = await run();
    assert.deepEqual([own.code, own.stdout.trimEnd().split('\n').length], [0, 5]);
  });

  it('survives the 404 of a job that is not stored yet', async () => {
    await emulator.fault({ method: 'GET', path: '/api/jobs/*', times: 2, status: 404, body: '{}' });
    const { code, stdout } = await run('I love it, wonderful!');
    assert.equal(code, 0);
    assert.match(stdout, /status COMPLETED/);
  });

  it('prints an error in one line', async () => {
    const { code, stdout, stderr } = await run('--fiel', 'x');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^TypeError.*--fiel/);
  });
});

describe('examples/sentiment.js with a job under way', () => {
  const emulator = useEmulator({ submittedMs: 60_000 });

  it('cancels its job on an interrupt, and ends', async () => {
    const { child, output } = start(emulator, {}, 'A text without a result');
    await emulator.arrival();
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    assert.equal(code, 130, output.stderr);
    assert.match(output.stderr, /Interrupted\.( Job [0-9a-f-]{36} status CANCELED)?\n$/);
    assert.equal(output.stdout, '');
    // A poll that was under way may be answered after the cancel.
    const cancels = (await emulator.requests()).filter(({ method }) => method === 'DELETE');
    assert.deepEqual(
      cancels.map(({ status }) => status),
      [202],
    );
  });
});
