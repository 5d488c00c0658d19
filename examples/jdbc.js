'use strict';

// Runs a model on texts from a database. Modzy runs the query itself, and each row of the result is an input.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… DB_URL=jdbc:postgresql://… DB_USERNAME=… DB_PASSWORD=… \
//     node examples/jdbc.js 'SELECT review AS "input.txt" FROM reviews LIMIT 10'
//
// Without a query and credentials it uses example values, which are enough for the local emulator.

const { ModzyClient } = require('modzy-client');

const MODEL = 'ed542963de';
const VERSION = '1.0.1';

const {
  DB_URL = 'jdbc:postgresql://db.example.com:5432/shop',
  DB_USERNAME = 'reader',
  DB_PASSWORD = 'examplePassword',
  DB_DRIVER = 'org.postgresql.Driver',
} = process.env;

// The columns must have the names of the model's inputs.
const QUERY = 'SELECT review AS "input.txt" FROM reviews LIMIT 3';

/** Shows one line if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

async function main() {
  const [query = QUERY] = process.argv.slice(2);
  const modzyClient = ModzyClient.fromEnv();
  let job = await modzyClient.submitJobJDBC(MODEL, VERSION, DB_URL, DB_USERNAME, DB_PASSWORD, DB_DRIVER, query);
  job = await modzyClient.blockUntilComplete(job, {
    onProgress: ({ status, completed, total }) => show(`${status} ${completed}/${total}`),
  });
  show('');
  console.log(`Job ${job.jobIdentifier} status ${job.status}`);

  const { total, results = {}, failures } = await modzyClient.getResult(job.jobIdentifier);
  console.log(`${total} rows`);
  for (const [row, outputs] of Object.entries(results)) {
    const [best] = outputs['results.json'].data.result.classPredictions;
    console.log(`  ${row}: ${best.class} ${best.score.toFixed(2)}`);
  }
  for (const [row, { error }] of Object.entries(failures ?? {})) {
    console.log(`  ${row}: failed, ${error}`);
    process.exitCode = 1;
  }
}

main().catch((error) => {
  show('');
  console.error(String(error));
  process.exitCode = 1;
});
