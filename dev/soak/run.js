'use strict';

// A soak: makes mixed calls for a given time, with faults, and asserts that no resource grows.

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Emulator } = require('../../__test__/support/emulator.js');
const { Feeder } = require('./faults.js');
const { freeze } = require('./freezes.js');
const { Gateway } = require('./gateway.js');
const { Random } = require('./random.js');
const { slopeOfFloor } = require('./slope.js');

/** The share of a soak before the measurement, in which memory reaches its steady size. */
const WARM_UP = 1 / 6;

/** The share of requests that meet a fault. */
const SHARE = 0.05;

/** The most that the minimum of each resource may rise, per minute. */
const limits = {
  /** Resident memory and the JavaScript heap, in kB. At 2,400 calls per minute, this is about 20 bytes per call. */
  rss: 50,
  heap: 20,
  /** Descriptors. Their number varies with the pending calls. */
  sockets: 0.5,
  others: 0.5,
  pending: 0.5,
};

/**
 * The most that memory may rise in a short soak, in kB. How many descriptors and calls are open then follows the load of the machine and
 * the last freeze, and says nothing: what matters is that none of them is left afterwards.
 */
const shortLimits = { rss: 24_576, heap: 8192 };

/**
 * Soaks shorter than this, in seconds, are checked by the total rise: within ten minutes the slope of resident memory varies between
 * -1,200 and 750 kB per minute, and that of the heap still shows its start.
 */
const SHORT = 1200;

/** V8's young generation has its full size from the start. Otherwise the busiest moment so far enlarges it, which looks like a leak. */
const YOUNG = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** The time in which a response is read, or its connection closed, in ms. */
const ANSWERED = 500;

/** The longest time until a process ends after its calls have settled, in ms. */
const EXIT = 2000;

/**
 * Runs a soak, checks its figures and returns them. With `freezes` the process is suspended at random, and a gateway closes its idle
 * sockets meanwhile and compresses some responses.
 *
 * @param {{ seconds: number, rate: number, seed: number, freezes?: boolean, log?: (line: string) => void }} settings
 */
async function soak({ seconds, rate, seed, freezes = false, log = () => {} }) {
  const emulator = await new Emulator().start({ submittedMs: 20, inProgressMs: 60, chunkSize: '64Ki' });
  const gateway = freezes ? await new Gateway(emulator.baseURL, new Random(seed + 2)).start() : undefined;
  try {
    const feeder = new Feeder(emulator, SHARE, new Random(seed + 1));
    const samplePeriod = Math.max(250, Math.min(10_000, seconds * 10));
    // With one arena per thread, glibc's allocator keeps memory that would look like growth.
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
    const child = fork(path.join(__dirname, 'client.js'), { execArgv: ['--expose-gc', ...YOUNG], env });
    const samples = [];
    const { baseURL } = gateway ?? emulator;
    const freezing = (isOver) =>
      gateway && freeze(child, { random: new Random(seed + 3), seconds, isOver, gateway, log });
    const { report, maybes, code, lingered, frozen } = await follow(
      child,
      { emulator, feeder, samples, freezing, log },
      () => child.send({ seconds, rate, seed, samplePeriod, baseURL, apiKey: emulator.apiKey }),
    );
    const figures = {
      ...report,
      maybes,
      seconds,
      seed,
      requests: feeder.requests,
      faults: feeder.faults,
      share: feeder.faults / feeder.requests,
      slopes: slopes(samples, seconds),
      first: samples.find((sample) => sample.seconds > seconds * WARM_UP),
      last: samples.at(-1),
      exit: { code, lingered },
      doubled: feeder.doubled,
      frozen,
      packed: gateway?.packed,
      // Submits with `sent: 'maybe'` that never arrived: the client should have noticed that the socket was closed.
      unsent: gateway && maybes.filter(({ names }) => !names.some((name) => gateway.seen.has(name))),
      // Submits with `sent: 'maybe'` whose response had arrived in time: long before the client closed the connection. On a busy
      // machine, the process may report a submit long after that.
      unread: gateway && maybes.filter(({ names }) => names.some((name) => gateway.hadAnswered(name, ANSWERED))),
    };
    log(JSON.stringify(figures, undefined, 2));
    check(figures);
    return figures;
  } finally {
    gateway?.stop();
    await emulator.stop();
  }
}

