'use strict';

// The callback `onOpen` of uploads: when it is called, its async context, and callbacks that throw.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const MODEL = ['d1g35t0256', '1.1.0'];
const SOURCES = { a: { input: Buffer.from('x') }, b: { input: Buffer.from('y') } };

describe('onOpen', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);

  const uploads = {
    'the positional form': (modzy, options) => modzy.submitJobFile(...MODEL, SOURCES, options),
    'the object form': (modzy, options) =>
      modzy.submitJobFile({ modelId: MODEL[0], version: MODEL[1], sources: SOURCES, ...options }),
    submit: (modzy, options) => modzy.submit(MODEL.join('@'), SOURCES, options),
    'a function of a batch': async (modzy, options) => {
      const submit = (given) => modzy.submitJobFile(...MODEL, SOURCES, { ...given, ...options });
      const [{ job }] = await modzy.blockUntilAllComplete([submit], { pollInterval: 10 });
      return job;
    },
  };
  for (const [form, upload] of Object.entries(uploads)) {
    it(`is called once, with the job, in the async context of the call: ${form}`, async () => {
      const context = new AsyncLocalStorage();
      const opened = [];
      const onOpen = (...given) => opened.push([...given, context.getStore()]);
      const { jobIdentifier } = await context.run('me', () => upload(client(), { onOpen }));
      assert.deepEqual(opened, [[{ jobIdentifier }, 'me']]);
    });
  }

  it('is called before the first report of progress, and both come while the source of the first chunk waits', async () => {
    const events = [];
    let open;
    let report;
    const opened = new Promise((resolve) => {
      open = resolve;
    });
    const reported = new Promise((resolve) => {
      report = resolve;
    });
    const source = (async function* () {
      await Promise.all([opened, reported]);
      events.push('source');
      yield Buffer.from('x');
    })();
    const { jobIdentifier } = await client().submitJobFile(
      ...MODEL,
      { a: { input: source } },
      {
        onOpen: (given) => {
          events.push(given.jobIdentifier);
          open();
        },
        onUploadProgress: ({ loadedBytes }) => {
          events.push(loadedBytes);
          report();
        },
      },
    );
    assert.deepEqual(events, [jobIdentifier, 0, 'source', 1]);
  });

  it('names the job of an upload that fails afterwards', async (t) => {
    const server = await serve(t, {
      'GET /api/jobs/features': { body: {} },
      'POST /api/jobs': { body: { jobIdentifier: 'j', status: 'OPEN' } },
      'POST /api/jobs/j/a/input': { status: 400, body: { message: 'no' } },
      'DELETE /api/jobs/j': { body: { jobIdentifier: 'j', status: 'CANCELED' } },
    });
    const opened = [];
    const modzy = new ModzyClient(server.baseURL, 'a.b');
    const { jobIdentifier, message } = await failure(
      modzy.submitJobFile(...MODEL, SOURCES, { onOpen: (given) => opened.push(given.jobIdentifier) }),
    );
    assert.deepEqual([opened, jobIdentifier, message], [['j'], 'j', 'no']);
    assert.equal(server.lines().at(-1), 'DELETE /api/jobs/j');
  });

  it('ends the upload with what it throws, and cancels the job', async () => {
    const thrown = new Error('the database is down');
    const canceled = [];
    const pending = (async function* () {
      yield Buffer.from('x');
      await sleep(60_000, undefined, { ref: false });
    })();
    for (const call of [
      (options) => client().submitJobFile(...MODEL, { a: { input: pending } }, options),
      (options) => client().run(MODEL.join('@'), SOURCES, { pollInterval: 10, ...options }),
    ]) {
      const onOpen = () => {
        throw thrown;
      };
      const ended = call({ onOpen, onCancel: (outcome) => canceled.push(outcome.job.status) });
      assert.equal(await ended.catch((error) => error), thrown);
    }
    assert.deepEqual(canceled, ['CANCELED', 'CANCELED']);
  });

  it('is awaited before the upload resolves', async () => {
    let stored = false;
    const onOpen = async () => {
      await sleep(50);
      stored = true;
    };
    await client().submitJobFile(...MODEL, SOURCES, { onOpen });
    assert.equal(stored, true);
  });

  it('is not called for texts, which are part of the submit', async () => {
    const onOpen = () => assert.fail('called');
    const { jobIdentifier } = await client().submit('ed542963de', { 'input.txt': 'text' }, { onOpen });
    assert.equal((await client().getJob(jobIdentifier)).jobIdentifier, jobIdentifier);
  });

  it('is an option of uploads alone', async () => {
    const onOpen = () => {};
    await assert.rejects(client().submitJobText(...MODEL, { a: { input: 'x' } }, { onOpen }), {
      name: 'TypeError',
      message: /^submitJobText has no option onOpen, which belongs to submitJobFile, run and submit; /,
    });
    await assert.rejects(client().appendInput('j', 'a', 'b', Buffer.from('x'), { onOpen }), TypeError);
  });
});
