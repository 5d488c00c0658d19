'use strict';

// Runs, submits of texts or files, and batches with results: aborts in each phase, errors, and reports.
// The requests of each form are rows of contract/runs.js.

const assert = require('node:assert/strict');
const http = require('node:http');
const { Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const {
  ClientClosedError,
  ConnectionError,
  JobFailedError,
  ModzyClient,
  NotFoundError,
  ServerError,
  WaitTimeoutError,
  outputsOf,
} = require('modzy-client');
const { useChannels } = require('./support/channels.js');
const { useEmulator } = require('./support/emulator.js');
const { temporaryFile } = require('./support/files.js');
const { collect, failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const MODEL = 'ed542963de';
const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const TEXT = { 'input.txt': 'What a lovely day!' };
const reason = new Error('changed my mind');
const quickly = { pollInterval: 5 };

const receipt = { jobIdentifier: JOB, model: { identifier: MODEL, version: '1.0.1' } };
const jobOf = (status) => ({ body: { jobIdentifier: JOB, status } });
const POST = 'POST /api/jobs';
const GET = `GET /api/jobs/${JOB}`;
const DELETE = `DELETE /api/jobs/${JOB}`;
const RESULTS = `GET /api/results/${JOB}`;

const clientOf = ({ baseURL }, options) => new ModzyClient(baseURL, 'aPrefix.aSecretBody', { retries: 0, ...options });

describe('run with the emulator', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);

  it('gives the outputs of one text, with one request for the version', async () => {
    const { job, outputs, failures } = await client().run(MODEL, TEXT, quickly);
    assert.equal(job.status, 'COMPLETED');
    assert.equal(job.model.version, '1.0.1');
    assert.equal(outputs['results.json'].data.result.classPredictions[0].class, 'positive');
    assert.deepEqual(failures, {});
    const lines = (await emulator.requests()).map(({ method, path: route }) => `${method} ${route}`);
    assert.equal(lines.filter((line) => line === `GET /api/models/${MODEL}`).length, 1);
  });

  it('uploads bytes, Blobs, streams and files, with the same result as a text', async (t) => {
    const file = await temporaryFile(t, TEXT['input.txt']);
    const bytes = Buffer.from(TEXT['input.txt']);
    const sources = [bytes, new Blob([bytes]), Readable.from([bytes]), new Blob([bytes]).stream(), pathToFileURL(file)];
    const expected = (await client().run(MODEL, TEXT, quickly)).outputs;
    for (const source of sources) {
      const { outputs } = await client().run(MODEL, { 'input.txt': source }, quickly);
      assert.deepEqual(outputs, expected);
    }
  });

  it('reports the submit, the upload and the job', async () => {
    const events = [];
    const { job } = await client().run(
      `${MODEL}@1.0.1`,
      { a: { 'input.txt': Buffer.from('x') } },
      {
        ...quickly,
        onOpen: (opened) => events.push(['open', opened]),
        onSubmit: ({ jobIdentifier }) => events.push(['submit', jobIdentifier]),
        onUploadProgress: ({ loadedBytes }) => events.push(['upload', loadedBytes]),
        onProgress: ({ status }) => events.push(['job', status]),
      },
    );
    assert.deepEqual(events.slice(0, 4), [
      ['open', { jobIdentifier: job.jobIdentifier }],
      ['upload', 0],
      ['upload', 1],
      ['submit', job.jobIdentifier],
    ]);
    assert.deepEqual(events.at(-1), ['job', 'COMPLETED']);
  });

  it('gives outputs by outputsOf, and throws the failure of an input', async () => {
    const result = await client().run(MODEL, { a: TEXT, b: { wrong: 'name' } }, quickly);
    assert.deepEqual(Object.keys(result.failures), ['b']);
    assert.deepEqual(Object.keys(outputsOf(result, 'a')), ['results.json']);
    assert.throws(
      () => outputsOf(result, 'b'),
      (error) => {
        assert.ok(error instanceof JobFailedError);
        assert.equal(error.message, 'the model input input.txt is missing');
        assert.equal(error.jobIdentifier, result.job.jobIdentifier);
        assert.match(error.stack, /runs\.test\.js/);
        return true;
      },
    );
    assert.throws(() => outputsOf(result, 'c'), new NotFoundError('the results have no input "c"', { status: 404 }));
    const SHOULD = 'outputsOf: the result param should be a result, as getResult returns it';
    for (const [wrong, message] of [
      [{}, SHOULD],
      [Promise.resolve(result), `${SHOULD}, not a promise: await it first`],
      [{ index: 0, job: result.job, result }, `${SHOULD}, not an outcome of a batch: pass its result`],
    ]) {
      assert.throws(() => outputsOf(wrong, 'a'), { name: 'TypeError', message });
    }
    assert.throws(() => outputsOf(undefined, 'a'), TypeError);
  });

  it('reads the outputs of each of 5,000 inputs in the time of one result', () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `input-${index}`);
    const outputs = { 'results.json': { text: 'x'.repeat(200) } };
    const result = {
      results: Object.fromEntries(keys.map((key) => [key, outputs])),
      failures: { wrong: { error: 'why' } },
    };
    const begin = process.cpuUsage();
    for (const key of keys) {
      assert.deepEqual(outputsOf(result, key), outputs);
    }
    const { user } = process.cpuUsage(begin);
    assert.ok(user < 2_000_000, `${user / 1_000} ms`);
    assert.throws(() => outputsOf(result, 'wrong'), new JobFailedError('why'));
    assert.deepEqual(outputsOf({ results: { ['__proto__']: outputs } }, '__proto__'), outputs);
  });

  it('in a batch reads results within the same concurrency', async () => {
    const modzy = client();
    const submits = Array.from({ length: 6 }, () => (options) => modzy.submit(MODEL, TEXT, options));
    const outcomes = await modzy.blockUntilAllComplete(submits, { ...quickly, concurrency: 2, results: true });
    assert.equal(outcomes.length, 6);
    for (const { job, result } of outcomes) {
      assert.equal(result.jobIdentifier, job.jobIdentifier);
      assert.deepEqual(Object.keys(outputsOf(result, 'job')), ['results.json']);
    }
    const lines = (await emulator.requests()).map(({ method, path: route }) => `${method} ${route}`);
    assert.equal(lines.filter((line) => line.startsWith('GET /api/results/')).length, 6);
  });
});

