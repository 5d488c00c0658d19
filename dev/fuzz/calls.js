'use strict';

// Makes random calls with random arguments to a server with random responses, and then calls with hostile callbacks, signals and
// sources. No call may crash the process, leave an unhandled rejection, stay pending or block the event loop. Runs in a separate
// process, which reports the outcomes.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const util = require('node:util');
const { ModzyClient } = require('modzy-client');
const { methodOf } = require('../../lib/arguments/methods.js');
const { namesOf } = require('../../lib/arguments/option-table.js');
const { threadTime } = require('../../__test__/support/thread-time.js');
const { Random } = require('../soak/random.js');
const { anyCallback, anyChunk, anyJobs, anyKeyedJobs, anySignal, anySource, outcome } = require('./hostile.js');
const { anyText, anyValue } = require('./values.js');

/** The number of concurrent calls. */
const LANES = 40;

/** The longest duration of a call, in ms: the limits of its requests and waits end it earlier. */
const LIMIT = 20_000;

/** Limits that end calls early. Random options may override them. */
const settings = { requestTimeout: 60, idleTimeout: 60, retries: 0 };
const waits = { ...settings, pollInterval: 5, waitTimeout: 100, maxOutage: 50 };

const MODEL = ['m', '1.0.0'];

/** Mostly valid arguments, by method. Other calls get entirely random ones. */
const validArguments = {
  getModels: () => [{ perPage: 2 }],
  listModels: () => [{ perPage: 2 }],
  getModelByName: (random) => [anyText(random)],
  getModelVersion: () => MODEL,
  getModelDetails: () => MODEL,
  getTagsAndModels: (random) => [anyText(random), 'b'],
  getJobHistory: () => [{ perPage: 2 }],
  listJobHistory: () => [{ perPage: 2 }],
  blockUntilAllComplete: (random) => [['j', 'k', async () => anyText(random)]],
  jobsAsCompleted: (random) => [['j', 'k', async () => anyText(random)]],
  submitJob: (random) => [{ model: { identifier: 'm', version: 'v' }, input: anyValue(random) }],
  submitJobText: (random) => [...MODEL, { [anyText(random)]: { 'input.txt': anyText(random) } }],
  submitJobEmbedded: (random) => [...MODEL, 'text/plain', { a: { [anyText(random)]: Buffer.from('x') } }],
  submitJobFile: (random) => [...MODEL, { [anyText(random)]: { input: Buffer.from('x') } }],
  submitJobFiles: (random) => [...MODEL, { a: { [anyText(random)]: new Blob(['xyz']).stream() } }],
  submitJobAWSS3: (random) => [...MODEL, 'id', anyText(random), 'r', { a: { b: { bucket: 'b', key: 'k' } } }],
  submitJobAwsS3: (random) => [...MODEL, 'id', 'secret', anyText(random), { a: { b: { bucket: 'b', key: 'k' } } }],
  submitJobAwsS3Folder: (random) => [...MODEL, 'id', anyText(random), 'r', { a: { b: { bucket: 'b', key: 'k' } } }],
  submitJobAzureBlob: (random) => [...MODEL, 'a', anyText(random), { a: { b: { container: 'c', filePath: 'f' } } }],
  submitJobStorageGrid: (random) => [...MODEL, 'id', 's', anyText(random), { a: { b: { bucket: 'b', key: 'k' } } }],
  submitJobJDBC: (random) => [...MODEL, anyText(random), 'u', 'p', 'd', 'q'],
  appendInput: (random) => ['j', 'a', 'b', random.pick([Buffer.from('x'), '/no/such', new Blob(['x'])])],
  getInputResult: (random) => ['j', anyText(random)],
  getOutputContents: (random) => [
    { jobId: 'j', inputKey: 'a', outputName: 'b', responseType: random.pick(['json', 'blob', 'arraybuffer']) },
  ],
  openOutput: () => [{ jobId: 'j', inputKey: 'a', outputName: 'b' }],
  downloadOutput: (random, folder) => [
    { jobId: 'j', inputKey: 'a', outputName: 'b' },
    path.join(folder, String(random.below(5))),
  ],
  pathToDataUrl: (random) => [random.pick([__filename, '/no/such']), anyText(random)],
  fileToDataUrl: (random) => [new Blob([anyText(random)])],
  getAPIKeys: (random) => [anyText(random)],
  getKeyBody: (random) => [anyText(random)],
};

