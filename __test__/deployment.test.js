'use strict';

// Deployments against the emulator: from nothing to the result of a job, and how a deployment fails and resumes.

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');
const { DeploymentError, ModzyClient } = require('modzy-client');

describe('deployModel', () => {
  const emulator = useEmulator({ deploymentStepMs: 40, imageSettleMs: 20, engineStartMs: 20 });
  const client = () => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey });
  let folder;
  let sample;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'modzy-'));
    sample = path.join(folder, 'sample.txt');
    writeFileSync(sample, 'a sample');
  });
  after(() => rmSync(folder, { recursive: true }));

  const model = (more) => ({
    name: 'Echo',
    version: '0.0.1',
    image: 'modzy/grpc-echo-model:1.0.0',
    inputs: [{ name: 'input', acceptedMediaTypes: 'text/plain', sample }],
    longDescription: 'Returns its input.',
    pollInterval: 10,
    ...more,
  });
  const posts = async () => (await emulator.requests()).filter(({ method }) => method === 'POST').length;

  it('goes from nothing to the result of a job, and reports each step', async () => {
    const seen = new Map();
    const deployed = await client().deployModel(
      model({ onProgress: ({ step, percentage }) => seen.set(step, percentage) }),
    );
    assert.deepEqual(
      [...seen],
      [
        ...['create', 'describe', 'image', 'attributes', 'load', 'testInput', 'run', 'samples', 'restore', 'picture'],
        'activate',
      ].map((step) => [step, 100]),
    );
    assert.deepEqual([deployed.status, deployed.longDescription], ['active', 'Returns its input.']);
    const { modelId } = deployed.model;
    const receipt = await client().submitJobText(modelId, '0.0.1', { first: { input: 'What a lovely day' } });
    const { result } = await client().blockUntilResult(receipt, { pollInterval: 10 });
    assert.equal(result.results.first.status, 'SUCCESSFUL');
  });

  for (const [name, more, message] of [
    ['no input', { inputs: [] }, /inputs must have at least one input/],
    [
      'a sample that is missing',
      { inputs: [{ name: 'a', sample: '/no/such/file' }] },
      /cannot be read: \/no\/such\/file/,
    ],
    ['an input without a sample', { inputs: [{ name: 'a' }] }, /sample/],
    ['a minimum above the maximum', { minimumEngines: 2, maximumEngines: 1 }, /minimumEngines must not be above/],
    ['no name for a new model', { name: undefined }, /name must be given for a new model/],
    ['a step to resume without the model', { from: 'load' }, /modelId must be given/],
  ]) {
    it(`refuses ${name} before a model is created`, async () => {
      const before_ = await posts();
      const error = await failure(client().deployModel(model(more)));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, message);
      assert.equal(await posts(), before_);
    });
  }

  it('fails with what the server says about a load, and resumes there', async () => {
    const error = await failure(client().deployModel(model({ image: 'modzy/fail-load:1' })));
    assert.ok(error instanceof DeploymentError, error.stack);
    assert.deepEqual([error.step, error.status], ['load', 500]);
    assert.match(error.technicalInformation, /exited with code 137/);
    const { modelId } = error;
    const resumed = await client().deployModel(model({ modelId, from: 'image' }));
    assert.deepEqual([resumed.status, resumed.model.modelId], ['active', modelId]);
  });

  it('fails when a step takes longer than stepTimeout', async () => {
    const error = await failure(client().deployModel(model({ stepTimeout: 0, pollInterval: 1 })));
    assert.equal(error.name, 'DeploymentError');
    assert.match(error.message, /the step image was not complete after 0 ms/);
  });

  it('ends within a step when it is aborted', async () => {
    const controller = new AbortController();
    const error = await failure(
      client().deployModel(
        model({
          signal: controller.signal,
          onProgress: ({ step }) => step === 'image' && controller.abort(new Error('enough')),
        }),
      ),
    );
    assert.equal(error.message, 'enough');
    const sent = await posts();
    await new Promise(setImmediate);
    assert.equal(await posts(), sent);
  });

  it('editModelVersion keeps what is not named', async () => {
    const deployed = await client().deployModel(model());
    const of = { modelId: deployed.model.modelId, version: '0.0.1' };
    const edited = await client().editModelVersion({
      ...of,
      changes: { timeout: { run: 5000 }, technicalDetails: 'T' },
    });
    assert.deepEqual(edited.timeout, { status: 60000, run: 5000 });
    assert.deepEqual([edited.technicalDetails, edited.longDescription], ['T', 'Returns its input.']);
    assert.deepEqual(edited.inputs, deployed.inputs);
    const error = await failure(client().editModelVersion({ ...of, changes: { isActive: false } }));
    assert.match(error.message, /cannot contain "isActive"/);
  });

  it('updateProcessingEngines waits until the minimum is ready', async () => {
    const { model: of } = await client().deployModel(model());
    const engines = { modelId: of.modelId, version: '0.0.1', minimum: 2, maximum: 3, wait: true, pollInterval: 10 };
    const seen = [];
    await client().updateProcessingEngines({ ...engines, onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen.at(-1), { step: 'engines', percentage: 100 });
    const status = await client().getProcessingEngineStatus();
    assert.ok(status.find(({ identifier }) => identifier === of.modelId).ready >= 2);
    const error = await failure(client().updateProcessingEngines({ ...engines, minimum: 4 }));
    assert.match(error.message, /minimum must not be above the maximum: 4 > 3/);
  });

  it('lists versions with their details, and the hardware', async () => {
    const versions = await client().listModelVersions({ modelId: 'ed542963de', isActive: true }).toArray();
    assert.ok(versions.length > 0 && versions.every(({ model: of }) => of.modelId === 'ed542963de'));
    const hardware = await client().getHardware();
    assert.ok(hardware.some(({ requirementId }) => requirementId === 1));
  });
});
