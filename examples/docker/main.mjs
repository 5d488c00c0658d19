// The program of the images: runs a model once. When the container stops, the job is canceled.

import { ModzyClient } from 'modzy-client';

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

try {
  const inputs = { 'input.txt': process.argv[2] ?? 'What a lovely day!' };
  const options = { signal: stopping.signal, cancelOnAbort: true };
  const { outputs } = await ModzyClient.fromEnv().run('ed542963de', inputs, options);
  console.log(outputs['results.json'].data.result.classPredictions[0].class);
} catch (error) {
  if (!stopping.signal.aborted) {
    throw error;
  }
  process.exitCode = 143;
}
