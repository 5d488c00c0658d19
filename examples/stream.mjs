// Reads results of any size: runs a model on many texts, and reads their results one at a time, with the memory of a single one.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/stream.mjs 1000        (1000 texts)

import { ModzyClient } from 'modzy-client';

const MODEL = { modelId: 'ed542963de', version: '1.0.1' };
const TEXTS = ['What a lovely day!', 'I hate waiting.', 'The meeting is at noon.'];

async function main() {
  const count = Number(process.argv[2] ?? 100);
  const modzyClient = ModzyClient.fromEnv();

  const texts = Array.from({ length: count }, (_, index) => [
    `text-${index}`,
    { 'input.txt': TEXTS[index % TEXTS.length] },
  ]);
  const receipt = await modzyClient.submitJobText({ ...MODEL, sources: Object.fromEntries(texts) });
  const { jobIdentifier, status } = await modzyClient.blockUntilComplete(receipt);
  console.log(`Job ${jobIdentifier} status ${status}`);

  const classes = { positive: 0, negative: 0, neutral: 0, failed: 0 };
  for await (const { outputs, error } of modzyClient.streamResults(jobIdentifier)) {
    const [prediction] = outputs['results.json']?.data.result.classPredictions ?? [];
    classes[error === undefined ? prediction.class : 'failed'] += 1;
  }
  for (const [name, number] of Object.entries(classes)) {
    console.log(`  ${number} ${name}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
