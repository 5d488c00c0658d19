'use strict';

// From a model and inputs to a receipt or results, and requests to any route. Both forms of the constructor have the same methods.

const { JOB, chunk, del, get, job, ofJob, post, receipt, refusal, reply } = require('./wire.js');

const ID = 'ed542963de';
const PINNED = `${ID}@1.0.1`;
const model = { modelId: ID, latestVersion: '1.0.27', latestActiveVersion: '1.0.1' };
const ofModel = get(`/models/${ID}`);
const ofResults = `/results/${JOB}`;
const lovely = { 'input.txt': 'What a lovely day!' };
const result = { status: 'SUCCESSFUL', engine: 'e', 'results.json': [1] };
const results = (sections) => ({ jobIdentifier: JOB, finished: true, ...sections });
const body = (sources, more = {}) => ({
  model: { identifier: ID, version: '1.0.1' },
  ...more,
  input: { type: 'text', sources },
});
const ran = { job, results: { job: result }, failures: {}, outputs: { 'results.json': [1] } };

/** A row about a run of a single text. */
const runs = (title, given, sections, more) => ({
  title,
  call: (c) => c.run(PINNED, lovely, given),
  asks: [post('/jobs', body({ job: lovely })), get(ofJob), get(ofResults)],
  answers: [receipt, job, results(sections)],
  ...more,
});

/** A row about a call that is refused before anything is sent. */
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });
const submits = (title, given, message) => refused(title, (c) => c.submit(PINNED, given), message);
const requests = (title, route, message) => refused(title, (c) => c.request({ method: 'GET', ...route }), message);

/** A row about a submit with the version `latest`. */
const latest = (title, call, json) => ({
  title,
  call,
  asks: [ofModel, post('/jobs', json)],
  answers: [model, receipt],
  gives: { ...receipt, status: 'SUBMITTED' },
});

