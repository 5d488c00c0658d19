'use strict';

// An emulator for uploads, a folder for their files, and the inputs that have arrived.

const assert = require('node:assert/strict');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./emulator.js');

/** The model whose result is the digest of each input. */
const MODEL = ['d1g35t0256', '1.1.0'];
const CHUNK = 64 * 1024;

/** Yields bytes in chunks whose size is not a factor of any other. */
async function* inChunks(bytes) {
  for (let at = 0; at < bytes.length; at += 7777) {
    yield bytes.subarray(at, at + 7777);
  }
}

function useUploads() {
  const emulator = useEmulator({ chunkSize: '64Ki' });
  const uploads = {
    emulator,

    async write(name, bytes) {
      const file = path.join(uploads.folder, name);
      await fs.writeFile(file, bytes);
      return file;
    },

    /** Returns the digest of each input of a job. */
    async digests(receipt) {
      const { result } = await uploads.modzy.blockUntilResult(receipt);
      assert.equal(result.failures ?? undefined, undefined);
      return Object.fromEntries(Object.entries(result.results).map(([key, value]) => [key, value['results.json']]));
    },

    lines: async () => (await emulator.requests()).map(({ method, path: asked }) => `${method} ${asked}`),
  };
  before(async () => {
    uploads.folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    uploads.modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
  });
  after(() => fs.rm(uploads.folder, { recursive: true }));
  return uploads;
}

module.exports = { CHUNK, MODEL, inChunks, useUploads };
