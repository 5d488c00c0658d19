'use strict';

// A secret in each place that accepts one, in each error and in each way to write a value to a log: it is never shown.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const net = require('node:net');
const { after, afterEach, before, beforeEach, describe, it } = require('node:test');
const selfsigned = require('selfsigned');
const { ModzyClient } = require('modzy-client');
const { forms, reveals, seenOf, spellings } = require('../../support/canary.js');

/** The text to search for. The characters around it are escaped by one layer or another. */
const CORE = 'c4n4ryC0re';
const SECRET = `s"x/${CORE}+y=&<z>\\9%41'`;
const KEY = `aPrefix.${SECRET}`;

/** The texts that a logger, a subscriber or a warning has shown. */
const logged = [];
const log = (...given) => logged.push(given.map((each) => [...seenOf(each)].join('\n')).join('\n'));
const logger = { debug: log, info: log, warn: log, error: log };
const channels = ['request:start', 'request:retry', 'request:end', 'request:error', 'wait:poll'];

const SETTINGS = { retries: 0, requestTimeout: 40, idleTimeout: 40, logging: 'verbose', logger };
const objects = { a: { input: { bucket: 'b', key: 'k' } } };
const database = { modelId: 'm', version: 'v', driver: 'd', query: 'q' };

const read = (client, options) => client.getJob('j', options);
const wait = (client) => client.blockUntilComplete('j', { pollInterval: 5, maxOutage: 1, waitTimeout: 60 });
const upload = (client) => client.submitJobFiles('m', 'v', { a: { input: Buffer.from('x') } });
const raw = (input) => (client) => client.submitJob({ model: { identifier: 'm', version: 'v' }, input });

const open = (output) => Object.assign((client, server) => client.openOutput(output(server)), { isOutput: true });

/** Constructs a client with a key, or with another secret. */
const withKey = ({ url }, more) => new ModzyClient({ apiKey: KEY, url, ...SETTINGS, ...more });
const plain = ({ url }, more) => withKey({ url }, { apiKey: 'aPrefix.another', ...more });

/**
 * The places that accept a secret: the client, the call, and the spelling in which the server echoes the secret.
 *
 * @type {Record<string, { make?: Function, call?: Function, echoed?: string, core?: string }>}
 */
