'use strict';

// What promises and loops bring, for assertions.

const assert = require('node:assert/strict');
const { inspect } = require('node:util');

/** All that a loop brings. */
async function collect(iterable) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
}

/** The error of a promise that rejects. */
async function failure(promise) {
  return promise.then(
    (value) => assert.fail(`resolved with ${inspect(value)}`),
    (error) => error,
  );
}

module.exports = { collect, failure };
