'use strict';

// Five thousand calls, fifty at a time: with one client, and with a client for each call.

const { readdirSync } = require('node:fs');
const meters = require('../meters.js');
const { ratio, target } = require('../figures.js');

const AT_A_TIME = 50;

const WAYS = { one: 'modzy-client', each: 'modzy-client for each call', using: 'modzy-client with await using' };

function points({ quick, clients }) {
  const names = clients.includes(WAYS.one) ? Object.values(WAYS) : [];
  return names.map((client) => ({ client, calls: quick ? 200 : 5000 }));
}

async function run(connect, { calls }) {
  const client = connect();
  let left = calls;
  let descriptors = 0;
  const end = meters.start();
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      if (left % 100 === 0) {
        descriptors = Math.max(descriptors, readdirSync('/proc/self/fd').length);
      }
      await client.getJob('job');
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, caller));
  return { ...end(), descriptors, megabytes: process.memoryUsage.rss() / 1e6 };
}

function report(results) {
  const [one, each, using] = Object.values(WAYS).map((name) => results.find(({ client }) => client === name));
  const targets = [
    ['a client for each call', each],
    ['`await using` for each call', using],
  ].flatMap(([name, many]) => [
    target(`${name}: time ÷ one client's`, many?.seconds / one?.seconds, '≤', 1.3),
    target(`${name}: descriptors`, many?.descriptors, '≤', 300),
    target(`${name}: MB beside one client`, many?.megabytes - one?.megabytes, '≤', 20),
  ]);
  return {
    tables: [
      {
        title: '5,000 calls of `getJob`, 50 at a time',
        head: ['clients', 'ms', 'it ÷ one client', 'CPU ms', 'descriptors', 'resident, MB'],
        rows: [
          ['one', one],
          ['one for each call', each],
          ['one for each call, `await using`', using],
        ]
          .filter(([, figures]) => figures !== undefined)
          .map(([name, { seconds, cpuMs, descriptors, megabytes }]) => [
            name,
            seconds * 1000,
            ratio(seconds, one.seconds),
            cpuMs,
            descriptors,
            megabytes,
          ]),
      },
    ],
    targets,
    charts: [],
  };
}

module.exports = { points, report, rounds: 5, run };
