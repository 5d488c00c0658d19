'use strict';

// Batches against servers with a bucket of tokens, in real time: how much of the rate they reach, and how many submits are refused.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { refusing, run } = require('../../support/refusing.js');

/** Returns a bucket of tokens that is filled at a rate, and says at a time whether it has one. */
function bucket(rate, burst) {
  let tokens = burst;
  let last = 0;
  return (seconds) => {
    tokens = Math.min(burst, tokens + rate * (seconds - last));
    last = seconds;
    const accepts = tokens >= 1;
    tokens -= Number(accepts);
    return accepts;
  };
}

const buckets = [
  { rate: 50, burst: 50, count: 2000, concurrency: 200, least: 0.9, most: 0.1 },
  { rate: 2, burst: 1, count: 60, concurrency: 20, least: 0.7, most: 0.5 },
];

describe('a batch beside a bucket of tokens', { timeout: 180_000 }, () => {
  for (const { rate, burst, count, concurrency, least, most } of buckets) {
    it(`of ${rate} a second with a burst of ${burst} completes, at ${least} of that rate, with ${most} refused`, async (t) => {
      const server = await refusing(t, bucket(rate, burst));
      const client = new ModzyClient(server.baseURL, 'prefix.body');
      const { completed, seconds } = await run(client, count, concurrency);
      const refused = server.refused();
      const reached = count / seconds / rate;
      const share = refused / (refused + completed);
      t.diagnostic(
        `${completed} of ${count}, ${(100 * reached).toFixed(1)} % of the rate, ${(100 * share).toFixed(1)} % refused`,
      );
      assert.equal(completed, count);
      assert.ok(reached >= least, `${reached} of the rate`);
      assert.ok(share <= most, `${share} refused`);
    });
  }
});
