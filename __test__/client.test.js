'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const modzy = require('modzy-client');

const { JobClient, ModzyClient, ResultClient } = modzy;
const KEY = 'aPrefix.aSecretBody';

describe('the package', () => {
  const names = [
    'AccountingClient',
    'ApiError',
    'AuthenticationError',
    'BadRequestError',
    'ClientClosedError',
    'ConnectionError',
    'DeploymentError',
    'InputError',
    'JobClient',
    'JobFailedError',
    'JournalError',
    'ModelClient',
    'ModzyClient',
    'ModzyError',
    'NotFoundError',
    'PermissionError',
    'RateLimitError',
    'RequestTimeoutError',
    'ResponseError',
    'ResultClient',
    'ServerError',
    'TagClient',
    'WaitTimeoutError',
    'decodeExplanation',
    'isFinalStatus',
    'outputsOf',
  ];

  it('exports the same by require and by import, named and by default', async () => {
    const imported = await import('modzy-client');
    assert.deepEqual(Object.keys(modzy).sort(), names);
    assert.deepEqual(Object.keys(imported).sort(), [...names, 'default'].sort());
    for (const name of names) {
      assert.equal(imported[name], modzy[name]);
      assert.equal(imported.default[name], modzy[name]);
    }
  });
});

describe('the constructor', () => {
  const text = (name) => `Cannot initialize the modzy client: the ${name} param should be a valid not empty string`;
  const url = 'https://app.modzy.com/api';
  const refused = [
    [
      [],
      `${text('baseURL')}; write new ModzyClient(baseURL, apiKey, options), new ModzyClient({ apiKey, url, ...options }) or ModzyClient.fromEnv(options)`,
    ],
    [[undefined, KEY], text('baseURL')],
    [[null, KEY], text('baseURL')],
    [['', KEY], text('baseURL')],
    [[7, KEY], text('baseURL')],
    [[url], text('apiKey')],
    [[url, ''], text('apiKey')],
    [[url, null], text('apiKey')],
    [[{}], text('apiKey')],
    [[{ url, apikey: KEY }], 'the client has no option apikey; use apiKey'],
    [[{ baseURL: url, apiKey: KEY }], 'the client has no option baseURL; use url'],
    [['', '', { maxRetries: 5 }], 'the client has no option maxRetries; use retries'],
    [[{ apiKey: '' }], text('apiKey')],
    [[{ apiKey: KEY, url: '' }], text('url')],
    [['app.modzy.com', KEY], /baseURL is not an absolute http or https URL/],
    [['ftp://app.modzy.com', KEY], /baseURL must start with http/],
    [['https://user:pass@app.modzy.com', KEY], /baseURL must not hold a user/],
    [[{ apiKey: KEY, url: 'not a URL' }], /: url is not an absolute/],
    [[url, 'a\r\nb'], /apiKey must hold visible ASCII/],
    [[{ apiKey: KEY }, KEY], /but not both/],
    [[url, KEY, { requesttimeout: 5 }], /the client has no option requesttimeout; use requestTimeout$/],
    [[{ apiKey: KEY, ulr: url }], /the client has no option ulr; use url$/],
    [[url, KEY, { requestTimeout: -1 }], /the requestTimeout param should be a number of milliseconds, 1 or more/],
    [[url, KEY, { requestTimeout: '5' }], /requestTimeout param should be a number/],
    [[url, KEY, { maxSockets: 0 }], /the maxSockets param should be a whole number, 1 or more/],
    [
      [url, KEY, { maxResponseBytes: 2 ** 29 }],
      /the maxResponseBytes param should be 536870888, the longest string of JavaScript, or less/,
    ],
    [[url, KEY, { retries: 1.5 }], /the retries param should be a whole number from 0 to 4294967295/],
    [
      [url, KEY, { headers: { Host: 'x' } }],
      /the headers param should be an object of headers, without one that is the client's own: "Host"/,
    ],
    [[url, KEY, { userAgent: 'a\nb' }], /userAgent/],
    [[url, KEY, 5], /options should be a plain object/],
  ];
  for (const [args, message] of refused) {
    it(`throws a TypeError for ${inspect(args)}`, () => {
      for (const Client of [ModzyClient, JobClient, ResultClient]) {
        assert.throws(
          () => new Client(...args),
          (error) => {
            assert.ok(error instanceof TypeError);
            assert.match(error.message, message instanceof RegExp ? message : /./);
            assert.ok(message instanceof RegExp || error.message === message, error.message);
            assert.ok(!inspect(error, { depth: 9 }).includes('aSecretBody'));
            return true;
          },
        );
      }
    });
  }

  const roots = [
    [['https://h.example/api', KEY], 'https://h.example/api'],
    [['https://h.example/api/', KEY], 'https://h.example/api'],
    [['https://h.example/prefix', KEY], 'https://h.example/prefix'],
    [[{ apiKey: KEY }], 'https://app.modzy.com/api'],
    [[{ apiKey: KEY, url: 'https://h.example' }], 'https://h.example/api'],
    [[{ apiKey: KEY, url: 'https://h.example/' }], 'https://h.example/api'],
    [[{ apiKey: KEY, url: 'https://h.example/api' }], 'https://h.example/api'],
    [[{ apiKey: KEY, url: 'https://h.example/prefix/api/' }], 'https://h.example/prefix/api'],
    [[{ apiKey: KEY, url: 'https://h.example/prefix' }], 'https://h.example/prefix/api'],
  ];
  for (const [args, root] of roots) {
    it(`has the root ${root} for ${inspect(args)}`, () => {
      assert.equal(new ModzyClient(...args).baseURL, root);
    });
  }

  it('returns a client whose methods reject, and do not throw, without it', async () => {
    const { getJob, submitJobText } = new ModzyClient(url, KEY);
    await assert.rejects(getJob('a'), TypeError);
    await assert.rejects(submitJobText(), TypeError);
  });

  it('shows no members, and not the key', () => {
    const client = new ModzyClient(url, KEY);
    assert.deepEqual(Object.keys(client), []);
    assert.equal(JSON.stringify(client), '{}');
    assert.equal(client.apiKey, undefined);
    assert.ok(!inspect(client, { showHidden: true, depth: 9, getters: true }).includes('aSecretBody'));
  });
});

