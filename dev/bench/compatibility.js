'use strict';

// `npm run test:compatibility`: runs one program with the published SDKs, 1.0.7 and that for Python, and with this client, each
// against its own emulator, and compares the results. Installs dependencies and builds first. Without Python, or without the network
// for a first install, it leaves that SDK out.

const assert = require('node:assert/strict');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { buildDebug } = require('../scripts/builds.js');
const { installPackages, prepare } = require('../scripts/setup.js');
const { installPythonSdk, runPythonSdk } = require('../python/sdk.js');
const { BYTES, ofPython, program } = require('./compatibility-steps.js');

const API_KEY = 'compatibility.secret';

/** Starts an emulator, and passes it to a function. */
async function withEmulator(use) {
  const { startEmulator } = require('modzy-emulator');
  const options = { apiKey: API_KEY, submittedMs: 50, inProgressMs: 150, deploymentStepMs: 300, engineStartMs: 300 };
  const emulator = await startEmulator(options);
  try {
    return await use(emulator);
  } finally {
    await emulator.close();
  }
}

/** Runs the steps with one SDK, and returns their outcomes. */
function take({ ModzyClient }, steps) {
  return withEmulator(async ({ baseURL }) => {
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
  });
}

/** Runs the program for Python, and returns the outcomes of the steps that it has. */
async function takePython(steps, file, folder) {
  return withEmulator(async (emulator) => {
    const outcomes = await runPythonSdk(emulator, file, path.join(folder, 'python.jsonl'));
    return steps.map(({ name }) => {
      const outcome = comparable(outcomes.get(name), emulator.baseURL);
      if (outcome?.failure !== undefined) {
        outcome.failure = failureOf(outcome.failure);
      }
      return outcome;
    });
  });
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
    assert.equal('failure' in theirs, fails, `published: ${describe(theirs)}`);
    assert.equal('failure' in ours, fails, `modzy-client: ${describe(ours)}`);
    assert.deepEqual(ours, theirs);
    check?.(ours.value);
    return { good: true, text: 'equal' };
  } catch (error) {
    return { good: false, text: 'DIFFERENT', detail: error.message };
  }
}

/** Compares the outcomes of a step with those of Python, in the same way. */
function pythonVerdict({ name, check, fails }, theirs, ours) {
  return theirs === undefined
    ? { good: true, text: '' }
    : verdict({ check: name in ofPython ? undefined : check, fails, known: ofPython[name] }, theirs, unserved(ours));
}

/** Returns an outcome without the response of the server itself. */
function unserved({ value, failure }) {
  return failure === undefined ? { value } : { failure };
}

/** Returns a short description of an outcome. */
function describe(outcome) {
  if (outcome === undefined) {
    return '';
  }
  const { value, failure } = outcome;
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
    const missing = installPythonSdk();
    const python = missing === undefined ? await takePython(steps, file, folder) : [];
    const verdicts = steps.map((step, index) => verdict(step, theirs[index], ours[index]));
    const ofThird = steps.map((step, index) => pythonVerdict(step, python[index], ours[index]));

    const lines = steps.map(({ name }, index) => [
      name,
      describe(theirs[index]),
      describe(python[index]),
      describe(ours[index]),
      verdicts[index].text,
      ofThird[index].text,
    ]);
    const names = ['@modzy/modzy-sdk 1.0.7', 'Python SDK 0.11.6', 'modzy-client', 'with 1.0.7', 'with Python'];
    print([['step', ...names], ...lines]);
    const bad = [verdicts, ofThird].flatMap((list) =>
      list.flatMap(({ good, detail }, index) => (good ? [] : [`\n${steps[index].name}: ${detail}`])),
    );
    console.log(bad.length === 0 ? `\nAll ${steps.length} steps as expected.` : bad.join('\n'));
    if (missing !== undefined) {
      console.log(`Without the Python SDK: ${missing}.`);
    }
    process.exitCode = bad.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error) => console.error(inspect(error)));
