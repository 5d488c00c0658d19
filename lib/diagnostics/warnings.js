'use strict';

// Process warnings, for probable mistakes that must not fail a call.

/** @type {Set<string>} */
const warned = new Set();

/**
 * Emits a warning, once for each text.
 *
 * @param {string} code
 * @param {string} text
 */
function warnOnce(code, text) {
  if (!warned.has(text)) {
    warned.add(text);
    process.emitWarning(text, { code });
  }
}

module.exports = { warnOnce };
