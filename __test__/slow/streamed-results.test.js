'use strict';

// The cost of streamed results: memory, and the time for which they block the event loop.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const GENERATOR = ['g3n3r4t0r1', '1.0.0'];

describe('streamed results', () => {
  const emulator = useEmulator();

  it(
    'of 20 MB need the memory of a few inputs, and block the event loop for one input at a time',
    { timeout: 120_000 },
    async (t) => {
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      const sources = Array.from({ length: 80 }, (_, key) => [key, { 'input.txt': '{"json": 250000}' }]);
      const job = await modzy.submitJobText(...GENERATOR, Object.fromEntries(sources));
      await modzy.blockUntilComplete(job);
      const program = `
      const { readFileSync } = require('node:fs');
      const { ModzyClient } = require('modzy-client');
      const modzy = new ModzyClient(${JSON.stringify(emulator.baseURL)}, ${JSON.stringify(emulator.apiKey)});
      let inputs = 0;
      let most = 0;
      const read = async () => {
        for await (const { outputs } of modzy.streamResults(${JSON.stringify(job.jobIdentifier)})) {
          inputs += outputs['results.json'].data.result.classPredictions.length > 6000;
          most = Math.max(most, process.memoryUsage().rss);
        }
        return most;
      };
      // The processor time of this thread does not depend on the load of the machine.
      const worked = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
      const turns = [];
      let [since, before] = [worked(), 0];
      const turn = () => {
        const now = worked();
        if (inputs > before) {
          turns.push(now - since);
        }
        [since, before] = [now, inputs];
        watching = setImmediate(turn);
      };
      let watching;
      (async () => {
        await read();
        const first = await read();
        inputs = 0;
        watching = setImmediate(turn);
        const second = await read();
        clearImmediate(watching);
        turns.sort((a, b) => a - b);
        const [p99, max] = [turns[Math.floor(turns.length * 0.99) - 1], turns.at(-1)];
        console.log(JSON.stringify({ p99, max, turns: turns.length, inputs, growth: (second - first) / 2 ** 20 }));
      })();
    `;
      const child = spawn(process.execPath, ['-e', program], { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (data) => (output += data));
      const [code] = await once(child, 'close');
      assert.equal(code, 0);
      const { p99, max, turns, inputs, growth } = JSON.parse(output);
      t.diagnostic(`${turns} turns of the loop, ${p99} ms at p99, ${max} ms at most; grew by ${growth} MiB`);
      assert.equal(inputs, 80);
      assert.ok(growth < 24, `grew by ${growth} MiB`);
      assert.ok(p99 < 10 && max < 30, `blocked the event loop for ${p99} ms at p99, ${max} ms at most`);
    },
  );
});
