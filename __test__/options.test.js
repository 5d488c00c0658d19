'use strict';

// Options: each value that one cannot have is a TypeError that names it, and the guide has them all.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient } = require('modzy-client');

const KEY = 'aPrefix.aSecretBody';

const numbers = ['1', NaN, -1, true, {}, [], 1n];
const limits = [...numbers, 0];
const counts = [...numbers, 1.5, Infinity];
const functions = ['f', 1, {}, true];
const strings = [7, true, {}, Symbol('s')];

/** What the options of a client cannot be. */
const ofClients = {
  apiKey: ['', ...strings],
  connectTimeout: limits,
  headers: [
    'a: b',
    7,
    [],
    ['a'],
    { a: 1 },
    { a: null },
    new Map([['a', 'b']]),
    { 'a b': 'c' },
    { a: 'b\n' },
    { host: 'h' },
  ],
  idleTimeout: limits,
  logger: ['console', 7, true, {}, [], { log() {} }, { debug: 'yes' }, { info() {}, isLevelEnabled: true }],
  logging: ['', 'loud', true, 1],
  maxResponseBytes: [...counts, 0, 2 ** 30],
  maxSockets: [...counts, 0],
  proxy: [true, 7, {}, [], 'socks5://proxy.example', 'http://proxy.example/path', ''],
  requestTimeout: limits,
  retries: [...counts, 2 ** 32],
  teamId: ['', ...strings],
  teamToken: ['', ...strings],
  tls: [
    'pem',
    7,
    [],
    true,
    new Map(),
    { ca: 7 },
    { ca: [] },
    { ca: 'no pem' },
    { cert: 'c' },
    { key: 'k' },
    { pfx: 'p' },
  ],
  url: ['', 'h.example', 'ftp://h.example', 'https://user:password@h.example', 'https://h.example?a=b', ...strings],
  userAgent: [7, true, {}, 'line\nbreak', '\ud800'],
};

/** What the options of a call cannot be. */
const ofCalls = {
  cancelOnAbort: ['yes', 1, {}],
  chunkSize: [...counts, 0],
  concurrency: [...numbers, 1.5, 0],
  headers: ofClients.headers,
  idleTimeout: limits,
  jobTimeout: [...numbers, 1.5, 0],
  limit: [...numbers, 1.5, 0],
  maxBytes: [...numbers, 1.5, 0],
  maxOutage: numbers,
  onCancel: functions,
  onDownloadProgress: functions,
  onProgress: functions,
  onUploadProgress: functions,
  pollInterval: limits,
  requestTimeout: limits,
  retries: [...counts, 2 ** 32],
  signal: [true, {}, 'abort', new AbortController(), { aborted: false }],
  waitTimeout: numbers,
};

/** The options that a message about an unknown one lists. */
const known = ({ message }) => message.replace(/.* known are /, '').split(', ');

function failure(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the options of clients', () => {
  const make = (options) => new ModzyClient({ apiKey: KEY, url: 'http://127.0.0.1:9', ...options });

  it('are these', () => {
    const names = Object.keys(ofClients);
    assert.deepEqual(known(failure(() => make({ retry: 1 }))), names);
    const own = ['apiKey', 'logging', 'teamId', 'teamToken', 'url'];
    const ofFirst = known(failure(() => new ModzyClient('http://127.0.0.1:9/api', KEY, { retry: 1 })));
    assert.deepEqual(
      ofFirst,
      names.filter((name) => !own.includes(name)),
    );
  });

  const others = { teamId: { apiKey: null, teamToken: 'aToken' }, teamToken: { apiKey: null, teamId: 'a-team' } };
  for (const [name, values] of Object.entries(ofClients)) {
    it(`${name} is named where it cannot be used, as ${values.length} values`, () => {
      for (const value of values) {
        const error = failure(() => make({ ...others[name], [name]: value }));
        assert.ok(error instanceof TypeError, inspect(value));
        assert.match(error.message, new RegExp(`\\b${name === 'url' ? 'url' : name}\\b`), inspect(value));
        assert.ok(!error.message.includes('aSecretBody') && !error.message.includes('password@'));
      }
    });

    it(
      `${name} may be null or undefined`,
      { skip: /^(apiKey|team)/.test(name) && 'a client needs credentials' },
      () => {
        for (const value of [null, undefined]) {
          assert.equal(
            failure(() => make({ [name]: value })),
            undefined,
          );
        }
      },
    );
  }

  it('are each in the guide, with their environment', () => {
    const guide = readFileSync(path.resolve(__dirname, '../docs/operations.md'), 'utf8');
    const table = guide.slice(guide.indexOf('| option |'), guide.indexOf('The options of calls'));
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => row.split('|')[1].match(/[\w.]+/g));
    const options = Object.keys(ofClients).flatMap((name) =>
      name === 'tls' ? ['tls.ca', 'tls.cert', 'tls.key'] : name,
    );
    assert.deepEqual(named.sort(), options.sort());
    const environment = Object.fromEntries(
      rows.flatMap((row) => {
        const [, option, , , variables] = row.split('|');
        const names = variables.match(/[A-Z]+_[A-Z_]+/g);
        return names === null ? [] : [[option.trim(), names]];
      }),
    );
    assert.deepEqual(environment, {
      '`url`': ['MODZY_BASE_URL'],
      '`apiKey`': ['MODZY_API_KEY'],
      '`proxy`': ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
      '`tls.ca`': ['NODE_EXTRA_CA_CERTS'],
    });
  });
});

describe('the options of calls', () => {
  // Nothing listens there, and nothing is asked.
  const client = new ModzyClient({ apiKey: KEY, url: 'http://127.0.0.1:9', proxy: false });
  const call = (options) => client.blockUntilComplete('j', options);

  it('are these', async () => {
    const error = await call({ retry: 1 }).catch((reason) => reason);
    assert.deepEqual(known(error), Object.keys(ofCalls));
  });

  for (const [name, values] of Object.entries(ofCalls)) {
    it(`${name} is named where it cannot be used, as ${values.length} values`, async () => {
      for (const value of values) {
        const error = await call({ [name]: value }).catch((reason) => reason);
        assert.ok(error instanceof TypeError, inspect(value));
        assert.match(error.message, new RegExp(`\\b${name}\\b`), inspect(value));
      }
    });
  }
});
