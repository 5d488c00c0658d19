'use strict';

// Runs a model on texts in AWS S3. Modzy fetches them itself, with the credentials in the job.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=… \
//     node examples/aws-s3.js my-bucket reviews/1.txt reviews/2.txt
//
// Without arguments and credentials it uses example values, which are enough for the local emulator.

const { ModzyClient } = require('modzy-client');

const MODEL = 'ed542963de';
const VERSION = '1.0.1';

const {
  AWS_ACCESS_KEY_ID = 'exampleAccessKeyID',
  AWS_SECRET_ACCESS_KEY = 'exampleSecretAccessKey',
  AWS_REGION = 'us-east-1',
} = process.env;

/** Shows one line if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

async function main() {
  const [bucket = 'example-bucket', ...given] = process.argv.slice(2);
  const keys = given.length > 0 ? given : ['reviews/happy.txt', 'reviews/sad.txt'];
  const sources = Object.fromEntries(keys.map((key) => [key, { 'input.txt': { bucket, key } }]));

  const modzyClient = ModzyClient.fromEnv();
  let job = await modzyClient.submitJobAWSS3(
    MODEL,
    VERSION,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_REGION,
    sources,
  );
  job = await modzyClient.blockUntilComplete(job, {
    onProgress: ({ status, completed, total }) => show(`${status} ${completed}/${total}`),
  });
  show('');
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);

  const { results = {}, failures } = await modzyClient.getResult(job.jobIdentifier);
  for (const key of keys) {
    if (results[key]) {
      const [best] = results[key]['results.json'].data.result.classPredictions;
      console.log(`  s3://${bucket}/${key}: ${best.class} ${best.score.toFixed(2)}`);
    } else {
      console.log(`  s3://${bucket}/${key}: failed, ${failures?.[key]?.error ?? 'no result'}`);
      process.exitCode = 1;
    }
  }
}

main().catch((error) => {
  show('');
  console.error(String(error));
  process.exitCode = 1;
});