/** Runs the process with faults until it has ended. */
async function follow(child, { emulator, feeder, samples, freezing, log }, start) {
  let report;
  const maybes = [];
  let settled;
  let frozen;
  let hasEnded = false;
  const isOver = () => settled !== undefined || child.exitCode !== null || child.signalCode !== null;
  child.on('message', (message) => {
    if (message.ready) {
      feeding = feedUntil(isOver);
      // Not while it waits for its sockets to close, since that wait has a time limit.
      frozen = freezing(() => hasEnded || isOver());
    } else if (message.ended) {
      hasEnded = true;
    } else if (message.maybe) {
      maybes.push(message.maybe);
    } else if (message.sample) {
      samples.push(message.sample);
      log(JSON.stringify(message.sample, (key, value) => (typeof value === 'number' ? Math.round(value) : value)));
    } else {
      report = message.report;
      settled = performance.now();
    }
  });
  let feeding;
  async function feedUntil() {
    while (!isOver()) {
      await feeder.feed();
      await sleep(200);
    }
    await emulator.clearFaults();
  }
  start();
  const [code, signal] = await once(child, 'exit');
  const lingered = performance.now() - settled;
  await feeding;
  assert.equal(signal, null, 'the process crashed');
  return { report, maybes, code, lingered, frozen: await frozen };
}

/** Returns how fast, or in a short soak how far, each figure rises after the warm-up. */
function slopes(samples, seconds) {
  const settled = samples.filter((sample) => sample.seconds > seconds * WARM_UP);
  const unit = seconds < SHORT ? seconds * (1 - WARM_UP) : 60;
  return Object.fromEntries(
    Object.keys(limits).map((name) => [
      name,
      unit * slopeOfFloor(settled.map((sample) => [sample.seconds, sample[name]])),
    ]),
  );
}

function check(figures) {
  const {
    after,
    outcomes,
    calls,
    slopes: rises,
    seconds,
    share,
    exit,
    unhandled,
    doubled,
    frozen,
    packed,
    unsent,
    unread,
  } = figures;
  const most = seconds < SHORT ? shortLimits : limits;
  for (const [name, limit] of Object.entries(most)) {
    assert.ok(rises[name] <= limit, `${name} rises by ${rises[name]}, more than ${limit}`);
  }
  const { sockets, others, listeners, pending, running, started } = after;
  assert.deepEqual(
    { sockets, others, listeners, pending, running },
    { ...started, listeners: 0, pending: 0, running: 0 },
  );
  const unexpected = Object.values(outcomes)
    .flatMap(Object.keys)
    .filter((name) => name.startsWith('unexpected'));
  assert.deepEqual(unexpected, []);
  assert.equal(unhandled, 0);
  assert.equal(doubled, 0, 'a submit arrived twice');
  assert.deepEqual(unsent ?? [], [], "submits failed with sent: 'maybe', but never arrived");
  assert.deepEqual(unread ?? [], [], "submits failed with sent: 'maybe', but had a response in time");
  assert.ok(frozen === undefined || (frozen.times > 0 && packed > 0), 'there was no freeze, or no compressed response');
  assert.ok(share > 0.03 && share < 0.06, `${share} of the requests met a fault`);
  const ran = seconds - (frozen?.ms ?? 0) / 1000;
  assert.ok(calls > ran * 10, `${calls} calls`);
  assert.equal(exit.code, 0);
  assert.ok(exit.lingered < EXIT, `the process ended ${exit.lingered} ms after its last call`);
}

module.exports = { slopes, soak };
