'use strict';

// The iterator of the jobs of a batch, which the user wrote.

const { argumentError } = require('../stacks.js');
const { closeUnread } = require('../streams/refused.js');
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

/**
 * @param {any} iterator
 * @param {unknown} jobs What it iterates, which may be a stream that was never opened.
 */
async function closeSource(iterator, jobs) {
  if (iterator === undefined) {
    closeUnread(jobs);
  } else {
    await iterator.return?.();
  }
}

module.exports = { closeSource, nextOf, openSource };
