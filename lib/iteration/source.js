'use strict';

// The iterator of the jobs of a batch, which the user wrote.

const { argumentError } = require('../stacks.js');
const { isObject } = require('./thrown.js');

/** @param {any} jobs */
function openSource(jobs) {
  return typeof jobs[Symbol.asyncIterator] === 'function' ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
}

/**
 * @param {any} iterator
 * @returns {Promise<{ done?: boolean, value?: unknown }>}
 */
async function nextOf(iterator) {
  const result = await iterator.next();
  if (!isObject(result)) {
    throw argumentError('the iterator of the jobs returned a result that is not an object');
  }
  return result;
}

/** @param {any} iterator */
async function closeSource(iterator) {
  await iterator?.return?.();
}

module.exports = { closeSource, nextOf, openSource };
