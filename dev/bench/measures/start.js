'use strict';

// The time to load a package, and the size of the addon.

const { readdirSync, statSync } = require('node:fs');
const path = require('node:path');
const { ratio, target } = require('../figures.js');

const root = path.resolve(__dirname, '../../..');

const PACKAGES = { 'modzy-client': '../../..', 'modzy-sdk 1.0.7': '@modzy/modzy-sdk', undici: 'undici' };

function points({ clients }) {
  return clients.filter((client) => client in PACKAGES).map((client) => ({ client }));
}

async function run(_, { client }) {
  const started = performance.now();
  require(PACKAGES[client]);
  return { ms: performance.now() - started };
}

function report(results) {
  const time = (client) => results.find((each) => each.client === client)?.ms;
  const ours = time('modzy-client');
  const addon = readdirSync(root).find((name) => name.endsWith('.node'));
  const size = statSync(path.join(root, addon)).size / 1e6;
  return {
    tables: [
      {
        title: '`require`',
        head: ['package', 'ms', 'it ÷ modzy-client'],
        rows: results.map(({ client, ms }) => [client, ms, ratio(ms, ours)]),
      },
      { title: 'The addon, stripped', head: ['file', 'MB'], rows: [[addon, size]] },
    ],
    targets: [
      target('`require`, ms', ours, '≤', 18),
      target("`require` ÷ 1.0.7's", ours / time('modzy-sdk 1.0.7'), '≤', 1),
      target('addon, MB', size, '≤', 4.2),
    ],
    charts: [],
  };
}

module.exports = { points, report, rounds: 15, run };
