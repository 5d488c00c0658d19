'use strict';

// No promise of this package causes an unhandled rejection, whatever the arguments are. Each test counts the unhandledRejection
// events of the process.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, quickly } = require('./support/numbered-jobs.js');
const { collect, failure } = require('./support/outcomes.js');
const { unhandledBy } = require('./support/unhandled.js');

const reason = new Error('do not touch');
const fails = () => {
  throw reason;
};
const rejects = () => Promise.reject(reason);

describe('no promise rejects where nobody listens', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const { answer } = numberedJobs(emulator);
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);

  const blob = (arrayBuffer) => ({ size: 1, type: '', slice: fails, arrayBuffer });
  const embedded = {
    'an unreadable Blob beside a wrong value': { a: { b: blob(rejects), c: 7 } },
    'an unreadable Blob beside one that throws': { a: { b: blob(rejects), c: blob(fails) } },
    'two unreadable Blobs': { a: { b: blob(rejects), c: blob(rejects) } },
    'a Blob whose bytes are not a promise': { a: { b: blob(() => 7), c: blob(rejects) } },
    'a Blob whose bytes are a thenable that throws': { a: { b: blob(() => ({ then: fails })), c: blob(rejects) } },
  };
  for (const [what, sources] of Object.entries(embedded)) {
    it(`submitJobEmbedded of ${what}`, async () => {
      const unhandled = await unhandledBy(async () => {
        await failure(client().submitJobEmbedded('ed542963de', '1.0.1', 'text/plain', sources));
        await failure(client().submitJobEmbedded('m', 'v', 'x', sources, { signal: AbortSignal.abort() }));
      });
      assert.deepEqual(unhandled, []);
      assert.deepEqual(await emulator.requests(), []);
    });
  }

  it('a Blob whose arrayBuffer() resolves with another value is refused', async () => {
    for (const value of [7, '7', undefined, null, [7], { length: 7 }]) {
      const source = { size: 7, type: '', slice: () => source, arrayBuffer: async () => value };
      for (const call of [
        (modzy) => modzy.fileToDataUrl(source),
        (modzy) => modzy.submitJobEmbedded('ed542963de', '1.0.1', 'text/plain', { a: { b: source } }),
        (modzy) => modzy.submitJobFile('d1g35t0256', '1.0.0', { a: { input: source } }),
      ]) {
        const error = await failure(call(client()));
        assert.equal(error.name, 'TypeError');
        assert.match(error.message, /a Blob whose arrayBuffer\(\) resolves with bytes/);
      }
    }
  });

  it('fileToDataUrl of objects that resemble a Blob', async () => {
    const unhandled = await unhandledBy(async () => {
      for (const arrayBuffer of [rejects, fails, () => 7, () => undefined, () => ({ then: fails })]) {
        await failure(client().fileToDataUrl(blob(arrayBuffer)));
        await failure(client().fileToDataUrl(blob(arrayBuffer), { signal: AbortSignal.abort() }));
        await failure(client().fileToDataUrl(blob(arrayBuffer), { signal: new AbortController().signal }));
      }
    });
    assert.deepEqual(unhandled, []);
  });

  const subscribers = {
    'deletes the method': (request) => delete request.method,
    'deletes everything': (request) => Object.keys(request).forEach((name) => delete request[name]),
    'makes everything throw': (request) => {
      for (const name of ['method', 'jobIdentifier', 'baseURL']) {
        Object.defineProperty(request, name, { get: fails });
      }
    },
    'freezes it': (request) => Object.freeze(request),
  };
  for (const [what, harm] of Object.entries(subscribers)) {
    it(`a diagnostics subscriber that gets the request and ${what}`, async () => {
      await answer(2);
      const subscriber = ({ request }) => harm(request);
      diagnostics.subscribe('modzy:request:start', subscriber);
      try {
        const lines = [];
        const logger = { debug: (line) => lines.push(line), info: (line) => lines.push(line), error: () => {} };
        const unhandled = await unhandledBy(async () => {
          const modzy = client({ logger });
          await modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } });
          assert.equal((await modzy.blockUntilComplete(job(0), quickly)).status, 'COMPLETED');
          await failure(modzy.getJob('..'));
        });
        assert.deepEqual(unhandled, []);
        // The log does not show the changes of a subscriber.
        assert.ok(lines.some((line) => /submitJobText \S+ done/.test(line)));
      } finally {
        diagnostics.unsubscribe('modzy:request:start', subscriber);
      }
    });
  }

  it('a subscriber whose setter throws is an uncaught exception, and the call goes on', () => {
    const program = `
      const diagnostics = require('node:diagnostics_channel');
      const { ModzyClient } = require('modzy-client');
      const caught = [];
      process.on('uncaughtException', ({ message }) => caught.push(message));
      diagnostics.subscribe('modzy:request:start', ({ request }) => {
        Object.defineProperty(request, 'jobIdentifier', { set() { throw new Error('mine'); } });
      });
      ModzyClient.fromEnv({ proxy: false })
        .submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } })
        .then(({ status }) => setImmediate(() => console.log(status, caught)));
    `;
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const options = { cwd: __dirname, env, encoding: 'utf8', timeout: 20_000 };
    assert.equal(execFileSync(process.execPath, ['--eval', program], options), "SUBMITTED [ 'mine' ]\n");
  });

  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrown = {
    'a revoked proxy': revoked,
    'a proxy that throws': new Proxy({}, { get: fails, getPrototypeOf: fails, ownKeys: fails }),
    'an object without a prototype': Object.create(null),
    'a symbol': Symbol('x'),
    undefined,
    'an object whose inspection throws': { [Symbol.for('nodejs.util.inspect.custom')]: fails, toString: fails },
  };
  for (const [what, value] of Object.entries(thrown)) {
    it(`a submit of a batch that rejects with ${what}`, async () => {
      const [done] = await answer(0);
      const logger = { info() {}, error() {} };
      const unhandled = await unhandledBy(async () => {
        const sources = [() => Promise.reject(value), done, async () => value];
        const outcomes = await client({ logger }).blockUntilAllComplete(sources, quickly);
        const [first, second, third] = outcomes;
        assert.deepEqual([first.error.name, second.job.status], ['ModzyError', 'COMPLETED']);
        assert.ok(third.error instanceof Error);
        assert.equal(first.error.cause, value);
      });
      assert.deepEqual(unhandled, []);
    });
  }

  for (const [what, value] of Object.entries(thrown)) {
    it(`a callback that rejects with ${what}, with a logger`, async () => {
      await answer(0);
      const lines = [];
      const logger = { error: (line) => lines.push(line) };
      const modzy = new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, logger, logging: 'on' });
      const unhandled = await unhandledBy(async () => {
        const waiting = modzy.blockUntilComplete(job(0), { onProgress: () => Promise.reject(value) });
        const settled = await Promise.allSettled([waiting]);
        assert.ok(Object.is(settled[0].reason, value));
      });
      assert.deepEqual(unhandled, []);
      assert.equal(lines.length, 1);
    });
  }

  it('loops that are dropped while next() is pending', async () => {
    await answer(Infinity);
    const unhandled = await unhandledBy(async () => {
      const modzy = client();
      const source = { [Symbol.asyncIterator]: () => ({ next: rejects, return: rejects }) };
      for (const loop of [
        modzy.jobsAsCompleted(source),
        modzy.jobsAsCompleted([rejects]),
        modzy.watchJob(job(0), quickly),
      ]) {
        await Promise.race([loop.next().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 30))]);
        await loop.return().catch(() => {});
      }
      await collect(modzy.jobsAsCompleted(source)).catch(() => {});
    });
    assert.deepEqual(unhandled, []);
  });

  const refusing = {
    getJob: (modzy, promise) => modzy.getJob(promise),
    blockUntilComplete: (modzy, promise) => modzy.blockUntilComplete(promise),
    'a batch': async (modzy, promise) => {
      const [{ error }] = await modzy.blockUntilAllComplete([promise]);
      throw error;
    },
    'an iterable of jobs': (modzy, promise) => modzy.blockUntilAllComplete(promise),
    watchJob: (modzy, promise) => modzy.watchJob(promise).next(),
    'a text': (modzy, promise) => modzy.submitJobText('m', 'v', { a: { b: promise } }),
    'a source': (modzy, promise) => modzy.submitJobFile('m', 'v', { a: { b: promise } }),
    'an output': (modzy, promise) => modzy.openOutput({ job: promise, inputKey: 'a', outputName: 'b' }),
    'an option': (modzy, promise) => modzy.getJob('j', { retries: promise }),
    'a body': (modzy, promise) => modzy.submitJob({ model: promise }),
  };
  for (const [what, refused] of Object.entries(refusing)) {
    it(`a promise that is refused instead of its value and rejects later: ${what}`, async () => {
      const unhandled = await unhandledBy(async () => {
        const modzy = client();
        const error = await failure(refused(modzy, modzy.getJob('..')));
        assert.equal(error.name, 'TypeError');
        assert.match(error.message, /not a promise/);
        const late = modzy.getResult('none');
        await failure(refused(modzy, late));
        assert.equal((await failure(late)).name, 'NotFoundError');
      });
      assert.deepEqual(unhandled, []);
    });
  }
});
