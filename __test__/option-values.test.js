'use strict';

// The options of clients and of calls: a TypeError for an invalid value names the option, and the guide lists all options.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient } = require('modzy-client');
const { headers: readHeaders, userAgent } = require('../lib/arguments/headers.js');
const { namesOf, options: optionTable } = require('../lib/arguments/option-table.js');
const { BindingClient, BindingEnvironment } = require('../lib/binding.js');
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
  polling: ['', 'list', true, 1],
  proxy: [true, 7, {}, [], 'socks5://proxy.example', 'http://proxy.example/path', ''],
  requestTimeout: limits,
  retries: [...counts, 2 ** 32],
  retryBudget: [...counts.filter((value) => value !== Infinity), 2 ** 32],
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
  transport: ['', 'both', true, 1],
  url: ['', 'h.example', 'ftp://h.example', 'https://user:password@h.example', 'https://h.example?a=b', ...strings],
  userAgent: [7, true, {}, 'line\nbreak', '\ud800'],
};

/** Invalid values of the options of a call. */
const ofCalls = {
  cancelOnAbort: ['yes', 1, {}],
  chunkSize: [...counts, 0],
  concurrency: [...numbers, 1.5, 0],
  drain: numbers,
  explain: ['yes', 1, {}],
  failures: ['', 'throw', true, 1],
  headers: ofClients.headers,
  idleTimeout: limits,
  jobTimeout: [...numbers, 1.5, 0],
  journal: ['', 7, true, {}, 'https://a.example/b', new URL('https://a.example/b')],
  limit: [...numbers, 1.5, 0],
  maxBytes: [...numbers, 1.5, 0],
  maxOutage: numbers,
  maxPollInterval: limits,
  onCancel: functions,
  onDownloadProgress: functions,
  onOpen: functions,
  onProgress: functions,
  onSubmit: functions,
  onUploadProgress: functions,
  pollInterval: limits,
  requestTimeout: limits,
  results: ['yes', 1, {}],
  retries: [...counts, 2 ** 32],
  signal: [true, {}, 'abort', new AbortController(), { aborted: false }],
  stepTimeout: numbers,
  waitTimeout: numbers,
};

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

  it('are those of this table, and are listed for an option that is like none', () => {
    const listed = (names) =>
      `the client has no option x; its options are ${names.join(', ').replace(/, (\w+)$/, ' and $1')}`;
    const names = Object.keys(ofClients);
    assert.equal(failure(() => make({ x: 1 })).message, listed(names));
    const own = ['apiKey', 'logging', 'teamId', 'teamToken', 'url'];
    assert.equal(
      failure(() => new ModzyClient('http://127.0.0.1:9/api', KEY, { x: 1 })).message,
      listed(names.filter((name) => !own.includes(name))),
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
      '`logger`': ['MODZY_LOG'],
      '`proxy`': ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
      '`tls.ca`': ['NODE_EXTRA_CA_CERTS'],
    });
  });
});

