'use strict';

// The options of clients and of calls: a TypeError for an invalid value names the option, and the guide lists all options.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient } = require('modzy-client');
const { headers: readHeaders, userAgent } = require('../lib/arguments/headers.js');
const { options: optionTable } = require('../lib/arguments/option-table.js');
const { BindingClient } = require('../lib/binding.js');
const { Session } = require('../lib/calls/session.js');

const KEY = 'aPrefix.aSecretBody';

const numbers = ['1', NaN, -1, true, {}, [], 1n];
const limits = [...numbers, 0];
const counts = [...numbers, 1.5, Infinity];
const functions = ['f', 1, {}, true];
const strings = [7, true, {}, Symbol('s')];

/** Invalid values of the options of a client. */
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

/** Invalid values of the options of a call. */
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

/** Returns the options in the message about an unknown option. */
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

  it('are those of this table', () => {
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
    it(`name ${name} in the error for each of ${values.length} invalid values`, () => {
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

  it('are in the guide, with their environment variables', () => {
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
  // No server is needed, since nothing is sent.
  const client = new ModzyClient({ apiKey: KEY, url: 'http://127.0.0.1:9', proxy: false });
  const call = (options) => client.blockUntilComplete('j', options);

  it('are those of this table', async () => {
    const error = await call({ retry: 1 }).catch((reason) => reason);
    assert.deepEqual(known(error), Object.keys(ofCalls));
  });

  for (const [name, values] of Object.entries(ofCalls)) {
    it(`name ${name} in the error for each of ${values.length} invalid values`, async () => {
      for (const value of values) {
        const error = await call({ [name]: value }).catch((reason) => reason);
        assert.ok(error instanceof TypeError, inspect(value));
        assert.match(error.message, new RegExp(`\\b${name}\\b`), inspect(value));
      }
    });
  }
});

describe('the addon', () => {
  const config = { baseUrl: 'http://127.0.0.1:9', hostRoot: true, apiKey: KEY };
  const session = new Session([{ apiKey: KEY, url: 'http://127.0.0.1:9', proxy: false }]);
  const isHeaders = (value) =>
    Object.getPrototypeOf(Object(value)) === Object.prototype && Object.keys(value).length > 0;
  /** The numbers and headers among values: the addon has no type for what else there is. */
  const typed = (name) =>
    ofCalls[name].filter((value) =>
      name === 'headers'
        ? isHeaders(value) && Object.values(value).every((each) => typeof each === 'string')
        : typeof value === 'number',
    );

  for (const [name, values] of Object.keys(ofCalls)
    .filter((each) => optionTable[each].side === 'rust')
    .map((each) => [each, typed(each)])) {
    it(`refuses, and names, what ${name} cannot be, as ${values.length} values`, async () => {
      assert.ok(values.length > 0);
      for (const value of values) {
        const calling = session.run('blockUntilComplete', 'j', { binding: { maxOutage: 0, [name]: value } });
        await assert.rejects(calling, ({ name: type, message }) => type === 'TypeError' && message.startsWith(name));
      }
    });
  }

  it('takes the same names and values of headers, character by character', () => {
    const isTaken = (headers, agent) => {
      const byTable = failure(() => [readHeaders(headers, 'headers'), userAgent(agent, 'userAgent')]) === undefined;
      const byAddon = failure(() => new BindingClient({ ...config, headers, userAgent: agent })) === undefined;
      assert.equal(byTable, byAddon, inspect([headers, agent]));
      return byTable;
    };
    const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
    assert.equal(characters.filter((character) => isTaken({ [`x${character}`]: 'v' }, 'a')).length, 77);
    assert.equal(characters.filter((character) => isTaken({ x: `v${character}` }, 'a')).length, 352);
    assert.equal(characters.filter((character) => isTaken({}, `a${character}`)).length, 352);
    assert.ok(!isTaken({ '': 'v' }, 'a'));
    assert.throws(
      () => readHeaders({ x: '\ud800' }, 'headers'),
      /the headers\["x"\] param should be a string without lone surrogates$/,
    );
    assert.deepEqual(
      [2 ** 16 - 1, 2 ** 16].map((length) => isTaken({ ['x'.repeat(length)]: 'v' }, 'a')),
      [true, false],
    );
  });

  it('keeps the same headers to itself', () => {
    const common = [
      ...['accept', 'accept-encoding', 'authorization', 'cache-control', 'connection', 'content-encoding'],
      ...['content-length', 'content-type', 'cookie', 'date', 'expect', 'forwarded', 'host', 'if-match', 'keep-alive'],
      ...['modzy-team-id', 'origin', 'pragma', 'proxy-authorization', 'proxy-connection', 'range', 'referer', 'te'],
      ...['trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'via', 'x-forwarded-for', 'x-request-id'],
    ];
    const refused = (read) => common.filter((name) => failure(() => read({ [name.toUpperCase()]: 'v' })) !== undefined);
    const byTable = refused((headers) => readHeaders(headers, 'headers'));
    assert.deepEqual(
      byTable,
      refused((headers) => new BindingClient({ ...config, headers })),
    );
    assert.equal(byTable.length, 15);
  });
});
