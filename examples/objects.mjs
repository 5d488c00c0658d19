// Uses the forms of 2.x, in which every call takes one object: a text, an embedded file as a data URI, an upload, and queries for
// models, history and engines.
//
//   MODZY_BASE_URL=… MODZY_API_KEY=… node examples/objects.mjs

import { fileURLToPath } from 'node:url';
import { ModzyClient } from 'modzy-client';

const { MODZY_API_KEY: apiKey, MODZY_BASE_URL: url } = process.env;
const SENTIMENT = { modelId: 'ed542963de', version: '1.0.1' };
const DIGEST = { modelId: 'd1g35t0256', version: '1.0.0' };

const self = fileURLToPath(import.meta.url);

/** Waits for a job, and returns the outputs of one of its inputs. */
async function outputsOf(modzyClient, { jobIdentifier }, key) {
  // The timeout is the time between two polls, in ms.
  const job = await modzyClient.blockUntilJobComplete(jobIdentifier, { timeout: 1000 });
  const { results, failures } = await modzyClient.getResult(jobIdentifier);
  if (results?.[key] === undefined) {
    throw new Error(`job ${jobIdentifier} ${job.status}: ${failures?.[key]?.error ?? 'no result'}`);
  }
  return results[key];
}

async function main() {
  const modzyClient = new ModzyClient({ apiKey, url });

  const { name, latestActiveVersion } = await modzyClient.getModelById(SENTIMENT.modelId);
  const { inputs } = await modzyClient.getModelDetails(SENTIMENT);
  console.log(`${name} ${latestActiveVersion} takes ${inputs.map((input) => input.name).join(', ')}`);

  const text = await modzyClient.submitJobText({
    ...SENTIMENT,
    sources: { praise: { 'input.txt': 'What a lovely day, everything works!' } },
  });
  const { 'results.json': sentiment } = await outputsOf(modzyClient, text, 'praise');
  const [best] = sentiment.data.result.classPredictions;
  console.log(`text: ${best.class} ${best.score.toFixed(2)}`);

  const dataUrl = await modzyClient.pathToDataUrl(self, 'text/javascript');
  const embedded = await modzyClient.submitJobEmbedded({ ...DIGEST, sources: { program: { input: dataUrl } } });
  const { 'results.json': ofEmbedded } = await outputsOf(modzyClient, embedded, 'program');
  console.log(`embedded: ${ofEmbedded.input.bytes} bytes`);

  const file = await modzyClient.submitJobFile({ ...DIGEST, sources: { program: { input: self } } });
  const { 'results.json': ofFile } = await outputsOf(modzyClient, file, 'program');
  console.log(
    `file: ${ofFile.input.bytes} bytes, ${ofFile.input.sha256 === ofEmbedded.input.sha256 ? '' : 'not '}the same`,
  );

  const jobs = await modzyClient.getJobHistory({ model: 'Digest', perPage: 2 });
  console.log(`history: ${jobs.map(({ model, status }) => `${model.name} ${status}`).join(', ')}`);

  const active = await modzyClient.getActiveModels();
  const engines = await modzyClient.getProcessingEngineStatus();
  console.log(`${active.length} active models, ${engines.length} engines`);
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
