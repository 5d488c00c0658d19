'use strict';

// Makes a call with ten thousand tiny inputs. Prints the longest turn of the event loop meanwhile, and what JSON takes to write and
// read the same number of texts, in ms of processor time.

const { ModzyClient } = require('modzy-client');
const { threadTime } = require('./thread-time.js');
const { watchTurns } = require('./turns.js');

const INPUTS = 10_000;

const MODEL = ['ed542963de', '1.0.1'];
const MODEL_OF_2X = { modelId: MODEL[0], version: MODEL[1] };

/** Returns inputs, each with one source. */
const inputs = (count, name, source) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`input-${number}`, { [name]: source(number) }]));
const bytes = (number) => Buffer.from(`${number}`);
async function* parts() {
  yield Buffer.from('x');
}
const s3 = { accessKeyID: 'a', secretAccessKey: 'secret', region: 'r' };

/** The calls, each with the source of an input. */
const calls = {
  submitJobText: [String, (modzy, make) => modzy.submitJobText(...MODEL, make('input.txt'))],
  'submitJobEmbedded, bytes': [bytes, (modzy, make) => modzy.submitJobEmbedded(...MODEL, 'a/b', make('input.txt'))],
  'submitJobEmbedded, binary strings': [
    String,
    (modzy, make) => modzy.submitJobEmbedded(...MODEL, 'a/b', make('input.txt')),
  ],
  'submitJobEmbedded, data URLs': [
    () => 'data:a/b;base64,eA==',
    (modzy, make) => modzy.submitJobEmbedded({ ...MODEL_OF_2X, sources: make('input.txt') }),
  ],
  'submitJobFile, bytes': [bytes, (modzy, make) => modzy.submitJobFile(...MODEL, make('input.txt'))],
  'submitJobFile, paths': [() => __filename, (modzy, make) => modzy.submitJobFile(...MODEL, make('input.txt'))],
  'submitJobFile, iterables': [parts, (modzy, make) => modzy.submitJobFile(...MODEL, make('input.txt'))],
  submitJobAwsS3: [
    (number) => ({ bucket: 'b', key: `${number}` }),
    (modzy, make) => modzy.submitJobAwsS3({ ...MODEL_OF_2X, ...s3, sources: make('input.txt') }),
  ],
  submitJob: [
    String,
    (modzy, make) =>
      modzy.submitJob({
        model: { identifier: MODEL[0], version: MODEL[1] },
        input: { type: 'text', sources: make('input.txt') },
      }),
  ],
  'run, texts': [String, (modzy, make) => modzy.run(MODEL.join('@'), make('input.txt'))],
  'run, bytes': [bytes, (modzy, make) => modzy.run(MODEL.join('@'), make('input.txt'))],
};

/** How often JSON is written and read, because the time of a thread is counted in steps of 4 ms. */
const ROUNDS = 20;

/** Returns what JSON takes to write and read texts, which says how fast the machine is. */
function timeOfJson() {
  const texts = inputs(INPUTS, 'input.txt', String);
  const began = threadTime();
  for (let round = 0; round < ROUNDS; round += 1) {
    JSON.parse(JSON.stringify(texts));
  }
  return (threadTime() - began) / ROUNDS;
}

async function main() {
  const [, , name, baseURL, apiKey] = process.argv;
  const [source, call] = calls[name];
  const modzy = new ModzyClient(baseURL, apiKey, { proxy: false });
  const given = inputs(INPUTS, 'input.txt', source);
  // The first call loads and compiles code, which is not part of the measurement.
  await call(modzy, (input) => inputs(10, input, source)).catch(() => {});
  const stop = watchTurns();
  await new Promise(setImmediate);
  const error = await call(modzy, () => given).then(
    () => 'none',
    ({ name: kind }) => kind,
  );
  console.log(JSON.stringify({ ...(await stop()), json: timeOfJson(), error }));
}

if (require.main === module) {
  main();
}

module.exports = { calls: Object.keys(calls) };
