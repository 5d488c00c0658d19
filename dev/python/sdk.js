'use strict';

// The published Python SDK, in a virtual environment, and the program that drives it.

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { readFile } = require('node:fs/promises');
const path = require('node:path');
const { target } = require('../scripts/setup.js');

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');

/** The virtual environment. The stamp in it is written last, so that an install that was interrupted starts again. */
const folder = path.join(target, 'python-sdk');
const stamp = path.join(folder, '.installed');
const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/**
 * Installs the SDK, unless it is installed.
 *
 * @returns {string | undefined} The reason why it cannot be installed here, if it cannot.
 */
function installPythonSdk() {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === requirements) {
    return undefined;
  }
  rmSync(folder, { recursive: true, force: true });
  const steps = [
    { program: 'python3', args: ['-m', 'venv', folder], reason: 'there is no python3 with venv' },
    {
      program: python,
      args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS],
      reason: 'pip cannot install the SDK',
    },
  ];
  for (const { program, args, reason } of steps) {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) {
      return `${reason}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
    }
  }
  writeFileSync(stamp, requirements);
  return undefined;
}

/**
 * Runs the program.
 *
 * @param {{ url: string, apiKey: string }} emulator
 * @param {string} file The file to upload.
 * @param {string} output The file for the outcomes.
 * @returns {Promise<Map<string, { value?: any, failure?: any }>>} The outcome of each step, by name.
 */
async function runPythonSdk({ url, apiKey }, file, output) {
  const args = [path.join(__dirname, 'program.py'), url, apiKey, file, output];
  // The SDK would use the proxy of the environment for loopback addresses, too.
  const env = { ...process.env, NO_PROXY: '*', no_proxy: '*', AWS_EC2_METADATA_DISABLED: 'true' };
  const child = spawn(python, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`the program ended with ${code}: ${errors}`);
  }
  const lines = (await readFile(output, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line)).map(({ name, ...outcome }) => [name, outcome]));
}

module.exports = { installPythonSdk, runPythonSdk };
