'use strict';

// Deploys a model from its container image, and runs it on a text.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/deploy.js modzy/grpc-echo-model:1.0.0 sample.txt
//
// Without arguments it deploys an image of that name with its own source as the sample, which is enough for the local emulator.

const { DeploymentError, ModzyClient } = require('modzy-client');

async function main() {
  const [image = 'modzy/grpc-echo-model:1.0.0', sample = __filename] = process.argv.slice(2);
  const modzyClient = ModzyClient.fromEnv();
  const deployed = await modzyClient.deployModel({
    name: 'Echo',
    version: '0.0.1',
    image,
    inputs: [{ name: 'input', acceptedMediaTypes: 'text/plain', sample }],
    pollInterval: 200,
    onProgress: ({ step, percentage }) =>
      process.stderr.isTTY && process.stderr.write(`\r${step} ${percentage} %\x1b[K`),
  });
  const { modelId } = deployed.model;
  console.log(`${deployed.model.name} ${deployed.version}: ${deployed.status}`);

  const receipt = await modzyClient.submitJobText(modelId, '0.0.1', { first: { input: 'What a lovely day' } });
  const { job, result } = await modzyClient.blockUntilResult(receipt, { pollInterval: 200 });
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);
  console.log(`  first: ${result.results.first.status}`);
}

main().catch((error) => {
  console.error(error instanceof DeploymentError ? error.message : String(error));
  if (error.technicalInformation !== undefined) {
    console.error(error.technicalInformation);
  }
  process.exitCode = 1;
});
