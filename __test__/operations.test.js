'use strict';

// The operations of the addon: one enum for each entry point, and what happens to what an entry point does not know.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const binding = require('../js-binding.js');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const KEY = 'knownPrefix.theSecretBody';

const environment = new binding.BindingEnvironment();

/** The ends of the calls that some starts make, by id. */
async function ends(start) {
  const ids = start();
  const found = new Map();
  await new Promise((resolve) => {
    const take = () => {
      for (const event of environment.take()) {
        found.set(event.id, event);
      }
      if (found.size === ids.length) {
        environment.hold(false);
        resolve();
      }
    };
    environment.listen(take);
  });
  return ids.map((id) => found.get(id));
}

describe('the operations of the addon', () => {
  const { BindingRead, BindingWrite, BindingSubmit, BindingWait } = binding;
  const kinds = [BindingRead, BindingWrite, BindingSubmit, BindingWait].map((kind) => Object.values(kind));

  it('go through one entry point each', () => {
    const all = kinds.flat();
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(
      kinds.map(({ length }) => length),
      [56, 19, 11, 3],
    );
  });

  it('are refused by every other entry point, before anything is started', () => {
    const client = new binding.BindingClient(environment, {
      baseUrl: 'http://127.0.0.1:1/api',
      hostRoot: false,
      apiKey: KEY,
    });
    assert.throws(() => client.startRead('submitJob', '{}'), /submitJob/);
    assert.throws(() => client.startWrite('submitJob', '{}'), /submitJob/);
    assert.throws(() => client.startSubmit('getJob', '{}', false), /getJob/);
    assert.throws(() => client.startWait('getJob', 'j', false), /getJob/);
    assert.deepEqual(environment.take(), []);
  });

  it('name themselves and the member where their argument cannot be used, and show no value', async () => {
    const client = new binding.BindingClient(environment, {
      baseUrl: 'http://127.0.0.1:1/api',
      hostRoot: false,
      apiKey: KEY,
    });
    const jdbc = { modelId: 'm', version: 'v', url: 'u', username: 'n', password: 4711, driver: 'd', query: 'q' };
    const found = await ends(() => [
      client.startRead('getModels', '{"isActive":"maybe"}'),
      client.startRead('getInputResult', '{"jobId":"j"}'),
      client.startRead('getJobsById', '["a",7]'),
      client.startRead('getTagsAndModels', 'no JSON'),
      client.startWrite('appendInput', '{"jobId":"j","inputKey":"k","inputName":"n","chunkSize":"large"}'),
      client.startSubmit('submitJobJdbc', JSON.stringify(jdbc), false),
      client.startSubmit('submitJobFiles', '{"modelId":"m","version":"v","sources":[{"inputKey":7}]}', true),
    ]);
    for (const event of found) {
      assert.equal(event.event, 'failed');
      assert.equal(event.error.kind, 'argument');
      assert.doesNotMatch(event.error.message, /maybe|large|4711|no JSON/);
    }
    assert.deepEqual(
      found.map(({ error }) => error.message.replace('the argument of ', '').replace(' cannot be used', '')),
      [
        'getModels: its member isActive is not what is expected',
        'getInputResult: its member inputKey is missing',
        'getJobsById: its member [1] is not what is expected',
        'getTagsAndModels: it is not what is expected',
        'appendInput: its member chunkSize is not what is expected',
        'submitJobJdbc: its member password is not what is expected',
        'submitJobFiles: its member sources[0].inputKey is not what is expected',
      ],
    );
  });

  it('refuse a flag that is neither true nor false, and send nothing', async (t) => {
    const server = await serve(t, {});
    const error = await failure(new ModzyClient(server.baseURL, KEY).getModels({ isExpired: 'maybe' }));
    assert.equal(error.name, 'TypeError');
    assert.equal(error.message, 'the isExpired param should be a boolean or string, which is "true" or "false"');
    assert.equal(server.requests.length, 0);
  });
});
