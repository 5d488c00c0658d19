'use strict';

// Uploads: every source arrives whole, nothing is left behind, and no open job either. The digest model tells what arrived.

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const { spawn } = require('node:child_process');
const { getEventListeners, once } = require('node:events');
const { createReadStream } = require('node:fs');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { after, before, describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const { ConnectionError, InputError, ModzyClient, RequestTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const MODEL = ['d1g35t0256', '1.1.0'];
const CHUNK = 64 * 1024;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  const emulator = useEmulator({ chunkSize: '64Ki' });
  let folder;
  let modzy;
  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
  });
  after(() => fs.rm(folder, { recursive: true }));

  const write = async (name, bytes) => {
    const file = path.join(folder, name);
    await fs.writeFile(file, bytes);
    return file;
  };
  const digests = async (receipt) => {
    const { result } = await modzy.blockUntilResult(receipt);
    assert.equal(result.failures ?? undefined, undefined);
    return Object.fromEntries(Object.entries(result.results).map(([key, value]) => [key, value['results.json']]));
  };
  const lines = async () => (await emulator.requests()).map(({ method, path: asked }) => `${method} ${asked}`);
  const statusOf = async (jobId) => (await modzy.getJob(jobId)).status;

  /** A Blob that gives its own memory away, which must stay what it is. */
  const foreignBlob = (bytes) => ({
    size: bytes.length,
    slice: (start, end) => foreignBlob(bytes.subarray(start, end)),
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    stream: () => new ReadableStream({ start: (controller) => (controller.enqueue(bytes), controller.close()) }),
  });

  /** What is asked for while it is taken in pieces of a size that fits nothing. */
  async function* inPieces(bytes) {
    for (let at = 0; at < bytes.length; at += 7777) {
      yield bytes.subarray(at, at + 7777);
    }
  }

  const kinds = {
    'a path': (bytes, file) => file,
    'a file: URL': (bytes, file) => pathToFileURL(file),
    'a Buffer': (bytes) => bytes,
    'a typed array': (bytes) => new Uint8Array(bytes),
    'an ArrayBuffer': (bytes) => new Uint8Array(bytes).buffer,
    'a SharedArrayBuffer': (bytes) => {
      const shared = new SharedArrayBuffer(bytes.length);
      new Uint8Array(shared).set(bytes);
      return shared;
    },
    'a DataView': (bytes) => {
      const roomy = new Uint8Array(bytes.length + 10);
      roomy.set(bytes, 5);
      return new DataView(roomy.buffer, 5, bytes.length);
    },
    'a Blob': (bytes) => new Blob([bytes]),
    'a Blob of another library': foreignBlob,
    'a Readable': (bytes, file) => createReadStream(file),
    'a web stream': (bytes) => new Blob([bytes]).stream(),
    'a stream that can only be read': (bytes) => {
      const stream = new Blob([bytes]).stream();
      return { getReader: () => stream.getReader() };
    },
    'an async iterable': (bytes) => inPieces(bytes),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`of ${kind} arrives whole, whatever its size is beside the chunk's`, async () => {
      for (const size of [1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK]) {
        const bytes = randomBytes(size);
        const source = make(bytes, await write(`${size}`, bytes));
        await emulator.clearRequests();
        const receipt = await modzy.submitJobFile(...MODEL, { only: { input: source } });
        assert.equal(receipt.status, 'SUBMITTED');
        const { only } = await digests(receipt);
        assert.deepEqual(only.input, { bytes: size, sha256: sha256(bytes) });
        const asked = await lines();
        const id = receipt.jobIdentifier;
        const chunks = Array(Math.ceil(size / CHUNK)).fill(`POST /api/jobs/${id}/only/input`);
        const expected = ['GET /api/jobs/features', 'POST /api/jobs', ...chunks, `POST /api/jobs/${id}/close`];
        assert.deepEqual(asked.slice(0, expected.length), expected);
      }
    });
  }

  it('takes any number of inputs, of several parts, of all kinds at once, in the form of 2.x as well', async () => {
    const bytes = randomBytes(1000);
    const file = await write('mixed', bytes);
    const made = Object.values(kinds).map((make) => make(bytes, file));
    const inputs = made.map((source, index) => [`key ${index}/?#%`, { input: source, extra: file }]);
    const [modelId, version] = MODEL;
    const sources = Object.fromEntries(inputs);
    const receipt = await modzy.submitJobFile({ modelId, version, sources });
    const all = Object.values(await digests(receipt));
    assert.equal(all.length, made.length);
    const expected = { bytes: 1000, sha256: sha256(bytes) };
    assert.ok(all.every(({ input, extra }) => input.sha256 === expected.sha256 && extra.sha256 === expected.sha256));
  });

  // 1024 is the limit of most systems, and 256 that of others.
  it('of five thousand files needs few descriptors', { timeout: 300_000 }, async () => {
    const file = await write('small', 'x');
    const program = `
      const { ModzyClient } = require('modzy-client');
      const [baseURL, apiKey, file] = process.argv.slice(1);
      const sources = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => ['k' + index, { input: file }]));
      const modzy = new ModzyClient(baseURL, apiKey);
      modzy.submitJobFiles(...${JSON.stringify(MODEL)}, sources).then(({ jobIdentifier }) => console.log(jobIdentifier));
    `;
    const limited = 'ulimit -n 256 && exec "$0" -e "$@"';
    const args = ['-c', limited, process.execPath, program, emulator.baseURL, emulator.apiKey, file];
    const child = spawn('sh', args, { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    const { completed } = await modzy.blockUntilComplete(output.trim());
    assert.equal(completed, 5000);
  });

  it('of a Blob leaves it as it is, to be uploaded again', async () => {
    const bytes = randomBytes(2 * CHUNK);
    for (const blob of [new Blob([bytes]), foreignBlob(bytes)]) {
      const { a, b } = await digests(await modzy.submitJobFiles(...MODEL, { a: { input: blob }, b: { input: blob } }));
      assert.deepEqual([a.input.sha256, b.input.sha256], [sha256(bytes), sha256(bytes)]);
    }
  });

  it('that cannot begin names the input, and sends nothing', async () => {
    const refused = [
      [path.join(folder, 'none'), 'missing', /cannot be opened: .*none: .*No such file/],
      [folder, 'unusable', /is no file/],
      [await write('empty', ''), 'empty', /is empty/],
      [Buffer.alloc(0), 'empty', /is empty/],
      [new Blob([]), 'empty', /is empty/],
    ];
    for (const [source, code, message] of refused) {
      const sources = { good: { input: Buffer.from('x') }, bad: { input: source } };
      await assert.rejects(modzy.submitJobFiles(...MODEL, sources), (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.code, code);
        assert.deepEqual([error.inputKey, error.inputName], ['bad', 'input']);
        assert.match(error.message, message);
        assert.match(error.stack, /uploads\.test\.js/);
        return true;
      });
    }
    for (const source of [7, null, undefined, {}, [], true, new URL('https://example.com/x')]) {
      const refusal = { name: 'TypeError', message: /^the fileSources\["bad"\]\["input"\] param should be/ };
      await assert.rejects(modzy.submitJobFiles(...MODEL, { bad: { input: source } }), refusal);
    }
    assert.deepEqual(await lines(), []);
  });

  it('that fails cancels its open job, tells onCancel, and rejects with the first error', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', status: 413 });
    const outcomes = [];
    const options = { onCancel: (outcome) => outcomes.push(outcome) };
    const uploading = modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, { name: 'ApiError', code: 413 });
    const [{ jobIdentifier, job, error }] = outcomes;
    assert.equal(outcomes.length, 1);
    assert.equal(error, undefined);
    assert.equal(job.status, 'CANCELED');
    assert.equal(await statusOf(jobIdentifier), 'CANCELED');
  });

  it('never sends a chunk again whose fate is unknown', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', connection: 'reset', times: 1 });
    await assert.rejects(modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.sent, 'maybe');
      assert.ok(error.jobIdentifier);
      return true;
    });
    const asked = (await lines()).map((line) => line.replace(/[0-9a-f-]{36}/, 'j'));
    assert.deepEqual(asked, [
      'GET /api/jobs/features',
      'POST /api/jobs',
      'POST /api/jobs/j/k/input',
      'DELETE /api/jobs/j',
    ]);
  });

  it('rejects with the very error of a stream that fails, and cancels the job', async () => {
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
      const uploading = modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
      await assert.rejects(uploading, (error) => error === torn);
      assert.equal(outcomes[0].job.status, 'CANCELED');
    }
  });

  it('lets the streams go whose turn never came', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', status: 413 });
    const file = await write('waiting', 'x');
    const readable = createReadStream(file);
    const web = new Blob(['x']).stream();
    let cancelled = false;
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        return: async () => {
          cancelled = true;
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
    await assert.rejects(modzy.submitJobFile(...MODEL, sources), { code: 413 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(readable.destroyed, true);
    assert.equal((await web.getReader().read()).done, true);
    assert.equal(cancelled, true);
  });

  it('of a stream that fails before its turn rejects with its error, and ends no process', async () => {
    await emulator.fault({ method: 'GET', path: '/api/jobs/features', delayMs: 100, times: 1 });
    const sources = { a: { input: Buffer.from('x') }, b: { input: createReadStream(path.join(folder, 'none')) } };
    await assert.rejects(modzy.submitJobFile(...MODEL, sources), { code: 'ENOENT' });
  });

  it('lets its streams go when its arguments are refused, and when its signal has fired before', async () => {
    const file = await write('kept', 'x');
    const streams = [createReadStream(file), createReadStream(file)];
    await assert.rejects(modzy.submitJobFile(...MODEL, { a: { input: streams[0], extra: 7 } }), { name: 'TypeError' });
    const options = { signal: AbortSignal.abort() };
    await assert.rejects(modzy.submitJobFile(...MODEL, { a: { input: streams[1] } }, options), { name: 'AbortError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      streams.map(({ destroyed }) => destroyed),
      [true, true],
    );
  });

  it('that is aborted while a web stream stalls cancels that stream', async () => {
    let cancelled = false;
    const stream = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    const controller = new AbortController();
    const uploading = modzy.submitJobFile(...MODEL, { a: { input: stream } }, { signal: controller.signal });
    while (!(await lines()).some((line) => line === 'POST /api/jobs')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(uploading, { name: 'AbortError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(cancelled, true);
  });

  it('of a stream that stalls for ever names it, lets it go and cancels the job', async () => {
    let cancelled = false;
    const web = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: () => {
        cancelled = true;
      },
    });
    const readable = new Readable({ read() {} });
    for (const stream of [web, readable]) {
      const outcomes = [];
      const options = { idleTimeout: 200, onCancel: (outcome) => outcomes.push(outcome) };
      const uploading = modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
      await assert.rejects(uploading, (error) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual([error.code, error.inputKey, error.inputName], ['timeout', 'k', 'input']);
        assert.match(error.message, /gave no byte for 200 ms \(idleTimeout\)/);
        return true;
      });
      assert.equal(outcomes[0].job.status, 'CANCELED');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([cancelled, readable.destroyed], [true, true]);
  });

  it('to a server that stands still is given up after idleTimeout', async () => {
    await emulator.fault({ method: 'POST', path: '/api/jobs/*', connection: 'stall', times: 1 });
    const outcomes = [];
    const options = { idleTimeout: 200, onCancel: (outcome) => outcomes.push(outcome) };
    const uploading = modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, (error) => {
      assert.ok(error instanceof RequestTimeoutError);
      assert.deepEqual([error.phase, error.sent], ['headers', 'maybe']);
      return true;
    });
    assert.equal(outcomes[0].job.status, 'CANCELED');
  });

  it('refuses a stream that is given twice, before anything is sent', async () => {
    for (const stream of [Readable.from([Buffer.from('x')]), new Blob(['x']).stream(), inPieces(Buffer.from('x'))]) {
      const uploading = modzy.submitJobFile(...MODEL, { a: { input: stream }, b: { input: stream } });
      await assert.rejects(uploading, {
        name: 'TypeError',
        message: /\["b"\]\["input"\].* a stream that is given once/,
      });
    }
    assert.deepEqual(await lines(), []);
  });

  it('of memory that is transferred meanwhile names the input', async () => {
    const bytes = new Uint8Array(10);
    const uploading = modzy.submitJobFile(...MODEL, { k: { input: bytes } });
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await assert.rejects(uploading, { name: 'InputError', code: 'changed', inputKey: 'k', inputName: 'input' });
  });

  it('refuses a stream of anything but bytes', async () => {
    for (const pieces of [['text'], [7], [{}]]) {
      const uploading = modzy.submitJobFile(...MODEL, { k: { input: Readable.from(pieces) } });
      await assert.rejects(uploading, { name: 'TypeError', message: /should be a stream of bytes/ });
    }
  });

  it('that is aborted closes its request, lets its stream go, cancels its job and leaves no listener', async () => {
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
    const uploading = modzy.submitJobFile(...MODEL, { k: { input: stream } }, options);
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
    const uploading = modzy.submitJobFile(...MODEL, { k: { input: Buffer.from('x') } }, options);
    await assert.rejects(uploading, (error) => error === reason);
    assert.deepEqual(await lines(), []);
  });

  it('takes a chunk size that lowers the server’s and never raises it', async () => {
    for (const [chunkSize, chunks] of [
      [CHUNK / 2, 4],
      [10 * CHUNK, 2],
    ]) {
      await emulator.clearRequests();
      await modzy.submitJobFile(...MODEL, { k: { input: randomBytes(2 * CHUNK) } }, { chunkSize });
      assert.equal((await lines()).filter((line) => line.endsWith('/k/input')).length, chunks);
    }
  });

  it('can be made by hand: open, append, close', async () => {
    const jobs = modzy.getJobClient();
    const [identifier, version] = MODEL;
    const open = await jobs.submitJob({ model: { identifier, version } });
    assert.equal(open.status, 'OPEN');
    const bytes = randomBytes(3 * CHUNK);
    const { inputChunkMaximumSize } = await jobs.getFeatures();
    assert.equal(inputChunkMaximumSize, '64Ki');
    assert.equal(await jobs.appendInput(open, 'k', 'input', bytes, CHUNK), null);
    const closed = await jobs.closeJob(open);
    assert.equal(closed.status, 'SUBMITTED');
    assert.equal((await digests(closed)).k.input.sha256, sha256(bytes));
  });
});

describe('the limits of a server', () => {
  const emulator = useEmulator({ chunkSize: '1Ki', maxChunks: 3, maxInputs: 2 });

  it('are told before a job is opened', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const tooLong = modzy.submitJobFile(...MODEL, { k: { input: randomBytes(3 * 1024 + 1) } });
    await assert.rejects(tooLong, { name: 'InputError', code: 'limit', message: /takes 4 chunks.*maximumInputChunks/ });
    const one = { input: Buffer.from('x') };
    const tooMany = modzy.submitJobFile(...MODEL, { a: one, b: one, c: one });
    await assert.rejects(tooMany, { message: /has 3 inputs; the server takes 2 a job \(maximumInputsPerJob\)/ });
    assert.ok((await emulator.requests()).every(({ path: asked }) => asked === '/api/jobs/features'));
  });
});
