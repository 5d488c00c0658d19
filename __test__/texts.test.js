'use strict';

// Where text goes to the server, nothing but text is taken: what JSON would make something else of is refused before anything is
// sent.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { serve } = require('./support/server.js');

const LONE = 'half of \ud83d a pair';

/** What is no text, and what is said of it. */
const wrong = [
  [Promise.resolve('text'), /should be a string, not a promise: await it first/],
  [Buffer.from('text'), /should be a string/],
  [new Uint8Array(4), /should be a string/],
  [undefined, /should be a string/],
  [null, /should be a string/],
  [7, /should be a string/],
  [7n, /should be a string/],
  [true, /should be a string/],
  [['text'], /should be a string/],
  [{ text: 'text' }, /should be a string/],
  [new String('text'), /should be a string/],
  [Symbol('text'), /should be a string/],
  [() => 'text', /should be a string/],
  [LONE, /should be a string without lone surrogates/],
];

const s3 = (sources) => ({
  modelId: 'm',
  version: 'v',
  accessKeyID: 'a',
  secretAccessKey: 's',
  region: 'r',
  sources,
});
const jdbc = { modelId: 'm', version: 'v', url: 'u', username: 'n', password: 'p', driver: 'd', query: 'q' };

describe('in the place of a text', () => {
  const outcome = async (t, submit) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    const error = await submit(client).then(
      () => assert.fail('was sent'),
      (reason) => reason,
    );
    assert.deepEqual(server.requests, []);
    return error;
  };

  const places = {
    submitJobText: (client, value) => client.submitJobText('m', 'v', { a: { b: value } }),
    'submitJobText, in an object': (client, value) =>
      client.submitJobText({ modelId: 'm', version: 'v', sources: { a: { good: 'x', b: value } } }),
    'submitJobEmbedded, in an object': (client, value) =>
      client.submitJobEmbedded({ modelId: 'm', version: 'v', sources: { a: { b: value } } }),
    'a bucket of S3': (client, value) => client.submitJobAwsS3(s3({ a: { b: { bucket: value, key: 'k' } } })),
    'a key of S3': (client, value) => client.submitJobAwsS3(s3({ a: { b: { bucket: 'b', key: value } } })),
    'the region of S3': (client, value) =>
      client.submitJobAwsS3({ ...s3({ a: { b: { bucket: 'b', key: 'k' } } }), region: value }),
    'the URL of JDBC': (client, value) => client.submitJobJDBC({ ...jdbc, url: value }),
    'the query of JDBC': (client, value) => client.submitJobJDBC({ ...jdbc, query: value }),
  };
  for (const [place, submit] of Object.entries(places)) {
    it(`of ${place} nothing else is taken`, async (t) => {
      for (const [value, message] of wrong) {
        const error = await outcome(t, (client) => submit(client, value));
        assert.equal(error.name, 'TypeError');
        const isEmbedded = submit === places['submitJobEmbedded, in an object'] && typeof value !== 'string';
        assert.match(error.message, isEmbedded ? /should be a data URI/ : message);
      }
    });
  }

  it('of an input key or name no lone surrogate is taken', async (t) => {
    const keyed = (make) => [make(LONE, 'b'), make('a', LONE)];
    const submits = [
      ...keyed((a, b) => (client) => client.submitJobText('m', 'v', { [a]: { [b]: 'x' } })),
      ...keyed((a, b) => (client) => client.submitJobEmbedded('m', 'v', 'text/plain', { [a]: { [b]: 'x' } })),
      ...keyed((a, b) => (client) => client.submitJobFile('m', 'v', { [a]: { [b]: Buffer.from('x') } })),
      ...keyed((a, b) => (client) => client.submitJobAwsS3(s3({ [a]: { [b]: { bucket: 'b', key: 'k' } } }))),
    ];
    for (const submit of submits) {
      const error = await outcome(t, submit);
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, /without lone surrogates/);
      assert.ok(error.message.isWellFormed());
    }
  });

  it('in a body of the caller’s own, no promise, no bytes and no lone surrogate are taken', async (t) => {
    const body = (value) => ({
      model: { identifier: 'm', version: 'v' },
      input: { type: 'text', sources: { a: { b: value } } },
    });
    for (const [value, message] of [
      [Promise.resolve('x'), /the job's b param should be its value, not a promise: await it first/],
      [Buffer.from('x'), /the job's b param should be text: bytes have to be encoded, or uploaded/],
      [new ArrayBuffer(1), /should be text/],
      [{ then: () => {} }, /not a promise/],
      [{ toJSON: () => Promise.resolve('x') }, /not a promise/],
      [new Map([['a', 'b']]), /should be an object, a list, a string, a number or a boolean/],
      [new Set(['a']), /should be an object, a list/],
      [() => 'x', /should be an object, a list/],
      [Number.NaN, /should be a finite number/],
      [[undefined], /the job's 0 param should be given, as every item of a list/],
      [LONE, /the job's b param should be a string without lone surrogates/],
      [[[LONE]], /without lone surrogates/],
      [{ [LONE]: 'x' }, /without lone surrogates/],
    ]) {
      const error = await outcome(t, (client) => client.submitJob(body(value)));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
    }
  });

  it('in a body of the caller’s own, what is not given is left out, and what says itself in JSON is taken', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    const input = { type: 'x', none: undefined, empty: null, flag: false, when: new Date(0), list: [1, [{}]] };
    await client.submitJob({ model: { identifier: 'm', version: 'v' }, input });
    assert.deepEqual(JSON.parse(server.requests[0].body.toString()).input, JSON.parse(JSON.stringify(input)));
  });

  it('in a body of the caller’s own, what is too deep or goes round is a wrong argument', async (t) => {
    const deep = { model: {} };
    for (let depth = 0, at = deep; depth < 100_000; depth += 1) {
      at = at.next = {};
    }
    const round = { model: {} };
    round.self = round;
    for (const [job, message] of [
      [deep, /the job param cannot be serialized to JSON: Maximum call stack/],
      [round, /circular/],
    ]) {
      const error = await outcome(t, (client) => client.submitJob(job));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
    }
  });

  it('what is checked is what is sent', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    let read = 0;
    const parts = {
      get b() {
        read += 1;
        return read === 1 ? 'text' : Buffer.from('other');
      },
    };
    await client.submitJobText('m', 'v', { a: parts, __proto__: null, ['__proto__']: { b: '\ud83d\ude00' } });
    const { input } = JSON.parse(server.requests[0].body.toString());
    assert.equal(input.sources.a.b, 'text');
    assert.equal(Object.getOwnPropertyDescriptor(input.sources, '__proto__').value.b, '😀');
  });
});
