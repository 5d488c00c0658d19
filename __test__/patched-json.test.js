'use strict';

// Programs in which other code has added a `toJSON` to the prototypes of all objects: what is sent stays what the caller passed.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient, outputsOf } = require('modzy-client');
const { serve } = require('./support/server.js');

class Celsius {
  constructor(degrees) {
    this.degrees = degrees;
  }

  toJSON() {
    return `${this.degrees} °C`;
  }
}

const body = () => ({
  model: { identifier: 'm', version: '1' },
  input: { type: 'text', sources: { a: { 'input.txt': 'a "text"' } } },
  explain: true,
  list: [1, 'two', false, null, [{ deep: 0.5 }], Object.create(null)],
  at: new Date(0),
  degrees: new Celsius(7),
  own: { toJSON: () => 'own' },
  boxed: [Object('text'), Object(1), Object(true)],
});
const TEXT = { a: { 'input.txt': 'a text' }, b: { 'input.txt': 'another' } };

const calls = {
  submitJob: (client) => client.submitJob(body()),
  submit: (client) => client.submit('m/1', TEXT),
  submitJobText: (client) => client.submitJobText('m', '1', TEXT),
  submitJobEmbedded: (client) => client.submitJobEmbedded('m', '1', 'text/plain', { a: { b: Buffer.from('bytes') } }),
  submitJobAWSS3: (client) =>
    client.submitJobAWSS3('m', '1', 'id', 'secret', 'region', { a: { b: { bucket: 'c', key: 'd' } } }),
  request: (client) => client.request({ method: 'POST', path: '/models', body: body(), query: { a: 'b', c: 1 } }),
  editModelVersion: (client) =>
    client.editModelVersion({
      modelId: 'm',
      version: '1',
      changes: { inputValidationSchema: body(), inputs: [{ name: 'a' }] },
    }),
  setModelVersionInputSample: (client) =>
    client.setModelVersionInputSample({ modelId: 'm', version: '1', sample: body() }),
  getJobHistory: (client) => client.getJobHistory({ startDate: '2026-01-01', status: 'all', 'per-page': 5 }),
};

/** Runs work while each of these prototypes has a `toJSON`. */
async function patched(prototypes, work) {
  for (const prototype of prototypes) {
    Object.defineProperty(prototype, 'toJSON', { value: () => 'changed', configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    prototypes.forEach((prototype) => delete prototype.toJSON);
  }
}

describe('a toJSON that other code has added', () => {
  const prototypes = [Object, Array, String, Number, Boolean].map(({ prototype }) => prototype);
  const kinds = [...prototypes.map((prototype) => [prototype]), prototypes];

  for (const [name, call] of Object.entries(calls)) {
    it(`changes nothing that ${name} sends`, async (t) => {
      const text = '{"jobIdentifier":"j","identifier":"j","status":"SUBMITTED"}';
      const { baseURL, requests } = await serve(t, { '*': { body: text } });
      const client = new ModzyClient(baseURL, 'a.b', { retries: 0 });
      const sent = async () => {
        const first = requests.length;
        await call(client).catch((error) => assert.ok(!(error instanceof TypeError), error));
        return requests.slice(first).map((request) => [request.method, request.url, request.body.toString()]);
      };
      const expected = await sent();
      assert.notEqual(expected.length, 0);
      for (const kind of kinds) {
        assert.deepEqual(await patched(kind, sent), expected);
      }
    });
  }

  it('changes no outputs', async () => {
    const result = { results: { a: { status: 'SUCCESSFUL', 'results.json': [{ text: 'a', number: 1 }] } } };
    const expected = JSON.stringify(outputsOf(result, 'a'));
    for (const kind of kinds) {
      const outputs = await patched(kind, () => outputsOf(result, 'a'));
      assert.equal(JSON.stringify(outputs), expected);
    }
  });

  it('is used for bigints, which have no other JSON', async (t) => {
    const { baseURL, requests } = await serve(t, { '*': { body: '{"jobIdentifier":"j"}' } });
    Object.defineProperty(BigInt.prototype, 'toJSON', { value: () => '7n', configurable: true });
    try {
      await new ModzyClient(baseURL, 'a.b').submitJob({ ...body(), big: 7n });
    } finally {
      delete BigInt.prototype.toJSON;
    }
    assert.equal(JSON.parse(requests[0].body.toString()).big, '7n');
  });
});
