'use strict';

// Requests the explanation of a result, and saves the picture with its important pixels in red.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/explanation-overlay.js photo.png overlay.png
//
// Without arguments it draws a sun, and prints only the number of pixels.

const { readFile, writeFile } = require('node:fs/promises');
const { decode, encode } = require('fast-png');
const { ModzyClient, decodeExplanation } = require('modzy-client');

const MODEL = 'br1ghtn355';
const VERSION = '1.0.0';

/** Returns a picture of a bright disc in a dark sky. */
function drawSun() {
  const [width, height, radius] = [160, 100, 24];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isSun = Math.hypot(x - 50, y - 40) < radius;
      data.set(isSun ? [255, 230, 120] : [20, 30, 60 + Math.floor(y / 2)], (y * width + x) * 3);
    }
  }
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/** Returns the picture in three channels, with the pixels of the mask blended with red. */
function overlay(picture, { width, height, mask }) {
  if (picture.width !== width || picture.height !== height) {
    throw new Error(`the mask has ${width} × ${height} pixels, and the picture ${picture.width} × ${picture.height}`);
  }
  const { channels } = picture;
  const data = new Uint8Array(width * height * 3);
  mask.forEach((marked, pixel) => {
    const [first, ...others] = picture.data.subarray(pixel * channels, (pixel + 1) * channels);
    const [red, green, blue] = channels < 3 ? [first, first, first] : [first, ...others];
    data.set(marked ? [(red + 255) >> 1, green >> 1, blue >> 1] : [red, green, blue], pixel * 3);
  });
  return encode({ width, height, data, channels: 3, depth: 8 });
}

async function main() {
  const [file, saveAs] = process.argv.slice(2);
  const modzyClient = ModzyClient.fromEnv();
  const bytes = file === undefined ? drawSun() : await readFile(file);
  const picture = decode(bytes);
  if (picture.depth !== 8 || picture.palette !== undefined) {
    throw new Error(`${file} is not a PNG with 8 bits per channel and without a palette`);
  }

  const receipt = await modzyClient.submitJobFile({
    modelId: MODEL,
    version: VERSION,
    sources: { picture: { input: bytes } },
    explain: true,
  });
  const { job, result } = await modzyClient.blockUntilResult(receipt);
  console.log(`Job ${job.identifier} status ${job.status}`);
  const input = result.results?.picture;
  if (input === undefined) {
    throw new Error(`failed: ${result.failures?.picture?.error ?? 'no result'}`);
  }
  const explanation = decodeExplanation(input['results.json']);
  if (explanation?.type !== 'mask') {
    throw new Error('the explanation of the model is not a mask');
  }

  const [best] = explanation.classPredictions;
  const marked = explanation.mask.reduce((sum, pixel) => sum + pixel, 0);
  console.log(`${best.class} ${best.score.toFixed(2)}, because of ${marked} of ${explanation.mask.length} pixels`);
  if (saveAs !== undefined) {
    await writeFile(saveAs, overlay(picture, explanation));
    console.log(`saved as ${saveAs}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