const waiting = new Set([
  'blockUntilComplete',
  'blockUntilJobComplete',
  'blockUntilResult',
  'blockUntilAllComplete',
  'jobsAsCompleted',
  'watchJob',
  'run',
  'deployModel',
  'updateProcessingEngines',
  'pullImage',
  'loadModel',
  'waitForImage',
  'waitForTest',
  'waitForEngines',
]);

/** Methods that return synchronously, so they are not calls, and the end of the client. */
const notCalls = /^(constructor|get\w+Client|stats|close)$/;

function methodsOf(client) {
  const names = Object.getOwnPropertyNames(ModzyClient.prototype).filter(
    (name) =>
      !notCalls.test(name) && typeof Object.getOwnPropertyDescriptor(ModzyClient.prototype, name).value === 'function',
  );
  const ofAccounts = ['getAPIKeys', 'getKeyBody'].map((name) => [name, client.accountingClient]);
  return [...names.map((name) => [name, client]), ...ofAccounts];
}

/** Returns the limits that a method accepts. It refuses the options that it does not use. */
function limitsOf(name) {
  const accepted = namesOf(methodOf(name).kind);
  const limits = Object.entries(waiting.has(name) ? waits : settings);
  return Object.fromEntries(limits.filter(([option]) => accepted.includes(option)));
}

/** Returns options, most of them valid. */
function anyOptions(random, name) {
  const accepted = namesOf(methodOf(name).kind);
  const options = limitsOf(name);
  if (random.chance(0.1)) {
    options.signal = random.pick([AbortSignal.timeout(random.below(30)), AbortSignal.abort(), {}, null]);
  }
  if (random.chance(0.1)) {
    options.cancelOnAbort = random.chance(0.5) && accepted.includes('cancelOnAbort') ? true : null;
    options.onCancel = random.pick([() => {}, null, undefined, 7]);
  }
  if (random.chance(0.05)) {
    options[
      random.pick(['headers', 'chunkSize', 'concurrency', 'limit', 'jobTimeout', 'onUploadProgress', 'nonsense'])
    ] = anyValue(random);
  }
  // A wait without limits would not end.
  return !waiting.has(name) && random.chance(0.03) ? anyValue(random) : options;
}

function argumentsOf(random, name, folder) {
  const given = random.chance(0.7)
    ? (validArguments[name]?.(random, folder) ?? [random.chance(0.8) ? 'j' : anyText(random)])
    : Array.from({ length: waiting.has(name) ? 1 : random.below(5) }, () => anyValue(random));
  // A path to write to must not be random.
  if (name === 'downloadOutput' && typeof given[1] === 'string' && !given[1].startsWith(folder)) {
    given[1] = path.join(folder, 'x');
  }
  return [...given, anyOptions(random, name)];
}