describe('a run that is aborted', () => {
  /** Runs against a server, aborts when a request arrives, and returns what came of it. */
  async function abortAt(t, route, { inputs = TEXT, routes = {}, answer = 'stall', ...options } = {}) {
    const controller = new AbortController();
    const outcomes = [];
    const abort = () => {
      controller.abort(reason);
      return answer;
    };
    const server = await serve(t, {
      'GET /api/models/m': { body: { modelId: 'm', latestActiveVersion: '1.0.1' } },
      'GET /api/jobs/features': { body: {} },
      [POST]: { body: receipt },
      [GET]: jobOf('COMPLETED'),
      [DELETE]: jobOf('CANCELED'),
      ...routes,
      [route]: abort,
    });
    const onCancel = (outcome) => outcomes.push(outcome);
    const running = clientOf(server).run('m', inputs, { ...quickly, ...options, signal: controller.signal, onCancel });
    assert.equal(await failure(running), reason);
    return { lines: server.lines(), outcomes };
  }

  for (const cancelOnAbort of [false, true]) {
    it(`while it looks the version up submits nothing (cancelOnAbort: ${cancelOnAbort})`, async (t) => {
      const { lines, outcomes } = await abortAt(t, 'GET /api/models/m', { cancelOnAbort });
      assert.deepEqual(lines, ['GET /api/models/m']);
      assert.deepEqual(
        outcomes.map(({ jobIdentifier }) => jobIdentifier),
        cancelOnAbort ? [undefined] : [],
      );
    });
  }

  it('while it submits a text cancels the job once the receipt has come', async (t) => {
    const { lines, outcomes } = await abortAt(t, POST, { cancelOnAbort: true, answer: { body: receipt } });
    assert.deepEqual(lines, ['GET /api/models/m', 'POST /api/jobs', DELETE]);
    assert.equal(outcomes[0].job.status, 'CANCELED');
  });

  it('while it submits a text cancels nothing without cancelOnAbort', async (t) => {
    const { lines, outcomes } = await abortAt(t, POST);
    assert.deepEqual(lines, ['GET /api/models/m', 'POST /api/jobs']);
    assert.deepEqual(outcomes, []);
  });

  it('while it uploads cancels the job in any case', async (t) => {
    const route = `POST /api/jobs/${JOB}/job/input.txt`;
    const { lines, outcomes } = await abortAt(t, route, { inputs: { 'input.txt': Buffer.from('x') } });
    assert.deepEqual(lines.slice(-2), [route, DELETE]);
    assert.equal(outcomes[0].jobIdentifier, JOB);
  });

  for (const cancelOnAbort of [false, true]) {
    it(`while it waits ${cancelOnAbort ? 'cancels' : 'leaves'} the job`, async (t) => {
      const { lines, outcomes } = await abortAt(t, GET, { cancelOnAbort });
      assert.deepEqual(lines.slice(2), cancelOnAbort ? [GET, DELETE] : [GET]);
      assert.deepEqual(
        outcomes.map(({ job }) => job.status),
        cancelOnAbort ? ['CANCELED'] : [],
      );
    });
  }

  it('while it reads the results cancels nothing, because the job has ended', async (t) => {
    const { lines, outcomes } = await abortAt(t, RESULTS, { cancelOnAbort: true });
    assert.deepEqual(lines.slice(2), [GET, RESULTS]);
    assert.deepEqual(
      outcomes.map(({ job }) => job.status),
      ['COMPLETED'],
    );
  });
});

