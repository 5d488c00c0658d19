'use strict';

// How a client reaches its server, and as whom: proxies, certificates, teams.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, afterEach, before, beforeEach, describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ConnectionError, JobClient, ModzyClient } = require('modzy-client');
const selfsigned = require('selfsigned');
const { startProxy } = require('./support/proxy.js');

const KEY = 'aPrefix.aSecretBody';
const CREDENTIALS = 'proxyUser:proxyPassword';
const ENCODED = Buffer.from(CREDENTIALS).toString('base64');
const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'REQUEST_METHOD', 'NODE_EXTRA_CA_CERTS'];
const VARIABLES = [...NAMES, ...NAMES.slice(0, 3).map((name) => name.toUpperCase())];

/** The environment of a test names no proxy but its own. */
const inherited = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
const forget = () => VARIABLES.forEach((name) => delete process.env[name]);
beforeEach(forget);
after(() => {
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined) {
      process.env[name] = value;
    }
  }
});

/** Answers every request with a job, and keeps their headers. */
async function serve(server) {
  const requests = [];
  server.on('request', ({ headers, url }, response) => {
    requests.push({ headers, url });
    response.end('{"jobIdentifier":"j","status":"COMPLETED"}');
  });
  // Clients that are refused in the handshake.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return { server, port, requests };
}

async function stop({ server }) {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A certificate that may sign others, and one that it signs. */
async function certificates(name = 'an authority') {
  const authority = await selfsigned.generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const sign = (host) =>
    selfsigned.generate([{ name: 'commonName', value: host }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
      ],
    });
  return { ca: authority.cert, sign };
}

function shows(error, ...secrets) {
  const text = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${error} ${error.stack}`;
  return secrets.some((secret) => text.includes(secret));
}

describe('a team', () => {
  let api;
  before(async () => {
    api = await serve(http.createServer());
  });
  after(() => stop(api));

  it('sends its two headers, from every client', async () => {
    for (const Client of [ModzyClient, JobClient]) {
      const client = new Client({ teamId: 'team-7', teamToken: 'aToken', url: `http://127.0.0.1:${api.port}` });
      await client.getJob('j');
      const [{ headers, url }] = api.requests.splice(0);
      assert.equal(headers.authorization, 'Bearer aToken');
      assert.equal(headers['modzy-team-id'], 'team-7');
      assert.equal(url, '/api/jobs/j');
      assert.ok(!inspect(client, { showHidden: true, depth: 9, getters: true }).includes('aToken'));
    }
  });

  it('has no header where a key is given', async () => {
    const url = `http://127.0.0.1:${api.port}`;
    await new ModzyClient({ apiKey: KEY, teamId: null, teamToken: undefined, url }).getJob('j');
    const [{ headers }] = api.requests.splice(0);
    assert.equal(headers.authorization, `ApiKey ${KEY}`);
    assert.equal(headers['modzy-team-id'], undefined);
  });

  const mixture = /takes apiKey, or teamId and teamToken, and no mixture of the two/;
  for (const [options, message] of [
    [{ apiKey: KEY, teamId: 'team-7', teamToken: 'aToken' }, mixture],
    [{ apiKey: KEY, teamToken: 'aToken' }, mixture],
    [{ apiKey: KEY, teamId: 'team-7' }, mixture],
    [{ teamToken: 'aToken' }, /the teamId param should be a valid not empty string/],
    [{ teamId: 'team-7' }, /the teamToken param should be a valid not empty string/],
    [{ teamId: 'team-7', teamToken: '' }, /the teamToken param/],
    [{ teamId: 7, teamToken: 'aToken' }, /the teamId param/],
    [{ teamId: 'team-7', teamToken: 'aToken\n' }, /teamToken must hold visible ASCII/],
    [{ teamId: 'team\n7', teamToken: 'aToken' }, /teamId must hold visible ASCII/],
    [{ apiKey: KEY, teamID: 'team-7' }, /unknown option teamID; known are apiKey, .*teamId, teamToken/],
  ]) {
    it(`is refused as ${inspect(options)}`, () => {
      assert.throws(
        () => new ModzyClient(options),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, message);
          assert.ok(!shows(error, 'aToken', 'aSecretBody'));
          return true;
        },
      );
    });
  }

  it('belongs to no constructor of 1.x', () => {
    const options = { teamId: 'team-7', teamToken: 'aToken' };
    assert.throws(() => new ModzyClient('https://h.example/api', KEY, options), /unknown option teamId/);
  });
});