const places = {
  'the key, positionally': {
    make: ({ url }) => new ModzyClient(`${url}/api`, KEY, { retries: 0, requestTimeout: 40 }),
  },
  'the key, in an object': { make: withKey },
  'the key, from the environment': {
    make({ url }) {
      process.env.MODZY_API_KEY = KEY;
      return ModzyClient.fromEnv({ url, ...SETTINGS });
    },
  },
  'the key, in a submit': { make: withKey, call: (client) => client.submitJobText('m', 'v', { a: { b: 'c' } }) },
  'the key, in a wait': { make: withKey, call: wait },
  'the key, in a wait for a result': {
    make: withKey,
    call: (client) => client.blockUntilResult('j', { pollInterval: 5, maxOutage: 1, waitTimeout: 60 }),
  },
  'the key, in a batch': {
    make: withKey,
    async call(client) {
      const [{ error }] = await client.blockUntilAllComplete(['j'], { pollInterval: 5, maxOutage: 1, waitTimeout: 60 });
      throw error;
    },
  },
  'the key, in a listing': { make: withKey, call: (client) => client.listModels().toArray() },
  'the key, in an upload': { make: withKey, call: upload },
  'the key, in a cancel': { make: withKey, call: (client) => client.cancelJob('j') },
  'the key, in a download': {
    make: withKey,
    call: open(() => ({ jobId: 'j', inputKey: 'a', outputName: 'b' })),
  },
  'the key, as an identifier': { make: withKey, call: (client) => client.getJob(KEY) },
  'the key, as a filter': { make: withKey, call: (client) => client.getJobHistory({ accessKey: KEY }) },
  'the key, as a prefix': { make: withKey, call: (client) => client.accountingClient.getKeyBody(KEY) },
  'the key, in a URL of an output': {
    make: withKey,
    call: (client, { url }) => client.getOutputContents({ url: `${url}/x?key=${encodeURIComponent(KEY)}` }),
  },
  'the token of a team': {
    make: ({ url }) => new ModzyClient({ teamId: 'team', teamToken: SECRET, url, ...SETTINGS }),
  },
  'a header of a client': { make: (server) => plain(server, { headers: { 'x-token': SECRET } }) },
  'a header of a call': { make: plain, call: (client) => read(client, { headers: { 'x-token': SECRET } }) },
  'credentials of a proxy': {
    make: (server) => plain(server, { proxy: server.url.replace('//', `//user:${encodeURIComponent(SECRET)}@`) }),
  },
  'credentials of a proxy, from the environment': {
    make(server) {
      process.env.http_proxy = server.url.replace('//', `//user:${encodeURIComponent(SECRET)}@`);
      return plain(server);
    },
  },
  'credentials of a proxy, in the spelling of their header': {
    make: (server) => plain(server, { proxy: server.url.replace('//', `//user:${encodeURIComponent(SECRET)}@`) }),
    echoed: Buffer.from(`user:${SECRET}`).toString('base64'),
  },
  'the key of a certificate': {
    make: (server) => plain(server, { tls: { cert: server.cert, key: server.key } }),
    get echoed() {
      return this.core;
    },
  },
  'the secret key of S3, positionally': {
    make: plain,
    call: (client) => client.submitJobAWSS3('m', 'v', 'AKIA', SECRET, 'r', objects),
  },
  'the secret key of S3, in an object': {
    make: plain,
    call: (client) =>
      client.submitJobAwsS3({ ...database, accessKeyID: 'a', secretAccessKey: SECRET, region: 'r', sources: objects }),
  },
  'the secret key of a body for S3': { make: plain, call: raw({ type: 'aws-s3-folder', secretAccessKey: SECRET }) },
  'the account key of a body for Azure': { make: plain, call: raw({ type: 'azureblob', storageAccountKey: SECRET }) },
  'the secret key of a body for StorageGRID': {
    make: plain,
    call: raw({ type: 'storage-grid', secretAccessKey: SECRET }),
  },
  'the password of JDBC, positionally': {
    make: plain,
    call: (client) => client.submitJobJDBC('m', 'v', 'jdbc:x', 'ada', SECRET, 'd', 'q'),
  },
  'the password of JDBC, in an object': {
    make: plain,
    call: (client) => client.submitJobJDBC({ ...database, url: 'jdbc:x', username: 'ada', password: SECRET }),
  },
  'the password of a body for JDBC': { make: plain, call: raw({ type: 'jdbc', url: 'jdbc:x', password: SECRET }) },
  'a password in the URL of JDBC': {
    make: plain,
    call: (client) =>
      client.submitJobJDBC('m', 'v', `jdbc:x://host/db?password=${encodeURIComponent(SECRET)}`, 'u', 'p', 'd', 'q'),
  },
  'a password before the host of JDBC': {
    make: plain,
    call: raw({ type: 'jdbc', url: `jdbc:x://ada:${encodeURIComponent(SECRET)}@host/db` }),
  },
  'a signature in the URL of an output': {
    make: plain,
    call: open(({ url }) => ({ url: `${url}/output?signature=${encodeURIComponent(SECRET)}` })),
    // The client does not know which part of a URL is a signature, so the server does not echo it.
    echoed: '',
  },
};

