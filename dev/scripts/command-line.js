'use strict';

// Reads the command line of a script.

/**
 * Reads the command line. `--help` prints the usage and ends the process with exit code 0. If the command line is invalid, this prints
 * an error and the usage, and ends the process with exit code 2.
 *
 * @template T
 * @param {string} usage
 * @param {() => T} read Throws if the command line is invalid.
 * @returns {T}
 */
function readCommandLine(usage, read) {
  if (process.argv.slice(2).some((each) => each === '--help' || each === '-h')) {
    console.log(`Usage: ${usage}`);
    return process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: ${usage}`);
    return process.exit(2);
  }
}

module.exports = { readCommandLine };