describe('fromEnv', () => {
  const from = (env, options) => {
    const before = { ...process.env };
    try {
      Object.assign(process.env, { MODZY_API_KEY: '', MODZY_BASE_URL: '' }, env);
      return ModzyClient.fromEnv(options);
    } finally {
      process.env = before;
    }
  };

  it('reads MODZY_BASE_URL and MODZY_API_KEY', () => {
    const client = from({ MODZY_API_KEY: KEY, MODZY_BASE_URL: 'https://h.example' });
    assert.equal(client.baseURL, 'https://h.example/api');
  });

  it('reads the options before the environment, and the environment before the default', () => {
    const env = { MODZY_API_KEY: KEY, MODZY_BASE_URL: 'https://h.example/api' };
    assert.equal(from(env, { url: 'https://given.example' }).baseURL, 'https://given.example/api');
    assert.equal(from(env).baseURL, 'https://h.example/api');
    assert.equal(from({ MODZY_API_KEY: KEY, MODZY_BASE_URL: '  ' }).baseURL, 'https://app.modzy.com/api');
  });

  it('reads the credentials of the options before the key of the environment', async () => {
    const seen = [];
    const server = http.createServer(({ headers }, response) => {
      seen.push([headers.authorization, headers['modzy-team-id']]);
      response.end('{"jobIdentifier":"j"}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = { MODZY_API_KEY: KEY, MODZY_BASE_URL: `http://127.0.0.1:${server.address().port}` };
    const team = { teamId: 'team-7', teamToken: 'aToken' };
    for (const [variables, options] of [
      [env, {}],
      [env, { apiKey: null, teamId: null }],
      [env, { apiKey: 'given.aGivenBody' }],
      [env, team],
      [{ ...env, MODZY_API_KEY: '' }, { apiKey: 'given.aGivenBody' }],
      [{ ...env, MODZY_API_KEY: '' }, team],
    ]) {
      await from(variables, { ...options, proxy: false }).getJob('j');
    }
    server.close();
    const [ofEnvironment, given, ofTeam] = [
      [`ApiKey ${KEY}`, undefined],
      ['ApiKey given.aGivenBody', undefined],
      ['Bearer aToken', 'team-7'],
    ];
    assert.deepEqual(seen, [ofEnvironment, ofEnvironment, given, ofTeam, given, ofTeam]);
  });

  it('reads null and undefined as missing', () => {
    const env = { MODZY_API_KEY: KEY, MODZY_BASE_URL: 'https://h.example' };
    for (const options of [undefined, null, {}, { url: undefined }, { url: null, retries: null }]) {
      assert.equal(from(env, options).baseURL, 'https://h.example/api');
    }
  });

  it('refuses options that are not a plain object', () => {
    for (const options of [5, 'https://h.example', true, [], new Map(), new URL('https://h.example')]) {
      assert.throws(() => from({ MODZY_API_KEY: KEY }, options), {
        name: 'TypeError',
        message: /should be a plain object/,
      });
    }
  });

  it('returns an instance of the class that it is called on', () => {
    class Mine extends ModzyClient {}
    process.env.MODZY_API_KEY = KEY;
    try {
      assert.ok(Mine.fromEnv() instanceof Mine);
    } finally {
      delete process.env.MODZY_API_KEY;
    }
  });

  it('names the missing variable', () => {
    assert.throws(() => from({ MODZY_API_KEY: ' ' }), { name: 'TypeError', message: /MODZY_API_KEY is not set/ });
  });
});
