'use strict';

// Warnings of the process, for what is most likely a mistake and must break no call.

/** @type {Set<string>} */
const warned = new Set();

/**
 * Warns, once for each text.
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
