'use strict';

// A loop that is slower than its batch: the outcomes are buffered, and the loop then takes tens of thousands without waiting.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { AsyncQueue, Feed } = require('../lib/iteration/async-queue.js');
const { useEmulator } = require('./support/emulator.js');
const { job } = require('./support/numbered-jobs.js');
const { threadTime } = require('./support/thread-time.js');

describe('a loop that takes buffered outcomes', () => {
  const emulator = useEmulator();

  it('gives the event loop its turns, and gets each of them once', async () => {
    const jobs = 1000;
    await emulator.answerJob(job(0), { status: 'COMPLETED' });
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const outcomes = modzy.jobsAsCompleted(Array(jobs).fill(job(0)));
    const seen = [(await outcomes.next()).value.index];
    while (modzy.stats().pendingCalls > 0) {
      await sleep(5);
    }
    let [turns, isOver] = [0, false];
    const turn = () => {
      turns += 1;
      if (!isOver) {
        setImmediate(turn);
      }
    };
    setImmediate(turn);
    for await (const { index } of outcomes) {
      seen.push(index);
    }
    isOver = true;
    assert.equal(new Set(seen).size, jobs);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  it('takes each of a hundred thousand for the price of each of ten thousand', async () => {
    /** Returns the processor time for each item, in ms. */
    async function costOf(items) {
      const feed = new Feed(
        () => {},
        async () => {},
      );
      const queue = new AsyncQueue(feed);
      const first = queue.next();
      for (let number = 0; number <= items; number += 1) {
        feed.put({ number });
      }
      feed.end();
      assert.deepEqual(await first, { done: false, value: { number: 0 } });
      const began = threadTime();
      let expected = 1;
      for await (const { number } of queue) {
        assert.ok(number === expected);
        expected += 1;
      }
      assert.equal(expected, items + 1);
      return (threadTime() - began) / items;
    }
    const least = async (items) => Math.min(await costOf(items), await costOf(items), await costOf(items));
    const [few, many] = [await least(10_000), await least(100_000)];
    assert.ok(many < 5 * few, `${few * 1000} µs, then ${many * 1000} µs`);
  });
});
