'use strict';

// Callbacks that return promises: when they are called again, what their rejection ends, and which promises are not awaited.

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { rm } = require('node:fs/promises');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { job, numberedJobs, path: route, quickly } = require('./support/numbered-jobs.js');
const { useEmulator } = require('./support/emulator.js');
const { collect } = require('./support/outcomes.js');
const { unhandledBy } = require('./support/unhandled.js');

const reason = new Error('the callback failed');
const fails = async () => {
  throw reason;
};
const OUTPUT = { jobId: 'j', inputKey: 'k', outputName: 'o' };

describe('a callback that returns a promise', () => {
  const emulator = useEmulator({ submittedMs: 10, inProgressMs: 40 });
  const { answer } = numberedJobs(emulator);
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const download = (modzy, options) =>
    modzy.downloadOutput(OUTPUT, path.join(os.tmpdir(), `modzy-callbacks-${process.pid}`), options);

  const calls = {
    'onProgress of blockUntilComplete': (modzy) => modzy.blockUntilComplete(job(0), { onProgress: fails }),
    'onProgress of blockUntilResult': (modzy) => modzy.blockUntilResult(job(0), { onProgress: fails }),
    'onUploadProgress of submitJobFile': (modzy) =>
      modzy.submitJobFile('d1g35t0256', '1.0.0', { a: { input: Buffer.from('x') } }, { onUploadProgress: fails }),
    'onOpen of submitJobFile': (modzy) =>
      modzy.submitJobFile('d1g35t0256', '1.0.0', { a: { input: Buffer.from('x') } }, { onOpen: fails }),
    'onDownloadProgress of downloadOutput': (modzy) => download(modzy, { onDownloadProgress: fails }),
    'onDownloadProgress of openOutput': (modzy) => modzy.openOutput(OUTPUT, { onDownloadProgress: fails }),
    'onDownloadProgress of streamResults': (modzy) =>
      collect(modzy.streamResults(job(0), { onDownloadProgress: fails })),
  };
  for (const [what, call] of Object.entries(calls)) {
    it(`and rejects ends the call with that reason: ${what}`, async () => {
      await answer(0);
      await emulator.fault({ path: '/api/results/j/datasource/k/output/o', status: 200, body: 'bytes' });
      await emulator.fault({
        path: `/api/results/${job(0)}`,
        status: 200,
        body: `{"jobIdentifier":"${job(0)}","results":{}}`,
      });
      const unhandled = await unhandledBy(() => assert.rejects(call(client()), (error) => error === reason));
      assert.deepEqual(unhandled, []);
      await rm(path.join(os.tmpdir(), `modzy-callbacks-${process.pid}`), { force: true });
    });
  }

  for (const thrown of [undefined, null, Symbol('own'), 0, { then: 7 }, Promise.resolve(7)]) {
    it(`or throws ${inspect(thrown)} ends any call with it`, async () => {
      await answer(0);
      await emulator.fault({ path: '/api/results/j/datasource/k/output/o', status: 200, body: 'bytes' });
      const body = `{"jobIdentifier":"${job(0)}","results":{}}`;
      await emulator.fault({ path: `/api/results/${job(0)}`, status: 200, body });
      const thrower = () => {
        throw thrown;
      };
      // An async function would resolve a promise before it throws.
      const rejecter = () => ({ then: (_, reject) => void reject(thrown) });
      for (const callback of [thrower, rejecter]) {
        const modzy = client();
        const target = path.join(os.tmpdir(), `modzy-callbacks-${process.pid}`);
        const unhandled = await unhandledBy(async () => {
          for (const call of [
            () => modzy.blockUntilComplete(job(0), { onProgress: callback }),
            () =>
              modzy.submitJobFile(
                'd1g35t0256',
                '1.0.0',
                { a: { input: Buffer.from('x') } },
                { onUploadProgress: callback },
              ),
            () => modzy.downloadOutput(OUTPUT, target, { onDownloadProgress: callback }),
            () => modzy.openOutput(OUTPUT, { onDownloadProgress: callback }),
            () => collect(modzy.streamResults(job(0), { onDownloadProgress: callback })),
          ]) {
            const outcome = await call().then(
              () => 'resolved',
              (error) => ({ error }),
            );
            assert.deepEqual(Object.keys(outcome), ['error'], String(call));
            assert.ok(Object.is(outcome.error, thrown), String(call));
          }
        });
        assert.deepEqual(unhandled, []);
        await rm(target, { force: true });
      }
    });
  }

  it('and rejects ends the wait of its job in a batch', async () => {
    const jobs = await answer(0, 0);
    const onProgress = async ({ jobIdentifier }) => {
      if (jobIdentifier === job(1)) {
        throw reason;
      }
    };
    const unhandled = await unhandledBy(async () => {
      const [first, second] = await client().blockUntilAllComplete(jobs, { ...quickly, onProgress });
      assert.equal(first.job.status, 'COMPLETED');
      assert.equal(second.error, reason);
    });
    assert.deepEqual(unhandled, []);
  });

  it('and rejects replaces the reason of the signal: onCancel of a wait and of a batch', async () => {
    await answer(Infinity);
    await emulator.fault({
      method: 'DELETE',
      path: route(0),
      status: 200,
      body: `{"jobIdentifier":"${job(0)}","status":"CANCELED"}`,
    });
    for (const start of [
      (modzy, options) => modzy.blockUntilComplete(job(0), options),
      (modzy, options) => modzy.blockUntilAllComplete([job(0)], options),
      (modzy, options) => collect(modzy.watchJob(job(0), options)),
    ]) {
      const controller = new AbortController();
      const options = { ...quickly, signal: controller.signal, cancelOnAbort: true, onCancel: fails };
      const unhandled = await unhandledBy(async () => {
        const waiting = start(client(), options);
        setTimeout(() => controller.abort(), 60);
        await assert.rejects(waiting, (error) => error === reason);
      });
      assert.deepEqual(unhandled, []);
    }
  });

  it('is awaited before it is called again, with each status and its latest figures', async () => {
    await emulator.answerJob(
      job(0),
      ...[{ status: 'SUBMITTED' }, { status: 'IN_PROGRESS', completed: 1 }, { status: 'IN_PROGRESS', completed: 2 }],
      ...[{ status: 'IN_PROGRESS', completed: 3 }, { status: 'COMPLETED' }],
    );
    let busy = 0;
    const seen = [];
    const onProgress = async ({ status, completed }) => {
      busy += 1;
      seen.push([busy, status, completed]);
      await sleep(250);
      busy -= 1;
    };
    const { status } = await client().blockUntilComplete(job(0), { ...quickly, onProgress });
    assert.equal(status, 'COMPLETED');
    // The call settles after its callback.
    assert.equal(busy, 0);
    assert.deepEqual(seen, [
      [1, 'SUBMITTED', undefined],
      [1, 'IN_PROGRESS', 3],
      [1, 'COMPLETED', undefined],
    ]);
  });

  it('and never settles does not keep a signal from ending the call at once', async () => {
    await answer(0);
    const controller = new AbortController();
    const onProgress = () => new Promise(() => {});
    const waiting = client().blockUntilComplete(job(0), { signal: controller.signal, onProgress });
    await emulator.arrival({ answered: true });
    await sleep(50);
    const aborted = performance.now();
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    assert.ok(performance.now() - aborted < 500);
  });

  it('and never settles holds back no chunk of a stream', { timeout: 20_000 }, async () => {
    const bytes = Buffer.alloc(300_000, 'x');
    await emulator.fault({
      path: '/api/results/j/datasource/k/output/o',
      status: 200,
      body: bytes.toString(),
    });
    let count = 0;
    const onDownloadProgress = () => {
      count += 1;
      return new Promise(() => {});
    };
    const began = performance.now();
    const { body, contentLength } = await client().openOutput(OUTPUT, { onDownloadProgress });
    const reader = body.getReader();
    const chunks = [];
    while (Buffer.concat(chunks).length < bytes.length) {
      chunks.push((await reader.read()).value);
    }
    assert.deepEqual([Buffer.concat(chunks), contentLength], [bytes, bytes.length]);
    assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
    // A reader that leaves does not wait for the callback either.
    await reader.cancel();
    assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
    assert.equal(count, 1);
  });

  it('and settles later is then called with the latest figures, before the stream ends', async () => {
    const bytes = 200_000;
    await emulator.fault({ path: '/api/results/j/datasource/k/output/o', status: 200, body: 'x'.repeat(bytes) });
    const seen = [];
    let busy = 0;
    const onDownloadProgress = async ({ loadedBytes }) => {
      busy += 1;
      seen.push([busy, loadedBytes]);
      await sleep(150);
      busy -= 1;
    };
    const { body } = await client().openOutput(OUTPUT, { onDownloadProgress });
    let read = 0;
    for await (const chunk of body) {
      read += chunk.length;
    }
    assert.deepEqual([read, busy], [bytes, 0]);
    assert.deepEqual(
      [seen[0], seen.at(-1)],
      [
        [1, 0],
        [1, bytes],
      ],
    );
  });

  it('and rejects between two chunks ends the stream with that reason', async () => {
    await emulator.fault({ path: '/api/results/j/datasource/k/output/o', status: 200, body: 'x'.repeat(200_000) });
    let failLater;
    const onDownloadProgress = () => new Promise((_, reject) => (failLater = reject));
    const unhandled = await unhandledBy(async () => {
      const { body } = await client().openOutput(OUTPUT, { onDownloadProgress });
      const reader = body.getReader();
      await reader.read();
      failLater(reason);
      await sleep(10);
      await assert.rejects(reader.read(), (error) => error === reason);
    });
    assert.deepEqual(unhandled, []);
  });

  it('or an invalid thenable does not affect other calls', async () => {
    await answer(0, 3);
    const modzy = client();
    const bystander = modzy.blockUntilComplete(job(1), quickly);
    const thrower = () => {
      throw reason;
    };
    for (const returned of [
      Object.defineProperty({}, 'then', { get: thrower }),
      { then: thrower },
      { then: (_, reject) => reject(reason) },
      Object.assign(() => {}, { then: thrower }),
    ]) {
      const unhandled = await unhandledBy(() =>
        assert.rejects(modzy.blockUntilComplete(job(0), { onProgress: () => returned }), (error) => error === reason),
      );
      assert.deepEqual(unhandled, []);
    }
    for (const returned of [7, null, {}, { then: 7 }, { then: (resolve) => resolve(7) }]) {
      assert.equal((await modzy.blockUntilComplete(job(0), { onProgress: () => returned })).status, 'COMPLETED');
    }
    assert.equal((await bystander).status, 'COMPLETED');
  });
});
