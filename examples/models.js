'use strict';

// Counts the models by several filters, and shows one of them in detail, with samples of its inputs and outputs.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/models.js "Sentiment Analysis"

const { ModzyClient } = require('modzy-client');

async function main() {
  const [name = 'Sentiment Analysis'] = process.argv.slice(2);
  const modzyClient = ModzyClient.fromEnv();

  const all = await modzyClient.getAllModels();
  const byAuthor = await modzyClient.getModels(null, 'Open Source');
  const active = await modzyClient.getModels(null, null, null, null, null, true);
  const recommended = await modzyClient.getModels(null, null, null, null, null, null, null, true);
  // Names match by any part.
  const textModels = await modzyClient.getModels(null, null, null, 'Text');
  console.log(`${all.length} models`);
  console.log(`  ${byAuthor.length} by Open Source`);
  console.log(`  ${active.length} active`);
  console.log(`  ${recommended.length} recommended`);
  console.log(`  ${textModels.length} with Text in the name`);

  // The most similar name wins.
  const model = await modzyClient.getModelByName(name);
  console.log(`${model.name} (${model.modelId}) by ${model.author}: ${model.description}`);

  const modelClient = modzyClient.getModelClient();
  const versions = await modelClient.getModelVersions(model.modelId);
  console.log(
    `  versions: ${versions.map(({ version }) => version).join(', ')}; the latest active one is ${model.latestActiveVersion}`,
  );

  const details = await modzyClient.getModelVersion(model.modelId, model.latestActiveVersion);
  console.log(`  timeouts: ${details.timeout.status} ms to start, ${details.timeout.run} ms to run`);
  for (const input of details.inputs) {
    console.log(`  input ${input.name}: ${input.acceptedMediaTypes}. ${input.description}`);
  }
  for (const output of details.outputs) {
    console.log(`  output ${output.name}: ${output.mediaType}. ${output.description}`);
  }

  const request = await modelClient.getModelVersionInputSample(model.modelId, details.version);
  const sampleOutput = await modelClient.getModelVersionOutputSample(model.modelId, details.version);
  const [[key, outputs]] = Object.entries(sampleOutput.results);
  console.log(`  sample input: ${JSON.stringify(request.input.sources[key])}`);
  for (const { name: output } of details.outputs) {
    console.log(`  sample output: ${JSON.stringify(outputs[output])}`);
  }

  const related = await modzyClient.getRelatedModels(model.modelId);
  console.log(`${related.length} related models`);
  for (const other of related) {
    console.log(`  ${other.identifier} ${other.name} by ${other.author}`);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
