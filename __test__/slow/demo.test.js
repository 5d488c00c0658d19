'use strict';

// `npm run demo`, run as a user runs it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { describe, it } = require('node:test');
const { useEmulator } = require('../support/emulator.js');
const { noTerminal, onTerminal } = require('../support/terminal.js');

const demo = path.resolve(__dirname, '../../dev/scripts/demo.js');

describe('npm run demo', () => {
  const emulator = useEmulator();

  async function run(env, act = () => {}, args = ['What a lovely day!'], inTerminal = (command) => command) {
    const clean = { ...process.env };
    delete clean.MODZY_BASE_URL;
    delete clean.MODZY_API_KEY;
    // A process group of its own, as in a terminal, so that an interrupt reaches all its processes.
    const options = { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
    const [program, ...rest] = inTerminal([process.execPath, demo, ...args]);
    const child = spawn(program, rest, options);
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (data) => {
        output[stream] += data;
        act(child, output);
      });
    }
    const [code] = await once(child, 'close');
    return { code, ...output };
  }

  it('starts an emulator, and shows progress and sentiment', async () => {
    const { code, stdout, stderr } = await run({});
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Job [0-9a-f-]{36} status COMPLETED\npositive 0\.\d\d +What a lovely day!\n$/m);
    assert.match(stderr, /^modzy-emulator: the page is http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.match(stderr, /^SUBMITTED 0\/1$/m);
    assert.match(stderr, /^IN_PROGRESS 0\/1$/m);
    const announced = ['Starting a local Modzy, and', 'modzy-emulator: the page', 'SUBMITTED 0/1', '\nNext:\n'];
    const places = announced.map((text) => stderr.indexOf(text));
    assert.ok(!places.includes(-1), stderr);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    const next = stderr.slice(stderr.indexOf('\nNext:\n')).trim().split('\n').slice(1);
    assert.deepEqual(
      next.map((line) => line.split(/ {2,}/)[1]),
      [
        'npm run demo -- "Your own text." "Another one."',
        'npx modzy-emulator --port 8080 --api-key dev.secret --page',
        'npm run pack',
      ],
    );
  });

  it('shows a bar on a terminal, which the results replace', { skip: noTerminal }, async () => {
    const texts = ['One', 'Two', 'Three', 'Four'];
    const { code, stdout, stderr } = await run({}, undefined, texts, onTerminal);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    const ERASE = '\u001b[K';
    const drawn = stdout.split('\r');
    const isBar = (text) => text.startsWith('[');
    const bars = drawn.filter(isBar);
    const counts = bars.map((bar) => Number(/\] (\d)\/4 [A-Z_]+/.exec(bar)[1]));
    const width = (count) => '#'.repeat(Math.floor((30 * count) / 4)).padEnd(30);
    bars.forEach((bar, index) => {
      const [shown, rest] = bar.split(ERASE);
      assert.match(shown, /^\[[# ]{30}\] \d\/4 (?:SUBMITTED|IN_PROGRESS|COMPLETED)$/);
      assert.deepEqual([shown.slice(1, 31), rest], [width(counts[index]), '']);
    });
    assert.deepEqual([counts[0], counts.at(-1)], [0, 4]);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    // The line of the bar is erased before the first line of the results.
    assert.ok(drawn[drawn.findLastIndex(isBar) + 1].startsWith(`${ERASE}Job `), stdout);
    assert.doesNotMatch(stdout, /^(?:SUBMITTED|IN_PROGRESS|COMPLETED) /m);
  });

  it('uses the server of the environment', async () => {
    const { code, stdout, stderr } = await run({ MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey });
    assert.equal(code, 0);
    assert.match(stderr, /^Asking a sentiment model of the Modzy in MODZY_BASE_URL about a few texts …$/m);
    assert.doesNotMatch(stderr, /local Modzy, and/);
    assert.match(stdout, /status COMPLETED/);
    assert.equal((await emulator.requests('/api/jobs')).length, 1);
  });

  it('requires both variables or none', async () => {
    const { code, stderr } = await run({ MODZY_BASE_URL: emulator.url });
    assert.equal(code, 2);
    assert.match(stderr, /belong together/);
  });

  it('shows its usage for --help, and exits with 0 before it builds anything', async () => {
    for (const flag of ['--help', '-h']) {
      const { code, stdout, stderr } = await run({}, undefined, [flag]);
      assert.deepEqual([code, stdout, stderr], [0, 'Usage: npm run demo [-- TEXT … | -- --file FILE]\n', '']);
    }
  });

  it('reports an error before it builds anything', async () => {
    for (const args of [
      ['--file', 'no-such-file.txt'],
      ['--fiel', 'x'],
    ]) {
      const { code, stdout, stderr } = await run({}, undefined, args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /\nUsage: npm run demo/);
    }
    const { code, stdout, stderr } = await run({ PATH: '' });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^cargo was not found\. .*rustup\.rs/);
  });

  it('ends on Ctrl-C', async () => {
    let interrupted = false;
    const { code, stderr } = await run({}, (child, output) => {
      if (!interrupted && output.stderr.includes('SUBMITTED')) {
        interrupted = true;
        process.kill(-child.pid, 'SIGINT');
      }
    });
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Interrupted\. Job [0-9a-f-]{36} status CANCELED\n$/);
  });
});
