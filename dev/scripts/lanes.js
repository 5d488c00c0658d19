'use strict';

// Runs commands in lanes: the commands of a lane one after the other, the lanes in parallel. Prints the output of a command when it has
// ended, so that outputs never mix, and the output of failed commands last.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { root } = require('./setup.js');

/**
 * @typedef {object} Command
 * @property {string} name A short description.
 * @property {string} program
 * @property {string[]} args
 * @property {Record<string, string>} [env] Variables to add to the environment of this process.
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

// The terminal sends SIGINT to the commands itself.
process.once('SIGTERM', () => {
  for (const child of running) {
    child.kill();
  }
  process.exit(143);
});

/**
 * Runs a command, and prints its duration.
 *
 * @param {Command} command
 * @param {boolean} isAlone Whether its output is printed at once.
 * @returns {Promise<{ name: string, end: string, output: Buffer } | undefined>} The failure, if it failed.
 */
async function run({ name, program, args, env }, isAlone) {
  const started = performance.now();
  console.log(`-- ${name}`);
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', ...(isAlone ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  });
  running.add(child);
  /** @type {Buffer[]} */
  const printed = [];
  child.stdout?.on('data', (data) => printed.push(data));
  child.stderr?.on('data', (data) => printed.push(data));
  const [code, signal] = await once(child, 'close');
  running.delete(child);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const output = Buffer.concat(printed);
  if (code !== 0) {
    return { name, end: `${code ?? signal}, after ${seconds} s`, output };
  }
  process.stdout.write(output);
  console.log(`== ${name}: ${seconds} s`);
  return undefined;
}

/**
 * Runs all lanes. After a failure no lane starts another command, and the promise rejects.
 *
 * @param {Command[][]} lanes
 */
async function runLanes(lanes) {
  /** @type {Exclude<Awaited<ReturnType<run>>, undefined>[]} */
  const failures = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const command of lane) {
        const failure = failures.length === 0 ? await run(command, lanes.length === 1) : undefined;
        if (failure !== undefined) {
          failures.push(failure);
        }
      }
    }),
  );
  for (const { name, end, output } of failures) {
    process.stdout.write(output);
    console.log(`== ${name}: failed (${end})`);
  }
  if (failures.length > 0) {
    throw new Error(`failed: ${failures.map(({ name }) => name).join(', ')}`);
  }
}

module.exports = { runLanes };
