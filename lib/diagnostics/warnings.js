'use strict';

// Process warnings, for probable mistakes that must not fail a call.

const { inOneLine } = require('./one-line.js');

/** After so many warnings, texts of users could fill the memory. */
const MOST = 1000;

/** @type {Set<string>} */
const warned = new Set();

/**
 * Emits a warning, once for each subject.
 *
 * @param {string} code
 * @param {string} subject
 * @param {() => string} [write] Returns the text, if it is not the subject itself.
 */
function warnOnce(code, subject, write = () => subject) {
  if (warned.size < MOST && !warned.has(subject)) {
    warned.add(subject);
    process.emitWarning(inOneLine(write()), { code });
  }
}

module.exports = { warnOnce };