describe('the errors of a run', () => {
  const routes = {
    [POST]: { body: receipt },
    [GET]: jobOf('COMPLETED'),
    [RESULTS]: { body: { jobIdentifier: JOB, finished: true, results: {} } },
  };

  for (const [what, over, options, type] of [
    ['a wait that is too long', { [GET]: jobOf('IN_PROGRESS') }, { waitTimeout: 30 }, WaitTimeoutError],
    ['a poll without a response', { [GET]: 'reset' }, { maxOutage: 0 }, ConnectionError],
    ['results that cannot be read', { [RESULTS]: { status: 500 } }, { maxOutage: 0 }, ServerError],
    ['a job that has failed', { [GET]: jobOf('ERROR') }, {}, JobFailedError],
  ]) {
    it(`have the job after ${what}`, async (t) => {
      const server = await serve(t, { ...routes, ...over });
      const error = await failure(clientOf(server).run('m@1', TEXT, { ...quickly, ...options }));
      assert.ok(error instanceof type, error.stack);
      assert.equal(error.jobIdentifier, JOB);
      assert.equal(JSON.parse(JSON.stringify(error)).jobIdentifier, JOB);
      assert.match(error.stack, /runs\.test\.js/);
      // The same call would submit another job.
      assert.equal(error.retryable, false);
    });
  }

  it('say that the server has acted although it is gone by the first poll', async (t) => {
    let listener;
    const createServer = (...given) => (listener = http.createServer(...given));
    const accept = () => {
      listener.close();
      return { body: receipt, headers: { connection: 'close' } };
    };
    const server = await serve(t, { [POST]: accept }, { createServer });
    const error = await failure(clientOf(server).run('m@1', TEXT, { ...quickly, maxOutage: 0 }));
    assert.ok(error instanceof ConnectionError, error.stack);
    assert.deepEqual([error.jobIdentifier, error.sent, error.retryable], [JOB, 'maybe', false]);
  });

  it('have the job after the client was closed', async (t) => {
    const server = await serve(t, { ...routes, [GET]: 'stall' });
    const client = clientOf(server);
    let submitted;
    const running = failure(client.run('m@1', TEXT, { onSubmit: (given) => (submitted = given) }));
    while (submitted === undefined) {
      await new Promise(setImmediate);
    }
    await client.close();
    const error = await running;
    assert.ok(error instanceof ClientClosedError);
    assert.equal(error.jobIdentifier, JOB);
    assert.deepEqual(submitted, { jobIdentifier: JOB });
  });

  for (const [what, inputs, canceled] of [
    ['leaves the job of a text alone', TEXT, []],
    ['cancels the job of an upload', { 'input.txt': Buffer.from('x') }, [DELETE]],
  ]) {
    it(`are those of a submit that a close ends, which ${what}`, async (t) => {
      let arrived;
      const arrival = new Promise((resolve) => (arrived = resolve));
      const stall = () => {
        arrived();
        return 'stall';
      };
      const isText = inputs === TEXT;
      const server = await serve(t, {
        'GET /api/jobs/features': { body: {} },
        [POST]: isText ? stall : { body: receipt },
        [`POST /api/jobs/${JOB}/job/input.txt`]: stall,
        [DELETE]: jobOf('CANCELED'),
      });
      const client = clientOf(server);
      const submitting = failure(client.submit('m@1', inputs, isText ? { cancelOnAbort: true } : {}));
      await arrival;
      await client.close();
      const error = await submitting;
      assert.ok(error instanceof ClientClosedError);
      assert.equal(error.sent, 'maybe');
      assert.equal(error.jobIdentifier, isText ? undefined : JOB);
      assert.deepEqual(
        server.lines().filter((line) => line === DELETE),
        canceled,
      );
    });
  }

  it('say that nothing was submitted if the version cannot be looked up', async (t) => {
    const server = await serve(t, { 'GET /api/models/m': 'reset' });
    const error = await failure(clientOf(server).run('m', TEXT));
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.sent, 'no');
    assert.deepEqual(server.lines(), ['GET /api/models/m']);
  });

  it('say that nothing was submitted if the limits of uploads cannot be read', async (t) => {
    const server = await serve(t, { 'GET /api/jobs/features': 'reset' });
    const error = await failure(clientOf(server).run('m@1', { 'input.txt': Buffer.from('x') }));
    assert.ok(error instanceof ConnectionError);
    assert.deepEqual([error.sent, error.retryable], ['no', true]);
    assert.deepEqual(server.lines(), ['GET /api/jobs/features']);
  });

  it('end a run whose onSubmit throws, and leave its job alone', async (t) => {
    const server = await serve(t, { ...routes, [GET]: 'stall', [DELETE]: jobOf('CANCELED') });
    const onSubmit = () => {
      throw reason;
    };
    assert.equal(await failure(clientOf(server).run('m@1', TEXT, { onSubmit, cancelOnAbort: true })), reason);
    assert.ok(!server.lines().includes(DELETE));
  });

  it('never repeat a submit whose response was lost', async (t) => {
    const server = await serve(t, { ...routes, [POST]: 'reset' });
    const error = await failure(clientOf(server, { retries: 5 }).run('m@1', TEXT));
    assert.equal(error.sent, 'maybe');
    assert.deepEqual(server.lines(), ['POST /api/jobs']);
  });
});

