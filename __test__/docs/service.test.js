'use strict';

// The service of docs/service.md, in a process of its own: its answers, its errors, clients that go, and SIGTERM.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { connect } = require('node:net');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { text } = require('node:stream/consumers');
const { after, before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { useEmulator } = require('../support/emulator.js');
const { programOf } = require('../support/pages.js');

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

// Within the package, so that the service finds Express and the package.
const target = path.resolve(__dirname, '../../target');
mkdirSync(target, { recursive: true });
const folder = mkdtempSync(path.join(target, 'service-'));

/** Runs the service as PM2 does in its cluster mode, and stops it as PM2 does: with SIGINT, and later with SIGKILL. */
const CLUSTER = `
  import cluster from 'node:cluster';
  cluster.setupPrimary({ exec: 'service.mjs' });
  const worker = cluster.fork();
  process.once('SIGTERM', () => {
    worker.process.kill('SIGINT');
    setTimeout(() => worker.process.kill('SIGKILL'), 10_000).unref();
  });
  worker.on('exit', (code, signal) => {
    if (signal !== null) console.error(signal);
    process.exitCode = code ?? 1;
  });
`;

before(() => {
  const [{ code }] = programOf('docs/service.md').files;
  writeFileSync(path.join(folder, 'service.mjs'), code);
  writeFileSync(path.join(folder, 'cluster.mjs'), CLUSTER);
});
after(() => rmSync(folder, { recursive: true }));

/** A process of the service. */
class Service {
  static async start(emulator, env = {}, program = 'service.mjs') {
    const service = new Service();
    const environment = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey, PORT: '0' };
    service.child = spawn(process.execPath, [program], {
      cwd: folder,
      env: { ...process.env, ...environment, ...env },
    });
    service.stderr = text(service.child.stderr);
    service.exited = once(service.child, 'exit');
    const [line] = await once(createInterface({ input: service.child.stdout }), 'line');
    service.base = `http://127.0.0.1:${line.split(' ').at(-1)}`;
    return service;
  }

  /** @returns {Promise<Response>} */
  post(route, body, options = {}) {
    const headers = { 'content-type': 'application/json' };
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(this.base + route, { method: 'POST', headers, body: content, ...options });
  }

  /** Sends SIGTERM. Returns the exit code and what the process wrote to standard error. */
  async stop() {
    this.child.kill('SIGTERM');
    const [code] = await this.exited;
    return [code, await this.stderr];
  }
}

/** Waits until the emulator has received a request. */
async function received(emulator, method) {
  const deadline = performance.now() + 10_000;
  let requests;
  do {
    await sleep(5);
    requests = (await emulator.requests()).filter((request) => request.method === method);
    assert.ok(performance.now() < deadline, `no ${method} has arrived`);
  } while (requests.length === 0);
  return requests;
}

const outcomeOf = async (response) => [response.status, await response.json()];

