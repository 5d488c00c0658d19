'use strict';

// Signals that are not those of Node.js: without a reason, or hostile.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { job, numberedJobs, quickly } = require('./support/numbered-jobs.js');
const { collect, failure } = require('./support/outcomes.js');
const { unhandledBy } = require('./support/unhandled.js');

/** A signal like that of the package `abort-controller`: an event target with `aborted`, and without a reason. */
class BareSignal extends EventTarget {
  aborted = false;

  abort() {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
    return this;
  }
}

const OUTPUT = { jobId: 'j', inputKey: 'k', outputName: 'o' };
const SOURCES = { a: { 'input.txt': 'x' } };
const FILES = { a: { 'input.txt': Buffer.from('x') } };

describe('a signal without a reason', () => {
  const emulator = useEmulator();
  const { answer } = numberedJobs(emulator);

  /** Calls of each kind: read, submit, upload, wait, loops and streams. */
  const calls = {
    getJob: (modzy, options) => modzy.getJob(job(1), options),
    submitJobText: (modzy, options) => modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options),
    submitJobEmbedded: (modzy, options) =>
      modzy.submitJobEmbedded('ed542963de', '1.0.1', 'text/plain', { a: { b: stalling } }, options),
    submitJobFile: (modzy, options) =>
      modzy.submitJobFile('ed542963de', '1.0.1', { a: { b: Buffer.from('x') } }, options),
    fileToDataUrl: (modzy, options) => modzy.fileToDataUrl(stalling, options),
    blockUntilComplete: (modzy, options) => modzy.blockUntilComplete(job(0), { ...quickly, ...options }),
    blockUntilAllComplete: (modzy, options) => modzy.blockUntilAllComplete([job(0)], { ...quickly, ...options }),
    jobsAsCompleted: (modzy, options) => collect(modzy.jobsAsCompleted([job(0)], { ...quickly, ...options })),
    watchJob: (modzy, options) => collect(modzy.watchJob(job(0), { ...quickly, ...options })),
    listJobHistory: (modzy, options) => collect(modzy.listJobHistory({}, options)),
    streamResults: (modzy, options) => collect(modzy.streamResults(job(1), options)),
    openOutput: async (modzy, options) => collect((await modzy.openOutput(OUTPUT, options)).body),
  };
  /** A Blob that never yields a byte. */
  const stalling = { size: 1, type: '', slice: () => stalling, arrayBuffer: () => new Promise(() => {}) };

  for (const [name, call] of Object.entries(calls)) {
    it(`ends ${name} with an AbortError, the same for each call, before and while it runs`, async () => {
      await answer(Infinity);
      for (const path of [`/api/jobs/${job(1)}`, '/api/jobs', '/api/jobs/history', `/api/results/${job(1)}`]) {
        await emulator.fault({ path, connection: 'stall' });
      }
      await emulator.fault({ path: '/api/jobs/features', connection: 'stall' });
      await emulator.fault({ path: '/api/results/j/datasource/k/output/o', connection: 'stall' });
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      const fired = await failure(call(modzy, { signal: new BareSignal().abort() }));
      const signal = new BareSignal();
      const both = [failure(call(modzy, { signal })), failure(call(modzy, { signal }))];
      await sleep(60);
      signal.abort();
      const [error, other] = await Promise.all(both);
      for (const each of [fired, error]) {
        assert.ok(each instanceof DOMException);
        assert.deepEqual([each.name, each.code, each.message], ['AbortError', 20, 'This operation was aborted']);
      }
      assert.equal(other, error);
    });
  }

  it('is an abort to loggers, too', async () => {
    const lines = [];
    const logger = { info: (line) => lines.push(line), error: (line) => lines.push(line) };
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey, { logger });
    await failure(modzy.getJob(job(1), { signal: new BareSignal().abort() }));
    assert.match(lines[0], /aborted/);
  });
});