describe('a batch with results', () => {
  it('has the error beside the job if results cannot be read, and no result of a job that failed', async (t) => {
    const [other, failed] = ['b', 'c'];
    const server = await serve(t, {
      [GET]: jobOf('COMPLETED'),
      [RESULTS]: { status: 403, body: { message: 'not yours' } },
      [`GET /api/jobs/${other}`]: { body: { jobIdentifier: other, status: 'COMPLETED' } },
      [`GET /api/results/${other}`]: { body: { jobIdentifier: other, finished: true, results: {} } },
      [`GET /api/jobs/${failed}`]: { body: { jobIdentifier: failed, status: 'ERROR' } },
    });
    const outcomes = await collect(
      clientOf(server).jobsAsCompleted([JOB, other, failed], { ...quickly, results: true }),
    );
    const [first, second, third] = outcomes.sort((one, two) => one.index - two.index);
    assert.equal(first.error.message, 'not yours');
    assert.equal(first.error.jobIdentifier, JOB);
    assert.equal(first.job.status, 'COMPLETED');
    assert.equal(first.result, undefined);
    assert.deepEqual(second.result.results, {});
    assert.deepEqual(Object.keys(third), ['index', 'jobIdentifier', 'job']);
    assert.ok(!server.lines().includes(`GET /api/results/${failed}`));
  });
});

describe('the end of a call', () => {
  const channels = useChannels();

  it('is reported with the status and the identifier of the last response', async (t) => {
    const headers = { 'x-request-id': 'r-1 aSecretBody' };
    const server = await serve(t, {
      [POST]: { status: 202, headers, body: receipt },
      [GET]: [jobOf('IN_PROGRESS'), { ...jobOf('COMPLETED'), headers: { 'x-correlation-id': 'r-2' } }],
      [RESULTS]: { status: 200, body: { jobIdentifier: JOB, finished: true, results: { job: {} } } },
    });
    const messages = channels.collect(['modzy:request:end']);
    const client = clientOf(server);
    await client.submit('m@1', TEXT);
    await client.blockUntilComplete(JOB, quickly);
    await client.run('m@1', TEXT, quickly);
    const ends = messages.map(([, { request, status, requestId }]) => [
      request.method,
      request.jobIdentifier,
      status,
      requestId,
    ]);
    assert.deepEqual(ends, [
      ['submit', JOB, 202, 'r-1 ***'],
      ['blockUntilComplete', JOB, 200, 'r-2'],
      ['run', JOB, 200, undefined],
    ]);
  });
});
