'use strict';

// Uploads that fail, stall or are aborted: the error for the caller, and that no stream and no job is left open.

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { getEventListeners } = require('node:events');
const { createReadStream, openAsBlob, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { ConnectionError, InputError, ModzyClient, RequestTimeoutError } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { CHUNK, MODEL, useUploads } = require('./support/uploads.js');

describe('an upload', () => {
  const uploads = useUploads();
  const { emulator, lines, write } = uploads;

  it('that fails cancels its open job, calls onCancel, and rejects with the first error', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', status: 413 });
    const outcomes = [];
    const options = { onCancel: (outcome) => outcomes.push(outcome) };
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, { name: 'ApiError', code: 413 });
    const [{ jobIdentifier, job, error }] = outcomes;
    assert.equal(outcomes.length, 1);
    assert.equal(error, undefined);
    assert.equal(job.status, 'CANCELED');
    assert.equal((await uploads.modzy.getJob(jobIdentifier)).status, 'CANCELED');
  });

  it('does not repeat a chunk whose fate is unknown', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', connection: 'reset', times: 1 });
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.sent, 'maybe');
      assert.ok(error.jobIdentifier);
      return true;
    });
    const sent = (await lines()).map((line) => line.replace(/[0-9a-f-]{36}/, 'j'));
    assert.deepEqual(sent, [
      'GET /api/jobs/features',
      'POST /api/jobs',
      'POST /api/jobs/j/k/input',
      'DELETE /api/jobs/j',
    ]);
  });

  it('rejects with the error of a stream that fails, and cancels the job', async () => {
    const torn = new Error('torn');
    const streams = [
      Readable.from(
        (async function* () {
          yield randomBytes(CHUNK);
          throw torn;
        })(),
      ),
      {
        [Symbol.asyncIterator]: () => {
          throw torn;
        },
      },
    ];
    for (const stream of streams) {
      const outcomes = [];
      const options = { onCancel: (outcome) => outcomes.push(outcome) };
      const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
      await assert.rejects(uploading, (error) => error === torn);
      assert.equal(outcomes.length, 1);
      // The second stream has no first chunk, so no job was opened for it.
      assert.equal(outcomes[0].job?.status, stream === streams[0] ? 'CANCELED' : undefined);
    }
    const opened = (await emulator.requests()).filter(
      ({ method, path: route }) => `${method} ${route}` === 'POST /api/jobs',
    );
    assert.equal(opened.length, 1);
  });

  it('closes the streams that it has not read to their ends', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', status: 413 });
    const file = await write('waiting', 'x');
    const readable = createReadStream(file);
    let webCanceled = false;
    const web = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.from('x')),
      cancel: () => (webCanceled = true),
    });
    let canceled = false;
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: Buffer.from('x') }),
        return: async () => {
          canceled = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const sources = {
      a: { input: Buffer.from('x') },
      b: { input: readable },
      c: { input: web },
      d: { input: iterable },
    };
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, sources), { code: 413 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(readable.destroyed, true);
    assert.equal(webCanceled, true);
    assert.equal(canceled, true);
  });

  it('of a stream that yields its first bytes only once the job is open opens the job', async () => {
    async function* waiting() {
      while (!(await lines()).includes('POST /api/jobs')) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      yield Buffer.from('x');
    }
    const began = performance.now();
    const receipt = await uploads.modzy.submitJobFile(...MODEL, { a: { input: waiting() } });
    assert.equal(receipt.status, 'SUBMITTED');
    assert.ok(performance.now() - began < 2000);
  });

  it('of a stream that fails before its turn rejects with its error, which is not an uncaught exception', async () => {
    await emulator.fault({ method: 'GET', path: '/api/jobs/features', delayMs: 100, times: 1 });
    const sources = {
      a: { input: Buffer.from('x') },
      b: { input: createReadStream(path.join(uploads.folder, 'none')) },
    };
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, sources), { code: 'ENOENT' });
  });

  it('closes its streams when its arguments are refused, and when its signal has fired before', async () => {
    const file = await write('kept', 'x');
    const streams = [createReadStream(file), createReadStream(file)];
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, { a: { input: streams[0], extra: 7 } }), {
      name: 'TypeError',
    });
    const options = { signal: AbortSignal.abort() };
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, { a: { input: streams[1] } }, options), {
      name: 'AbortError',
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      streams.map(({ destroyed }) => destroyed),
      [true, true],
    );
  });

  describe('that is refused', () => {
    const closed = new ModzyClient({ url: 'http://127.0.0.1:9', apiKey: 'a.b' });
    closed.close();
    const logged = new ModzyClient({ url: 'http://127.0.0.1:9', apiKey: 'a.b', logger: { error() {} } });
    const hostile = new Proxy(() => {}, {
      get() {
        throw new Error('no');
      },
    });
    /** @type {Record<string, (stream: any) => Promise<unknown>>} */
    const refusals = {
      'for a value before the stream': (stream) =>
        uploads.modzy.submitJobFile(...MODEL, { a: { input: 7 }, b: { input: stream } }),
      'for an option': (stream) => uploads.modzy.submitJobFile(...MODEL, { a: { input: stream } }, { retires: 1 }),
      'for a member of the object form': (stream) =>
        uploads.modzy.submitJobFile({ modelId: 'm', version: '1', sources: { a: { input: stream } }, chunkSize: -1 }),
      'for an option of run': (stream) => uploads.modzy.run('m@1', { input: stream }, { onOpen: 5 }),
      'for an option of appendInput': (stream) => uploads.modzy.appendInput('job', 'a', 'b', stream, { retires: 1 }),
      'as a source of submitJobEmbedded': (stream) =>
        uploads.modzy.submitJobEmbedded(...MODEL, 'text/plain', { a: { input: stream } }),
      'by a client with a logger': (stream) =>
        logged.submitJobFile(...MODEL, { a: { input: 7 }, b: { input: stream } }),
      'beside a getter that throws': (stream) =>
        uploads.modzy.submitJobFile(...MODEL, {
          a: {
            get input() {
              throw new Error('no');
            },
            other: stream,
          },
        }),
      'in an object of a class': (stream) =>
        uploads.modzy.submitJobFile(
          ...MODEL,
          new (class {
            a = { input: stream };
            b = 7;
          })(),
        ),
      'in a map': (stream) => uploads.modzy.run('m@1', { input: new Map([['input', stream]]) }),
      'for a callback that cannot be bound': (stream) =>
        uploads.modzy.submitJobFile(...MODEL, { a: { input: stream } }, { onUploadProgress: hostile }),
      'by a closed client': (stream) => closed.submitJobFile(...MODEL, { a: { input: stream } }),
    };
    for (const [why, refused] of Object.entries(refusals)) {
      it(`${why} closes its streams, and hears those that fail`, async () => {
        // An error without a listener would be an uncaught exception.
        await failure(refused(createReadStream(path.join(uploads.folder, 'none'))));
        const readable = new Readable({ read() {} });
        const web = new ReadableStream();
        await failure(refused(readable));
        await failure(refused(web));
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(readable.destroyed, true);
        assert.equal((await web.getReader().read()).done, true);
      });
    }
  });

  it('that is aborted while a web stream stalls cancels that stream', async () => {
    let canceled = false;
    const stream = new ReadableStream({
      cancel: () => {
        canceled = true;
      },
    });
    const controller = new AbortController();
    const uploading = uploads.modzy.submitJobFile(...MODEL, { a: { input: stream } }, { signal: controller.signal });
    while (!(await lines()).some((line) => line === 'POST /api/jobs')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(uploading, { name: 'AbortError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(canceled, true);
  });

  it('of a stream that stalls names the input, closes the stream and cancels the job', async () => {
    let canceled = false;
    const web = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: () => {
        canceled = true;
      },
    });
    const readable = new Readable({ read() {} });
    for (const stream of [web, readable]) {
      const outcomes = [];
      const options = { idleTimeout: 200, onCancel: (outcome) => outcomes.push(outcome) };
      const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
      await assert.rejects(uploading, (error) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual([error.code, error.inputKey, error.inputName], ['timeout', 'k', 'input']);
        assert.match(error.message, /gave no byte for 200 ms \(idleTimeout\)/);
        return true;
      });
      assert.equal(outcomes[0].job.status, 'CANCELED');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([canceled, readable.destroyed], [true, true]);
  });

  it('to a server that stalls ends after idleTimeout', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', connection: 'stall', times: 1 });
    const outcomes = [];
    const options = { idleTimeout: 200, onCancel: (outcome) => outcomes.push(outcome) };
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, (error) => {
      assert.ok(error instanceof RequestTimeoutError);
      assert.deepEqual([error.phase, error.sent], ['headers', 'maybe']);
      return true;
    });
    assert.equal(outcomes[0].job.status, 'CANCELED');
  });

  it('of memory that is transferred meanwhile names the input', async () => {
    // The call copies up to 8 MiB before it returns.
    const bytes = new Uint8Array(8 * 1024 * 1024 + 1);
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: bytes } });
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await assert.rejects(uploading, { name: 'InputError', code: 'changed', inputKey: 'k', inputName: 'input' });
  });

  it('of a Blob whose file changes meanwhile rejects with the error of the Blob as the cause', async () => {
    const file = await write('behind a blob', Buffer.alloc(8 * CHUNK, 'o'));
    // Progress reports are at least 50 ms apart.
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', delayMs: 60 });
    const outcomes = [];
    const options = {
      onCancel: (outcome) => outcomes.push(outcome),
      onUploadProgress: ({ loadedBytes }) => {
        if (loadedBytes === CHUNK) {
          writeFileSync(file, Buffer.alloc(8 * CHUNK, 'n'));
        }
      },
    };
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: await openAsBlob(file) } }, options);
    await assert.rejects(uploading, (error) => {
      assert.deepEqual([error.name, error.code, error.inputKey], ['InputError', 'changed', 'k']);
      return error.cause.name === 'NotReadableError';
    });
    assert.equal(outcomes[0].job.status, 'CANCELED');
  });

  it('refuses a stream of other values than bytes', async () => {
    for (const values of [['text'], [7], [{}]]) {
      const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: Readable.from(values) } });
      await assert.rejects(uploading, { name: 'TypeError', message: /should be a stream of bytes/ });
    }
  });

  it('that is aborted closes its request and its stream, cancels its job and leaves no listener', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', connection: 'stall' });
    const { signal } = new AbortController();
    const controller = new AbortController();
    let released = false;
    const stream = (async function* () {
      try {
        for (;;) {
          yield randomBytes(CHUNK);
        }
      } finally {
        released = true;
      }
    })();
    const outcomes = [];
    const options = { signal: controller.signal, onCancel: (outcome) => outcomes.push(outcome) };
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
    while (!(await lines()).some((line) => line.endsWith('/k/input'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await emulator.clearFaults();
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await assert.rejects(uploading, (error) => error === reason);
    assert.equal(outcomes.length, 1);
    assert.equal(outcomes[0].job.status, 'CANCELED');
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(released, true);
  });

  it('that is aborted before the call sends nothing', async () => {
    const reason = new Error('before');
    const options = { signal: AbortSignal.abort(reason) };
    const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, (error) => error === reason);
    assert.deepEqual(await lines(), []);
  });
});
