'use strict';

// Thousands of waits for jobs that end evenly: what they cost the server and the process, polled individually and by listing, and how
// long they hold up the event loop when they begin.

const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const meters = require('../meters.js');
const { quantile, target } = require('../figures.js');

/** How long all jobs take to end, in ms, and how long waits run before they are measured. */
const LONG = { span: 600_000, settle: 60_000, watch: 120_000 };
const QUICK = { span: 6000, settle: 1500, watch: 1500 };

/** The number of waits, `polling`, and `maxPollInterval` in ms. */
const LOADS = [
  [10_000, 'individual', undefined],
  [10_000, 'listing', undefined],
  [10_000, 'individual', 300_000],
  [10_000, 'listing', 300_000],
  [100_000, 'listing', 300_000],
];

const INTERVAL = 2000;

function points({ quick, clients }) {
  if (!clients.includes('modzy-client')) {
    return [];
  }
  return LOADS.map(([waits, polling, longest]) => {
    const load = { client: 'modzy-client', waits, polling, longest };
    return quick ? { ...load, waits: waits / 100, interval: 100, ...QUICK } : { ...load, interval: INTERVAL, ...LONG };
  });
}

async function run(connect, { waits, polling, longest, interval, span, settle, watch }) {
  const { client, requests } = connect({ polling });
  // Opens all sockets first: their cost does not depend on the number of waits.
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 256 }, () => client.getJob('job')));
  }
  // The identifiers belong to the user, so their cost is not measured.
  const began = Date.now();
  const ends = Array.from({ length: waits }, (_, index) => began + Math.round(((index + 1) * span) / waits));
  const ids = ends.map((at, index) => `at-${at}-${index}`);
  meters.mature();
  const before = meters.resident();
  const options = { pollInterval: interval, maxPollInterval: longest };
  const delays = [];
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const follow = async () => {
    for await (const { index, error } of client.jobsAsCompleted(ids, options)) {
      if (error) {
        throw error;
      }
      delays.push([index, Date.now() - ends[index]]);
    }
  };
  const following = follow();
  await sleep(Math.min(settle / 2, 30_000));
  held.disable();
  const memory = meters.resident() - before;
  await sleep(Math.max(0, began + settle - Date.now()));

  const [from, first] = [Date.now(), await requests()];
  const end = meters.start();
  await sleep(watch);
  const figures = end();
  const [to, last] = [Date.now(), await requests()];
  // Polls that find an end come up to an interval later.
  await sleep(interval + 1500);
  const seen = delays.filter(([index]) => ends[index] >= from && ends[index] < to).map(([, delay]) => delay);
  const due = ends.filter((at) => at >= from && at < to).length;
  following.catch(() => {});
  return {
    ...figures,
    memory: memory / waits,
    requests: (last - first) / figures.seconds,
    held: held.max / 1e6,
    noticed: seen.length > 0 ? quantile(seen, 0.99) : undefined,
    seen: seen.length / due,
  };
}

function report(results) {
  const of = (waits, longest) =>
    results.find((each) => each.waits === waits && each.longest === longest && each.polling === 'listing');
  const cores = (point) => point?.cpuMs / 1000 / point?.seconds;
  const targets = (name, point, [requests, share, utilization, late]) => [
    target(`${name}: requests a second`, point?.requests, '≤', requests),
    target('the same: cores', cores(point), '≤', share),
    target('the same: event-loop utilization', point?.utilization, '≤', utilization),
    target('the same: memory per wait, kB', point?.memory / 1000, '≤', 3.5),
    target('the same: ends seen at p99, ms', point?.noticed, '≤', INTERVAL + late),
    target('the same: longest hold of the event loop at the beginning, ms', point?.held, '≤', 10),
  ];
  return {
    tables: [
      {
        title: 'Jobs that end evenly over ten minutes',
        head: [
          'waits',
          'polling',
          '`maxPollInterval`',
          'requests a second',
          'cores',
          'event-loop utilization',
          'kB per wait',
          'end seen at p99, ms',
          'ends seen',
          'longest hold, ms',
        ],
        rows: results.map((each) => [
          each.waits,
          each.polling,
          each.longest === undefined ? 'default' : `${each.longest / 1000} s`,
          each.requests,
          cores(each),
          each.utilization,
          each.memory / 1000,
          each.noticed,
          each.seen,
          each.held,
        ]),
      },
    ],
    targets: [
      ...targets('10,000 waits by listing', of(10_000, undefined), [400, 0.05, 0.005, 500]),
      ...targets('10,000 waits by listing, at most every 300 s', of(10_000, 300_000), [60, 0.03, 0.005, 500]),
      ...targets('100,000 waits by listing, at most every 300 s', of(100_000, 300_000), [600, 0.15, 0.01, 1000]),
    ],
    charts: [],
  };
}

module.exports = { points, report, rounds: 1, run };