describe('the options of calls', () => {
  // No server is needed, since nothing is sent.
  const client = new ModzyClient({ apiKey: KEY, url: 'http://127.0.0.1:9', proxy: false });
  const sources = { a: { b: 'c' } };
  const output = { jobId: 'j', inputKey: 'a', outputName: 'b' };

  /** A call of each kind. */
  const calls = {
    read: (options) => client.getJob('j', options),
    list: (options) => client.listModels(null, options).toArray(),
    download: (options) => client.downloadOutput(output, 'file', options),
    submit: (options) => client.submitJobText('m', 'v', sources, options),
    embed: (options) => client.submitJobEmbedded('m', 'v', 'a/b', sources, options),
    upload: (options) => client.submitJobFile('m', 'v', sources, options),
    append: (options) => client.appendInput('j', 'a', 'b', 'c', options),
    submitModel: (options) => client.submit('m', { a: 'b' }, options),
    run: (options) => client.run('m', { a: 'b' }, options),
    deploy: (options) => client.deployModel({ version: 'v', image: 'i', inputs: [] }, options),
    step: (options) => client.loadModel({ modelId: 'm', version: 'v' }, options),
    stepWait: (options) => client.waitForImage({ modelId: 'm', version: 'v' }, options),
    wait: (options) => client.blockUntilComplete('j', options),
    waitMany: (options) => client.blockUntilAllComplete(['j'], options),
    watch: (options) => client.watchJob('j', options).next(),
    pathUrl: (options) => client.pathToDataUrl('p', 'a/b', options),
    blobUrl: (options) => client.fileToDataUrl(new Blob(), options),
    close: (options) => client.close(options),
  };

  it('are those of this table', () => {
    assert.deepEqual(namesOf(...Object.keys(calls)), Object.keys(ofCalls));
  });

  for (const [name, values] of Object.entries(ofCalls)) {
    const takers = Object.keys(calls).filter((kind) => optionTable[name].takers.includes(kind));
    const others = Object.keys(calls).filter((kind) => !takers.includes(kind));

    it(`name ${name} in the error for each of ${values.length} invalid values`, async () => {
      for (const [kind, value] of takers.flatMap((taker) => values.map((each) => [taker, each]))) {
        const error = await calls[kind]({ [name]: value }).catch((reason) => reason);
        assert.ok(error instanceof TypeError, inspect([kind, value]));
        assert.match(error.message, new RegExp(`the ${name}\\S* param should be`), inspect([kind, value]));
      }
    });

    it(`are refused as ${name} by the ${others.length} kinds of calls that do not use it`, async () => {
      for (const kind of others) {
        const error = await calls[kind]({ [name]: 5 }).catch((reason) => reason);
        assert.ok(error instanceof TypeError, kind);
        assert.match(
          error.message,
          new RegExp(`^\\w+ has no option ${name}, which belongs to .+; (use|its options are) `),
        );
      }
    });
  }

  it('are known by what other clients call them', async () => {
    for (const [kind, name, advice] of [
      ['wait', 'timeout', 'waitTimeout or pollInterval'],
      ['read', 'timeout', 'requestTimeout'],
      ['submit', 'timeout', 'requestTimeout or jobTimeout'],
      ['read', 'maxRetries', 'retries'],
      ['wait', 'maxRetries', 'maxOutage'],
      ['wait', 'retries', 'maxOutage'],
      ['wait', 'poll_interval', 'pollInterval'],
      ['wait', 'POLLINTERVAL', 'pollInterval'],
      ['wait', 'pollIntervall', 'pollInterval'],
      ['wait', 'jobTimeout', 'waitTimeout or requestTimeout'],
      ['read', 'abortSignal', 'signal'],
      ['read', 'singal', 'signal'],
      ['waitMany', 'parallel', 'concurrency'],
      ['download', 'onUploadProgress', 'onDownloadProgress'],
      ['list', 'limits', 'limit'],
    ]) {
      const { message } = await calls[kind]({ [name]: 5 }).catch((reason) => reason);
      assert.ok(message.endsWith(`; use ${advice}`), message);
    }
  });
});

describe('the addon', () => {
  const config = { baseUrl: 'http://127.0.0.1:9', hostRoot: true, apiKey: KEY };
  const environment = new BindingEnvironment();
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

  /** An operation that takes an option, and its argument. */
  const taking = (name) =>
    optionTable[name].takers.includes('wait')
      ? ['blockUntilComplete', 'j']
      : ['deployModel', JSON.stringify({ spec: { version: 'v', image: 'i', inputs: [] } })];

  for (const [name, values] of Object.keys(ofCalls)
    .filter((each) => optionTable[each].side === 'rust')
    .map((each) => [each, typed(each)])) {
    it(`refuses, and names, what ${name} cannot be, as ${values.length} values`, async () => {
      assert.ok(values.length > 0);
      for (const value of values) {
        const calling = session.run(...taking(name), { binding: { maxOutage: 0, [name]: value } });
        await assert.rejects(calling, ({ name: type, message }) => type === 'TypeError' && message.startsWith(name));
      }
    });
  }

  it('takes the same names and values of headers, character by character', () => {
    const isTaken = (headers, agent) => {
      const byTable = failure(() => [readHeaders(headers, 'headers'), userAgent(agent, 'userAgent')]) === undefined;
      const settings = { headers, userAgent: agent };
      const byAddon = failure(() => new BindingClient(environment, { ...config, settings })) === undefined;
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
      refused((headers) => new BindingClient(environment, { ...config, settings: { headers } })),
    );
    assert.equal(byTable.length, 15);
  });
});