module.exports = [
  // Runs.
  runs('run submits a text, waits, and gives the outputs', {}, { results: { job: result } }, { gives: ran }),
  runs('run leaves out the level that old servers add', {}, { results: { job: { job: result } } }, { gives: ran }),
  {
    title: 'run without a version uses the latest active one, not the latest',
    call: (c) => c.run(ID, lovely),
    client: 2,
    asks: [ofModel, post('/jobs', body({ job: lovely })), get(ofJob), get(ofResults)],
    answers: [model, receipt, job, results({ results: { job: result } })],
    gives: ran,
  },
  runs(
    'run rejects with the message of the server if its single input fails',
    {},
    { failures: { job: { status: 'FAILED', error: 'too dark' } } },
    { fails: { of: 'JobFailedError', message: 'too dark' } },
  ),
  runs(
    'run returns the failure of its single input if asked to',
    { failures: 'return' },
    { failures: { job: { error: 'too dark' } } },
    { gives: { job, results: {}, failures: { job: { error: 'too dark' } } } },
  ),
  runs(
    'run rejects if the job completes without a result for its single input',
    {},
    { results: null },
    { fails: { of: 'JobFailedError', message: 'the job completed without a result for its input' } },
  ),
  {
    title: 'run of several inputs returns results and failures',
    call: (c) => c.run(PINNED, { a: lovely, b: lovely }),
    asks: [post('/jobs', body({ a: lovely, b: lovely })), get(ofJob), get(ofResults)],
    answers: [receipt, job, results({ results: { a: result }, failures: { b: { b: { error: 'why' } } } })],
    gives: { job, results: { a: result }, failures: { b: { error: 'why' } } },
  },
  {
    title: 'run of several inputs rejects for a failure if asked to',
    call: (c) => c.run(PINNED, { a: lovely, b: lovely }, { failures: 'reject' }),
    asks: [post('/jobs', body({ a: lovely, b: lovely })), get(ofJob), get(ofResults)],
    answers: [receipt, job, results({ results: { a: result }, failures: { b: { error: 'why' } } })],
    fails: { of: 'JobFailedError', message: 'why' },
  },
  ...['CANCELED', 'TIMEDOUT', 'ERROR', 'UNHEARD_OF'].map((status) => ({
    title: `run rejects if the job ends as ${status}, and reads no results`,
    call: (c) => c.run(PINNED, lovely),
    asks: [post('/jobs', body({ job: lovely })), get(ofJob)],
    answers: [receipt, { ...job, status }],
    fails: { of: 'JobFailedError', message: `job ${JOB} ended with the status ${status}` },
  })),

  // Submits.
  {
    title: 'submit sends a string that looks like a path as a text',
    call: (c) =>
      c.submit(PINNED, { 'input.txt': '/etc/passwd', other: 'file:///etc/passwd' }, { explain: true, jobTimeout: 5 }),
    asks: [
      post(
        '/jobs',
        body({ job: { 'input.txt': '/etc/passwd', other: 'file:///etc/passwd' } }, { explain: true, timeout: 5 }),
      ),
    ],
    answers: [receipt],
    gives: receipt,
  },
  {
    title: 'submit uploads everything if one source is not a text',
    client: 2,
    call: (c) => c.submit(ID, { a: { text: 'größe', bytes: new Uint8Array([1, 2]) } }),
    asks: [
      get('/jobs/features'),
      ofModel,
      post('/jobs', { model: { identifier: ID, version: '1.0.1' } }),
      chunk(`${ofJob}/a/text`, 'größe', 'application/octet-stream'),
      chunk(`${ofJob}/a/bytes`, Buffer.from([1, 2])),
      post(`${ofJob}/close`, {}),
    ],
    answers: [{}, model, receipt, {}, {}, receipt],
    gives: receipt,
  },
  ...[{ latestActiveVersion: '' }, { latestActiveVersion: null }, {}].map((active) => ({
    title: `submit rejects if the model has no active version (${JSON.stringify(active)})`,
    call: (c) => c.submit(ID, lovely),
    asks: [ofModel],
    answers: [{ modelId: ID, latestVersion: '1.0.27', ...active }],
    fails: {
      of: 'NotFoundError',
      message:
        'the model ed542963de has no active version (its latest version 1.0.27 is not active); ' +
        'activate one, or name the number of another',
    },
  })),
  {
    title: 'submit rejects if the model does not exist',
    call: (c) => c.submit(ID, lovely),
    asks: [ofModel],
    answers: [refusal(404, 'no such model')],
    fails: { of: 'NotFoundError', message: 'no such model' },
  },
  refused(
    'submit refuses a model without a number after the @',
    (c) => c.submit('m@', lovely),
    /^submit: model has no version after the @; /,
  ),
  refused('submit refuses an empty model', (c) => c.submit('', lovely), /^submit: model has no identifier; /),
  refused(
    'submit refuses a model that is not a string',
    (c) => c.submit({ id: 'm' }, lovely),
    'submit: the model param should be a string: "<model>", or "<model>@<version>" for a certain version',
  ),
  submits('submit refuses inputs without members', {}, 'submit: the inputs param should be an object with members'),
  submits(
    'submit refuses an input without members',
    { a: {} },
    'submit: the inputs["a"] param should be an object with members',
  ),
  submits(
    'submit refuses inputs of both levels',
    { a: lovely, 'input.txt': 'x' },
    'submit: the inputs param should be of one level or of two, { [inputName]: source } or { [inputKey]: { [inputName]: source } }: ' +
      'inputs["a"] is an object, and inputs["input.txt"] is not',
  ),
  submits(
    'submit refuses inputs of three levels',
    { a: { b: { c: 'x' } } },
    'submit: the inputs["a"]["b"] param should be a source, not an object: inputs have two levels at most',
  ),
  submits(
    'submit refuses a promise as a source',
    { 'input.txt': Promise.resolve('x') },
    'submit: the inputs["input.txt"] param should be a text, bytes, a Blob, a stream or a file: URL, not a promise: await it first',
  ),
  ...[
    [7, ''],
    [null, ', not null'],
    [['a'], ', not an array: each of several inputs has a key'],
    [() => 'x', ''],
    [new Map(), ''],
  ].map(([source, instead]) =>
    submits(
      `submit refuses ${String(source) || 'a Map'} (${typeof source}) as a source`,
      { 'input.txt': source },
      `submit: the inputs["input.txt"] param should be a text, bytes, a Blob, a stream or a file: URL${instead}`,
    ),
  ),
  ...['text', ['a'], null, new Map([['a', 'b']])].map((inputs, number) =>
    submits(
      `submit refuses inputs that are not an object (${number})`,
      inputs,
      /^submit: the inputs param should be a plain object: /,
    ),
  ),
  submits(
    'submit refuses a text with a lone surrogate',
    { 'input.txt': '\ud800' },
    /should be a string without lone surrogates$/,
  ),
  submits(
    'submit refuses a URL that is not of a file',
    { 'input.txt': new URL('https://x.example/') },
    /should be a file: URL$/,
  ),

  // The latest version, wherever a version is named.
  latest(
    'submitJobText finds the latest version',
    (c) => c.submitJobText(ID, 'latest', { a: lovely }),
    body({ a: lovely }),
  ),
  latest(
    'submitJob finds the latest version, and leaves everything else as it is',
    (c) =>
      c.submitJob({
        model: { identifier: ID, version: 'latest' },
        input: { type: 'text', sources: { latest: lovely } },
      }),
    body({ latest: lovely }),
  ),
  {
    title: 'getModelVersion finds the latest version',
    call: (c) => c.getModelVersion(ID, 'latest'),
    asks: [ofModel, get(`/models/${ID}/versions/1.0.1`)],
    answers: [model, { version: '1.0.1' }],
    gives: { version: '1.0.1' },
  },
  ...['Input', 'Output'].map((kind) => ({
    title: `getModelVersion${kind}Sample finds the latest version`,
    call: (c) => c[`getModelVersion${kind}Sample`](ID, 'latest'),
    asks: [ofModel, get(`/models/${ID}/versions/1.0.1/sample-${kind.toLowerCase()}`)],
    answers: [model, { a: 1 }],
    gives: { a: 1 },
  })),

  // Any route.
  {
    title: 'request gives the status, the headers and the body',
    call: (c) =>
      c
        .request({ method: 'GET', path: '/a b/x?y=1', query: { 'per-page': 5, q: ['ü&'], no: null } })
        .then(({ status, headers, body: read }) => ({
          status,
          body: read,
          type: headers['content-type'],
          x: headers['x-own'],
        })),
    asks: [get('/a%20b/x', { y: 1, 'per-page': 5, q: 'ü&' })],
    answers: { '/api/a%20b/x': reply(203, { n: 1 }, { 'x-own': 'é' }) },
    gives: { status: 203, body: { n: 1 }, type: 'application/json', x: 'é' },
  },
  ...['POST', 'PUT', 'PATCH'].map((method) => ({
    title: `request sends the body of a ${method} as JSON`,
    call: (c) =>
      c.request({ method, path: '/x', body: { a: [1, null] } }).then(({ status, body: read }) => [status, read]),
    asks: [{ ...post('/x', { a: [1, null] }), method }],
    answers: [reply(204)],
    gives: [204, undefined],
  })),
  {
    title: 'request takes a URLSearchParams',
    client: 2,
    call: (c) =>
      c.request({ method: 'DELETE', path: '/x', query: new URLSearchParams('a=1&b=2') }).then((read) => read.body),
    asks: [{ ...del('/x'), query: { a: '1', b: '2' } }],
    answers: [[1]],
    gives: [1],
  },
  {
    title: 'request gives bytes of any kind',
    call: (c) => c.request({ method: 'GET', path: '/x', responseType: 'arraybuffer' }).then((read) => read.body),
    asks: [get('/x')],
    answers: [reply(200, Buffer.from([0, 255]))],
    gives: Buffer.from([0, 255]),
  },
  {
    title: 'request rejects if the response is not JSON',
    call: (c) => c.request({ method: 'POST', path: '/x' }),
    asks: [{ method: 'POST', path: '/api/x' }],
    answers: [reply(200, '<html>')],
    fails: { of: 'ResponseError', message: /^the answer is not JSON/ },
  },
  {
    title: 'request rejects with the error of the server',
    call: (c) => c.request({ method: 'PUT', path: '/x' }),
    asks: [{ method: 'PUT', path: '/api/x' }],
    answers: [refusal(403, 'not you')],
    fails: { of: 'PermissionError', message: 'not you' },
  },
  ...[
    'x',
    'https://evil.example/',
    '//evil.example',
    '/a//b',
    '/../x',
    '/a/%2E%2e/x',
    '/./x',
    '/\\evil.example',
    '/a#b',
    '/.\t./x',
  ].map((path) =>
    requests(`request refuses the path ${JSON.stringify(path)}`, { path }, /^request: route\.path must /),
  ),
  requests('request refuses an empty path', { path: '' }, 'request: the route.path param should be a not empty string'),
  requests(
    'request refuses another method',
    { method: 'HEAD', path: '/x' },
    /^request: the route\.method param should be "GET" or /,
  ),
  requests(
    'request refuses a body with GET',
    { path: '/x', body: {} },
    /^request: the route\.body param cannot be sent with GET/,
  ),
  requests(
    'request refuses a query that is a string',
    { path: '/x', query: 'a=1' },
    /^request: the route\.query param should be an object or a URLSearchParams$/,
  ),
  requests(
    'request refuses a member of a query that is an object',
    { path: '/x', query: { a: {} } },
    /^request: the route\.query\["a"\] param should be a string/,
  ),
  requests(
    'request refuses an unknown member',
    { path: '/x', params: {} },
    /^request: route has no member params; use /,
  ),
  requests(
    'request refuses bytes as a body',
    { method: 'POST', path: '/x', body: new Uint8Array(1) },
    /should be a value that is sent as JSON/,
  ),
  requests('request refuses an own key in its headers', { path: '/x', headers: { authorization: 'x' } }, /headers/),
  refused(
    'request refuses a URL',
    (c) => c.request('https://evil.example/'),
    /^request: the route param should be an object: /,
  ),
];
