'use strict';

// What is written behind the name of a script.

/**
 * Reads it. Where something is wrong, says what, and what it should look like, and ends the process with 2.
 *
 * @template T
 * @param {string} usage
 * @param {() => T} read Throws where something is wrong.
 * @returns {T}
 */
function readCommandLine(usage, read) {
  try {
    return read();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: ${usage}`);
    return process.exit(2);
  }
}

module.exports = { readCommandLine };