/** Arguments with user code that runs during the call (callbacks, signals, sources), by method. */
const hostileArguments = {
  blockUntilComplete: (random, options) => ['j', { ...options, onProgress: anyCallback(random) }],
  blockUntilResult: (random, options) => ['j', { ...options, onProgress: anyCallback(random) }],
  // Without a signal that fires, a batch may run as long as its source and its submits.
  blockUntilAllComplete: anyBatch,
  jobsAsCompleted: anyBatch,
  watchJob: (random, options) => ['j', options],
  submitJobText: (random, options) => [...MODEL, { a: { b: 'x' } }, options],
  submitJobEmbedded: (random, options) => [
    ...MODEL,
    'x',
    { a: { b: anySource(random), c: anySource(random) } },
    options,
  ],
  submitJobFile: (random, options) => [
    ...MODEL,
    { a: { b: anySource(random), c: anySource(random) } },
    { ...options, onOpen: anyCallback(random), onUploadProgress: anyCallback(random) },
  ],
  run: (random, options) => ['m@1', { [anyText(random)]: anySource(random) }, { ...options, ...callbacksOf(random) }],
  submit: (random, options) => [
    'm@1',
    { a: { b: anySource(random), c: anySource(random) } },
    { ...options, onOpen: anyCallback(random), onUploadProgress: anyCallback(random) },
  ],
  appendInput: (random, options) => [
    'j',
    'a',
    'b',
    anySource(random),
    { ...options, onUploadProgress: anyCallback(random) },
  ],
  openOutput: (random, options) => [OUTPUT, { ...options, onDownloadProgress: anyCallback(random) }],
  downloadOutput: (random, options, folder) => [
    OUTPUT,
    path.join(folder, 'y'),
    { ...options, onDownloadProgress: anyCallback(random) },
  ],
  streamResults: (random, options) => ['j', { ...options, onDownloadProgress: anyCallback(random) }],
  getJob: (random, options) => ['j', options],
  fileToDataUrl: (random, options) => [anySource(random), options],
  request: (random, options) => [
    {
      method: random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      path: '/models',
      query: random.pick([undefined, undefined, new URLSearchParams('a=b'), { a: anyChunk(random) }]),
      body: random.pick([undefined, anyChunk(random), { a: outcome(random) }, { toJSON: outcome(random) }]),
      responseType: random.pick(['json', 'arraybuffer']),
    },
    options,
  ],
  deployModel: (random, options, folder) => [
    {
      modelId: random.pick(['m', undefined]),
      name: 'm',
      version: '1.0.0',
      image: 'i:1',
      inputs: [{ name: 'a', acceptedMediaTypes: 'text/plain', maximumSize: 9, sample: anyFile(random, folder) }],
      outputs: [{ name: 'results.json', mediaType: 'application/json', maximumSize: 9 }],
      from: random.pick([undefined, 'image', 'load', 'run', 'samples']),
      onProgress: anyCallback(random),
    },
    options,
  ],
};

/** Returns the path of a file, of something else, or a hostile value. */
function anyFile(random, folder) {
  return random.pick([__filename, folder, '/dev/null', path.join(folder, 'none'), anyChunk(random)]);
}

const OUTPUT = { jobId: 'j', inputKey: 'a', outputName: 'b' };

/** Returns the arguments of a batch, which may have a journal that an earlier batch has left, or that another one has open. */
function anyBatch(random, options, folder, client) {
  if (random.chance(0.5)) {
    return [anyJobs(random), { ...options, ...batchOf(random) }];
  }
  const journal = path.join(folder, `${random.below(20)}.jsonl`);
  const submit = (given) => client.submitJobText(...MODEL, { a: { b: 'x' } }, given);
  return [anyKeyedJobs(random, submit), { ...options, ...batchOf(random), journal }];
}

function batchOf(random) {
  return {
    signal: AbortSignal.timeout(30 + random.below(100)),
    onProgress: anyCallback(random),
    onSubmit: anyCallback(random),
    results: random.chance(0.3),
    concurrency: random.pick([undefined, 1, 3]),
  };
}

/** Returns the callbacks of a run. */
function callbacksOf(random) {
  const names = ['onSubmit', 'onOpen', 'onUploadProgress', 'onProgress'];
  return Object.fromEntries(names.map((name) => [name, anyCallback(random)]));
}

/** Returns a call with hostile arguments. */
function hostileCall(random, client, folder) {
  const name = random.pick(Object.keys(hostileArguments));
  const options = limitsOf(name);
  // A signal ends calls that nothing else ends.
  options.signal = random.chance(0.3) ? anySignal(random) : AbortSignal.timeout(500);
  if (/^(submit|run|block|jobs|watch)/.test(name)) {
    options.cancelOnAbort = random.chance(0.5) && !/^submitJobFile/.test(name);
    options.onCancel = anyCallback(random);
  }
  return { name, owner: client, given: hostileArguments[name](random, options, folder, client) };
}

