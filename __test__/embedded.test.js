'use strict';

// Inputs in the body of a submit: bytes, data URLs, and the warning about large ones.

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { InputError, ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const [modelId, version] = ['d1g35t0256', '1.1.0'];

const digestOf = (bytes) => ({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });

describe('an embedded input', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);

  const arrived = async (receipt) => {
    const { result } = await client().blockUntilResult(receipt);
    return result.results.only['results.json'].input;
  };

  it('of any kind of bytes arrives whole', async () => {
    const bytes = randomBytes(3001);
    const array = new Uint8Array(bytes);
    const values = [
      bytes,
      array,
      array.buffer,
      new DataView(array.buffer),
      new Blob([bytes]),
      bytes.toString('latin1'),
    ];
    for (const value of values) {
      const sources = { only: { input: value } };
      const receipt = await client().submitJobEmbedded(modelId, version, 'application/octet-stream', sources);
      assert.deepEqual(await arrived(receipt), digestOf(bytes));
    }
  });

  it('of a file or a Blob is a data URL in the form of 2.x', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    const file = path.join(folder, 'bytes');
    const bytes = randomBytes(500);
    await fs.writeFile(file, bytes);
    const modzy = client();
    const fromPath = await modzy.pathToDataUrl(file, 'image/png');
    assert.equal(fromPath, `data:image/png;base64,${bytes.toString('base64')}`);
    assert.equal(await modzy.fileToDataUrl(new Blob([bytes], { type: 'image/png' })), fromPath);
    const sources = { only: { input: fromPath } };
    const receipt = await modzy.submitJobEmbedded({ modelId, version, sources });
    assert.deepEqual(await arrived(receipt), digestOf(bytes));

    const missing = path.join(folder, 'none');
    await assert.rejects(modzy.pathToDataUrl(missing, 'image/png'), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.code, 'missing');
      assert.match(error.message, /none.*No such file/);
      return true;
    });
    await fs.rm(folder, { recursive: true });
  });

  it('of more than a megabyte is sent, with one warning that recommends an upload', async () => {
    const bytes = randomBytes(1_000_001);
    const submit = () =>
      client().submitJobEmbedded(modelId, version, 'application/octet-stream', { only: { input: bytes } });
    const warned = once(process, 'warning');
    const receipt = await submit();
    const [{ code, message }] = await warned;
    assert.equal(code, 'MODZY_LARGE_EMBEDDED');
    assert.match(message, /^embedded inputs of 1000001 bytes: .*submitJobFile/);
    assert.deepEqual(await arrived(receipt), digestOf(bytes));
    let again = 0;
    process.on('warning', () => (again += 1));
    await submit();
    await sleep(10);
    assert.equal(again, 0);
  });
});
