'use strict';

// Requests to any route: retries, secrets, redirects, headers and aborts. The requests of each form are rows of contract/runs.js.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const reason = new Error('changed my mind');

const clientOf = ({ baseURL }, options) => new ModzyClient(baseURL, 'aPrefix.aSecretBody', { retries: 0, ...options });

describe('request', () => {
  it('repeats a GET and a DELETE like reads, and everything else like submits', async (t) => {
    const server = await serve(t, { '*': { status: 502 } });
    for (const [method, attempts] of [
      ['GET', 3],
      ['DELETE', 3],
      ['POST', 1],
      ['PUT', 1],
      ['PATCH', 1],
    ]) {
      const before = server.requests.length;
      const client = clientOf(server, { retries: 2 });
      const error = await failure(client.request({ method, path: '/x' }));
      assert.equal(error.attempts, attempts, method);
      assert.equal(server.requests.length - before, attempts, method);
    }
  });

  it('shows no secret of its body or its query in an error', async (t) => {
    const echo = ({ url, body }) => ({ status: 400, body: { message: `no: ${decodeURIComponent(url)} ${body}` } });
    const server = await serve(t, { '*': echo });
    const route = {
      method: 'POST',
      path: '/x',
      query: { password: 'hunter2-in-query', page: '7' },
      body: { secretAccessKey: 'hunter2-in-body', name: 'shown' },
    };
    const error = await failure(clientOf(server).request(route));
    const all = `${error.stack}${JSON.stringify(error)}${error}`;
    assert.match(all, /shown/);
    assert.doesNotMatch(all, /hunter2|aSecretBody/);
  });

  it('follows no redirect, and sends its own headers in place of those of the call', async (t) => {
    const server = await serve(t, { '*': { status: 302, headers: { location: 'http://evil.example/' } } });
    const route = { method: 'GET', path: '/x', headers: { 'x-tenant': 'mine' } };
    const error = await failure(clientOf(server).request(route, { headers: { 'X-Tenant': 'ours', 'x-other': 'o' } }));
    assert.equal(error.status, 302);
    const { headers } = server.requests[0];
    assert.deepEqual([headers['x-tenant'], headers['x-other']], ['mine', 'o']);
  });

  it('ends when its signal fires', async (t) => {
    const server = await serve(t, { '*': 'stall' });
    for (const method of ['GET', 'POST']) {
      const controller = new AbortController();
      const requesting = failure(clientOf(server).request({ method, path: '/x' }, { signal: controller.signal }));
      setTimeout(() => controller.abort(reason), 20);
      assert.equal(await requesting, reason);
    }
  });
});
