'use strict';

// Runs commands in lanes: those of a lane one after the other, the lanes side by side. What a command prints comes whole when it
// has ended, so that two never mix.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { root } = require('./setup.js');

/**
 * @typedef {object} Command
 * @property {string} name What it does, in a few words.
 * @property {string} program
 * @property {string[]} args
 * @property {Record<string, string>} [env] What its environment has beside that of this process.
 */

/**
 * Runs a command, and shows how it ended.
 *
 * @param {Command} command
 * @param {boolean} isAlone Whether what it prints is shown as it comes.
 */
async function run({ name, program, args, env }, isAlone) {
  const started = performance.now();
  if (isAlone) {
    console.log(`== ${name}`);
  }
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', ...(isAlone ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  });
  /** @type {Buffer[]} */
  const printed = [];
  child.stdout?.on('data', (data) => printed.push(data));
  child.stderr?.on('data', (data) => printed.push(data));
  const [code, signal] = await once(child, 'close');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(printed));
  if (code !== 0) {
    throw new Error(`${name}: failed (${code ?? signal}) after ${seconds} s`);
  }
  console.log(`== ${name}: ${seconds} s`);
}

/**
 * Runs all lanes. After a command that fails no lane begins another; then throws.
 *
 * @param {Command[][]} lanes
 */
async function runLanes(lanes) {
  let hasFailed = false;
  const outcomes = lanes.map(async (lane) => {
    for (const command of lane) {
      if (hasFailed) {
        return;
      }
      try {
        await run(command, lanes.length === 1);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  });
  for (const outcome of await Promise.allSettled(outcomes)) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}

module.exports = { runLanes };