/** Measures the longest turn of the event loop, where the system reports the CPU time of a thread. */
function watchTurns() {
  // The clock would also count the time of other processes.
  const turns = { longest: 0, isOver: process.platform !== 'linux' };
  let last = turns.isOver ? 0 : threadTime();
  const turn = () => {
    if (!turns.isOver) {
      const now = threadTime();
      turns.longest = Math.max(turns.longest, now - last);
      last = now;
      setImmediate(turn);
    }
  };
  turn();
  return turns;
}

/** Waits for the value of a call, and reads its stream or iterator. */
async function settle(returned) {
  const value = await returned;
  if (value?.body?.getReader !== undefined) {
    for await (const chunk of value.body) {
      void chunk;
    }
  } else if (typeof value?.[Symbol.asyncIterator] === 'function') {
    let left = 20;
    for await (const item of value) {
      void item;
      if (--left === 0) {
        break;
      }
    }
  }
}

/**
 * Returns the name of a rejection, which may be any value that user code has thrown.
 *
 * @param {unknown} error
 */
function nameOf(error) {
  if (!util.types.isNativeError(error)) {
    // In some versions a DOMException is not a native error. A proxy may throw when it is inspected.
    return util.types.isProxy(error) || !(error instanceof DOMException) ? 'not an error' : error.name;
  }
  return error.message.startsWith('internal error') ? error.message : error.name;
}

async function run({ seed, calls, hostile, baseURL }) {
  const random = new Random(seed);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-client-fuzz-'));
  const client = new ModzyClient(baseURL, 'aPrefix.aSecretBody', { ...settings, maxSockets: 32 });
  const methods = methodsOf(client);
  const outcomes = {};
  const pending = new Map();
  let started = 0;
  let slowest = 0;

  /** Returns the next call, in the order of the seed. */
  function nextCall() {
    if (started > calls) {
      return hostileCall(random, client, folder);
    }
    const [name, owner] = random.pick(methods);
    return { name, owner, given: argumentsOf(random, name, folder) };
  }

  async function lane() {
    while (started < calls + hostile) {
      const id = (started += 1);
      const { name, owner, given } = nextCall();
      const began = performance.now();
      pending.set(id, { name, given, began });
      let ended = 'done';
      try {
        await settle(owner[name](...given));
      } catch (error) {
        ended = nameOf(error);
      }
      slowest = Math.max(slowest, performance.now() - began);
      pending.delete(id);
      outcomes[ended] = (outcomes[ended] ?? 0) + 1;
      // Calls that are refused at once would all be made in one turn of the event loop.
      await new Promise(setImmediate);
    }
  }

  // Loads and compiles everything first, so that no turn is charged for it.
  await client.getJob('j').catch(() => {});
  const turns = watchTurns();
  const watchdog = setInterval(() => {
    for (const [id, { name, given, began }] of pending) {
      if (performance.now() - began > LIMIT) {
        process.send({ stuck: `call ${id}, ${name}: ${util.inspect(given)}` }, () => process.exit(3));
      }
    }
  }, 1000);
  const lanes = [];
  while (lanes.length < LANES) {
    lanes.push(lane());
    await new Promise(setImmediate);
  }
  await Promise.all(lanes);
  clearInterval(watchdog);
  turns.isOver = true;
  fs.rmSync(folder, { recursive: true });
  return { calls: started, methods: methods.length, outcomes, slowest, longestTurn: turns.longest };
}

const unhandled = [];
process.on('unhandledRejection', (error) => unhandled.push(util.inspect(error)));
process.on('warning', () => {});

/** Ends this process if its parent is gone. */
const exit = () => process.exit(1);
process.once('disconnect', exit);

process.once('message', async (given) => {
  const report = await run(given);
  process.off('disconnect', exit);
  // Waits for late rejections.
  setTimeout(() => process.send({ ...report, unhandled }, () => process.disconnect()), 300);
});
