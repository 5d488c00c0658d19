'use strict';

// The async context in which the sources of an upload run: that of the call, as if a loop of the caller read them.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { useEmulator } = require('./support/emulator.js');

const MODEL = ['d1g35t0256', '1.1.0'];

describe('the source of an upload runs in the async context of the call', () => {
  const emulator = useEmulator();
  const context = new AsyncLocalStorage();
  const chunk = Buffer.from('bytes');

  /** Sources that note the context of each step. @type {Record<string, (note: (step: string) => void) => unknown>} */
  const sources = {
    async *'an async generator'(note) {
      try {
        note('first');
        yield chunk;
        note('second');
        await sleep(1);
        note('after a timer');
        yield chunk;
      } finally {
        note('finally');
      }
    },
    'a stream of Node.js': (note) => {
      let reads = 0;
      return new Readable({
        read() {
          note('read');
          reads += 1;
          this.push(reads < 3 ? chunk : null);
        },
      });
    },
    'a web stream': (note) => {
      let pulls = 0;
      return new ReadableStream(
        {
          pull(controller) {
            note('pull');
            pulls += 1;
            controller.enqueue(chunk);
            if (pulls === 3) {
              controller.close();
            }
          },
        },
        { highWaterMark: 0 },
      );
    },
    'a Blob of another implementation': (note) => {
      const blob = {
        size: 5,
        type: '',
        slice: () => blob,
        arrayBuffer: async () => (note('read'), new ArrayBuffer(5)),
      };
      return blob;
    },
  };
  for (const [what, make] of Object.entries(sources)) {
    it(`if it is ${what}`, async () => {
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      // Events arrive in the context of the first call, unless a call keeps its own.
      await context.run('another', () => modzy.getModels());
      const seen = [];
      const source = make((step) => seen.push([step, context.getStore()]));
      await context.run('mine', () => modzy.submitJobFile(...MODEL, { a: { input: source } }));
      assert.ok(seen.length > 0);
      assert.deepEqual(
        seen.filter(([, store]) => store !== 'mine'),
        [],
      );
    });
  }

  it('also if it is closed early', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const seen = [];
    const source = (async function* () {
      try {
        for (;;) {
          yield Buffer.alloc(100_000);
        }
      } finally {
        seen.push(context.getStore());
      }
    })();
    const options = {
      onUploadProgress: ({ loadedBytes }) => {
        if (loadedBytes > 0) {
          throw new Error('mine');
        }
      },
    };
    const uploading = context.run('mine', () => modzy.submitJobFile(...MODEL, { a: { input: source } }, options));
    assert.equal((await failure(uploading)).message, 'mine');
    await sleep(20);
    assert.deepEqual(seen, ['mine']);
  });
});
