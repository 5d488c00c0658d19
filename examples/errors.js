'use strict';

// Shows common failures and how to distinguish them: an unknown model, an unknown job, an invalid key, an invalid argument.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/errors.js

const { ApiError, ModzyClient } = require('modzy-client');

const TEXTS = { 'input-1': { 'input.txt': 'What a lovely day!' } };

/** Prints the error of a call that must fail. */
async function fails(what, call) {
  try {
    await call();
    console.log(`${what}: no error`);
    process.exitCode = 1;
  } catch (error) {
    if (error instanceof ApiError) {
      console.log(`${what}: ${error.name}, code ${error.code}, ${error.message}`);
    } else {
      // The request was not sent.
      console.log(`${what}: ${error.name}, ${error.message}`);
    }
  }
}

async function main() {
  const modzyClient = ModzyClient.fromEnv();
  await fails('unknown model', () => modzyClient.submitJobText('0000000000', '1.0.0', TEXTS));
  await fails('unknown name', () => modzyClient.getModelByName('No Such Model'));
  await fails('unknown job', () => modzyClient.getJob('00000000-0000-4000-8000-000000000000'));
  await fails('wrong key', () => new ModzyClient(modzyClient.baseURL, 'no.key').getAllModels());
  await fails('wrong argument', () => modzyClient.submitJobText('ed542963de', '1.0.1', 'What a lovely day!'));
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