describe('certificates', () => {
  let ours;
  let theirs;
  let server;
  let client;
  let api;
  let strict;
  const url = ({ port }) => `https://localhost:${port}`;
  const ask = (to, tls) => new ModzyClient({ apiKey: KEY, url: url(to), retries: 0, tls }).getJob('j');

  before(async () => {
    [ours, theirs] = await Promise.all([certificates('ours'), certificates('theirs')]);
    [server, client] = await Promise.all([ours.sign('localhost'), ours.sign('client.example')]);
    const identity = { cert: server.cert, key: server.private };
    api = await serve(https.createServer(identity));
    strict = await serve(https.createServer({ ...identity, ca: ours.ca, requestCert: true, rejectUnauthorized: true }));
  });
  after(() => Promise.all([stop(api), stop(strict)]));

  it('of servers are refused unless their authority is trusted', async () => {
    const refused = { name: 'ConnectionError', phase: 'tls', sent: 'no', message: /its issuer is not trusted/ };
    await assert.rejects(ask(api), refused);
    await assert.rejects(ask(api, { ca: theirs.ca }), refused);
  });

  it('of authorities are taken as text, as bytes, several in one, and in an array', async () => {
    const several = `# ours and theirs\n${theirs.ca}\n${ours.ca}`;
    const bytes = Buffer.from(ours.ca);
    const shared = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    const view = new Uint8Array(shared.buffer, shared.byteOffset + 6, bytes.length);
    for (const ca of [ours.ca, bytes, view, several, [theirs.ca, ours.ca], [theirs.ca, bytes]]) {
      assert.equal((await ask(api, { ca })).status, 'COMPLETED');
    }
  });

  it('that are given come before those of the environment, and those before the default', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'modzy-client-'));
    try {
      process.env.NODE_EXTRA_CA_CERTS = path.join(directory, 'ours.pem');
      writeFileSync(process.env.NODE_EXTRA_CA_CERTS, ours.ca);
      await ask(api);
      await ask(api, {});
      await ask(api, { ca: null });
      await assert.rejects(ask(api, { ca: theirs.ca }), ConnectionError);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('of clients open servers that ask for one', async () => {
    for (const [cert, key] of [
      [client.cert, client.private],
      [Buffer.from(client.cert), Buffer.from(client.private)],
    ]) {
      assert.equal((await ask(strict, { ca: ours.ca, cert, key })).status, 'COMPLETED');
    }
    await assert.rejects(ask(strict, { ca: ours.ca }), ConnectionError);
  });

  it('that cannot be used are refused by name, and nothing of a key is shown', () => {
    const { cert, private: key } = client;
    const secret = key.split('\n')[1];
    const garbage = '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n';
    const encrypted = key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    for (const [tls, message] of [
      [{ ca: '' }, /: tls\.ca holds no certificate/],
      [{ ca: [] }, /: tls\.ca must hold a certificate/],
      [{ ca: key }, /: tls\.ca holds no certificate/],
      [{ ca: [ours.ca, garbage] }, /: tls\.ca holds a certificate that cannot be read/],
      [{ ca: 5 }, /the tls\.ca param should be a string or Buffer in PEM/],
      [{ ca: [null] }, /the tls\.ca param should be a string or Buffer in PEM/],
      [{ cert: [cert], key }, /the tls\.cert param should be a string or Buffer in PEM/],
      [{ cert }, /tls\.cert needs tls\.key beside it/],
      [{ key }, /tls\.key needs tls\.cert beside it/],
      [{ key, cert: null }, /tls\.key needs tls\.cert beside it/],
      [{ cert: garbage, key }, /: tls\.cert holds a certificate that cannot be read/],
      [{ cert: key, key }, /: tls\.cert holds no certificate/],
      [{ cert, key: cert }, /: tls\.key holds no private key/],
      [{ cert, key: encrypted }, /: tls\.key is encrypted/],
      [{ cert, key: key.replace(secret, secret.toLowerCase()) }, /: tls\.key holds/],
      [{ cert, key: server.private }, /: tls\.key is not the key of the certificate/],
      [{ rejectUnauthorized: false }, /unknown option tls\.rejectUnauthorized; known are tls\.ca, tls\.cert, tls\.key/],
      [new Map(), /the tls param should be a plain object/],
      [ours.ca, /the tls param should be a plain object/],
    ]) {
      assert.throws(
        () => new ModzyClient({ apiKey: KEY, tls }),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, message);
          assert.ok(!shows(error, secret, server.private.split('\n')[1]));
          return true;
        },
      );
    }
  });
});

