'use strict';

// `npm run demo`: builds first, and runs the example of the documented page, examples/sentiment.js, against a local emulator, or
// against the server of MODZY_BASE_URL and MODZY_API_KEY. The emulator serves its page, and prints its URL. What the demo does, and
// what to do next, goes to standard error.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { accessSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildDebug } = require('./builds.js');
const { readCommandLine } = require('./command-line.js');
const { prepare } = require('./setup.js');

/** The working directory of the user. npm runs scripts in the folder of the package. */
const userFolder = process.env.INIT_CWD ?? process.cwd();

const example = path.resolve(__dirname, '../../examples/sentiment.js');

/**
 * Returns an environment in which this machine is reached without a proxy.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutProxy(env) {
  const listed = env.no_proxy?.trim() || env.NO_PROXY?.trim();
  return { ...env, no_proxy: listed ? `${listed},127.0.0.1` : '127.0.0.1' };
}

/** What to do after the demo. */
const NEXT = [
  ['npm run demo -- "Your own text." "Another one."', 'the same with your texts'],
  ['npx modzy-emulator --port 8080 --api-key dev.secret --page', 'a local Modzy to write code against, with a page'],
  ['npm run pack', 'the packages for your own project, with the commands that install them'],
];

/** Starts the emulator, with jobs slow enough to show progress, and returns the environment with its URL and key. */
async function startLocal() {
  const { startEmulator } = require('modzy-emulator');
  const { url, apiKey } = await startEmulator({ submittedMs: 1000, inProgressMs: 4000, page: true });
  return { ...withoutProxy(process.env), MODZY_BASE_URL: url, MODZY_API_KEY: apiKey };
}

/** Checks the arguments before the build. The example checks them only after it. */
function checkArguments() {
  const { values } = parseArgs({ allowPositionals: true, options: { file: { type: 'string' } } });
  if (values.file !== undefined) {
    accessSync(path.resolve(userFolder, values.file));
  }
}

async function main() {
  readCommandLine('npm run demo [-- TEXT … | -- --file FILE]', checkArguments);
  const { MODZY_BASE_URL, MODZY_API_KEY } = process.env;
  if (Boolean(MODZY_BASE_URL) !== Boolean(MODZY_API_KEY)) {
    console.error('MODZY_BASE_URL and MODZY_API_KEY belong together: set both, or neither to use the emulator.');
    process.exitCode = 2;
    return;
  }
  prepare();
  console.error('Building the package, which takes minutes the first time …');
  buildDebug();
  let { env } = process;
  if (MODZY_BASE_URL) {
    console.error('Asking a sentiment model of the Modzy in MODZY_BASE_URL about a few texts …');
  } else {
    console.error('Starting a local Modzy, and asking its sentiment model about a few texts …');
    env = await startLocal();
  }
  // The example handles Ctrl-C; this process waits for it.
  process.on('SIGINT', () => {});
  const args = [example, ...process.argv.slice(2)];
  const run = spawn(process.execPath, args, { stdio: 'inherit', cwd: userFolder, env });
  const [code, signal] = await once(run, 'exit');
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  if (code === 0) {
    const width = Math.max(...NEXT.map(([command]) => command.length));
    console.error(`\nNext:\n${NEXT.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}`);
  }
}

main();
