'use strict';

// Where the API takes a text, the client accepts only text: values that JSON would change are refused before anything is sent.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { serve } = require('./support/server.js');

const LONE = 'half of \ud83d a pair';

/** Values that are not texts, and the messages about them. */
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

describe('in place of a text', () => {
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
  it('of the level above it, an object around a text is refused, and does not count as its characters', async (t) => {
    for (const texts of [{ a: new String('text') }, new String('text')]) {
      const error = await outcome(t, (client) => client.submitJobText('m', 'v', texts));
      assert.match(error.message, /^submitJobText: the textSources(\["a"\])? param should be an object with members/);
    }
  });

  for (const [place, submit] of Object.entries(places)) {
    it(`of ${place} other values are refused`, async (t) => {
      for (const [value, message] of wrong) {
        const error = await outcome(t, (client) => submit(client, value));
        assert.equal(error.name, 'TypeError');
        const isEmbedded = submit === places['submitJobEmbedded, in an object'] && typeof value !== 'string';
        assert.match(error.message, isEmbedded ? /should be a data URI/ : message);
      }
    });
  }

  it('of an input key or name a lone surrogate is refused', async (t) => {
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

  it('in a body of the caller, a value that JSON would lose is named by its place', async (t) => {
    const body = (value) => ({
      model: { identifier: 'm', version: 'v' },
      input: { type: 'text', sources: { first: [{}], a: { b: value } } },
    });
    class Private {
      #text = 'x';
      get text() {
        return this.#text;
      }
    }
    for (const [value, message] of [
      [Promise.resolve('x'), /the job.input.sources.a.b param should be its value, not a promise: await it first/],
      [Buffer.from('x'), /the job.input.sources.a.b param should be text: bytes have to be encoded, or uploaded/],
      [new Float64Array(1), /should be text/],
      [new DataView(new ArrayBuffer(1)), /should be text/],
      [new SharedArrayBuffer(1), /should be text/],
      [new ArrayBuffer(1), /should be text/],
      [{ then: () => {} }, /not a promise/],
      [{ toJSON: () => Promise.resolve('x') }, /not a promise/],
      [new Map([['a', 'b']]), /should be an object, a list, a string, a number or a boolean/],
      [new Set(['a']), /should be an object, a list/],
      [Object.assign(new Map(), { a: 1 }), /should be an object, a list/],
      [new WeakMap(), /should be an object, a list/],
      [new WeakSet(), /should be an object, a list/],
      [/x/, /should be an object, a list/],
      [new Error('x'), /should be an object, a list/],
      [Object.assign(new TypeError('x'), { code: 'E' }), /should be an object, a list/],
      [new Blob(['x']), /should be an object, a list/],
      [new URLSearchParams('a=b'), /should be an object, a list/],
      [new Headers({ a: 'b' }), /should be an object, a list/],
      [new Private(), /should be an object, a list/],
      [[1].values(), /should be an object, a list/],
      [() => 'x', /should be an object, a list/],
      [Symbol('x'), /should be an object, a list/],
      [Object(Symbol('x')), /should be an object, a list/],
      [Number.NaN, /should be a finite number/],
      [Number.POSITIVE_INFINITY, /should be a finite number/],
      [new Number(Number.NaN), /the job.input.sources.a.b param should be a finite number/],
      [7n, /the job.input.sources.a.b param should be a number or a string, as JSON has no bigints/],
      [Object(7n), /should be an object, a list/],
      [new Date(Number.NaN), /the job.input.sources.a.b param should be a valid date/],
      [[undefined], /the job.input.sources.a.b\[0\] param should be given, as every item of a list/],
      [[1, , 3], /the job.input.sources.a.b\[1\] param should be given/], // eslint-disable-line no-sparse-arrays
      [LONE, /the job.input.sources.a.b param should be a string without lone surrogates/],
      [new String(LONE), /without lone surrogates/],
      [
        [[{}], [{ 'a key': [LONE] }]],
        /the job.input.sources.a.b\[1\]\[0\]\["a key"\]\[0\] param should be a string without/,
      ],
      [{ [LONE]: 'x' }, /without lone surrogates/],
      [{ toJSON: () => Number.NaN }, /should be a finite number/],
    ]) {
      const error = await outcome(t, (client) => client.submitJob(body(value)));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
    }
  });

  it('in a body of the caller, undefined is left out, and toJSON() is called', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    class Options {
      threshold = 0.5;
    }
    const said = Object.assign(new Map(), { toJSON: () => ({ of: 'a Map' }) });
    const input = {
      type: 'x',
      none: undefined,
      empty: null,
      flag: false,
      when: new Date(0),
      list: [1, [{}]],
      boxed: [new String('text'), new Number(1.5), new Boolean(false)],
      where: new URL('https://modzy.example/a b'),
      bare: Object.assign(Object.create(null), { a: 1 }),
      options: new Options(),
      said,
      'a key': { same: said, again: said },
    };
    await client.submitJob({ model: { identifier: 'm', version: 'v' }, input });
    const sent = JSON.parse(server.requests[0].body.toString()).input;
    assert.deepEqual(sent, JSON.parse(JSON.stringify(input)));
    assert.deepEqual(sent.boxed, ['text', 1.5, false]);
    assert.deepEqual(sent.said, { of: 'a Map' });
  });

  it('a body with toJSON() is its result, with the options added', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    const said = { model: { identifier: 'm', version: 'v' }, input: { type: 'text', sources: { a: { b: 'x' } } } };
    class Private {
      toJSON() {
        return said;
      }
    }
    for (const job of [new Private(), { hidden: 1, toJSON: () => said }]) {
      assert.equal((await client.submitJob(job)).status, 'SUBMITTED');
      await client.submitJob(job, { jobTimeout: 5000 });
    }
    const sent = server.requests.map(({ body }) => JSON.parse(body.toString()));
    const timed = { ...said, timeout: 5000 };
    assert.deepEqual(sent, [said, timed, said, timed]);
    for (const other of [undefined, 'x', 7, null, [said], new Date(0)]) {
      const error = await outcome(t, (modzy) => modzy.submitJob({ toJSON: () => other }, { jobTimeout: 5000 }));
      assert.match(error.message, /the job param should be an object with members/);
    }
  });

  it('further members of an object in S3 are sent, and values that JSON would lose are refused', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j' } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    const object = { bucket: 'b', key: 'k', versionId: '7', size: 7, latest: true, none: null };
    await client.submitJobAwsS3(s3({ a: { b: object } }));
    assert.deepEqual(JSON.parse(server.requests[0].body.toString()).input.sources, { a: { b: object } });
    for (const [more, message] of [
      [Number.NaN, /the sources\["a"\]\["b"\]\["more"\] param should be a string, a finite number or a boolean/],
      [new Map(), /should be a string, a finite number or a boolean/],
      [new Date(0), /should be a string, a finite number or a boolean/],
      [() => 'x', /should be a string, a finite number or a boolean/],
      [LONE, /the sources\["a"\]\["b"\]\["more"\] param should be a string without lone surrogates/],
    ]) {
      const error = await outcome(t, (modzy) => modzy.submitJobAwsS3(s3({ a: { b: { ...object, more } } })));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
    }
    const said = { bucket: 'b', key: 'k', toJSON: () => ({ bucket: 'c', key: 'l' }) };
    const error = await outcome(t, (modzy) => modzy.submitJobAwsS3(s3({ a: { b: said } })));
    assert.match(error.message, /sources without toJSON/);
  });

  it('in an argument or an option a lone surrogate is refused', async (t) => {
    const headers = { 'x-team': LONE };
    const calls = {
      'headers["x-team"]': (client) => client.getJob('j', { headers }),
      tagsId: (client) => client.getTagsAndModels('a', LONE),
      isActive: (client) => client.getModels({ isActive: LONE }),
      user: (client) => client.getJobHistory({ user: LONE }),
      startDate: (client) => client.getJobHistory({ startDate: LONE }),
      jobIdentifiers: (client) => client.getJobHistory(null, null, null, null, LONE),
      modelId: (client) => client.getModelDetails({ modelId: LONE, version: 'v' }),
      versionId: (client) => client.getModelVersion('m', LONE),
      name: (client) => client.getModelByName(LONE),
      jobId: (client) => client.getJob(LONE),
      job: (client) => client.blockUntilComplete({ jobIdentifier: LONE }),
      inputKey: (client) => client.getInputResult('j', LONE),
      outputName: (client) => client.getOutputContents({ jobId: 'j', inputKey: 'k', outputName: LONE }),
      url: (client) => client.getOutputContents({ url: `http://127.0.0.1/${LONE}` }),
      'output.inputKey': (client) => client.openOutput({ jobId: 'j', inputKey: LONE, outputName: 'o' }),
      file: (client) => client.downloadOutput({ jobId: 'j', inputKey: 'k', outputName: 'o' }, `/tmp/${LONE}`),
      mediaType: (client) => client.submitJobEmbedded('m', 'v', LONE, { a: { b: 'x' } }),
      email: (client) => client.getAccountingClient().getAPIKeys(LONE),
      key: (client) => client.getAccountingClient().getKeyBody(LONE),
      inputItemKey: (client) => client.getJobClient().appendInput('j', LONE, 'n', Buffer.from('x')),
      path: (client) => client.pathToDataUrl(`/tmp/${LONE}`, 'text/plain'),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await outcome(t, call);
      assert.equal(error.name, 'TypeError', name);
      // The texts of 1.x do not name the method.
      const text = `the ${name} param should be a string without lone surrogates`;
      const [, method] = /\.(\w+)\([^)]/.exec(call);
      assert.ok([text, `${method}: ${text}`].includes(error.message), error.message);
    }
    const url = 'http://127.0.0.1:9';
    for (const [name, given] of Object.entries({
      apiKey: [url, `prefix.${LONE}`],
      baseURL: [`${url}/${LONE}`, 'prefix.body'],
      teamToken: [{ url, teamId: 't', teamToken: LONE }],
      userAgent: [url, 'prefix.body', { userAgent: LONE }],
      'headers["x-team"]': [url, 'prefix.body', { headers }],
      proxy: [url, 'prefix.body', { proxy: LONE }],
      'tls.ca': [url, 'prefix.body', { tls: { ca: [LONE] } }],
    })) {
      const text = `the ${name} param should be a string without lone surrogates`;
      const message = `Cannot initialize the modzy client: ${text}`;
      assert.throws(() => new ModzyClient(...given), { name: 'TypeError', message });
    }
  });

  it('in a body of the caller, deep and circular values are invalid arguments', async (t) => {
    const deep = { model: {} };
    for (let depth = 0, at = deep; depth < 100_000; depth += 1) {
      at = at.next = {};
    }
    const round = { model: {} };
    round.self = round;
    for (const [job, message] of [
      [deep, /the job param cannot be serialized to JSON: Maximum call stack/],
      [round, /^submitJob: the job\.self param should be a value that does not contain itself$/],
    ]) {
      const error = await outcome(t, (client) => client.submitJob(job));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
    }
  });

  it('the checked value is the one that is sent', async (t) => {
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
