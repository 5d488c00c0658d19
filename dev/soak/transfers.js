'use strict';

// Uploads a large input from every kind of source, to a model that returns the digest of its input. No byte may differ, and streamed
// sources must not need more memory than a small input.

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { createHash } = require('node:crypto');
const { createReadStream, createWriteStream, openAsBlob } = require('node:fs');
const fs = require('node:fs/promises');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pathToFileURL } = require('node:url');
const { Random } = require('./random.js');

const DIGEST = ['d1g35t0256', '1.0.0'];
const CHUNK_SIZE = '16Mi';

/** The most memory of an upload beside that of the caller, in MiB. Sources that JavaScript reads leave garbage. */
const MOST_MEMORY = 32;
const MOST_WITH_GARBAGE = 128;
const withGarbage = ['blob', 'readable', 'web stream', 'iterable'];

/** The size of the block that is written repeatedly, each time with a different number in it. */
const BLOCK = 1024 * 1024;

const sources = {
  path: (file) => file,
  url: (file) => pathToFileURL(file),
  blob: (file) => openAsBlob(file),
  readable: (file) => createReadStream(file),
  'web stream': (file) => Readable.toWeb(createReadStream(file), { type: 'bytes' }),
  iterable: (file) => chunksOf(file),
  buffer: (file) => fs.readFile(file),
  arrayBuffer: async (file) => (await fs.readFile(file)).buffer,
};

async function* chunksOf(file) {
  yield* createReadStream(file, { highWaterMark: 777_777 });
}

/** Writes a file of pseudorandom bytes, and returns their digest. */
async function writeLarge(file, bytes, seed) {
  const block = new Random(seed).bytes(BLOCK);
  const hash = createHash('sha256');
  const stream = createWriteStream(file);
  for (let at = 0; at < bytes; at += BLOCK) {
    block.writeDoubleLE(at, 0);
    const chunk = Buffer.from(block.subarray(0, Math.min(BLOCK, bytes - at)));
    hash.update(chunk);
    if (!stream.write(chunk)) {
      await once(stream, 'drain');
    }
  }
  stream.end();
  await once(stream, 'finish');
  return hash.digest('hex');
}

/** Uploads in a separate process, and returns the digest and the growth of its memory. */
async function inProcess(settings) {
  const child = fork(__filename, [JSON.stringify(settings)], { execArgv: [] });
  let report;
  child.on('message', (message) => {
    report = message;
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, settings.kind);
  return report;
}

/**
 * Uploads this many bytes from every kind of source.
 *
 * @param {{ bytes: number, seed: number, log?: (line: string) => void }} settings
 */
async function transfers({ bytes, seed, log = () => {} }) {
  const { Emulator } = require('../../__test__/support/emulator.js');
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-soak-'));
  try {
    const file = path.join(folder, 'large');
    const sha256 = await writeLarge(file, bytes, seed);
    for (const kind of Object.keys(sources)) {
      // A new emulator per upload, since an emulator keeps its inputs in memory.
      const emulator = await new Emulator().start({ chunkSize: CHUNK_SIZE });
      try {
        const { baseURL, apiKey } = emulator;
        const began = performance.now();
        const { digest, grown } = await inProcess({ kind, file, baseURL, apiKey });
        const seconds = (performance.now() - began) / 1000;
        log(
          `${kind}: ${digest.bytes} bytes, SHA-256 ${digest.sha256}, ${seconds.toFixed(1)} s, +${grown.toFixed()} MiB`,
        );
        assert.deepEqual(digest, { bytes, sha256 }, kind);
        const most = withGarbage.includes(kind) ? MOST_WITH_GARBAGE : MOST_MEMORY;
        assert.ok(grown < most, `an upload from a ${kind} took ${grown} MiB`);
      } finally {
        await emulator.stop();
      }
    }
    return { kinds: Object.keys(sources).length };
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** Returns the peak of resident memory, in MiB. */
const peak = () => process.resourceUsage().maxRSS / 1024;

async function upload({ kind, file, baseURL, apiKey }) {
  const { ModzyClient } = require('modzy-client');
  const client = new ModzyClient(baseURL, apiKey);
  const small = await client.submitJobFiles(...DIGEST, { a: { input: Buffer.alloc(1000) } });
  await client.blockUntilComplete(small, { pollInterval: 20 });
  const input = await sources[kind](file);
  const before = peak();
  const job = await client.submitJobFiles(...DIGEST, { large: { input } });
  const grown = peak() - before;
  const { result } = await client.blockUntilResult(job, { pollInterval: 200, waitTimeout: 300_000 });
  process.send({ digest: result.results.large['results.json'].input, grown }, () => process.disconnect());
}

if (require.main === module) {
  upload(JSON.parse(process.argv[2]));
}

module.exports = { transfers };
