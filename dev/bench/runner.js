'use strict';

// Takes the measurements. Each runs in a separate process, every round measures all clients in turn, and the figures are the medians of
// the rounds.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { quantile } = require('./figures.js');

/** The environment of the measured programs. No proxy and no further certificates, which a client would look at. */
const env = { ...process.env, no_proxy: '*', NODE_EXTRA_CA_CERTS: '' };

/** Runs a program to its end, and returns what it prints. */
async function output(program, args, stderr = 'inherit') {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', stderr], env });
  const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) {
    throw new Error(`${program} ended with ${code ?? signal}: ${args.join(' ')}`);
  }
  return printed;
}

/** Runs a program that is not a Node.js client. The shell measures its CPU time. */
async function runCommand(command) {
  const started = performance.now();
  const printed = await output('sh', ['-c', '"$@" && times', 'sh', ...command]);
  const seconds = (performance.now() - started) / 1000;
  const lines = printed.trimEnd().split('\n');
  const [user, system] = lines
    .at(-1)
    .split(' ')
    .map((time) => {
      const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(time);
      return minutes * 60_000 + rest * 1000;
    });
  // The program's own figures exclude its start, so they are more accurate.
  const own = lines.find((line) => line.startsWith('{'));
  return { seconds, cpuMs: user + system, ...(own && JSON.parse(own)) };
}

async function take(name, measure, point, server) {
  const command = measure.command?.(point, server);
  if (command) {
    return runCommand(command);
  }
  const child = path.join(__dirname, 'child.js');
  const args = ['--expose-gc', child, name, JSON.stringify(point), server.baseURL];
  return JSON.parse(await output(process.execPath, args));
}

/** Returns the median of each figure. */
function medians(rounds) {
  const names = Object.keys(rounds[0]);
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.map((round) => round[name]);
      return [name, typeof values[0] === 'number' ? quantile(values, 0.5) : values[0]];
    }),
  );
}

/**
 * Takes a measure.
 *
 * @returns {Promise<object[]>} The points, each with the medians of its figures.
 */
async function measureAll(name, settings, server, onProgress) {
  const measure = require(`./measures/${name}.js`);
  await measure.prepare?.(settings);
  const points = measure.points(settings);
  const taken = points.map(() => []);
  const rounds = settings.quick ? 1 : measure.rounds;
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, point] of points.entries()) {
      onProgress(`${name}: round ${round + 1} of ${rounds}, ${Object.values(point).slice(0, 3).join(' ')}`);
      taken[index].push(await take(name, measure, point, server));
    }
  }
  return points.map((point, index) => ({ ...point, ...medians(taken[index]) }));
}

module.exports = { measureAll, output };
