'use strict';

// The short form of `npm run fuzz` for calls. That for the targets in Rust is a test in `crates/client/src/fuzzing.rs`.

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { fuzzCalls } = require('../../dev/fuzz/run.js');

// `npm run test:runtimes` makes as many calls as `npm run fuzz`.
const CALLS = Number(process.env.FUZZ_CALLS ?? 3000);
const HOSTILE = Number(process.env.FUZZ_HOSTILE ?? 1000);
const seed = Date.now() % 1_000_000;

it(`${CALLS} random calls and ${HOSTILE} hostile ones crash nothing, leave nothing pending and hold nothing up (seed ${seed})`, async (t) => {
  const { methods, outcomes, slowest, longestTurn } = await fuzzCalls({ calls: CALLS, hostile: HOSTILE, seed });
  const figures = `the slowest call ${slowest.toFixed()} ms, the longest turn ${longestTurn.toFixed()} ms`;
  t.diagnostic(`${methods} methods, ${figures}, ${JSON.stringify(outcomes)}`);
  assert.ok(methods >= 45);
  // The calls have outcomes of each kind.
  for (const name of [
    'done',
    'TypeError',
    'NotFoundError',
    'ResponseError',
    'ConnectionError',
    'RequestTimeoutError',
  ]) {
    assert.ok(outcomes[name] > 0, `${name} among ${JSON.stringify(outcomes)}`);
  }
});
