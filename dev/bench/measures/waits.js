'use strict';

// Many pending waits: their cost in event-loop time, wake-ups of the loop and memory, and the delay until the end of a job is seen.

const { setTimeout: sleep } = require('node:timers/promises');
const meters = require('../meters.js');
const { per, quantile, target } = require('../figures.js');

/** Per client: the number of waits, and their poll interval, in ms. 1.0.7 has a fixed interval. */
const LOADS = {
  'modzy-client': [
    [100, 2000],
    [1000, 2000],
    [10_000, 2000],
    [50_000, 10_000],
  ],
  'modzy-sdk 1.0.7': [
    [100, 2000],
    [1000, 2000],
    [4000, 2000],
  ],
  undici: [
    [100, 2000],
    [1000, 2000],
    [10_000, 2000],
  ],
};

/** The default `maxSockets` of this client. */
const SOCKETS = 256;

/** The most waits for jobs that end. */
const ENDING = 500;

function points({ quick, clients }) {
  return clients.flatMap((client) =>
    quick
      ? [{ client, waits: 50, interval: 100, settle: 150, watch: 250, batches: 3 }].filter(() => client in LOADS)
      : (LOADS[client] ?? []).map(([waits, interval]) => {
          const [settle, watch] = [interval + 1000, Math.max(4000, interval)];
          return { client, waits, interval, settle, watch, batches: 20 };
        }),
  );
}

async function run(connect, { waits, interval, settle, watch, batches }) {
  const client = connect();
  // Opens all sockets first: their cost does not depend on the number of waits.
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: SOCKETS }, () => client.getJob('job')));
  }
  await meters.wakeUp(batches);
  const without = await meters.wakeUp(batches);
  // The signals belong to the user, so their cost is not measured.
  const signals = Array.from({ length: waits }, () => new AbortController().signal);
  meters.mature();
  const before = meters.resident();

  const delays = [];
  const ending = Math.min(ENDING, waits / 2);
  const from = Date.now() + settle + watch;
  // A rejected wait ends the process, since it has no handler: a handler per wait would count as memory of the client.
  for (const [index, signal] of signals.entries()) {
    const at = Math.round(from + (watch * index) / ending);
    const isEnding = index < ending;
    const waiting = client.wait(isEnding ? `at-${at}` : `job-${index}`, { pollInterval: interval, signal });
    if (isEnding) {
      waiting.then(() => delays.push(Date.now() - at));
    }
  }

  await sleep(settle);
  const memory = meters.resident() - before;
  const end = meters.start();
  await sleep(watch);
  const figures = end();
  const within = await meters.wakeUp(batches);
  // The last ends are seen within one more interval.
  await sleep(Math.max(0, from + watch + interval + 500 - Date.now()));
  const noticed = quantile(delays, 0.99);
  return { ...figures, memory: memory / waits, without, within, noticed, seen: delays.length / ending };
}

function report(results) {
  const of = (client, waits) => results.find((each) => each.client === client && each.waits === waits);
  const [most, many] = [of('modzy-client', 50_000), of('modzy-client', 10_000)];
  const old = of('modzy-sdk 1.0.7', 4000);
  const rise = (point) => per(point?.within, point?.without);
  const names = [...new Set(results.map(({ client }) => client))];
  const series = (pick) =>
    names.map((name) => [
      name,
      results.filter(({ client }) => client === name).map((each) => [each.waits, pick(each)]),
    ]);
  const perPoll = (each) => (each?.cpuMs * each?.interval) / (each?.seconds * each?.waits);
  return {
    tables: [
      {
        title: 'Pending waits',
        head: [
          'client',
          'waits',
          'polled every',
          'event-loop utilization',
          'ms of the main thread in a second',
          'µs of all threads per poll',
          'kB per wait',
          'wake-up, µs',
          'without waits, µs',
          'end seen at p99, ms',
        ],
        rows: results.map((each) => [
          each.client,
          each.waits,
          `${each.interval / 1000} s`,
          each.utilization,
          each.threadMs / each.seconds,
          perPoll(each),
          each.memory / 1000,
          each.within,
          each.without,
          each.seen === 1 ? each.noticed : 'not all seen',
        ]),
      },
    ],
    targets: [
      target('10,000 waits at 2 s: event-loop utilization', many?.utilization, '≤', 0.01),
      target("the same ÷ 1.0.7's at 4,000", many?.utilization / old?.utilization, '≤', 1 / 50),
      target('the same: memory per wait, kB', many?.memory / 1000, '≤', 4),
      target('the same: a wake-up of the loop ÷ one without', rise(many), '≤', 1.2),
      target('the same: µs of all threads per poll', perPoll(many), '≤', 35),
      target('50,000 waits at 10 s: a wake-up of the loop ÷ one without', rise(most), '≤', 1.2),
      target('10,000 waits at 2 s: the end of a job is seen at p99, ms', seenBy(many), '≤', 2100),
    ],
    charts: [
      {
        file: 'waits-main-thread',
        title: 'Waits: ms of the main thread in a second',
        x: 'pending waits',
        series: series(({ threadMs, seconds }) => threadMs / seconds),
      },
      {
        file: 'waits-memory',
        title: 'Waits: memory of all, in MB',
        x: 'pending waits',
        series: series(({ memory, waits }) => (memory * waits) / 1e6),
      },
      {
        file: 'waits-wake-up',
        title: 'Waits: µs for a wake-up of the loop',
        x: 'pending waits',
        series: series(({ within }) => within),
      },
    ],
  };
}

/** Returns the delay until the ends are seen, if all of them were seen. */
function seenBy(point) {
  return point?.seen === 1 ? point.noticed : undefined;
}

module.exports = { points, report, rounds: 3, run };
