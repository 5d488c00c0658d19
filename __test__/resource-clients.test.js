'use strict';

// The clients of one resource: alone, and as members of a ModzyClient.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const modzy = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const { JobClient, ModzyClient, ResultClient } = modzy;

describe('the clients of one resource', () => {
  const emulator = useEmulator();

  it('work alone, and share the connections of equal clients', async () => {
    const sources = { a: { 'input.txt': 'What a lovely day' } };
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    assert.ok(client.getJobClient() instanceof JobClient);
    assert.equal(client.jobClient, client.getJobClient());
    assert.ok(client.getResultClient() instanceof ResultClient);
    assert.equal(client.resultClient, client.getResultClient());

    const jobs = new JobClient(emulator.baseURL, emulator.apiKey);
    const receipt = await jobs.submitJobText('ed542963de', '1.0.1', sources);
    const job = await jobs.blockUntilComplete(receipt);
    assert.equal(job.status, 'COMPLETED');
    const results = new ResultClient({ url: emulator.url, apiKey: emulator.apiKey });
    const result = await results.getResult(job.identifier);
    const [best] = result.results.a['results.json'].data.result.classPredictions;
    assert.equal(best.class, 'positive');

    await client.getJobClient().getJob(job.identifier);
    await client.getResultClient().getResult(job.identifier);
    await client.getJob(job.identifier);
    assert.equal(await emulator.connections(), 1);
  });

  it('cancel a job, once', async () => {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const opened = await client.submitJob({ model: { identifier: 'ed542963de', version: '1.0.1' } });
    assert.equal(opened.status, 'OPEN');
    const job = await client.cancelJob(opened.jobIdentifier);
    assert.equal(job.status, 'CANCELED');
    await assert.rejects(client.cancelJob(opened.jobIdentifier), { name: 'BadRequestError', code: 400 });
  });

  it('have the same roots in both forms and on the client, and no enumerable members', () => {
    const client2 = new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey });
    for (const [name, route] of Object.entries({
      Model: 'models',
      Tag: 'models/tags',
      Job: 'jobs',
      Result: 'results',
      Accounting: 'accounting',
    })) {
      const Client = modzy[`${name}Client`];
      const alone = [
        new Client(emulator.baseURL, emulator.apiKey),
        new Client({ url: emulator.url, apiKey: emulator.apiKey }),
      ];
      const composed = [client2[`get${name}Client`](), client2[`${name.toLowerCase()}Client`]];
      assert.equal(composed[0], composed[1]);
      for (const each of [...alone, ...composed]) {
        assert.ok(each instanceof Client);
        assert.equal(each.baseURL, `${emulator.baseURL}/${route}`);
        assert.equal(each.baseUrl, emulator.url);
        assert.deepEqual(Reflect.ownKeys(each), []);
      }
    }
    assert.equal(typeof client2.fileJobClient.submitJobFile, 'function');
    assert.deepEqual(Reflect.ownKeys(client2), []);
  });
});
