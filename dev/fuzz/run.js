'use strict';

// Fuzzing from JavaScript: starts a server with random responses and a process with random calls, and checks the outcomes.

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

/** The longest turn of the event loop, in ms. */
const LONGEST_TURN = 50;

const program = (name) => path.join(__dirname, name);

/**
 * Makes `calls` random calls, and then `hostile` calls with hostile callbacks, signals and sources. A seed determines the arguments and,
 * if the order of requests is the same, the responses.
 *
 * @param {{ calls: number, hostile: number, seed: number }} settings
 */
async function fuzzCalls({ calls, hostile, seed }) {
  const server = fork(program('answers.js'), [String(seed)]);
  const [{ port }] = await once(server, 'message');
  // Without the many warnings about unknown members, which are not findings.
  const child = fork(program('calls.js'), { execArgv: ['--no-warnings'], env: { ...process.env, no_proxy: '*' } });
  let report;
  child.on('message', (message) => {
    report = message;
  });
  child.send({ calls, hostile, seed, baseURL: `http://127.0.0.1:${port}/api` });
  const [code, signal] = await once(child, 'exit');
  server.disconnect();
  const again = `to repeat it: npm run fuzz -- --calls ${calls} --hostile ${hostile} --seed ${seed} --only calls`;
  assert.equal(signal, null, `the process crashed; ${again}`);
  assert.equal(report?.stuck, undefined, `a promise stayed pending; ${again}`);
  assert.equal(code, 0, again);
  assert.deepEqual(report.unhandled, [], again);
  assert.ok(report.calls >= calls + hostile);
  assert.ok(report.longestTurn <= LONGEST_TURN, `the event loop was blocked for ${report.longestTurn} ms; ${again}`);
  const internal = Object.keys(report.outcomes).filter((name) => name.startsWith('internal error'));
  assert.deepEqual(internal, [], again);
  return report;
}

module.exports = { fuzzCalls };
