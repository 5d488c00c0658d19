'use strict';

// The progress of uploads: the reports, their async context, and callbacks that throw.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { randomBytes } = require('node:crypto');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const MODEL = ['d1g35t0256', '1.1.0'];
const CHUNK = 64 * 1024;

describe('the progress of an upload', () => {
  const emulator = useEmulator({ chunkSize: '64Ki' });
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);

  it('is reported at both ends of each input and between them, in the async context of the call', async () => {
    const context = new AsyncLocalStorage();
    const reports = [];
    const options = {
      onUploadProgress: (progress) => reports.push({ ...progress, caller: context.getStore() }),
    };
    const stream = (async function* () {
      yield randomBytes(10);
    })();
    const sources = { a: { input: randomBytes(50 * CHUNK), extra: Buffer.from('xyz') }, b: { input: stream } };
    const uploading = context.run('me', () => client().submitJobFiles(...MODEL, sources, options));
    const { jobIdentifier } = await uploading;
    assert.ok(reports.every((progress) => progress.jobIdentifier === jobIdentifier && progress.caller === 'me'));
    const of = (key, name) =>
      reports
        .filter(({ inputKey, inputName }) => inputKey === key && inputName === name)
        .map((each) => each.loadedBytes);
    const large = of('a', 'input');
    assert.deepEqual([large[0], large.at(-1)], [0, 50 * CHUNK]);
    assert.ok(large.every((loaded, index) => index === 0 || loaded > large[index - 1]));
    assert.deepEqual(of('a', 'extra'), [0, 3]);
    assert.deepEqual(of('b', 'input'), [0, 10]);
    assert.ok(reports.every((each) => (each.inputKey === 'b' ? !('totalBytes' in each) : each.totalBytes > 0)));
  });

  it('ends the upload with an error of the callback, and cancels the job', async () => {
    for (const when of [({ loadedBytes }) => loadedBytes === 0, ({ loadedBytes: l, totalBytes: t }) => l === t]) {
      const thrown = new Error('enough');
      const outcomes = [];
      const options = {
        onCancel: (outcome) => outcomes.push(outcome),
        onUploadProgress: (progress) => {
          if (when(progress)) {
            throw thrown;
          }
        },
      };
      const uploading = client().submitJobFile(...MODEL, { k: { input: randomBytes(3 * CHUNK) } }, options);
      await assert.rejects(uploading, (error) => error === thrown);
      assert.equal(outcomes.length, 1);
      const { status } = await client().getJob(outcomes[0].jobIdentifier);
      assert.ok(['CANCELED', 'COMPLETED'].includes(status), status);
    }
  });

  it('is reported for appendInput', async () => {
    const jobs = client().getJobClient();
    const [identifier, version] = MODEL;
    const open = await jobs.submitJob({ model: { identifier, version } });
    const reports = [];
    const options = { onUploadProgress: (progress) => reports.push(progress) };
    await jobs.appendInput(open, 'k', 'input', Buffer.from('abc'), options);
    const common = { jobIdentifier: open.jobIdentifier, inputKey: 'k', inputName: 'input', totalBytes: 3 };
    assert.deepEqual(reports, [
      { ...common, loadedBytes: 0 },
      { ...common, loadedBytes: 3 },
    ]);
    const refused = jobs.appendInput(open, 'k', 'input', Buffer.from('abc'), { onUploadProgress: 7 });
    await assert.rejects(refused, { name: 'TypeError', message: /onUploadProgress param should be a function/ });
  });
});