/** Settings that are refused: what says so does not repeat them. */
const refused = {
  'a key that no header can carry': ({ url }) => withKey({ url }, { apiKey: `${SECRET}\n` }),
  'a token that no header can carry': ({ url }) => new ModzyClient({ teamId: 't', teamToken: `${SECRET}ü`, url }),
  'a header that could end another': (server) => plain(server, { headers: { 'x-token': `${SECRET}\r\nx: y` } }),
  'a reserved header': (server) => plain(server, { headers: { authorization: SECRET } }),
  'a base URL with a password': () => plain({ url: `https://user:${encodeURIComponent(SECRET)}@host` }),
  'a base URL with a query': () => plain({ url: `https://host/?token=${encodeURIComponent(SECRET)}` }),
  'a proxy of another kind': (server) => plain(server, { proxy: `socks5://user:${encodeURIComponent(SECRET)}@host` }),
  'a proxy with a path': (server) => plain(server, { proxy: `http://user:${encodeURIComponent(SECRET)}@host/path` }),
  'an invalid proxy in the environment'(server) {
    process.env.http_proxy = `http://user:${SECRET}@:x`;
    return plain(server);
  },
  'an invalid key of a certificate': (server) => plain(server, { tls: { cert: server.cert, key: SECRET } }),
  'a header of a call that could end another': (server) => read(plain(server), { headers: { x: `${SECRET}\r\n` } }),
  'an output at a place with a password': (server) =>
    plain(server).openOutput({ url: `https://user:${encodeURIComponent(SECRET)}@host/x` }),
  'an output at a place without https': (server) =>
    plain(server).openOutput({ url: `http://host.invalid/x?signature=${encodeURIComponent(SECRET)}` }),
  'an unknown option': (server) => plain(server, { nonsense: SECRET }),
};

/** The ways in which a server echoes a text: the bytes of its response, `undefined` for none. */
const answers = {
  ...Object.fromEntries(
    Object.entries(spellings).flatMap(([name, spell]) =>
      [400, 503].map((status) => [`${status}, ${name}`, (echoed) => answer(status, '', spell(echoed))]),
    ),
  ),
  ...Object.fromEntries(
    [302, 401, 403, 404, 409, 422, 429, 500].map((status) => [
      `${status}, in a message`,
      (echoed) => answer(status, '', JSON.stringify({ message: echoed })),
    ]),
  ),
  'in headers': (echoed) =>
    answer(
      400,
      ['x-request-id', 'x-correlation-id', 'location', 'retry-after', 'link']
        .map((name) => `${name}: ${echoed}\r\n`)
        .join(''),
      '',
    ),
  'in the line of the status': (echoed) => Buffer.from(`HTTP/1.1 400 ${echoed}\r\ncontent-length: 0\r\n\r\n`),
  'in place of HTTP': (echoed) => Buffer.from(`${echoed}\r\n\r\n`),
  'in place of JSON': (echoed) => answer(200, '', `<html>${echoed}`),
  'in invalid UTF-8': (echoed) => answer(200, '', Buffer.concat([Buffer.from([0xff]), Buffer.from(echoed)])),
  'in place of gzip': (echoed) => answer(200, 'content-encoding: gzip\r\n', echoed),
  'in a body that is cut': (echoed) => answer(500, '', echoed.repeat(2)).subarray(0, -12),
  'in a body that is long': (echoed) => answer(500, '', `${'x'.repeat(65_500)}${echoed}${'y'.repeat(20_000)}`),
  nothing: () => Buffer.alloc(0),
  silence: () => undefined,
};

