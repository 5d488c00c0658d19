#!/usr/bin/env node
'use strict';

// Runs the program of this platform with the given arguments. It ends with this process.

const { spawn } = require('node:child_process');
const { findProgram } = require('./lib/program.js');

const FLAG = '--exit-with-stdin';

function main() {
  const args = process.argv.slice(2);
  const isFlagGiven = args.includes(FLAG);
  // Before the program prints its line, so that no signal sent in response is missed.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => child.kill(signal));
  }
  // The flag comes first: after a `--` it would be a value.
  const child = spawn(findProgram(), isFlagGiven ? args : [FLAG, ...args], {
    stdio: [isFlagGiven ? 'inherit' : 'pipe', 'inherit', 'inherit'],
  });
  child.on('error', fail);
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal) {
      console.error(`modzy-emulator: ended by ${signal}`);
    }
  });
}

/** @param {unknown} error */
function fail(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

try {
  main();
} catch (error) {
  fail(error);
}
