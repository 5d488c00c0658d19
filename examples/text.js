'use strict';

// Runs a job of texts from beginning to end: finds the model by its name, shows its inputs and outputs, submits three texts and one
// under a wrong name, waits, and prints the outcome of each.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/text.js

const { ModzyClient } = require('modzy-client');

// You choose the outer keys; the inner ones are the names of the model's inputs.
const SOURCES = {
  praise: { 'input.txt': 'The staff was friendly, and I really loved the food!' },
  blame: { 'input.txt': 'I hate it when a good book has such a terrible end.' },
  fact: { 'input.txt': 'The library opens at nine.' },
  'wrong name': { text: 'This fails alone. The rest of the job does not mind.' },
};

/** Shows one line if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

async function main() {
  const modzyClient = ModzyClient.fromEnv();

  const model = await modzyClient.getModelByName('Sentiment Analysis');
  const { version, inputs, outputs } = await modzyClient.getModelVersion(model.modelId, model.latestActiveVersion);
  console.log(`${model.name} ${version} (${model.modelId})`);
  for (const { name, acceptedMediaTypes } of inputs) {
    console.log(`  takes ${name}: ${acceptedMediaTypes}`);
  }
  for (const { name, mediaType } of outputs) {
    console.log(`  gives ${name}: ${mediaType}`);
  }

  let job = await modzyClient.submitJobText(model.modelId, version, SOURCES);
  job = await modzyClient.blockUntilComplete(job, {
    onProgress: ({ status, completed, total }) => show(`${status} ${completed}/${total}`),
  });
  show('');
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);
  if (job.status !== 'COMPLETED') {
    process.exitCode = 1;
    return;
  }

  const { total, completed, failed, results = {}, failures } = await modzyClient.getResult(job.jobIdentifier);
  console.log(`${completed} of ${total} texts, ${failed} failed`);
  for (const key of Object.keys(SOURCES)) {
    if (results[key]) {
      const [best] = results[key]['results.json'].data.result.classPredictions;
      console.log(`  ${key}: ${best.class} ${best.score.toFixed(2)}`);
    } else {
      console.log(`  ${key}: failed, ${failures?.[key]?.error ?? 'no result'}`);
    }
  }
}

main().catch((error) => {
  show('');
  console.error(String(error));
  process.exitCode = 1;
});