function answer(status, headers, body) {
  const bytes = Buffer.from(body);
  const head = `HTTP/1.1 ${status} x\r\n${headers}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

describe('a secret', () => {
  const server = { respond: () => Buffer.alloc(0) };
  const methods = ['log', 'info', 'warn', 'error', 'debug'];
  const {
    MODZY_API_KEY,
    http_proxy: proxyBefore,
    no_proxy: noProxyBefore,
    ...console_
  } = { ...process.env, ...console };
  /** The channels with messages. */
  const heard = new Set();
  const hear = (message, name) => {
    heard.add(name);
    log(message);
  };
  const warn = (warning) => logged.push(String(warning.stack));
  let searched = 0;

  /** Asserts that a value does not show a secret. */
  function assertUnseen(value, core, where) {
    for (const [form, text] of seenOf(value)) {
      searched += 1;
      assert.ok(!reveals(text, core), `${where}, as ${form}: ${text.slice(0, 3000)}`);
    }
  }

  function assertUnlogged(core, where) {
    for (const line of logged.splice(0)) {
      searched += 1;
      assert.ok(!reveals(line, core), `${where}, in the log: ${line}`);
    }
  }

  function setOrDelete(name, value) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }

  before(async () => {
    const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }]);
    // The middle of the key is unlike that of other keys.
    const core = key.split('\n')[5].slice(8, 40);
    Object.assign(places['the key of a certificate'], { core });
    const listener = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        const bytes = server.respond();
        if (bytes !== undefined) {
          socket.end(bytes);
        }
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    Object.assign(server, { cert, key, url: `http://127.0.0.1:${listener.address().port}`, listener });
    process.on('warning', warn);
    channels.forEach((name) => subscribe(`modzy:${name}`, hear));
  });
  after(() => {
    channels.forEach((name) => unsubscribe(`modzy:${name}`, hear));
    server.listener.close();
    process.off('warning', warn);
  });
  beforeEach(() => {
    for (const name of methods) {
      console[name] = log;
    }
    delete process.env.http_proxy;
    delete process.env.no_proxy;
  });
  afterEach(() => {
    methods.forEach((name) => {
      console[name] = console_[name];
    });
    setOrDelete('MODZY_API_KEY', MODZY_API_KEY);
    setOrDelete('http_proxy', proxyBefore);
    setOrDelete('no_proxy', noProxyBefore);
  });

  it('is found by this test in each spelling', () => {
    for (const [name, spell] of Object.entries(spellings)) {
      assert.ok(reveals(spell(SECRET), CORE), name);
      assert.ok(reveals(spell(KEY), CORE), name);
    }
    for (const [form, make] of Object.entries({ inspect: Error, JSON: String, stack: Error })) {
      const seen = new Map(seenOf(make(SECRET)));
      assert.ok(reveals(seen.get(form), CORE), form);
    }
    assert.ok(!reveals('c4n4ry', CORE));
  });

  for (const [name, { make, call = read }] of Object.entries(places)) {
    it(`is never shown: ${name}`, async () => {
      const core = places[name].core ?? CORE;
      const echoed = places[name].echoed ?? SECRET;
      const client = make(server);
      for (const [path, respond] of Object.entries(answers)) {
        server.respond = () => respond(echoed);
        const where = `${name}, ${path}`;
        const error = await call(client, server).then(
          () => undefined,
          (failure) => failure,
        );
        // An output is the data of the caller, which may hold anything.
        assert.ok(error instanceof Error || (call.isOutput && path.startsWith('in ')), where);
        assertUnseen(error ?? client, core, where);
      }
      assertUnseen(client, core, name);
      assertUnseen(client.getJobClient(), core, name);
      assertUnlogged(core, name);
    });
  }

  for (const [name, make] of Object.entries(refused)) {
    it(`is not repeated by the error that refuses ${name}`, async () => {
      const error = await (async () => make(server))().then(
        () => assert.fail('it was accepted'),
        (failure) => failure,
      );
      assertUnseen(error, CORE, name);
      assertUnlogged(CORE, name);
    });
  }

  it('is left in a result, which is the data of the caller', async () => {
    const document = { jobIdentifier: 'j', status: 'COMPLETED', note: KEY };
    server.respond = () => answer(200, '', JSON.stringify(document));
    assert.deepEqual(await read(withKey(server)), document);
  });

  it('was searched for in each place and form', (t) => {
    const [all, paths] = [Object.keys(places).length, Object.keys(answers).length];
    const others = Object.keys(refused).length;
    t.diagnostic(
      `${all} places × ${paths} answers × ${Object.keys(forms).length} forms, and ${others} refusals: ` +
        `${searched} texts, found 0 times`,
    );
    assert.ok(searched > all * paths * Object.keys(forms).length);
    // In these tests, only a closed keep-alive socket leads to a retry.
    const silent = channels.filter((name) => name !== 'request:retry' && !heard.has(`modzy:${name}`));
    assert.deepEqual(silent, []);
  });
});
