'use strict';

// Random calls with random arguments to a server with random answers, and then calls whose callbacks, signals and sources are
// hostile: none crashes the process, none rejects with nobody listening, none stays pending, none holds the event loop. Runs in a
// process of its own, which tells what became of them.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const util = require('node:util');
const { ModzyClient } = require('modzy-client');
const { Random } = require('../soak/random.js');
const { anyCallback, anyJobs, anySignal, anySource } = require('./hostile.js');
const { anyText, anyValue } = require('./values.js');

/** So many calls are under way at a time. */
const LANES = 40;

/** ms that a call may take: each of its requests ends within its limit, and so does a wait. */
const LIMIT = 20_000;

/** Ends what would go on for long; anything may be set on top of it. */
const settings = { requestTimeout: 60, idleTimeout: 60, retries: 0 };
const waits = { ...settings, pollInterval: 5, waitTimeout: 100, maxOutage: 50 };

const MODEL = ['m', '1.0.0'];

/** Arguments that are right as far as they go, by method, beside those that are chance altogether. */
const right = {
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
]);

/** Methods that answer at once, and so are no calls. */
const notCalls = /^(constructor|get\w+Client)$/;

function methodsOf(client) {
  const names = Object.getOwnPropertyNames(ModzyClient.prototype).filter(
    (name) =>
      !notCalls.test(name) && typeof Object.getOwnPropertyDescriptor(ModzyClient.prototype, name).value === 'function',
  );
  const ofAccounts = ['getAPIKeys', 'getKeyBody'].map((name) => [name, client.accountingClient]);
  return [...names.map((name) => [name, client]), ...ofAccounts];
}

/** Options, most of them right. */
function anyOptions(random, name) {
  const options = { ...(waiting.has(name) ? waits : settings) };
  if (random.chance(0.1)) {
    options.signal = random.pick([AbortSignal.timeout(random.below(30)), AbortSignal.abort(), {}, null]);
  }
  if (random.chance(0.1)) {
    options.cancelOnAbort = random.chance(0.5);
    options.onCancel = random.pick([() => {}, null, undefined, 7]);
  }
  if (random.chance(0.05)) {
    options[
      random.pick(['headers', 'chunkSize', 'concurrency', 'limit', 'jobTimeout', 'onUploadProgress', 'nonsense'])
    ] = anyValue(random);
  }
  // A wait without limits would go on for as long as it should.
  return !waiting.has(name) && random.chance(0.03) ? anyValue(random) : options;
}

function argumentsOf(random, name, folder) {
  const given = random.chance(0.7)
    ? (right[name]?.(random, folder) ?? [random.chance(0.8) ? 'j' : anyText(random)])
    : Array.from({ length: waiting.has(name) ? 1 : random.below(5) }, () => anyValue(random));
  // A path to write to is not left to chance.
  if (name === 'downloadOutput' && typeof given[1] === 'string' && !given[1].startsWith(folder)) {
    given[1] = path.join(folder, 'x');
  }
  return [...given, anyOptions(random, name)];
}

/** Calls to which a user hands over what runs or is asked again later, by the method. */
const handingOver = {
  blockUntilComplete: (random, options) => ['j', { ...options, onProgress: anyCallback(random) }],
  blockUntilResult: (random, options) => ['j', { ...options, onProgress: anyCallback(random) }],
  // Without a signal that fires, a batch goes on for as long as its source and its submits do.
  blockUntilAllComplete: (random, options) => [anyJobs(random), { ...options, ...batchOf(random) }],
  jobsAsCompleted: (random, options) => [anyJobs(random), { ...options, ...batchOf(random) }],
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
    { ...options, onUploadProgress: anyCallback(random) },
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
};
const OUTPUT = { jobId: 'j', inputKey: 'a', outputName: 'b' };

function batchOf(random) {
  return {
    signal: AbortSignal.timeout(30 + random.below(100)),
    onProgress: anyCallback(random),
    concurrency: random.pick([undefined, 1, 3]),
  };
}

/** A call of one of these methods. */
function hostileCall(random, client, folder) {
  const name = random.pick(Object.keys(handingOver));
  const options = { ...(waiting.has(name) ? waits : settings) };
  // What nobody else ends, a signal does.
  options.signal = random.chance(0.3) ? anySignal(random) : AbortSignal.timeout(500);
  if (/^(submit|block|jobs|watch)/.test(name)) {
    options.cancelOnAbort = random.chance(0.5) && !/^submitJobFile/.test(name);
    options.onCancel = anyCallback(random);
  }
  return { name, owner: client, given: handingOver[name](random, options, folder) };
}

/** Where Linux tells for how long this thread has had a processor. The time of a busy machine is not that of the loop. */
const statistics = process.platform === 'linux' && fs.openSync(`/proc/self/task/${process.pid}/schedstat`);
const digits = Buffer.alloc(64);

/** ms that this thread has had a processor. */
function threadTime() {
  return Number.parseInt(digits.toString('latin1', 0, fs.readSync(statistics, digits, 0, 64, 0)), 10) / 1e6;
}

/** Watches how long the turns of the event loop are, where that can be told. */
function watchTurns() {
  const turns = { longest: 0, isOver: statistics === false };
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

/** Takes what a call returns to its end. */
async function settle(returned) {
  const value = await returned;
  if (value?.body?.getReader !== undefined) {
    for await (const piece of value.body) {
      void piece;
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
 * What a call rejected with, which may be anything that a user has thrown.
 *
 * @param {unknown} error
 */
function nameOf(error) {
  if (!util.types.isNativeError(error)) {
    // A DOMException is none in every version, and a proxy may refuse to be asked.
    return util.types.isProxy(error) || !(error instanceof DOMException) ? 'what is no error' : error.name;
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

  /** The next call, in the order of the seed. */
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
      let outcome = 'done';
      try {
        await settle(owner[name](...given));
      } catch (error) {
        outcome = nameOf(error);
      }
      slowest = Math.max(slowest, performance.now() - began);
      pending.delete(id);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  }

  // What is loaded and compiled once is no hold-up of a call.
  await client.getJob('j').catch(() => {});
  const turns = watchTurns();
  const watchdog = setInterval(() => {
    for (const [id, { name, given, began }] of pending) {
      if (performance.now() - began > LIMIT) {
        process.send({ stuck: `call ${id}, ${name}: ${util.inspect(given)}` }, () => process.exit(3));
      }
    }
  }, 1000);
  await Promise.all(Array.from({ length: LANES }, lane));
  clearInterval(watchdog);
  turns.isOver = true;
  fs.rmSync(folder, { recursive: true });
  return { calls: started, methods: methods.length, outcomes, slowest, longestTurn: turns.longest };
}

const unhandled = [];
process.on('unhandledRejection', (error) => unhandled.push(util.inspect(error)));
process.on('warning', () => {});

/** Whoever asked for the calls is gone. */
const leave = () => process.exit(1);
process.once('disconnect', leave);

process.once('message', async (given) => {
  const report = await run(given);
  process.off('disconnect', leave);
  // Whatever rejects late has its chance.
  setTimeout(() => process.send({ ...report, unhandled }, () => process.disconnect()), 300);
});
