// The first steps of a user, for runtimes that cannot run the tests: node, bun or deno smoke.mjs. Prints a line for each step
// that works, and fails at the first that does not.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { startEmulator } from 'modzy-emulator';
import { ConnectionError, ModzyClient, NotFoundError, WaitTimeoutError } from 'modzy-client';

const MODEL = 'ed542963de';
const VERSION = '1.0.1';
const KNOWN = { jobIdentifier: '14856eb1-0ad8-49e7-9da3-887acb80fea5' };

const emulator = await startEmulator({ submittedMs: 20, inProgressMs: 50, chunkSize: '64Ki' });
const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey, { retries: 0 });
const folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));

const submit = (text) => modzyClient.submitJobText(MODEL, VERSION, { review: { 'input.txt': text } });

/** Makes the emulator answer each read of the known job with a status. */
const answer = (status) =>
  emulator.fault({
    method: 'GET',
    path: `/api/jobs/${KNOWN.jobIdentifier}`,
    status: 200,
    body: JSON.stringify({ ...KNOWN, status }),
  });

const checks = {
  async example() {
    let job = await submit('What a lovely day!');
    job = await modzyClient.getJob(job.jobIdentifier);
    job = await modzyClient.blockUntilComplete(job);
    assert.equal(`Job ${job.identifier} status ${job.status}`, `Job ${job.jobIdentifier} status COMPLETED`);
    const { results } = await modzyClient.getResult(job.identifier);
    assert.deepEqual(Object.keys(results), ['review']);
  },

  async wait() {
    const receipt = await submit('What a lovely day!');
    await emulator.fault({ method: 'GET', path: '/api/jobs/*', times: 2, status: 503 });
    const { job, result } = await modzyClient.blockUntilResult(receipt, { pollInterval: 10 });
    assert.deepEqual([job.status, Object.keys(result.results)], ['COMPLETED', ['review']]);
    await answer('IN_PROGRESS');
    const seen = [];
    const options = { pollInterval: 10, waitTimeout: 300, onProgress: ({ status }) => seen.push(status) };
    const error = await modzyClient.blockUntilComplete(KNOWN, options).catch((e) => e);
    assert.ok(error instanceof WaitTimeoutError, String(error));
    assert.equal(error.job.status, 'IN_PROGRESS');
    assert.equal(seen[0], 'IN_PROGRESS');
  },

  async many() {
    const jobs = Array.from({ length: 20 }, () => () => submit('What a lovely day!'));
    const seen = [];
    for await (const { index, job } of modzyClient.jobsAsCompleted(jobs, { concurrency: 5, pollInterval: 10 })) {
      assert.equal(job.status, 'COMPLETED');
      seen.push(index);
    }
    assert.equal(new Set(seen).size, 20);
  },

  async abort() {
    await answer('IN_PROGRESS');
    const controller = new AbortController();
    const reason = new Error('enough');
    const options = { pollInterval: 10, signal: controller.signal };
    const waiting = modzyClient.blockUntilComplete(KNOWN, { ...options, onProgress: () => controller.abort(reason) });
    assert.equal(await waiting.catch((e) => e), reason);
    const { signal } = controller;
    assert.equal(await modzyClient.getJob(KNOWN.jobIdentifier, { signal }).catch((e) => e), reason);
    const timedOut = modzyClient.blockUntilComplete(KNOWN, { pollInterval: 10, signal: AbortSignal.timeout(50) });
    assert.equal((await timedOut.catch((e) => e)).name, 'TimeoutError');
  },

  async upload() {
    const bytes = Buffer.alloc(200_000, 'All of it, in order. ');
    const file = path.join(folder, 'input.bin');
    await writeFile(file, bytes);
    const sources = {
      path: { input: file },
      memory: { input: bytes },
      blob: { input: new Blob([bytes]) },
      readable: { input: Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]) },
      stream: { input: new Blob([bytes]).stream() },
    };
    const loaded = {};
    const receipt = await modzyClient.submitJobFile('d1g35t0256', '1.0.0', sources, {
      onUploadProgress: ({ inputKey, loadedBytes }) => Object.assign(loaded, { [inputKey]: loadedBytes }),
    });
    const { result } = await modzyClient.blockUntilResult(receipt, { pollInterval: 10 });
    const digests = Object.values(result.results).map((each) => JSON.stringify(each['results.json']));
    assert.equal(digests.length, 5);
    assert.equal(new Set(digests).size, 1);
    assert.deepEqual(new Set(Object.values(loaded)), new Set([200_000]));
  },

  async download() {
    const receipt = await modzyClient.submitJobText('t3xtt0t0n3', '1.1.0', { tune: { 'input.txt': 'do re mi' } });
    await modzyClient.blockUntilComplete(receipt, { pollInterval: 10 });
    const output = { jobId: receipt.jobIdentifier, inputKey: 'tune', outputName: 'results.wav' };
    const file = path.join(folder, 'tune.wav');
    const { bytes } = await modzyClient.downloadOutput(output, file);
    const { body } = await modzyClient.openOutput(output);
    const chunks = [];
    for await (const chunk of body) {
      chunks.push(chunk);
    }
    assert.ok(Buffer.concat(chunks).equals(await readFile(file)));
    assert.equal(Buffer.concat(chunks).length, bytes);
  },

  async error() {
    const missing = await modzyClient.getJob(KNOWN.jobIdentifier).catch((e) => e);
    assert.ok(missing instanceof NotFoundError, String(missing));
    assert.deepEqual([missing.code, missing.url], [404, `${emulator.baseURL}/jobs/${KNOWN.jobIdentifier}`]);
    const unreachable = new ModzyClient('http://127.0.0.1:1/api', 'a.b', { retries: 0 });
    const refused = await unreachable.getJob(KNOWN.jobIdentifier).catch((e) => e);
    assert.ok(refused instanceof ConnectionError, String(refused));
    assert.deepEqual([refused.phase, refused.sent], ['connect', 'no']);
    const wrong = await modzyClient.getJob(KNOWN.jobIdentifier, { retires: 0 }).catch((e) => e);
    assert.ok(wrong instanceof TypeError, String(wrong));
  },

  async workers() {
    await answer('IN_PROGRESS');
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { ModzyClient } = await import(workerData.module);
      const modzyClient = new ModzyClient(workerData.baseURL, workerData.apiKey);
      modzyClient.blockUntilComplete(workerData.job, { pollInterval: 5, onProgress: () => parentPort.postMessage('polled') });
    `;
    const { baseURL, apiKey } = emulator;
    const workerData = { module: import.meta.resolve('modzy-client'), baseURL, apiKey, job: KNOWN };
    for (let time = 0; time < 5; time += 1) {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData });
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
    }
    assert.equal((await modzyClient.getJob(KNOWN.jobIdentifier)).status, 'IN_PROGRESS');
  },
};

const names = process.argv.slice(2);
for (const [name, check] of Object.entries(checks)) {
  if (names.length === 0 || names.includes(name)) {
    await check();
    await emulator.clearFaults();
    console.log(name);
  }
}
await rm(folder, { recursive: true });
await emulator.close();
