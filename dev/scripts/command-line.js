'use strict';

// Reads the command line of a script.

/**
 * Reads the command line. Prints an error and the usage if it is invalid, and ends the process with exit code 2.
 *
 * @template T
 * @param {string} usage
 * @param {() => T} read Throws if the command line is invalid.
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
