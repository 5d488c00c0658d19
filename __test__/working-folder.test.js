'use strict';

// Relative paths are resolved in the working directory of the time of the call, not of the time when the file is read.

const assert = require('node:assert/strict');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');
const { MODEL, useUploads } = require('./support/uploads.js');
const { ModzyClient } = require('modzy-client');

describe('a relative path', () => {
  const uploads = useUploads();
  const home = process.cwd();
  let root;
  before(async () => {
    root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-')));
    for (const folder of ['here', 'there', 'here/deep']) {
      await fs.mkdir(path.join(root, folder));
      await fs.writeFile(path.join(root, folder, 'file.txt'), folder);
    }
    await fs.symlink('here/deep', path.join(root, 'link'));
  });
  after(async () => {
    process.chdir(home);
    await fs.rm(root, { recursive: true });
  });

  /** Makes a call in one folder, and changes to another before the call settles. */
  const from = (folder, call) => {
    process.chdir(path.join(root, folder));
    const calling = call();
    process.chdir(path.join(root, 'there'));
    return calling;
  };
  const arrived = async (receipt) => (await uploads.digests(receipt)).only.input.bytes;
  const submit = (source) => uploads.modzy.submitJobFile(...MODEL, { only: { input: source } });

  it('of an upload is resolved at the time of the call', async () => {
    assert.equal(await arrived(await from('here', () => submit('file.txt'))), 'here'.length);
    assert.equal(await arrived(await from('here', () => submit('./deep/../file.txt'))), 'here'.length);
    // After a symbolic link, `..` is the parent of its target.
    assert.equal(await arrived(await from('.', () => submit('link/../file.txt'))), 'here'.length);
    assert.equal(await arrived(await from('here', () => submit(pathToFileURL('file.txt')))), 'here'.length);
  });

  it('of appendInput is resolved at the time of the call', async () => {
    const [identifier, version] = MODEL;
    const jobs = uploads.modzy.getJobClient();
    const job = await jobs.submitJob({ model: { identifier, version } });
    await from('here', () => jobs.appendInput(job, 'only', 'input', 'file.txt'));
    assert.equal(await arrived(await jobs.closeJob(job)), 'here'.length);
  });

  it('of an upload in a batch is resolved when its function is called', async () => {
    const sources = ['here', 'here/deep'].map((folder) => () => from(folder, () => submit('file.txt')));
    const outcomes = await uploads.modzy.blockUntilAllComplete(sources, { concurrency: 1 });
    const sizes = await Promise.all(outcomes.map(({ job }) => arrived(job)));
    assert.deepEqual(sizes, ['here'.length, 'here/deep'.length]);
  });

  it('of a journal is resolved at the time of the call, also where the batch begins later', async () => {
    const texts = { only: { 'input.txt': 'What a lovely day!' } };
    const submitText = (options) => uploads.modzy.submitJobText('ed542963de', '1.0.1', texts, options);
    const sources = [{ inputKey: 'only', submit: submitText }];
    const options = { journal: 'batch.jsonl' };
    const [{ job }] = await from('here', () => uploads.modzy.blockUntilAllComplete(sources, options));
    for await (const outcome of from('here', () => uploads.modzy.jobsAsCompleted(sources, options))) {
      assert.deepEqual(outcome.job, job);
    }
    await fs.rm(path.join(root, 'here', 'batch.jsonl'));
    assert.deepEqual(await fs.readdir(path.join(root, 'there')), ['file.txt']);
  });

  it('of a download is resolved at the time of the call, and no other file is left', async () => {
    const receipt = await from('here', () => submit('file.txt'));
    await uploads.modzy.blockUntilComplete(receipt);
    const output = { jobId: receipt.jobIdentifier, inputKey: 'only', outputName: 'results.json' };
    for (const name of ['results.json', 'deep/results.json']) {
      await from('here', () => uploads.modzy.downloadOutput(output, name));
      assert.match(await fs.readFile(path.join(root, 'here', name), 'utf8'), /sha256/);
      await fs.rm(path.join(root, 'here', name));
    }
    assert.deepEqual(await fs.readdir(path.join(root, 'there')), ['file.txt']);
    assert.deepEqual((await fs.readdir(path.join(root, 'here'))).sort(), ['deep', 'file.txt']);
  });

  it('of a deployment is resolved at the time of the call', async (t) => {
    const read = { version: '1', percentage: 100, result: { status: 'SUCCESSFUL' } };
    const server = await serve(t, { '*': ({ method }) => ({ body: method === 'GET' ? read : {} }) });
    const modzy = new ModzyClient({ url: server.url, apiKey: 'a.b' });
    const of = { modelId: 'm', version: '1' };
    const spec = { ...of, image: 'i', from: 'testInput', until: 'picture', pollInterval: 1 };
    for (const file of ['file.txt', pathToFileURL(path.join(root, 'here', 'file.txt'))]) {
      await from('here', () => modzy.sendTestInput({ ...of, input: 'i', file }));
      await from('here', () => modzy.sendPicture({ modelId: 'm', file }));
      await from('here', () => modzy.deployModel({ ...spec, picture: file, inputs: [{ name: 'i', sample: file }] }));
      const bodies = server.requests.splice(0).map(({ body }) => String(body));
      const sent = bodies.filter((body) => body.includes('filename="file.txt"'));
      assert.equal(sent.length, 4);
      assert.ok(sent.every((body) => body.includes('\r\n\r\nhere\r\n')));
    }
  });

  it('of a data URL is resolved at the time of the call', async () => {
    const url = await from('here', () => uploads.modzy.pathToDataUrl('file.txt', 'text/plain'));
    assert.equal(url, `data:text/plain;base64,${Buffer.from('here').toString('base64')}`);
  });

  it('cannot be resolved in a removed folder, but an absolute one can be read there', async () => {
    await fs.mkdir(path.join(root, 'gone'));
    process.chdir(path.join(root, 'gone'));
    await fs.rmdir(path.join(root, 'gone'));
    const of = { modelId: 'm', version: '1' };
    for (const [call, param] of [
      [() => submit('file.txt'), '["only"]["input"]'],
      [() => uploads.modzy.pathToDataUrl('file.txt', 'text/plain'), 'path'],
      [() => uploads.modzy.downloadOutput({ jobId: 'j', inputKey: 'k', outputName: 'o' }, 'file.txt'), 'file'],
      [() => uploads.modzy.blockUntilAllComplete([], { journal: 'batch.jsonl' }), 'journal'],
      [() => uploads.modzy.sendPicture({ modelId: 'm', file: 'file.txt' }), 'file'],
      [() => uploads.modzy.sendTestInput({ ...of, input: 'i', file: 'file.txt' }), 'file'],
    ]) {
      const error = await failure(call());
      assert.deepEqual([error.name, error.cause?.code], ['TypeError', 'ENOENT'], error.stack);
      const reason = 'is a relative path, but the working directory has been removed or cannot be read';
      assert.ok(error.message.includes(`${param} param ${reason}: pass an absolute path`), error.message);
    }
    assert.equal(await arrived(await submit(path.join(root, 'here/file.txt'))), 'here'.length);
    process.chdir(home);
  });

  it('must not be empty', async () => {
    await assert.rejects(submit(''), { name: 'TypeError', message: /should be a not empty string/ });
    for (const url of ['https://example.com/x', 'file://elsewhere/x', 'file:///%FF']) {
      await assert.rejects(submit(new URL(url)), {
        name: 'TypeError',
        message: /\["only"\]\["input"\] param should be/,
      });
    }
  });
});