describe('docs/service.md', { concurrency: true }, () => {
  describe('the service', { concurrency: 1 }, () => {
    const emulator = useEmulator({ submittedMs: 20, inProgressMs: 20 });
    let service;
    before(async () => {
      service = await Service.start(emulator);
    });
    after(() => service.stop());

    it('answers with the sentiment of a text', async () => {
      const [status, { sentiment }] = await outcomeOf(
        await service.post('/sentiments', { text: 'What a lovely day!' }),
      );
      assert.deepEqual([status, sentiment], [200, 'positive']);
    });

    it('refuses bodies that it cannot use, and submits nothing', async () => {
      await emulator.clearRequests();
      for (const [route, body, expected] of [
        ['/sentiments', {}, 400],
        ['/sentiments', { text: 7 }, 400],
        ['/sentiments', '{', 400],
        ['/sentiments', { text: 'x'.repeat(200_000) }, 413],
        ['/jobs', { texts: [] }, 400],
        ['/jobs', { texts: [''] }, 400],
      ]) {
        assert.equal((await service.post(route, body)).status, expected, JSON.stringify(body).slice(0, 30));
      }
      assert.deepEqual(await emulator.requests(), []);
    });

    it('sends the progress of a job as events, and ends the stream', async () => {
      const created = await service.post('/jobs', { texts: ['A wonderful film', 'A terrible film'] });
      assert.equal(created.status, 202);
      const response = await fetch(service.base + created.headers.get('location'));
      assert.equal(response.headers.get('content-type'), 'text/event-stream');
      const events = (await response.text()).trimEnd().split('\n\n');
      assert.ok(events.length >= 2);
      assert.ok(events.slice(0, -1).every((event) => event.startsWith('event: progress\ndata: {"status":"')));
      assert.equal(events.at(-1), 'event: end\ndata: {"succeeded":["0","1"],"failed":[]}');
    });

    it('answers 404 in place of a stream for a job that does not exist', async () => {
      const [status, { job }] = await outcomeOf(await fetch(`${service.base}/jobs/${UNKNOWN}/events`));
      assert.deepEqual([status, job], [404, UNKNOWN]);
    });

    it('passes on how long to wait if Modzy is busy', async () => {
      await emulator.fault({
        method: 'POST',
        path: '/api/jobs',
        times: 1,
        status: 429,
        headers: { 'retry-after': '120' },
      });
      const response = await service.post('/sentiments', { text: 'What a lovely day!' });
      assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '120']);
    });
  });

  describe('the service with a key that Modzy refuses', { concurrency: 1 }, () => {
    const emulator = useEmulator();

    it('answers 502 without the reason, and logs it', async () => {
      const service = await Service.start(emulator, { MODZY_API_KEY: 'aPrefix.aSecretBody' });
      const answer = await outcomeOf(await service.post('/sentiments', { text: 'What a lovely day!' }));
      assert.deepEqual(answer, [502, { message: 'Modzy cannot be reached, or refused the request' }]);
      const [code, stderr] = await service.stop();
      assert.match(stderr, /^401 :: .*\n$/);
      assert.ok(!stderr.includes('aSecretBody'));
      assert.equal(code, 0);
    });
  });

  describe('the service with a job under way', { concurrency: 1 }, () => {
    const emulator = useEmulator({ submittedMs: 20, inProgressMs: 60_000 });

    it('cancels the job of a client that has gone', async () => {
      const service = await Service.start(emulator);
      const controller = new AbortController();
      const answer = service.post('/sentiments', { text: 'Never mind.' }, { signal: controller.signal });
      await received(emulator, 'POST');
      controller.abort();
      await assert.rejects(answer, { name: 'AbortError' });
      const [{ status }] = await received(emulator, 'DELETE');
      assert.equal(status, 202);
      assert.deepEqual(await service.stop(), [0, '']);
    });

    it('ends streams at once after SIGTERM, and cancels no job of theirs', async () => {
      const service = await Service.start(emulator, { GRACE_MS: '60000' });
      await emulator.clearRequests();
      const created = await service.post('/jobs', { texts: ['So far, so good.'] });
      const events = await fetch(service.base + created.headers.get('location'));
      const [stopped, sent] = await Promise.all([service.stop(), events.text()]);
      assert.deepEqual(stopped, [0, '']);
      assert.match(sent, /^event: progress\n/);
      assert.ok(!sent.includes('event: end'));
      assert.ok(!(await emulator.requests()).some(({ method }) => method === 'DELETE'));
    });

    it('does not wait for connections without a request, or with half of one', async () => {
      const service = await Service.start(emulator, { GRACE_MS: '50' });
      const { hostname: host, port } = new URL(service.base);
      const sockets = [connect({ host, port }), connect({ host, port })];
      // A process that exits may reset them, which `once` would reject with.
      const closed = sockets.map(
        (socket) =>
          new Promise((resolve) =>
            socket
              .on('error', () => {})
              .on('close', resolve)
              .resume(),
          ),
      );
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      sockets[1].write(
        'POST /sentiments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
      await sleep(20); // the head has arrived
      const started = performance.now();
      assert.deepEqual((await service.stop())[0], 0);
      assert.ok(performance.now() - started < 2_000);
      await Promise.all(closed);
    });

    it('aborts the other calls when their time after SIGTERM is over, cancels their jobs, and exits', async () => {
      const service = await Service.start(emulator, { GRACE_MS: '50' });
      await emulator.clearRequests();
      const answer = service.post('/sentiments', { text: 'Never mind.' });
      await received(emulator, 'POST');
      const [stopped, response] = await Promise.all([service.stop(), answer]);
      assert.deepEqual(await outcomeOf(response), [503, { message: 'the service is stopping' }]);
      assert.equal((await received(emulator, 'DELETE'))[0].status, 202);
      assert.deepEqual(stopped, [0, 'Error: the service is stopping\n']);
      await assert.rejects(fetch(service.base), TypeError);
    });
  });

  describe('the service that stops while a call is about to end', () => {
    const emulator = useEmulator({ submittedMs: 100, inProgressMs: 300 });

    for (const [what, program] of [
      ['', 'service.mjs'],
      [' as a worker of a cluster that gets a SIGINT', 'cluster.mjs'],
    ]) {
      it(`answers it, and then exits${what}`, async () => {
        const service = await Service.start(emulator, {}, program);
        await emulator.clearRequests();
        const answer = service.post('/sentiments', { text: 'What a dreadful day!' });
        await received(emulator, 'POST');
        const [stopped, response] = await Promise.all([service.stop(), answer]);
        assert.equal((await response.json()).sentiment, 'negative');
        assert.deepEqual(stopped, [0, '']);
      });
    }
  });
});
