'use strict';

// The time that the event loop spends on pages whose items have no identifier and are nested deeply.

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { whyNotTimed } = require('../support/batch-starts.js');
const { serve } = require('../support/server.js');
const { threadTime } = require('../support/thread-time.js');

const DEPTH = 100_000;

it(
  `a listing of items nested ${DEPTH} deep takes no more than 2.5 times as long as JSON.parse`,
  {
    skip: whyNotTimed,
  },
  async (t) => {
    const deep = `${'{"a":['.repeat(DEPTH / 2)}1${']}'.repeat(DEPTH / 2)}`;
    const bodies = [1, 2, 3, 3].map((number) => `[{"deep":${deep},"number":${number}}]`);
    const pages = bodies.map((body) => ({ headers: { link: '<next>; rel="next"' }, body }));
    const server = await serve(t, { 'GET /api/jobs/history': pages });
    const modzyClient = new ModzyClient(server.baseURL, 'prefix.body');
    let started = threadTime();
    bodies.forEach((body) => JSON.parse(body));
    const parsed = threadTime() - started;
    started = threadTime();
    const numbers = [];
    for await (const page of modzyClient.listJobHistory({ perPage: 1 }).pages()) {
      numbers.push(...page.map(({ number }) => number));
    }
    const listed = threadTime() - started;
    t.diagnostic(`${listed.toFixed(1)} ms, and JSON.parse ${parsed.toFixed(1)} ms`);
    // The last page repeats the one before it, which ends the listing.
    assert.deepEqual(numbers, [1, 2, 3]);
    assert.ok(listed <= 2.5 * parsed, `${listed} ms, and ${parsed} ms of JSON.parse`);
  },
);
