'use strict';

// Embeds inputs in the job, as Base64: a picture that the program draws, and a text. For inputs larger than about a megabyte, see
// files.js.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/embedded.js

const { deflateSync, crc32 } = require('node:zlib');
const { ModzyClient } = require('modzy-client');

const MODEL = 'f1l3typ3id';
const VERSION = '1.0.0';

/** Returns a PNG of one color. */
function drawPng(width, height, [red, green, blue]) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits per channel, RGB without transparency
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from([red, green, blue]))]);
  const pixels = deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** Shows one line if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

async function main() {
  const modzyClient = ModzyClient.fromEnv();
  const sources = {
    picture: { input: drawPng(32, 32, [200, 30, 60]) },
    // The client sends a string as one byte per character. Use a Buffer for text beyond Latin-1.
    text: { input: Buffer.from('Grüße aus Łódź\n') },
  };

  let job = await modzyClient.submitJobEmbedded(MODEL, VERSION, 'application/octet-stream', sources);
  job = await modzyClient.blockUntilComplete(job, {
    onProgress: ({ status, completed, total }) => show(`${status} ${completed}/${total}`),
  });
  show('');
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);

  const { results = {}, failures } = await modzyClient.getResult(job.jobIdentifier);
  for (const [key, { input }] of Object.entries(sources)) {
    if (results[key]) {
      console.log(`  ${key}: ${input.length} bytes, ${results[key]['results.json'].mediaType}`);
    } else {
      console.log(`  ${key}: failed, ${failures?.[key]?.error ?? 'no result'}`);
      process.exitCode = 1;
    }
  }
}

main().catch((error) => {
  show('');
  console.error(String(error));
  process.exitCode = 1;
});
