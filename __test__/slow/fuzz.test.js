'use strict';

// The short form of `npm run fuzz` for calls; that of the targets in Rust is a test of `crates/client/src/fuzzing.rs`.

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { fuzzCalls } = require('../../dev/fuzz/run.js');

const CALLS = 3000;
const seed = Date.now() % 1_000_000;

it(`${CALLS} random calls with random answers crash nothing and leave nothing pending (seed ${seed})`, async (t) => {
  const { methods, outcomes, slowest } = await fuzzCalls({ calls: CALLS, seed });
  t.diagnostic(`${methods} methods, the slowest call ${slowest.toFixed()} ms, ${JSON.stringify(outcomes)}`);
  assert.ok(methods >= 45);
  // They get as far as every kind of outcome.
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
