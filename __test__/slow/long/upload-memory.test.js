'use strict';

// Uploads of any size in bounded memory, from each kind of source.

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../../support/emulator.js');

const MODEL = ['d1g35t0256', '1.1.0'];

describe('the memory of uploads', () => {
  const emulator = useEmulator({ chunkSize: '64Mi' });

  const MIB = 1024 * 1024;
  const chunk = randomBytes(MIB);
  let folder;
  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
  });
  after(() => fs.rm(folder, { recursive: true }));

  const sources = {
    'a stream': async () =>
      (async function* () {
        for (let sent = 0; sent < 200; sent += 1) {
          yield chunk;
        }
      })(),
    'a path': async () => {
      const file = path.join(folder, 'large');
      await fs.writeFile(file, '');
      for (let written = 0; written < 200; written += 1) {
        await fs.appendFile(file, chunk);
      }
      return file;
    },
    'a Blob': async () => new Blob(Array(200).fill(chunk)),
    'a Buffer': async () => Buffer.alloc(200 * MIB, 7),
    'a SharedArrayBuffer': async () => new Uint8Array(new SharedArrayBuffer(400 * MIB)).fill(7).buffer,
    'a resizable ArrayBuffer': async () => {
      const buffer = new ArrayBuffer(50 * MIB, { maxByteLength: 51 * MIB });
      new Uint8Array(buffer).fill(7);
      return buffer;
    },
    'a stream of one shared chunk': async () => {
      const shared = new Uint8Array(new SharedArrayBuffer(50 * MIB)).fill(7);
      return (async function* () {
        yield shared;
      })();
    },
  };
  for (const [kind, make] of Object.entries(sources)) {
    it(`stays bounded while ${kind} is uploaded in large chunks`, async () => {
      const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
      const input = await make();
      const options = { chunkSize: 60 * MIB };
      await modzy.submitJobFile(...MODEL, { warm: { input: randomBytes(9 * MIB) } }, options);
      const idle = process.memoryUsage().rss;
      let most = idle;
      const watching = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 5);
      await modzy.submitJobFile(...MODEL, { k: { input } }, options);
      clearInterval(watching);
      assert.ok(most - idle < 24 * MIB, `grew by ${((most - idle) / MIB).toFixed(1)} MiB`);
    });
  }
});
