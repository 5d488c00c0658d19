// Reads an output that is not JSON: turns a text into sound, and saves it.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/sound.mjs "do re mi" tones.wav

import { writeFile } from 'node:fs/promises';
import { ModzyClient } from 'modzy-client';

const MODEL = { modelId: 't3xtt0t0n3', version: '1.0.0' };

async function main() {
  const [text = 'do re mi', path] = process.argv.slice(2);
  const modzyClient = ModzyClient.fromEnv();

  const { jobIdentifier } = await modzyClient.submitJobText({ ...MODEL, sources: { song: { 'input.txt': text } } });
  await modzyClient.blockUntilResult(jobIdentifier);

  // The results contain the URL of such an output. Read its bytes by its name.
  const sound = await modzyClient.getOutputContents({
    jobId: jobIdentifier,
    inputKey: 'song',
    outputName: 'results.wav',
    responseType: 'arraybuffer',
  });
  const bytes = new Uint8Array(sound);
  const format = Buffer.from(bytes.subarray(8, 12)).toString();
  console.log(`${bytes.length} bytes of ${format}`);
  if (path !== undefined) {
    await writeFile(path, bytes);
    console.log(`saved as ${path}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
