'use strict';

// Texts of lines and warnings. Servers and users write the names and messages in them.

/** The longest line, in characters. */
const LONGEST_LINE = 8192;

/**
 * Returns a text as a single line without control characters. It must not forge a second line, send commands to a terminal, or
 * reverse the order of the text.
 *
 * @param {string} text
 */
function inOneLine(text) {
  return text.slice(0, LONGEST_LINE).replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');
}

module.exports = { inOneLine };
