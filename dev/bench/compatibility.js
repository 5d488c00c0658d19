'use strict';

// `npm run test:compatibility`: runs one program with the published SDK, 1.0.7, and with this client, each against its own
// emulator, and compares the results. Installs dependencies and builds first.

const assert = require('node:assert/strict');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { buildDebug } = require('../scripts/builds.js');
const { installPackages, prepare } = require('../scripts/setup.js');
const { BYTES, program } = require('./compatibility-steps.js');

const API_KEY = 'compatibility.secret';

/** Runs the steps with one SDK, and returns their outcomes. */
async function take({ ModzyClient }, steps) {
  const { startEmulator } = require('modzy-emulator');
  const options = { apiKey: API_KEY, submittedMs: 50, inProgressMs: 150, chunkSize: '64Ki' };
  const emulator = await startEmulator(options);
  const { baseURL } = emulator;
  try {
    const client = new ModzyClient(baseURL, API_KEY);
    const values = {};
    const outcomes = [];
    for (const { name, run, route } of steps) {
      try {
        // 1.0.7 throws synchronously for an invalid argument.
        values[name] = await run(client, values);
        outcomes.push({ value: comparable(values[name], baseURL) });
      } catch (error) {
        outcomes.push({ failure: comparable(failureOf(error), baseURL) });
      }
      if (route !== undefined) {
        outcomes.at(-1).served = comparable(await served(baseURL + route), baseURL);
      }
    }
    return outcomes;
  } finally {
    await emulator.close();
  }
}

/** Returns the members of a failure that both generations have. */
function failureOf(error) {
  const { code, message, url } = Object(error);
  return typeof error === 'string' ? { message: error } : { code, message, url };
}

/** Returns the response of the server itself. */
async function served(url) {
  const response = await fetch(url, { headers: { Authorization: `ApiKey ${API_KEY}` } });
  return response.json();
}

const ID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g;
const DURATION = /Time$|Latency$|^inputFetching$|^outputUploading$|^resultSummarizing$/;

/** Replaces the parts of a value that differ between runs: identifiers, times, durations, and the emulator's address. */
function comparable(value, baseURL, key = '') {
  if (typeof value === 'string') {
    return value.replaceAll(baseURL, '<base>').replace(ID, '<id>').replace(TIME, '<time>');
  }
  if (typeof value === 'number') {
    return DURATION.test(key) ? '<ms>' : value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => comparable(item, baseURL));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member, baseURL, name)]));
  }
  return value;
}

/** Compares the outcomes of a step: `equal`, `known difference`, or `DIFFERENT` with details. */
function verdict({ check, fails = false, known }, theirs, ours) {
  try {
    if (known !== undefined) {
      known(theirs, ours);
      return { good: true, text: 'known difference' };
    }
    assert.equal('failure' in theirs, fails, `1.0.7: ${describe(theirs)}`);
    assert.equal('failure' in ours, fails, `modzy-client: ${describe(ours)}`);
    assert.deepEqual(ours, theirs);
    check?.(ours.value);
    return { good: true, text: 'equal' };
  } catch (error) {
    return { good: false, text: 'DIFFERENT', detail: error.message };
  }
}

/** Returns a short description of an outcome. */
function describe({ value, failure }) {
  if (failure !== undefined) {
    return `fails: ${failure.code ?? ''} ${failure.message}`;
  }
  if (Array.isArray(value)) {
    return `${value.length} found`;
  }
  const { status, total, completed, failed } = Object(value);
  if (total !== undefined) {
    return `${status ?? 'results'}: ${completed} of ${total}, ${failed} failed`;
  }
  return status ?? `${Object.keys(Object(value)).length} members`;
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
}

async function main() {
  // If this process ends before the last step, it has failed.
  process.exitCode = 1;
  prepare();
  installPackages(__dirname);
  buildDebug();

  const folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-compatibility-'));
  try {
    const file = path.join(folder, 'input.bin');
    await writeFile(file, BYTES);
    const steps = program(file);
    const theirs = await take(require('@modzy/modzy-sdk'), steps);
    const ours = await take(require('../..'), steps);
    const verdicts = steps.map((step, index) => verdict(step, theirs[index], ours[index]));

    const lines = steps.map(({ name }, index) => [
      name,
      describe(theirs[index]),
      describe(ours[index]),
      verdicts[index].text,
    ]);
    print([['step', '@modzy/modzy-sdk 1.0.7', 'modzy-client', 'values'], ...lines]);
    const bad = verdicts.flatMap(({ good, detail }, index) => (good ? [] : [`\n${steps[index].name}: ${detail}`]));
    console.log(bad.length === 0 ? `\nAll ${steps.length} steps as expected.` : bad.join('\n'));
    process.exitCode = bad.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error) => console.error(inspect(error)));
