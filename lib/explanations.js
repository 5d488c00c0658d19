'use strict';

// Decodes the explanations in the outputs of models. Models write them in several forms.

const { isPlainObject } = require('./arguments/checks.js');

/** @typedef {import('../types/explanations.js').ClassPrediction} ClassPrediction */
/** @typedef {import('../types/explanations.js').Explanation} Explanation */
/** @typedef {import('../types/explanations.js').WordImportance} WordImportance */

/** The most pixels of a mask, so that a few numbers in an output cannot allocate all memory. */
const MAXIMUM_PIXELS = 2 ** 27;

/**
 * Decodes the explanation of one output.
 *
 * @param {unknown} output
 * @returns {Explanation | undefined}
 */
function decodeExplanation(output) {
  if (!isPlainObject(output)) {
    return undefined;
  }
  const { result, explanation } = isPlainObject(output.data) ? output.data : output;
  const classPredictions = readClasses(isPlainObject(result) ? result.classPredictions : undefined);
  if (Object.keys(Object(explanation)).length === 0) {
    return classPredictions.length > 0 ? { type: 'classes', classPredictions } : undefined;
  }
  if (isPlainObject(explanation) && 'maskRLE' in explanation) {
    const mask = readMask(explanation);
    return mask && { type: 'mask', classPredictions, ...mask };
  }
  const words = readWords(explanation);
  return words && { type: 'words', classPredictions, words };
}

/**
 * Reads class predictions.
 *
 * @param {unknown} list
 * @returns {ClassPrediction[]} Empty unless all of them can be read.
 */
function readClasses(list) {
  const entries = Array.isArray(list) ? list : [];
  const isClass = (/** @type {any} */ entry) => typeof entry?.class === 'string' && Number.isFinite(entry.score);
  return entries.every(isClass) ? entries.map((entry) => ({ class: entry.class, score: entry.score })) : [];
}

/**
 * Reads the importance of words: one list, or one list for each class.
 *
 * @param {unknown} explanation
 * @returns {WordImportance[] | undefined}
 */
function readWords(explanation) {
  const importances = isPlainObject(explanation) ? (explanation.wordImportances ?? explanation) : explanation;
  const words = readWordList(importances);
  if (words !== undefined || !isPlainObject(importances)) {
    return words;
  }
  const ofClasses = Object.entries(importances).map(([name, list]) =>
    readWordList(list)?.map((entry) => ({ ...entry, class: name })),
  );
  return ofClasses.every((each) => each !== undefined) ? ofClasses.flat() : undefined;
}

/**
 * Reads words with their scores: a list of pairs or of objects, or an object of numbers.
 *
 * @param {unknown} value
 * @returns {WordImportance[] | undefined}
 */
function readWordList(value) {
  const entries = isPlainObject(value) ? Object.entries(value) : value;
  if (!Array.isArray(entries)) {
    return undefined;
  }
  const words = entries.map((entry) => {
    const [word, score] = Array.isArray(entry) ? entry : [entry?.word, entry?.score];
    return { word, score };
  });
  return words.every(({ word, score }) => typeof word === 'string' && Number.isFinite(score)) ? words : undefined;
}

/**
 * Decodes a mask into rows. On the wire it is run-length encoded by columns, with runs of 0 and 1 in turn.
 *
 * @param {Record<string, unknown>} explanation
 * @returns {{ width: number, height: number, mask: Uint8Array } | undefined}
 */
function readMask({ maskRLE, dimensions }) {
  const { width, height } = isPlainObject(dimensions) ? dimensions : {};
  if (!isLength(width) || !isLength(height) || width * height === 0 || width * height > MAXIMUM_PIXELS) {
    return undefined;
  }
  if (!Array.isArray(maskRLE)) {
    return undefined;
  }
  const isNested = maskRLE.some(Array.isArray);
  const masks = isNested ? maskRLE : [maskRLE];
  if (!fit(masks, width * height)) {
    return undefined;
  }
  const mask = new Uint8Array(width * height);
  for (const runs of masks) {
    let start = 0;
    for (const [index, run] of runs.entries()) {
      const end = start + run;
      for (let at = index % 2 === 0 ? end : start; at < end; at += 1) {
        mask[(at % height) * width + Math.floor(at / height)] = 1;
      }
      start = end;
    }
  }
  return { width, height, mask };
}

/**
 * Returns whether every list consists of lengths whose sum is within the picture, and whether all lists together take no more
 * work than the largest mask.
 *
 * @param {any[]} masks
 * @param {number} pixels
 * @returns {masks is number[][]}
 */
function fit(masks, pixels) {
  let total = 0;
  for (const runs of masks) {
    if (!Array.isArray(runs) || !runs.every(isLength)) {
      return false;
    }
    const sum = runs.reduce((length, run) => length + run, 0);
    total += sum;
    if (sum > pixels || total > MAXIMUM_PIXELS) {
      return false;
    }
  }
  return true;
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isLength(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

module.exports = { decodeExplanation };
