'use strict';

// Uploads files of any size, by path, and bytes from memory. If an upload fails, the client cancels the job. The model returns the
// length and the SHA-256 of each file, which the program compares with its own.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/files.js photo.jpg film.mp4      (default: this program itself)

const { createHash } = require('node:crypto');
const { createReadStream } = require('node:fs');
const { Readable } = require('node:stream');
const { ModzyClient } = require('modzy-client');

const MODEL = 'd1g35t0256';
const VERSION = '1.0.0';

/** Shows one line if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

/** Returns the SHA-256 of a file or of bytes. */
async function sha256(input) {
  const hash = createHash('sha256');
  for await (const chunk of typeof input === 'string' ? createReadStream(input) : Readable.from([input])) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

async function main() {
  const paths = process.argv.length > 2 ? process.argv.slice(2) : [__filename];
  // Input key → name of the model's input → path or bytes.
  const sources = Object.fromEntries(paths.map((path, index) => [`file-${index + 1}`, { input: path }]));
  sources.memory = { input: Buffer.alloc(1_500_000, 'bytes ') };

  const modzyClient = ModzyClient.fromEnv();
  show('uploading');
  let job = await modzyClient.submitJobFile(MODEL, VERSION, sources);
  job = await modzyClient.blockUntilComplete(job, {
    onProgress: ({ status, completed, total }) => show(`${status} ${completed}/${total}`),
  });
  show('');
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);

  const { results = {}, failures } = await modzyClient.getResult(job.jobIdentifier);
  for (const [key, { input }] of Object.entries(sources)) {
    const digest = results[key]?.['results.json'].input;
    const good = digest !== undefined && digest.sha256 === (await sha256(input));
    const outcome = good ? 'arrived whole' : `failed, ${failures?.[key]?.error ?? 'not what was sent'}`;
    console.log(`  ${key}: ${digest?.bytes ?? 0} bytes ${outcome}`);
    if (!good) {
      process.exitCode = 1;
    }
  }
}

main().catch((error) => {
  show('');
  console.error(String(error));
  process.exitCode = 1;
});
