'use strict';

// Memory that changes after a call got it: the server gets the bytes of that time, or the call fails.

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const { describe, it } = require('node:test');
const { MODEL, useUploads } = require('./support/uploads.js');

const MIB = 1024 * 1024;
const digestOf = (bytes) => ({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });

/** The ways in which memory changes, each with the kind of memory that allows it. */
const changes = {
  'is transferred': {
    make: (bytes) => new Uint8Array(bytes),
    change: (value) => structuredClone(value.buffer, { transfer: [value.buffer] }),
  },
  'is transferred as a whole': {
    make: (bytes) => new Uint8Array(bytes).buffer,
    change: (value) => structuredClone(value, { transfer: [value] }),
  },
  'is filled with something else': {
    make: (bytes) => Buffer.from(bytes),
    change: (value) => value.fill(0),
  },
  'is filled by another holder': {
    make: (bytes) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      return shared;
    },
    change: (value) => value.fill(0),
  },
  'is cut short': { make: resizable, change: (value) => value.resize(1) },
  'is cut short under a view': {
    make: (bytes) => new DataView(resizable(bytes)),
    change: (value) => value.buffer.resize(1),
  },
  'grows under a view of all of it': {
    make: (bytes) => new Uint8Array(resizable(bytes)),
    change: (value) => value.buffer.resize(value.buffer.maxByteLength),
  },
  'grows and is shared': {
    make: (bytes) => {
      const shared = new SharedArrayBuffer(bytes.length, { maxByteLength: bytes.length + 100 });
      new Uint8Array(shared).set(bytes);
      return shared;
    },
    change: (value) => value.grow(value.maxByteLength),
  },
};

function resizable(bytes) {
  const buffer = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length + 100 });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

