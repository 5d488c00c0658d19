'use strict';

// `getResult` of 10 MB: its duration and its main-thread time.

const meters = require('../meters.js');
const { per, ratio, target } = require('../figures.js');

function points({ quick, clients }) {
  const id = quick ? '4x2500' : '40x250000';
  const names = [...clients.filter((name) => name !== 'curl'), 'Rust'];
  return names.map((client) => ({ client, id, times: quick ? 2 : 10 }));
}

function command({ client, id, times }, { rustClient, baseURL }) {
  return client === 'Rust' ? [rustClient, baseURL, 'result', id, String(times)] : undefined;
}

async function run(connect, { id, times }) {
  const client = connect();
  await client.getResult(id);
  const end = meters.start();
  for (let count = 0; count < times; count += 1) {
    const { results } = await client.getResult(id);
    if (Object.keys(results).length !== Number(id.split('x')[0])) {
      throw new Error('not the whole result');
    }
  }
  return { ...end(), count: times };
}

function report(results) {
  const of = (client) => results.find((each) => each.client === client);
  const time = (client) => per(of(client)?.seconds * 1000, of(client)?.count);
  const thread = (client) => per(of(client)?.threadMs, of(client)?.count);
  const ours = time('modzy-client');
  return {
    tables: [
      {
        title: '`getResult` of 10 MB, in 40 inputs',
        head: ['client', 'ms', 'ms of the main thread', 'it ÷ modzy-client'],
        rows: results.map(({ client }) => [client, time(client), thread(client), ratio(time(client), ours)]),
      },
    ],
    targets: [
      target("10 MB `getResult`: time ÷ undici's", ours / time('undici'), '≤', 1),
      target("the same: main thread ÷ undici's", thread('modzy-client') / thread('undici'), '≤', 0.9),
    ],
    charts: [],
  };
}

module.exports = { command, points, report, rounds: 5, run };