describe('a hostile signal', () => {
  const emulator = useEmulator();
  const { answer } = numberedJobs(emulator);
  const thrown = new Error('do not touch');
  const fails = () => {
    throw thrown;
  };

  /** Signals, each with one member that throws. */
  const signals = {
    'throws when it is looked at again': () => {
      let looks = 0;
      return {
        ...quiet(),
        get aborted() {
          return (looks += 1) > 1 ? fails() : false;
        },
      };
    },
    'throws when a listener is added': () => ({ ...quiet(), addEventListener: fails }),
    'throws when a listener is removed': () => ({ ...quiet(), removeEventListener: fails }),
    'throws for its reason': () => Object.defineProperty({ ...quiet(), aborted: true }, 'reason', { get: fails }),
  };
  const quiet = () => ({ aborted: false, addEventListener() {}, removeEventListener() {} });

  for (const what of [
    'throws when it is looked at again',
    'throws when a listener is added',
    'throws for its reason',
  ]) {
    it(`that ${what} leaves no source open`, async () => {
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      const source = new Readable({ read() {} });
      await failure(modzy.submitJobFile('m', 'v', { a: { b: source } }, { signal: signals[what]() }));
      await sleep(10);
      assert.ok(source.destroyed);
      assert.deepEqual(await emulator.requests(), []);
    });
  }

  for (const [what, make] of Object.entries(signals)) {
    it(`that ${what} rejects only its call`, async () => {
      await answer(0, 4);
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      const bystander = modzy.blockUntilComplete(job(1), quickly);
      const unhandled = await unhandledBy(async () => {
        for (const call of [
          (options) => modzy.getJob(job(0), options),
          (options) => modzy.blockUntilAllComplete([job(0)], options),
          (options) => collect(modzy.jobsAsCompleted([job(0)], options)),
          (options) => collect(modzy.watchJob(job(0), options)),
          (options) => collect(modzy.streamResults(job(0), options)),
          (options) => modzy.fileToDataUrl(new Blob(['x']), options),
          (options) => modzy.submitJobEmbedded('m', 'v', 'x', { a: { b: Buffer.from('x') } }, options),
          (options) => modzy.submitJobFile('m', 'v', { a: { b: new Blob(['x']) } }, options),
        ]) {
          await call({ signal: make() }).catch(() => {});
        }
      });
      assert.deepEqual(unhandled, []);
      assert.equal((await bystander).status, 'COMPLETED');
    });
  }

  it('that throws on the removal of a listener does not hide a receipt, a job or an output', async () => {
    await answer(0, 4);
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const warnings = [];
    const note = ({ code }) => code === 'MODZY_SIGNAL' && warnings.push(code);
    process.on('warning', note);
    const options = () => ({ signal: signals['throws when a listener is removed']() });
    const receipt = await modzy.submitJobText('ed542963de', '1.0.1', SOURCES, options());
    assert.equal(receipt.status, 'SUBMITTED');
    assert.equal((await modzy.submitJobFile('ed542963de', '1.0.1', FILES, options())).status, 'SUBMITTED');
    const { status } = await modzy.blockUntilComplete(job(0), { ...quickly, ...options() });
    assert.equal(status, 'COMPLETED');
    const [outcome] = await modzy.blockUntilAllComplete([job(1)], { ...quickly, ...options() });
    assert.equal(outcome.job.status, 'COMPLETED');
    assert.equal(await modzy.fileToDataUrl(new Blob(['x'], { type: 'a/b' }), options()), 'data:a/b;base64,eA==');
    process.off('warning', note);
    assert.ok(warnings.length <= 1, 'once for the process');
  });

  const looks = (count) => {
    let left = count;
    return () => {
      left -= 1;
      return left < 0 ? fails() : false;
    };
  };
  for (const count of [0, 1, 2, 3]) {
    for (const [what, make] of Object.entries({
      'a listener is added': () => ({ ...quiet(), addEventListener: looks(count) }),
      'it is looked at': () => Object.defineProperty(quiet(), 'aborted', { get: looks(count) }),
    })) {
      it(`that throws when ${what}, after ${count} times, leaves no output and no results open`, async (t) => {
        // Responses that have begun, and do not end.
        const open = new Set();
        const server = createServer((_, response) => {
          open.add(response.on('close', () => open.delete(response)));
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .write('{"results":{"a":{"status":"SUCCESSFUL"');
        });
        await once(server.listen(0, '127.0.0.1'), 'listening');
        t.after(() => (server.closeAllConnections(), server.close()));
        const modzy = new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'a.b', { retries: 0 });
        const unhandled = await unhandledBy(async () => {
          for (const read of [
            async (options) => (await modzy.openOutput(OUTPUT, options)).body.cancel(),
            async (options) => modzy.streamResults('j', { ...options, idleTimeout: 100 }).next(),
          ]) {
            await read({ signal: make() }).catch(() => {});
          }
        });
        assert.deepEqual(unhandled, []);
        assert.equal(open.size, 0);
      });
    }
  }
});
