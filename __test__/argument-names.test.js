'use strict';

// What Rust refuses is named as the caller of JavaScript knows it, before anything is sent.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const KEY = 'knownPrefix.theSecretBody';

describe('the names of refused arguments', () => {
  /** @type {[string, (client: ModzyClient) => Promise<unknown>][]} */
  const refused = [
    ['jobId', (c) => c.getJob('..')],
    ['jobId', (c) => c.getResult('..')],
    ['jobId', (c) => c.cancelJob('..')],
    ['job', (c) => c.blockUntilComplete('..')],
    ['job', (c) => c.blockUntilResult('..')],
    ['modelId', (c) => c.getModel('..')],
    ['versionId', (c) => c.getModelVersion('m', '..')],
    ['version', (c) => c.getModelVersion({ modelId: 'm', version: '..' })],
    ['job', (c) => c.closeJob('..')],
    ['output.inputKey', (c) => c.openOutput({ jobId: 'j', inputKey: '..', outputName: 'o' })],
    ['inputKey', (c) => c.getOutputContents({ jobId: 'j', inputKey: '..', outputName: 'o' })],
    ['tagsId', (c) => c.getTagsAndModels('..')],
  ];
  for (const [name, call] of refused) {
    it(`${call.toString().replace(/^.*c\./, '')} names ${name}`, async (t) => {
      const server = await serve(t, {});
      const error = await failure(call(new ModzyClient(server.baseURL, KEY)));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, new RegExp(`^\\w+: ${name} must not be "\\.\\.", which names no resource$`));
      assert.ok(call.toString().includes(`c.${error.message.split(':')[0]}(`), error.message);
      assert.equal(server.requests.length, 0);
    });
  }
});

describe('the flags of a filter', () => {
  it('are booleans, or their texts in upper or lower case', async (t) => {
    const server = await serve(t, { 'GET /api/models': { body: [] } });
    const client = new ModzyClient(server.baseURL, KEY);
    for (const [given, sent] of [
      [true, 'true'],
      ['true', 'true'],
      ['True', 'true'],
      [false, 'false'],
      ['FALSE', 'false'],
    ]) {
      await client.getModels({ isActive: given });
      assert.equal(server.requests.at(-1).query.get('isActive'), sent);
    }
  });
});
