'use strict';

// Uploads: each kind of source arrives whole, in chunks within the limit. The result of the digest model shows what arrived.

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const { EventEmitter, once } = require('node:events');
const { createReadStream } = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const { InputError, ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { CHUNK, MODEL, inChunks, useUploads } = require('./support/uploads.js');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  const uploads = useUploads();
  const { digests, emulator, lines, write } = uploads;

  /** A Blob that yields its own memory, which must not change. */
  const foreignBlob = (bytes) => ({
    size: bytes.length,
    slice: (start, end) => foreignBlob(bytes.subarray(start, end)),
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    stream: () => new ReadableStream({ start: (controller) => (controller.enqueue(bytes), controller.close()) }),
  });

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
    'an async iterable': (bytes) => inChunks(bytes),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`of ${kind} arrives whole, with sizes below, at and above that of a chunk`, async () => {
      for (const size of [1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK]) {
        const bytes = randomBytes(size);
        const source = make(bytes, await write(`${size}`, bytes));
        await emulator.clearRequests();
        const receipt = await uploads.modzy.submitJobFile(...MODEL, { only: { input: source } });
        assert.equal(receipt.status, 'SUBMITTED');
        const { only } = await digests(receipt);
        assert.deepEqual(only.input, { bytes: size, sha256: sha256(bytes) });
        const sent = await lines();
        const id = receipt.jobIdentifier;
        const chunks = Array(Math.ceil(size / CHUNK)).fill(`POST /api/jobs/${id}/only/input`);
        const expected = ['GET /api/jobs/features', 'POST /api/jobs', ...chunks, `POST /api/jobs/${id}/close`];
        assert.deepEqual(sent.slice(0, expected.length), expected);
      }
    });
  }

  it('may have several inputs of several names and kinds, in both forms', async () => {
    const bytes = randomBytes(1000);
    const file = await write('mixed', bytes);
    const made = Object.values(kinds).map((make) => make(bytes, file));
    const inputs = made.map((source, index) => [`key ${index}/?#%`, { input: source, extra: file }]);
    const [modelId, version] = MODEL;
    const sources = Object.fromEntries(inputs);
    const receipt = await uploads.modzy.submitJobFile({ modelId, version, sources });
    const all = Object.values(await digests(receipt));
    assert.equal(all.length, made.length);
    const expected = { bytes: 1000, sha256: sha256(bytes) };
    assert.ok(all.every(({ input, extra }) => input.sha256 === expected.sha256 && extra.sha256 === expected.sha256));
  });

  it('of a Blob can be repeated with the same Blob', async () => {
    const bytes = randomBytes(2 * CHUNK);
    for (const blob of [new Blob([bytes]), foreignBlob(bytes)]) {
      const { a, b } = await digests(
        await uploads.modzy.submitJobFiles(...MODEL, { a: { input: blob }, b: { input: blob } }),
      );
      assert.deepEqual([a.input.sha256, b.input.sha256], [sha256(bytes), sha256(bytes)]);
    }
  });

  it('with an unusable source names the input, and sends nothing', async () => {
    const refused = [
      [path.join(uploads.folder, 'none'), 'missing', /cannot be opened: .*none: .*No such file/],
      [uploads.folder, 'unusable', /is not a file/],
      [await write('empty', ''), 'empty', /is empty/],
      [Buffer.alloc(0), 'empty', /is empty/],
      [new Blob([]), 'empty', /is empty/],
    ];
    for (const [source, code, message] of refused) {
      const sources = { good: { input: Buffer.from('x') }, bad: { input: source } };
      await assert.rejects(uploads.modzy.submitJobFiles(...MODEL, sources), (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.code, code);
        assert.deepEqual([error.inputKey, error.inputName], ['bad', 'input']);
        assert.match(error.message, message);
        assert.match(error.stack, /uploads\.test\.js/);
        return true;
      });
    }
    for (const source of [7, null, undefined, {}, [], true, new URL('https://example.com/x')]) {
      const refusal = {
        name: 'TypeError',
        message: /^submitJobFiles: the fileSources\["bad"\]\["input"\] param should be/,
      };
      await assert.rejects(uploads.modzy.submitJobFiles(...MODEL, { bad: { input: source } }), refusal);
    }
    assert.deepEqual(await lines(), []);
  });

  it('refuses a stream that is given twice, before anything is sent', async () => {
    for (const stream of [Readable.from([Buffer.from('x')]), new Blob(['x']).stream(), inChunks(Buffer.from('x'))]) {
      const uploading = uploads.modzy.submitJobFile(...MODEL, { a: { input: stream }, b: { input: stream } });
      await assert.rejects(uploading, {
        name: 'TypeError',
        message: /\["b"\]\["input"\].* a stream that appears only once/,
      });
    }
    assert.deepEqual(await lines(), []);
  });

  it('has a chunkSize option that lowers the limit of the server and does not raise it', async () => {
    for (const [chunkSize, chunks] of [
      [CHUNK / 2, 4],
      [10 * CHUNK, 2],
    ]) {
      await emulator.clearRequests();
      await uploads.modzy.submitJobFile(...MODEL, { k: { input: randomBytes(2 * CHUNK) } }, { chunkSize });
      assert.equal((await lines()).filter((line) => line.endsWith('/k/input')).length, chunks);
    }
  });

  it('keeps the chunks of its streams apart when one yields its first chunk while another is asked for its next', async () => {
    const bytes = randomBytes(3 * 1000);
    const [first, next, other] = [0, 1000, 2000].map((at) => bytes.subarray(at, at + 1000));
    const events = new EventEmitter();
    const [isAsked, isGiven] = ['asked', 'given'].map((name) => once(events, name));
    async function* fast() {
      yield first;
      events.emit('asked');
      await isGiven;
      yield next;
    }
    async function* slow() {
      await isAsked;
      setTimeout(() => events.emit('given'), 100);
      yield other;
    }
    const receipt = await uploads.modzy.submitJobFile(...MODEL, { a: { input: fast() }, b: { input: slow() } });
    const { a, b } = await digests(receipt);
    assert.equal(a.input.sha256, sha256(Buffer.concat([first, next])));
    assert.equal(b.input.sha256, sha256(other));
  });

  it('can be made in steps: open, append, close', async () => {
    const jobs = uploads.modzy.getJobClient();
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

  it('are checked before a job is opened', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const tooLong = modzy.submitJobFile(...MODEL, { k: { input: randomBytes(3 * 1024 + 1) } });
    await assert.rejects(tooLong, { name: 'InputError', code: 'limit', message: /takes 4 chunks.*maximumInputChunks/ });
    const one = { input: Buffer.from('x') };
    const tooMany = modzy.submitJobFile(...MODEL, { a: one, b: one, c: one });
    await assert.rejects(tooMany, { message: /has 3 inputs; the server takes 2 a job \(maximumInputsPerJob\)/ });
    assert.ok((await emulator.requests()).every(({ path: sent }) => sent === '/api/jobs/features'));
  });
});
