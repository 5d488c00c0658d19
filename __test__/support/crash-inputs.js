'use strict';

// The inputs of the batches whose processes are killed: texts, and files of three chunks. The model finds 300 different scores in 500
// of them, so that a result shows which input it belongs to.

const MODEL = /** @type {const} */ (['ed542963de', '1.0.1']);

/** The size of a chunk. */
const CHUNK = 64;

/** @param {number} number */
function textKey(number) {
  return `text ü ${number}.txt`;
}

/** @param {number} number */
function uploadKey(number) {
  return `folder/upload ${number}.txt`;
}

/**
 * Returns the text of an input.
 *
 * @param {string} inputKey
 */
function inputOf(inputKey) {
  const number = Number(/(\d+)\.txt$/.exec(inputKey)?.[1]);
  const words = ['lovely '.repeat(number % 7), 'awful '.repeat(number % 5), 'table '.repeat(number % 11)];
  const text = `${number} was ${words.join('')}`;
  return inputKey.startsWith('text') ? text : text.padEnd(3 * CHUNK - 1, '.');
}

module.exports = { CHUNK, MODEL, inputOf, textKey, uploadKey };
