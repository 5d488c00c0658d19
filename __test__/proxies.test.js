'use strict';

// The proxy of a client: the `proxy` option and the environment.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { after, afterEach, before, describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ConnectionError, JobClient, ModzyClient } = require('modzy-client');
const { certificates, forget, serve, shows, stop, useOwnEnvironment } = require('./support/network.js');
const { startProxy } = require('./support/proxy.js');

const KEY = 'aPrefix.aSecretBody';
const CREDENTIALS = 'proxyUser:proxyPassword';
const ENCODED = Buffer.from(CREDENTIALS).toString('base64');

useOwnEnvironment();

describe('a proxy', () => {
  let api;
  let first;
  let second;
  let closed;
  const url = () => `http://127.0.0.1:${api.port}`;
  const ask = (options) =>
    new ModzyClient({ apiKey: KEY, url: url(), retries: 0, transport: 'own', ...options }).getJob('j');

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

  it('may repeat its user and its password, which no error and no log shows', async () => {
    const server = http.createServer((request, response) => {
      const [, encoded] = request.headers['proxy-authorization'].split(' ');
      const [user, password] = Buffer.from(encoded, 'base64').toString().split(':');
      const message = `${encodeURIComponent(user)}: no ${user} with ${password} here`;
      response.writeHead(403, { 'x-request-id': user }).end(JSON.stringify({ message }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const lines = [];
    try {
      const proxy = `http://ada%2Blovelace:some%20word@127.0.0.1:${server.address().port}`;
      const error = await ask({ proxy, logger: { error: (line) => lines.push(line) } }).catch((reason) => reason);
      assert.equal(error.message, '***: no *** with *** here');
      const shown = [inspect(error, { showHidden: true, depth: 9, getters: true }), JSON.stringify(error), ...lines];
      assert.equal(shown.length, 3);
      assert.doesNotMatch(shown.join(' '), /lovelace|some(%20| )word/);
    } finally {
      await stop({ server });
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

  it('is that of the option before that of the environment', async () => {
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
    // Variables in lower case come first, and those for hosts without a proxy count.
    assert.deepEqual(await asked({ ...env, NO_PROXY: '127.0.0.0/8' }), [0, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: `127.0.0.1:${api.port}` }), [0, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: '127.0.0.1:1' }), [1, 0]);
    assert.deepEqual(await asked({ ...env, NO_PROXY: '*', no_proxy: 'other.test' }), [1, 0]);
    assert.deepEqual(await asked({ NO_PROXY: '*' }, { proxy: second.url }), [0, 1]);
  });

  it('is read from the environment by each constructor', async () => {
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

  it('that requires other credentials is an error that says so, without the credentials', async () => {
    const wrong = `http://proxyUser:wrongPassword@${first.place}`;
    const message = /^the proxy 127\.0\.0\.1:\d+ requires credentials other than those it was given/;
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
      message: `the proxy ${first.place} requires credentials (407 Proxy Authentication Required)`,
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
      message: `timed out after 200 ms connecting (through the proxy ${place})`,
      phase: 'connect',
      sent: 'no',
    });
    silent.close();
  });

  it('with an invalid URL is a TypeError that names the option or the variable', () => {
    for (const [proxy, message] of [
      [true, /the proxy param should be a URL, or false/],
      [5, /the proxy param should be a URL, or false/],
      [{ url: 'http://h' }, /the proxy param should be a URL, or false/],
      ['', /: proxy is not the URL of a proxy/],
      ['socks5://user:hunter2@h', /: proxy must start with http:/],
      ['ftp://user:hunter2@h', /: proxy must start with http:/],
      ['http://user:hunter2@h:99999', /: proxy is not the URL of a proxy/],
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

  it('of a variable that does not apply to the server is ignored, even where it is invalid', async () => {
    for (const environment of [
      { HTTPS_PROXY: 'socks5://h' },
      { HTTP_PROXY: 'https://:99999', NO_PROXY: '*' },
      { http_proxy: '', HTTP_PROXY: 'ftp://h', REQUEST_METHOD: 'GET' },
    ]) {
      forget();
      Object.assign(process.env, environment);
      assert.equal((await ask()).status, 'COMPLETED');
    }
    forget();
    process.env.HTTP_PROXY = 'socks5://h';
    assert.ok(new ModzyClient({ apiKey: KEY, url: 'https://modzy.example' }));
  });

  it('gets no proxy headers of the caller', async () => {
    const headers = { 'Proxy-Authorization': 'Basic x' };
    const message = /the headers param .* without one that is the client's own: "Proxy-Authorization"$/;
    assert.throws(() => new ModzyClient({ apiKey: KEY, headers }), { name: 'TypeError', message });
    await assert.rejects(new ModzyClient({ apiKey: KEY }).getJob('j', { headers }), { name: 'TypeError', message });
  });
});