describe('a proxy', () => {
  let api;
  let first;
  let second;
  let closed;
  const url = () => `http://127.0.0.1:${api.port}`;
  const ask = (options) => new ModzyClient({ apiKey: KEY, url: url(), retries: 0, ...options }).getJob('j');

  before(async () => {
    api = await serve(http.createServer());
    first = await startProxy(CREDENTIALS);
    second = await startProxy();
    const gone = await startProxy();
    closed = gone.place;
    await gone.stop();
  });
  afterEach(() => api.requests.splice(0));
  after(() => Promise.all([stop(api), first.stop(), second.stop()]));

  it('is the one given, as text or as a URL, and learns its credentials alone', async () => {
    for (const proxy of [first.url, new URL(first.url)]) {
      await ask({ proxy });
      const [{ headers }] = first.requests;
      assert.equal(headers['proxy-authorization'], `Basic ${ENCODED}`);
      assert.deepEqual(first.asked(), [`GET ${url()}/api/jobs/j`]);
      const [request] = api.requests.splice(0);
      assert.equal(request.url, '/api/jobs/j');
      assert.ok(!inspect(request.headers).toLowerCase().includes('proxy'));
    }
  });

  it('opens a tunnel to a server behind https', async () => {
    const { ca, sign } = await certificates();
    const { cert, private: key } = await sign('modzy.example');
    const secure = await serve(https.createServer({ cert, key }));
    try {
      const target = `modzy.example:${secure.port}`;
      await ask({ url: `https://${target}`, proxy: first.url, tls: { ca } });
      const [{ headers }] = first.requests;
      assert.equal(headers['proxy-authorization'], `Basic ${ENCODED}`);
      assert.equal(headers.authorization, undefined);
      assert.deepEqual(first.asked(), [`CONNECT ${target}`]);
      assert.ok(!inspect(secure.requests[0].headers).toLowerCase().includes('proxy'));

      process.env.HTTPS_PROXY = second.url;
      process.env.http_proxy = first.url;
      await ask({ url: `https://${target}`, tls: { ca } });
      assert.deepEqual([first.asked(), second.asked()], [[], [`CONNECT ${target}`]]);
      await ask({ url: `https://${target}`, tls: { ca }, proxy: first.url });
      assert.deepEqual([first.asked(), second.asked()], [[`CONNECT ${target}`], []]);
      process.env.https_proxy = first.url;
      await ask({ url: `https://${target}`, tls: { ca } });
      assert.deepEqual([first.asked(), second.asked()], [[`CONNECT ${target}`], []]);
    } finally {
      await stop(secure);
    }
  });

  it('is what is given before the environment, and the environment before none', async () => {
    const asked = async (environment, options) => {
      forget();
      Object.assign(process.env, environment);
      await ask(options);
      return [first.asked().length, second.asked().length];
    };
    const env = { http_proxy: first.url };
    assert.deepEqual(await asked({}), [0, 0]);
    assert.deepEqual(await asked(env), [1, 0]);
    assert.deepEqual(await asked(env, { proxy: undefined }), [1, 0]);
    assert.deepEqual(await asked(env, { proxy: null }), [1, 0]);
    assert.deepEqual(await asked(env, { proxy: second.url }), [0, 1]);
    assert.deepEqual(await asked(env, { proxy: false }), [0, 0]);
    assert.deepEqual(await asked({ HTTP_PROXY: second.url }), [0, 1]);
    assert.deepEqual(await asked({ ...env, HTTP_PROXY: second.url }), [1, 0]);
    assert.deepEqual(await asked({ http_proxy: '', HTTP_PROXY: second.url }), [0, 1]);
    assert.deepEqual(await asked({ HTTP_PROXY: second.url, REQUEST_METHOD: 'GET' }), [0, 0]);
    assert.deepEqual(await asked({ ...env, REQUEST_METHOD: 'GET' }), [1, 0]);
    assert.deepEqual(await asked({ HTTPS_PROXY: first.url }), [0, 0]);
    // In lower case first, and only for what the environment names.
    assert.deepEqual(await asked({ ...env, NO_PROXY: '127.0.0.0/8' }), [0, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: `127.0.0.1:${api.port}` }), [0, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: '127.0.0.1:1' }), [1, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: '*', no_proxy: 'other.test' }), [1, 0]);
    assert.deepEqual(await asked({ NO_PROXY: '*' }, { proxy: second.url }), [0, 1]);
  });

  it('is looked up when the client is made, by every constructor', async () => {
    process.env.http_proxy = second.url;
    const clients = [new ModzyClient(`${url()}/api`, KEY), new JobClient({ apiKey: KEY, url: url() })];
    process.env.MODZY_API_KEY = KEY;
    clients.push(ModzyClient.fromEnv({ url: url() }));
    delete process.env.MODZY_API_KEY;
    forget();
    for (const client of clients) {
      await client.getJob('j');
      assert.deepEqual(second.asked(), [`GET ${url()}/api/jobs/j`]);
    }
  });

  it('that refuses the connection is named, without its credentials', async () => {
    for (const root of ['http://modzy.example', 'https://modzy.example']) {
      await assert.rejects(ask({ url: root, proxy: `http://${CREDENTIALS}@${closed}` }), (error) => {
        assert.ok(error instanceof ConnectionError);
        assert.equal(error.message, `the proxy ${closed} refused the connection: nothing listens there`);
        assert.deepEqual([error.phase, error.sent, error.retryable], ['connect', 'no', true]);
        assert.ok(!shows(error, 'proxyPassword', ENCODED));
        return true;
      });
    }
  });

  it('that wants other credentials says so, and they are not shown', async () => {
    const wrong = `http://proxyUser:wrongPassword@${first.place}`;
    const message = /^the proxy 127\.0\.0\.1:\d+ wants other credentials than those it was given/;
    const encoded = Buffer.from('proxyUser:wrongPassword').toString('base64');
    await assert.rejects(ask({ url: 'https://modzy.example', proxy: wrong, retries: 2 }), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.match(error.message, message);
      assert.deepEqual([error.phase, error.sent, error.attempts], ['connect', 'no', 1]);
      assert.ok(!shows(error, 'wrongPassword', encoded));
      return true;
    });
    await assert.rejects(ask({ proxy: wrong, retries: 2 }), (error) => {
      assert.deepEqual([error.name, error.code, error.attempts], ['ApiError', 407, 1]);
      assert.match(error.message, message);
      assert.equal(error.body, 'you sent Basic ***');
      assert.ok(!shows(error, 'wrongPassword', encoded));
      return true;
    });
    await assert.rejects(ask({ proxy: `http://${first.place}` }), {
      message: `the proxy ${first.place} wants credentials (407 Proxy Authentication Required)`,
    });
    assert.equal(first.asked().length, 3);
  });

  it('that stalls is named', async () => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const place = `127.0.0.1:${silent.address().port}`;
    const call = ask({ url: 'https://modzy.example', proxy: place, connectTimeout: 200 });
    await assert.rejects(call, {
      name: 'RequestTimeoutError',
      message: `no answer within 200 ms: stalled while connecting (through the proxy ${place})`,
      phase: 'connect',
      sent: 'no',
    });
    silent.close();
  });

  it('that cannot be one is a TypeError that names the option or the variable', () => {
    for (const [proxy, message] of [
      [true, /the proxy param should be a URL, or false/],
      [5, /the proxy param should be a URL, or false/],
      [{ url: 'http://h' }, /the proxy param should be a URL, or false/],
      ['', /: proxy is no URL of a proxy/],
      ['socks5://user:hunter2@h', /: proxy must start with http:/],
      ['https://user:hunter2@h', /: proxy must start with http:/],
      ['http://user:hunter2@h:99999', /: proxy is no URL of a proxy/],
      ['http://user:hunter2@h/path', /: proxy must not have a path/],
    ]) {
      assert.throws(
        () => new ModzyClient({ apiKey: KEY, proxy }),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, message);
          assert.ok(!shows(error, 'hunter2'));
          return true;
        },
      );
    }
    process.env.HTTPS_PROXY = 'socks5://user:hunter2@h';
    assert.throws(() => new ModzyClient({ apiKey: KEY }), {
      name: 'TypeError',
      message: /: HTTPS_PROXY must start with/,
    });
    assert.ok(new ModzyClient({ apiKey: KEY, proxy: false }));
  });

  it('is sent no headers of the caller that would speak for it', async () => {
    const headers = { 'Proxy-Authorization': 'Basic x' };
    const message = /headers must not set a header that is the client's own/;
    assert.throws(() => new ModzyClient({ apiKey: KEY, headers }), { name: 'TypeError', message });
    await assert.rejects(new ModzyClient({ apiKey: KEY }).getJob('j', { headers }), { name: 'TypeError', message });
  });
});
