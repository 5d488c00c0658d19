'use strict';

// `getJob` at several levels of concurrency: calls per second, and main-thread time per call.

const meters = require('../meters.js');
const { per, ratio, target } = require('../figures.js');

const WARM_UP = 300;

function points({ quick, clients }) {
  const levels = quick ? [1, 8] : [1, 8, 64, 512];
  const ms = quick ? 100 : 1200;
  const names = [...clients.filter((name) => name !== 'curl'), 'Rust'];
  return levels.flatMap((inFlight) => names.map((client) => ({ client, inFlight, ms })));
}

/** Returns the command line of a client that does not run in Node.js. */
function command({ client, inFlight, ms }, { rustClient, baseURL }) {
  return client === 'Rust' ? [rustClient, baseURL, 'calls', String(inFlight), String(ms)] : undefined;
}

async function run(connect, { inFlight, ms }) {
  const client = connect();
  const callers = async (duration) => {
    const end = performance.now() + duration;
    let count = 0;
    const caller = async () => {
      while (performance.now() < end) {
        await client.getJob('job');
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    return count;
  };
  await callers(Math.min(ms, WARM_UP));
  const end = meters.start();
  const count = await callers(ms);
  return { ...end(), count };
}

function report(results) {
  const levels = [...new Set(results.map(({ inFlight }) => inFlight))];
  const names = [...new Set(results.map(({ client }) => client))];
  const find = (client, inFlight) => results.find((each) => each.client === client && each.inFlight === inFlight);
  const rate = (client, inFlight) => per(find(client, inFlight)?.count, find(client, inFlight)?.seconds);
  const thread = (client, inFlight) => per(find(client, inFlight)?.threadMs * 1000, find(client, inFlight)?.count);
  const cpu = (client, inFlight) => per(find(client, inFlight)?.cpuMs * 1000, find(client, inFlight)?.count);
  const high = levels.includes(64) ? 64 : Math.max(...levels);
  const ours = rate('modzy-client', high);
  return {
    tables: [
      {
        title: '`getJob`: calls per second',
        head: ['client', ...levels.map((level) => `${level} in flight`), `modzy-client ÷ it, at ${high}`],
        rows: names.map((name) => [name, ...levels.map((level) => rate(name, level)), ratio(ours, rate(name, high))]),
      },
      {
        title: '`getJob`: µs of the main thread per call',
        head: ['client', ...levels.map((level) => `${level} in flight`)],
        rows: names
          .filter((name) => name !== 'Rust')
          .map((name) => [name, ...levels.map((level) => thread(name, level))]),
      },
      {
        title: '`getJob`: µs of all threads per call',
        head: ['client', ...levels.map((level) => `${level} in flight`)],
        rows: names.map((name) => [name, ...levels.map((level) => cpu(name, level))]),
      },
    ],
    targets: [
      target(`calls per second at ${high} in flight ÷ undici's`, ours / rate('undici', high), '≥', 1.5),
      target(`the same ÷ 1.0.7's`, ours / rate('modzy-sdk 1.0.7', high), '≥', 5.5),
      target(
        `main thread per call at ${high} in flight ÷ undici's`,
        thread('modzy-client', high) / thread('undici', high),
        '≤',
        0.4,
      ),
      target("the same: CPU of all threads ÷ undici's", cpu('modzy-client', high) / cpu('undici', high), '≤', 0.85),
    ],
    charts: [
      {
        file: 'calls-per-second',
        title: 'getJob: calls per second',
        x: 'calls in flight',
        series: names.map((name) => [name, levels.map((level) => [level, rate(name, level)])]),
      },
      {
        file: 'calls-main-thread',
        title: 'getJob: µs of the main thread per call',
        x: 'calls in flight',
        series: names
          .filter((name) => name !== 'Rust')
          .map((name) => [name, levels.map((level) => [level, thread(name, level)])]),
      },
    ],
  };
}

module.exports = { command, points, report, rounds: 3, run };
