'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const vm = require('node:vm');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const SOURCES = { a: { 'input.txt': 'What a lovely day' } };
const JOB = '00000000-0000-4000-8000-000000000001';

describe('arguments', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  /** The same client, constructed in the form of 2.x. */
  const client2 = () => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey });

  const jobReferences = [
    undefined,
    null,
    '',
    '.',
    '..',
    7,
    true,
    Symbol('job'),
    {},
    [],
    { jobIdentifier: 7 },
    () => JOB,
    '\ud800',
  ];
  const wrong = {
    'getJob names jobId': [
      /jobId/,
      [undefined, null, '', '.', '..', 7, {}, { jobIdentifier: 7 }, '\ud800'].map((id) => ['getJob', id]),
    ],
    'cancelJob names jobId': [/jobId/, [undefined, '', '.', '..', 7].map((id) => ['cancelJob', id])],
    'getResult names jobId': [/jobId/, [undefined, '', '.', '..', 7].map((id) => ['getResult', id])],
    'blockUntilComplete names job': [/\bjob\b/, jobReferences.map((job) => ['blockUntilComplete', job])],
    'submitJob names job': [/\bjob\b/, [undefined, 'body', 7, []].map((job) => ['submitJob', job])],
    'submitJobText names modelId': [
      /modelId/,
      [undefined, null, 7].map((id) => ['submitJobText', id, '1.0.1', SOURCES]),
    ],
    'submitJobText names versionId': [/versionId/, [undefined, 7].map((id) => ['submitJobText', 'm', id, SOURCES])],
    'submitJobText names textSources': [
      /textSources/,
      [undefined, 'text', []].map((s) => ['submitJobText', 'm', 'v', s]),
    ],
    'submitJobText names explain': [/explain/, [['submitJobText', 'm', 'v', SOURCES, 'true']]],
    'the object form names version': [/\bversion\b/, [['submitJobText', { modelId: 'm', sources: SOURCES }]]],
    'the object form names sources': [/\bsources\b/, [['submitJobText', { modelId: 'm', version: 'v' }]]],
    'the error of a mixed call shows both forms': [
      /takes \(modelId, versionId, textSources, explain, options\) or \(\{ modelId, version, sources, explain \}, options\)/,
      [
        ['submitJobText', { modelId: 'm' }, '1.0.1', SOURCES],
        ['submitJobText', 'm', { version: 'v', sources: SOURCES }],
      ],
    ],
    'an unknown option is named, and so are the nearest ones of the method': [
      /^(getJob has no option timeOut; use requestTimeout|submitJobText has no option timeOut; use requestTimeout or jobTimeout)$/,
      [
        ['getJob', JOB, { timeOut: 5 }],
        ['submitJobText', 'm', 'v', SOURCES, { timeOut: 5 }],
        ['submitJobText', { modelId: 'm', version: 'v', sources: SOURCES }, { timeOut: 5 }],
      ],
    ],
    'options are a plain object': [
      /options should be a plain object/,
      [5, 'x', [], new Date(), new Map()].map((o) => ['getJob', JOB, o]),
    ],
    'an option is given once': [
      /retries is given twice/,
      [['submitJobText', { modelId: 'm', version: 'v', sources: SOURCES, retries: 1 }, { retries: 1 }]],
    ],
    'requestTimeout is a number of ms': [
      /requestTimeout/,
      ['5', Number.NaN, -1, 0].map((value) => ['getJob', JOB, { requestTimeout: value }]),
    ],
    'retries is a whole number': [
      /retries/,
      ['5', -1, 1.5, 2 ** 40, Infinity].map((value) => ['getJob', JOB, { retries: value }]),
    ],
    'pollInterval is a number of ms': [
      /pollInterval/,
      ['5', -1, 0].map((value) => ['blockUntilComplete', JOB, { pollInterval: value }]),
    ],
    'signal is an AbortSignal': [/signal/, [{}, 5, new EventTarget()].map((signal) => ['getJob', JOB, { signal }])],
    'onProgress is a function': [/onProgress/, [['blockUntilComplete', JOB, { onProgress: 5 }]]],
    'cancelOnAbort is a boolean': [/cancelOnAbort/, [['blockUntilComplete', JOB, { cancelOnAbort: 'yes' }]]],
    'headers are strings': [
      /headers/,
      [
        ['getJob', JOB, { headers: { a: 1 } }],
        ['getJob', JOB, { headers: 'a' }],
      ],
    ],
    'headers do not replace those of the client': [
      /headers .*authorization/i,
      [['getJob', JOB, { headers: { Authorization: 'x' } }]],
    ],
    'headers fit HTTP': [
      /headers/,
      [{ 'a b': 'x' }, { a: 'x\r\nb: c' }].map((headers) => ['getJob', JOB, { headers }]),
    ],
    'a body is JSON': [
      /./,
      [
        ['submitJob', { big: 1n }],
        ['submitJob', { toJSON() {} }],
      ],
    ],
    'a body has members': [
      /the job param should be an object with members/,
      [new Map([['model', 1]]), Promise.resolve({ model: 1 }), new Date(), Buffer.from('{}'), {}].map((job) => [
        'submitJob',
        job,
      ]),
    ],
    'sources have members': [
      /the textSources param should be an object with members/,
      [new Map([['a', 1]]), Promise.resolve(SOURCES), new Date(), {}].map((s) => ['submitJobText', 'm', 'v', s]),
    ],
    'sources are JSON': [
      /sources/,
      [['submitJobText', 'm', 'v', Object.defineProperty({ ...SOURCES }, 'toJSON', { value() {} })]],
    ],
    'jobTimeout is a whole number of ms': [
      /the jobTimeout param should be a whole number of milliseconds, 1 or more/,
      [-1, 0, 1.5, 1e300, Number.NaN, '5'].flatMap((jobTimeout) => [
        ['submitJobText', 'm', 'v', SOURCES, { jobTimeout }],
        ['submitJob', { model: {} }, { jobTimeout }],
      ]),
    ],
    'nothing follows the options': [
      /getJob takes \(jobId, options\)$/,
      [
        ['getJob', JOB, undefined, {}],
        ['getJob', JOB, {}, {}],
      ],
    ],
    'nothing follows the options of a submit': [
      /submitJobText takes \(modelId, versionId/,
      [['submitJobText', 'm', 'v', SOURCES, { retries: 1 }, { retries: 1 }]],
    ],
    'the object form is a plain object': [
      /submitJobText: the options should be a plain object/,
      [['submitJobText', Object.assign(new Map(), { modelId: 'm', version: 'v', sources: SOURCES })]],
    ],
  };
  for (const [rule, [message, calls]] of Object.entries(wrong)) {
    it(`${rule}: the call rejects with a TypeError and sends nothing`, async () => {
      const modzyClient = client();
      for (const [method, ...args] of calls) {
        // The method does not throw.
        const promise = modzyClient[method](...args);
        await assert.rejects(promise, (error) => {
          assert.ok(error instanceof TypeError, `${error}`);
          assert.match(error.message, message);
          return true;
        });
      }
      assert.equal((await emulator.requests()).length, 0);
    });
  }

  it('an id with any characters stays within its path segment', async () => {
    const modzyClient = client();
    for (const id of ['a/b', 'a?b=c', 'a#b', 'a%2Fb', '%2e%2e', 'a b', 'a\\b', 'a\nb', 'ü', '..;x', 'a&b']) {
      await emulator.clearRequests();
      await assert.rejects(modzyClient.getJob(id), { name: 'NotFoundError', jobIdentifier: id });
      const [{ path, query }] = await emulator.requests();
      assert.equal(path, `/api/jobs/${encodeURIComponent(id)}`);
      assert.equal(query, null);
    }
  });

  it('ids.map(client.getJob.bind(client)) works', async () => {
    await emulator.answerJob('a', { status: 'OPEN' });
    await emulator.answerJob('b', { status: 'OPEN' });
    const modzyClient = client();
    const jobs = await Promise.all(['a', 'b'].map(modzyClient.getJob.bind(modzyClient)));
    assert.deepEqual(
      jobs.map((job) => job.identifier),
      ['a', 'b'],
    );
  });

  it('null and undefined options count as missing', async () => {
    await emulator.answerJob('a', { status: 'COMPLETED' });
    const modzyClient = client();
    for (const none of [undefined, null]) {
      const options = {
        signal: none,
        requestTimeout: none,
        retries: none,
        headers: none,
        onProgress: none,
        waitTimeout: none,
      };
      await modzyClient.getJob('a', none);
      await modzyClient.getJob('a', options);
      await modzyClient.blockUntilComplete('a', options);
      await modzyClient.submitJobText('ed542963de', '1.0.1', SOURCES, none, none);
    }
  });

  it('Infinity removes a limit', async () => {
    await emulator.answerJob('a', { status: 'COMPLETED' });
    const unlimited = { requestTimeout: Infinity, waitTimeout: Infinity, maxOutage: Infinity, pollInterval: Infinity };
    assert.equal((await client().blockUntilComplete('a', unlimited)).status, 'COMPLETED');
  });

  it('objects of another realm are accepted', async () => {
    const foreign = vm.runInNewContext(`({ sources: { a: { 'input.txt': 'hello' } }, options: { retries: 0 } })`);
    const receipt = await client().submitJobText('ed542963de', '1.0.1', foreign.sources, foreign.options);
    assert.equal(receipt.totalInputs, 1);
  });

  it('nothing is read from a polluted Object.prototype', async () => {
    const pollution = {
      signal: AbortSignal.abort(),
      onProgress: () => assert.fail('was called'),
      jobTimeout: 7,
      waitTimeout: 0,
      retries: -1,
      requestTimeout: -1,
      maxResponseBytes: 1,
      headers: 7,
      optional: true,
      explain: true,
      url: 'http://127.0.0.1:1',
    };
    try {
      for (const [name, value] of Object.entries(pollution)) {
        Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
      }
      for (const modzyClient of [client(), client2()]) {
        const job = await modzyClient.submitJobText('ed542963de', '1.0.1', SOURCES, { cancelOnAbort: false });
        await modzyClient.submitJobText({ modelId: 'ed542963de', version: '1.0.1', sources: SOURCES });
        assert.equal((await modzyClient.blockUntilComplete(job, { pollInterval: 10 })).status, 'COMPLETED');
        await assert.rejects(modzyClient.submitJobText(), TypeError);
      }
    } finally {
      for (const name of Object.keys(pollution)) {
        delete Object.prototype[name];
      }
    }
    for (const { body } of await emulator.requests('/api/jobs')) {
      assert.deepEqual([JSON.parse(body).timeout, JSON.parse(body).explain || false], [undefined, false]);
    }
  });

  it('headers are sent, and those of the call override those of the client', async () => {
    const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey, {
      headers: { 'x-a': 'client', 'x-b': 'client' },
      userAgent: 'mine/1',
    });
    await modzyClient.getJob('a', { headers: { 'X-B': 'call' } }).catch(() => {});
    const [{ headers }] = await emulator.requests();
    assert.deepEqual([headers['x-a'], headers['x-b'], headers['user-agent']], ['client', 'call', 'mine/1']);
  });

  describe('of submitJobText, by form', () => {
    const text = { type: 'text', sources: SOURCES };
    const model = { identifier: 'ed542963de', version: '1.0.1' };
    const object = { modelId: 'ed542963de', version: '1.0.1', sources: SOURCES };
    const args = ['ed542963de', '1.0.1', SOURCES];
    const forms = {
      'positional, without explain': [args, { model, input: text }, 1],
      'positional, explain false': [[...args, false], { model, input: text }, 1],
      'positional, explain true': [[...args, true], { model, explain: true, input: text }, 1],
      'positional, options in place of explain': [[...args, { jobTimeout: 9 }], { model, timeout: 9, input: text }, 1],
      'positional, options after explain': [
        [...args, true, { jobTimeout: 9 }],
        { model, explain: true, timeout: 9, input: text },
        1,
      ],
      'object, without explain': [[object], { model, explain: false, input: text }, 2],
      'object, explain true': [[{ ...object, explain: true }], { model, explain: true, input: text }, 2],
      'object, options within': [[{ ...object, jobTimeout: 9 }], { model, explain: false, timeout: 9, input: text }, 2],
      'object, options after it': [[object, { jobTimeout: 9 }], { model, explain: false, timeout: 9, input: text }, 2],
    };
    for (const [form, [given, body, generation]] of Object.entries(forms)) {
      it(`${form}: sends the request of ${generation}.x and returns its receipt`, async () => {
        const answer = { jobIdentifier: JOB, model, status: 'ACCEPTED', totalInputs: 1 };
        for (const modzyClient of [client(), client2()]) {
          await emulator.clearRequests();
          await emulator.clearFaults();
          await emulator.fault({ method: 'POST', path: '/api/jobs', status: 202, body: JSON.stringify(answer) });
          const receipt = await modzyClient.submitJobText(...given);
          const [request] = await emulator.requests();
          assert.equal(request.headers['content-type'], 'application/json');
          assert.deepEqual(JSON.parse(request.body), body);
          assert.deepEqual(receipt, generation === 1 ? { ...answer, status: 'SUBMITTED' } : answer);
          assert.equal(receipt.identifier, JOB);
        }
      });
    }

    it('an unknown member is not sent, and the client warns of it once', async () => {
      const warned = once(process, 'warning');
      const modzyClient = client2();
      const more = [];
      const count = (warning) => more.push(warning);
      process.on('warning', count);
      await modzyClient.submitJobText({ ...object, sauces: 1 });
      await modzyClient.submitJobText({ ...object, sauces: 1 });
      const [warning] = await warned;
      process.off('warning', count);
      assert.equal(warning.code, 'MODZY_UNKNOWN_MEMBER');
      assert.equal(warning.message, 'submitJobText does not know the member sauces, and ignores it');
      assert.equal(more.length, 1);
      assert.ok(!(await emulator.requests('/api/jobs'))[0].body.includes('sauces'));
    });

    it('an unknown member forges no line of the warning, and sends no command to a terminal', async () => {
      const warned = once(process, 'warning');
      await client2().submitJobText({ ...object, 'a\u001b[31m\nsubmitted\u2028\u202e': 1 });
      const [{ message }] = await warned;
      assert.equal(message, 'submitJobText does not know the member a [31m submitted , and ignores it');
    });
  });

  it('submitJob sends its body unchanged, and the form of the constructor decides on the status of its receipt', async () => {
    const body = { model: { identifier: 'ed542963de', version: '1.0.1' }, input: { type: 'text', sources: SOURCES } };
    const open = { model: body.model };
    for (const [make, forInput, forNone] of [
      [client, 'SUBMITTED', 'OPEN'],
      [client2, undefined, undefined],
    ]) {
      await emulator.clearFaults();
      await emulator.fault({ method: 'POST', path: '/api/jobs', status: 202, body: `{"jobIdentifier":"${JOB}"}` });
      await emulator.clearRequests();
      assert.equal((await make().submitJob(body)).status, forInput);
      assert.equal((await make().submitJob(open)).status, forNone);
      const sent = (await emulator.requests('/api/jobs')).map((request) => JSON.parse(request.body));
      assert.deepEqual(sent, [body, open]);
    }
  });
});
