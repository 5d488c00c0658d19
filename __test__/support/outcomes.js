'use strict';

// The outcomes of promises and loops, for assertions.

const assert = require('node:assert/strict');
const { inspect } = require('node:util');

/** Returns the values of a loop. */
async function collect(iterable) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
}

/** Returns the error of a promise that rejects. */
async function failure(promise) {
  return promise.then(
    (value) => assert.fail(`resolved with ${inspect(value)}`),
    (error) => error,
  );
}

module.exports = { collect, failure };
