'use strict';

// Blobs and Files as sources, also invalid ones: those that never yield a byte, have a wrong size, change, or yield memory of
// their own.

const assert = require('node:assert/strict');
const { openAsBlob } = require('node:fs');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');
const { unhandledBy } = require('./support/unhandled.js');

const MODEL = ['d1g35t0256', '1.0.0'];
const MiB = 2 ** 20;
const never = () => new Promise(() => {});

describe('a Blob', () => {
  const emulator = useEmulator();
  let folder;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-'))));
  after(() => rm(folder, { recursive: true }));

  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);
  const ways = {
    submitJobEmbedded: (modzy, blob, options) =>
      modzy.submitJobEmbedded(...MODEL, 'text/plain', { a: { input: blob } }, options),
    submitJobFile: (modzy, blob, options) => modzy.submitJobFile(...MODEL, { a: { input: blob } }, options),
    fileToDataUrl: (modzy, blob, options) => modzy.fileToDataUrl(blob, options),
  };
  const readWhole = ['submitJobEmbedded', 'fileToDataUrl'];

  /** Asserts that no job was submitted and that none is left open. */
  async function assertNothingIsLeft() {
    const requests = (await emulator.requests()).filter(({ method }) => method !== 'GET');
    assert.ok(requests.length === 0 || requests.at(-1).method === 'DELETE', JSON.stringify(requests));
  }

  const stalled = {
    'whose arrayBuffer() never settles': { size: 3, type: '', slice: () => stalled.blob, arrayBuffer: never },
    'whose arrayBuffer() is a thenable that never settles': {
      size: 3,
      type: '',
      slice: () => stalled.blob,
      arrayBuffer: () => ({ then() {} }),
    },
    'of Node.js whose own stream() and arrayBuffer() never yield a byte': Object.assign(new Blob(['xyz']), {
      stream: () => new ReadableStream({ pull: never }),
      arrayBuffer: never,
      slice: () => stalled.blob,
    }),
    blob: { size: 3, type: '', slice: () => stalled.blob, arrayBuffer: never },
  };
  for (const [what, blob] of Object.entries(stalled).slice(0, 3)) {
    for (const [method, submit] of Object.entries(ways)) {
      it(`${what} ends ${method} by idleTimeout, as an InputError`, async () => {
        for (const [ofClient, ofCall] of [
          [{ idleTimeout: 100 }, undefined],
          [{}, { idleTimeout: 100 }],
        ]) {
          const began = performance.now();
          const error = await failure(submit(client(ofClient), blob, ofCall));
          assert.deepEqual([error.name, error.code], ['InputError', 'timeout']);
          assert.match(error.message, / gave no byte for 100 ms \(idleTimeout\)$/);
          assert.ok(performance.now() - began < 2000);
        }
        await assertNothingIsLeft();
      });
    }
  }

  it('that yields nothing ends with the reason of the signal', async () => {
    for (const method of readWhole) {
      const reason = new Error('changed my mind');
      const controller = new AbortController();
      const ending = failure(ways[method](client(), stalled.blob, { signal: controller.signal }));
      controller.abort(reason);
      assert.equal(await ending, reason);
    }
  });

  for (const method of readWhole) {
    it(`is not read further by ${method} once the signal has fired`, async () => {
      let pulled = 0;
      const controller = new AbortController();
      const reason = new Error('enough');
      // Node.js reads its own Blob without public methods but for this one, which counts the reads.
      const { getReader } = ReadableStream.prototype;
      ReadableStream.prototype.getReader = function (...given) {
        pulled += 1;
        if (pulled === 3) {
          controller.abort(reason);
        }
        return Reflect.apply(getReader, this, given);
      };
      try {
        const blob = new Blob([new Uint8Array(32 * MiB)]);
        assert.equal(await failure(ways[method](client(), blob, { signal: controller.signal })), reason);
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.ok(pulled <= 4, `${pulled} MiB were read`);
      } finally {
        ReadableStream.prototype.getReader = getReader;
      }
    });
  }

  for (const [what, size] of Object.entries({ smaller: 2, larger: 4, 'no number': Number.NaN })) {
    it(`whose size is ${what} is an InputError, and nothing is submitted`, async () => {
      for (const [method, submit] of Object.entries(ways)) {
        const file = Object.defineProperty(new File(['xyz'], 'f.txt'), 'size', { value: size });
        const error = await failure(submit(client(), file));
        assert.equal(error.name, 'InputError', `${method}: ${error}`);
      }
      await assertNothingIsLeft();
    });
  }

  it('of a file that has changed is an InputError with a cause', async () => {
    const file = path.join(folder, 'changing');
    for (const [method, submit] of Object.entries(ways)) {
      await writeFile(file, 'as it was');
      const blob = await openAsBlob(file);
      await writeFile(file, 'longer than it was');
      const error = await failure(submit(client(), blob));
      assert.deepEqual([error.name, error.code], ['InputError', 'changed'], method);
      assert.equal(error.cause.name, 'NotReadableError');
      await rm(file);
      const gone = await failure(submit(client(), blob));
      assert.deepEqual([gone.name, gone.code], ['InputError', 'changed'], method);
    }
    await assertNothingIsLeft();
  });

  it('with a slice() of its own keeps the memory that it returns', async () => {
    const memory = new Uint8Array(3).fill(7);
    class Sliced extends Blob {
      slice() {
        const bytes = new ReadableStream({
          start(controller) {
            controller.enqueue(memory);
            controller.close();
          },
        });
        return Object.assign(new Blob([memory]), { stream: () => bytes, arrayBuffer: async () => memory.buffer });
      }
    }
    for (const submit of Object.values(ways)) {
      await submit(client(), new Sliced([memory]));
      assert.deepEqual([...memory], [7, 7, 7]);
    }
  });

  it('that fails causes no unhandled rejection', async () => {
    const failing = { size: 3, type: '', slice: () => failing, arrayBuffer: () => Promise.reject(new Error('mine')) };
    const unhandled = await unhandledBy(async () => {
      for (const submit of Object.values(ways)) {
        assert.match((await failure(submit(client(), failing))).message, /mine/);
      }
    });
    assert.deepEqual(unhandled, []);
  });

  it('becomes a data URL with its type, or application/octet-stream', async () => {
    assert.equal(
      await client().fileToDataUrl(new Blob(['abc'], { type: 'text/plain' })),
      'data:text/plain;base64,YWJj',
    );
    assert.equal(await client().fileToDataUrl(new Blob(['abc'])), 'data:application/octet-stream;base64,YWJj');
    const reason = new Error('enough');
    await assert.rejects(client().fileToDataUrl(new Blob([]), { signal: AbortSignal.abort(reason) }), reason);
  });
});

describe('a chunk of a stream whose memory was transferred', () => {
  const emulator = useEmulator();

  it('is an InputError, whether the transfer came before the chunk or during the read', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const transferred = () => {
      const chunk = new Uint8Array(8);
      structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
      return chunk;
    };
    const large = () => {
      const chunk = new Uint8Array(4 * MiB);
      setTimeout(() => structuredClone(chunk.buffer, { transfer: [chunk.buffer] }), 5);
      return chunk;
    };
    await emulator.fault({ method: 'POST', delayMs: 30 });
    const sources = {
      async *given() {
        yield transferred();
      },
      async *read() {
        yield large();
      },
    };
    for (const make of Object.values(sources)) {
      const error = await failure(modzy.submitJobFile(...MODEL, { a: { input: make() } }));
      assert.deepEqual(
        [error.name, error.code, error.inputKey, error.inputName],
        ['InputError', 'changed', 'a', 'input'],
      );
      assert.match(error.message, /stream that keeps each chunk unchanged until the next one is requested/);
    }
  });
});