describe('memory', () => {
  const uploads = useUploads();
  const submits = {
    submitJobFile: (value) => uploads.modzy.submitJobFile(...MODEL, { only: { input: value } }),
    submitJobEmbedded: (value) =>
      uploads.modzy.submitJobEmbedded(...MODEL, 'application/octet-stream', { only: { input: value } }),
    submit: (value) => uploads.modzy.submit(MODEL.join('@'), { only: { input: value } }),
    'submitJobEmbedded, beside a Blob': (value) =>
      uploads.modzy.submitJobEmbedded(...MODEL, 'application/octet-stream', {
        other: { input: new Blob(['x']) },
        only: { input: value },
      }),
    appendInput: async (value) => {
      const [identifier, version] = MODEL;
      const job = await uploads.modzy.getJobClient().submitJob({ model: { identifier, version } });
      // A call reads its arguments before it returns.
      const appending = uploads.modzy.getJobClient().appendInput(job, 'only', 'input', value());
      return appending.then(() => uploads.modzy.getJobClient().closeJob(job));
    },
  };

  for (const [what, { make, change }] of Object.entries(changes)) {
    for (const [method, submit] of Object.entries(submits)) {
      it(`that ${what} right after ${method} arrives unchanged`, async () => {
        const bytes = randomBytes(3001);
        const value = make(bytes);
        const changed = () => {
          queueMicrotask(() => change(value));
          return value;
        };
        const submitting = submit(method === 'appendInput' ? changed : value);
        if (method !== 'appendInput') {
          change(value);
        }
        assert.deepEqual((await uploads.digests(await submitting)).only.input, digestOf(bytes));
      });
    }
  }

  it('of more than 8 MiB in a call is read when its turn comes; if it is gone by then, the error names it and the job is canceled', async () => {
    for (const what of ['is transferred', 'is transferred as a whole', 'is cut short', 'is cut short under a view']) {
      const outcomes = [];
      const { make, change } = changes[what];
      const value = make(Buffer.alloc(8 * MIB + 1, 7));
      const options = { onCancel: (outcome) => outcomes.push(outcome) };
      const uploading = uploads.modzy.submitJobFile(...MODEL, { k: { input: value } }, options);
      change(value);
      await assert.rejects(uploading, { name: 'InputError', code: 'changed', inputKey: 'k', inputName: 'input' }, what);
      assert.equal(outcomes[0].job.status, 'CANCELED');
    }
    // The first is copied. With the second, the copies would exceed the limit.
    const [first, second] = [new Uint8Array(8 * MIB).fill(1), new Uint8Array(10).fill(2)];
    const sources = { a: { input: first }, b: { input: second } };
    const uploading = uploads.modzy.submitJobFile(...MODEL, sources);
    first.fill(0);
    structuredClone(second.buffer, { transfer: [second.buffer] });
    await assert.rejects(uploading, { name: 'InputError', code: 'changed', inputKey: 'b' });
  });

  it('of more than 8 MiB that only grows arrives unchanged', async () => {
    const bytes = randomBytes(9 * MIB);
    for (const what of ['grows under a view of all of it', 'grows and is shared']) {
      const { make, change } = changes[what];
      const value = make(bytes);
      const submitting = submits.submitJobFile(value);
      change(value);
      assert.deepEqual((await uploads.digests(await submitting)).only.input, digestOf(bytes), what);
    }
  });

  it('that is already gone is an invalid argument, and nothing is sent', async () => {
    const transferred = new Uint8Array(10);
    structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
    const outside = new DataView(resizable(Buffer.alloc(10)), 5, 5);
    outside.buffer.resize(1);
    const name = /the \w+\["only"\]\["input"\] param should be memory that has not been transferred or truncated/;
    for (const value of [transferred, transferred.buffer, outside]) {
      for (const method of ['submitJobFile', 'submitJobEmbedded']) {
        await assert.rejects(submits[method](value), { name: 'TypeError', message: name });
      }
    }
    assert.deepEqual(await uploads.lines(), []);
  });

  it('of a chunk of a stream is read a MiB at a time, and is an error where it is transferred meanwhile', async () => {
    const bytes = randomBytes(5 * MIB + 1);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const give = async function* (value) {
      yield value;
    };
    for (const value of [bytes, shared]) {
      const receipt = await uploads.modzy.submitJobFile(...MODEL, { only: { input: give(value) } });
      assert.deepEqual((await uploads.digests(receipt)).only.input, digestOf(bytes));
    }
    const value = new Uint8Array(bytes);
    const options = {
      onUploadProgress: ({ loadedBytes }) => {
        if (loadedBytes > 0 && value.length > 0) {
          structuredClone(value.buffer, { transfer: [value.buffer] });
        }
      },
    };
    await assert.rejects(uploads.modzy.submitJobFile(...MODEL, { k: { input: give(value) } }, options), {
      name: 'InputError',
      code: 'changed',
      message: /should be a stream that keeps each chunk unchanged until the next one is requested/,
    });
  });

  it('of a chunk of a stream that is transferred at any moment arrives whole, or is an error', async () => {
    const bytes = randomBytes(2000);
    const transfer = async ({ buffer }, ticks) => {
      for (let tick = 0; tick < ticks; tick += 1) {
        await undefined;
      }
      structuredClone(buffer, { transfer: [buffer] });
    };
    const outcomes = { whole: 0, changed: 0 };
    for (let ticks = 0; ticks < 20; ticks += 1) {
      const give = async function* () {
        yield bytes.subarray(0, 1000);
        const chunk = new Uint8Array(bytes.subarray(1000));
        transfer(chunk, ticks);
        yield chunk;
      };
      const [asIterable, asWebStream] = [give(), ReadableStream.from(give())];
      for (const value of [asIterable, asWebStream]) {
        try {
          const receipt = await uploads.modzy.submitJobFile(...MODEL, { only: { input: value } });
          assert.deepEqual((await uploads.digests(receipt)).only.input, digestOf(bytes), `after ${ticks} ticks`);
          outcomes.whole += 1;
        } catch (error) {
          assert.equal(error.code, 'changed', error.stack);
          outcomes.changed += 1;
        }
      }
    }
    assert.ok(outcomes.whole > 0 && outcomes.changed > 0, JSON.stringify(outcomes));
  });
});
