'use strict';

// Deployments against the emulator: from nothing to the result of a job, and how a deployment fails and resumes.

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');
const { DeploymentError, ModzyClient, outputsOf } = require('modzy-client');

describe('deployModel', () => {
  const emulator = useEmulator({ deploymentStepMs: 40, imageSettleMs: 20, engineStartMs: 20 });
  /** A server that refuses the first load after a pull, however late it comes. */
  const settling = useEmulator({ deploymentStepMs: 40, imageSettleMs: 400 });
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
    ['to resume without the model', { resume: true }, /modelId must be given/],
    ['to resume from a step', { resume: true, from: 'load', modelId: 'm' }, /resume finds the first step/],
    ['a last step before the first', { from: 'load', until: 'image', modelId: 'm' }, /from must not be after until/],
    ['a version that no path can hold', { version: '..' }, /version must not be "\.\."/],
    ['the version latest', { version: 'latest' }, /version must be the number of a version/],
    ['a sample that is a folder', { inputs: [{ name: 'a', sample: '/' }] }, /is not a file: \//],
    ['an input that is misspelled', { inputs: [{ name: 'a', sampel: 'x' }] }, /inputs\[0\]\.sampel/],
    ['an input that is not an object', { inputs: ['a'] }, /inputs\[0\]/],
    ['an input of a wrong size', { inputs: [{ name: 'a', sample: 'x', maximumSize: -1 }] }, /inputs\[0\]\.maximumSize/],
    ['a tag that is not a string', { tags: [1] }, /tags\[0\] param should be a string/],
    ['a tag that is a date', { tags: ['a', new Date()] }, /tags\[1\] param should be a string/],
    ['a tag that is missing', { tags: Array(1) }, /tags\[0\] param should be a string/],
    ['a description that is an object', { longDescription: {} }, /longDescription param should be a string/],
    ['a path of a sample that is a URL', { inputs: [{ name: 'a', sample: 's3://a/b' }] }, /inputs\[0\]\.sample param/],
    ['a picture that is not a path', { picture: 'https://example.com/a.png' }, /picture param should be a path/],
    ['outputs of one name', { outputs: [{ name: 'a' }, { name: 'a' }] }, /different names, but two are "a"/],
    ['no time for a run', { runTimeout: 0 }, /runTimeout must be at least 1 ms/],
    ['a fraction of an engine', { maximumEngines: 1.5 }, /maximumEngines param/],
    ['no time for a step', { stepTimeout: 0 }, /stepTimeout param should be a number of milliseconds, 1 or more/],
    ['a version of two segments', { version: 'a/b' }, /version must be the number of a version/],
    ['a version with a space', { version: '1.0 0' }, /version must be the number of a version/],
    ['a blank version', { version: ' ' }, /version/],
    ['a blank model', { modelId: ' ' }, /modelId must not be empty/],
    ['a blank name', { name: ' ' }, /name must be given for a new model/],
    ['a blank image', { image: ' ' }, /image/],
    ['an image with a space', { image: 'modzy/echo: 1' }, /image must not contain spaces/],
    ['no engine', { maximumEngines: 0 }, /maximumEngines must be at least 1/],
    ['an input without a size', { inputs: [{ name: 'a', sample, maximumSize: 0 }] }, /inputs must have a maximum size/],
    ['an input of no path', { inputs: [{ name: '..', sample }] }, /inputs must not be "\.\."/],
    ['an input of no type', { inputs: [{ name: 'a', sample, acceptedMediaTypes: 'text' }] }, /inputs must have media/],
    ['an output of no type', { outputs: [{ name: 'a', mediaType: ' ' }] }, /outputs must have media types/],
    ['no outputs', { outputs: [] }, /outputs must have at least one output/],
    ['no time for a start', { statusTimeout: 0 }, /statusTimeout must be at least 1 ms/],
    ['no interval of polls', { pollInterval: 0 }, /pollInterval param/],
    ['a picture that is missing', { picture: '/no/such/file' }, /picture cannot be read: \/no\/such\/file/],
    ['an unknown step', { until: 'loads' }, /until param should be "create"/],
    ['hardware that is not a number', { hardware: '1' }, /hardware param/],
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

  it('fails with what the server says about a run, and keeps its request', async () => {
    const run = await failure(client().deployModel(model({ image: 'modzy/fail-run:1' })));
    assert.deepEqual([run.name, run.step, run.status, run.cause], ['DeploymentError', 'run', undefined, undefined]);
    assert.match(run.message, /^the step run failed: the container cannot process its input$/);
    assert.match(run.technicalInformation, /: the container cannot process its input$/);

    const crash = await failure(client().deployModel(model({ image: 'modzy/crash-run:1' })));
    assert.deepEqual([crash.step, crash.status, crash.cause.name], ['run', 400, 'BadRequestError']);
    assert.match(crash.technicalInformation, /deleted for lack of resources/);
    assert.deepEqual(crash.cause.body.technicalInformation, crash.technicalInformation);
    assert.match(crash.cause.url, /\/run-process$/);

    const { modelId } = crash;
    const again = await failure(client().deployModel(model({ image: 'modzy/crash-run:1', modelId, resume: true })));
    assert.deepEqual([again.step, again.modelId], ['run', modelId]);
  });

  it('continues where it was aborted, in each step, and takes no step of the server twice', async () => {
    const once = { image: 'container-image', load: 'load-process', run: 'run-process' };
    for (const at of ['create', 'image', 'attributes', 'load', 'testInput', 'run', 'samples', 'activate']) {
      const controller = new AbortController();
      let modelId;
      const onProgress = (progress) => {
        modelId = progress.modelId;
        // The end of `create`, so that the model is known, and the beginning of all others. Of two reports at a time, only the last
        // may arrive.
        if (progress.step === at && (at !== 'create' || progress.percentage === 100)) {
          controller.abort(new Error(at));
        }
      };
      // No step must have ended before the abort.
      await emulator.fault({ method: 'PATCH', path: '/api/models/*', delayMs: at === 'activate' ? 200 : 20 });
      const aborted = await failure(client().deployModel(model({ signal: controller.signal, onProgress })));
      await emulator.clearFaults();
      assert.equal(aborted.message, at);
      const deployed = await client().deployModel(model({ modelId, resume: true }));
      assert.deepEqual([deployed.status, deployed.model.modelId], ['active', modelId], at);
      const requests = (await emulator.requests()).filter(({ path: route }) => route.includes(modelId));
      for (const [step, route] of Object.entries(once)) {
        const taken = requests.filter((each) => each.method === 'POST' && each.path.endsWith(route));
        const done = taken.filter(({ status }) => status === 200).length;
        // That of the abort may have been begun or not. After `create`, it is that of the image.
        const isBegun = step === (at === 'create' ? 'image' : at);
        assert.ok(done === 1 || (isBegun && done <= 2), `${step} taken ${done} times, aborted in ${at}`);
      }
    }
  });

  it('runs a model with several inputs and outputs of any name', async () => {
    const of = (name) => ({ name, acceptedMediaTypes: 'text/plain', sample });
    const names = ['größe.txt', '__proto__'];
    const outputs = [{ name: 'zähler.json' }, { name: 'constructor', mediaType: 'text/plain' }];
    const deployed = await client().deployModel(model({ name: 'Zähler', inputs: names.map(of), outputs }));
    assert.deepEqual(
      [deployed.inputs, deployed.outputs].map((each) => each.map(({ name }) => name)),
      [names, ['zähler.json', 'constructor']],
    );
    const shown = await client().getModelVersionOutputSample(deployed.model.modelId, '0.0.1');
    assert.equal(shown.results['<input-id>']['zähler.json'], 'a sample');
  });

  it('keeps outputs with the names of metadata in the outputs of a run', async () => {
    const outputs = ['status', 'error', 'engine', 'inputFetching', 'startTime', 'voting'].map((name) => ({ name }));
    const links = [{ name: 'elapsedTime', mediaType: 'text/plain' }];
    const { model: of } = await client().deployModel(model({ name: 'Mood', outputs: [...outputs, ...links] }));
    const ran = await client().run(of.modelId, { input: '{"mood":"joy"}' }, { pollInterval: 10 });
    for (const found of [ran.outputs, outputsOf(await client().getResult(ran.job), 'job')]) {
      for (const { name } of outputs) {
        assert.deepEqual(found[name], { mood: 'joy' }, name);
      }
      assert.match(found.elapsedTime, /\/elapsedTime\n$/);
    }
    for await (const { status, outputs: streamed } of client().streamResults(ran.job)) {
      assert.deepEqual([status, streamed], ['SUCCESSFUL', ran.outputs]);
    }
  });

  it('continues through an outage, and reports each retry', async () => {
    const retries = [];
    const onRetry = ({ request, attempt, error }) => retries.push([request.method, attempt, error.status]);
    diagnostics.subscribe('modzy:request:retry', onRetry);
    try {
      // The first requests that read are the polls for the image.
      await settling.fault({ method: 'GET', path: '/api/models/*', status: 500, times: 3 });
      const modzy = new ModzyClient({ url: settling.url, apiKey: settling.apiKey });
      const deployed = await modzy.deployModel(model({ retries: 0 }));
      assert.equal(deployed.status, 'active');
    } finally {
      await settling.clearFaults();
      diagnostics.unsubscribe('modzy:request:retry', onRetry);
    }
    const ofImage = retries.filter(([, , status]) => status === 500);
    assert.deepEqual(
      ofImage,
      [1, 2, 3].map((attempt) => ['deployModel', attempt, 500]),
    );
    assert.ok(retries.some(([, , status]) => status === 400));
  });

  it('takes each step as a method of its own', async () => {
    const modzy = client();
    const { identifier: modelId } = await modzy.createModel({ name: 'Steps', version: '0.0.1' });
    await modzy.createModelVersion({ modelId, version: '0.0.2' });
    const of = { modelId, version: '0.0.2' };
    await modzy.describeModel({ modelId, description: 'By hand', tags: ['mine'] });
    await modzy.pullImage({ ...of, image: 'modzy/echo:1', registryUsername: 'me', registryPassword: 'a secret' });
    const seen = [];
    const onProgress = ({ step, percentage, modelId: of_ }) => seen.push([step, percentage, of_]);
    assert.deepEqual(await modzy.waitForImage({ ...of, pollInterval: 1, onProgress }), { percentage: 100 });
    assert.deepEqual(seen.at(-1), ['image', 100, modelId]);
    const inputs = [{ name: 'input', acceptedMediaTypes: 'text/plain', maximumSize: 100, description: '' }];
    await modzy.editModelVersion({ ...of, changes: { inputs, longDescription: 'L' } });
    assert.equal(await modzy.loadModel({ ...of, stepTimeout: 10_000 }), undefined);
    await modzy.sendTestInput({ ...of, input: 'input', file: sample });
    await modzy.startTest(of);
    const tested = await modzy.waitForTest({ ...of, pollInterval: 1 });
    assert.deepEqual([tested.status, tested['results.json']], ['SUCCESSFUL', 'a sample']);
    await modzy.setModelVersionInputSample({ ...of, sample: { a: 'job' } });
    await modzy.setModelVersionOutputSample({ ...of, sample: { results: tested } });
    await modzy.sendPicture({ modelId, file: sample, description: 'A picture' });
    await modzy.editModelVersion({ ...of, changes: { longDescription: 'L' } });
    assert.equal((await modzy.activateModelVersion(of)).status, 'active');
    await modzy.waitForEngines({ ...of, minimum: 0, pollInterval: 1 });
    const version = await modzy.getModelVersion(modelId, '0.0.2');
    assert.deepEqual([version.isActive, version.longDescription, version.model.description], [true, 'L', 'By hand']);
    assert.deepEqual(await modzy.getModelVersionInputSample(modelId, '0.0.2'), { a: 'job' });
  });

  it('fails when a step takes longer than stepTimeout', async () => {
    const pull = '/api/models/*/versions/*/container-image';
    await emulator.fault({ method: 'GET', path: pull, status: 200, body: '{"percentage":10}' });
    const error = await failure(client().deployModel(model({ stepTimeout: 1, pollInterval: 1 })));
    assert.equal(error.name, 'DeploymentError');
    assert.match(error.message, /the step image was not complete after 1 ms/);
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

  it('closes the request of the step that it is aborted in, and sends nothing more', async (t) => {
    const routes = ['container-image', 'load-process', 'testInput', 'run-process', 'sample-input', 'image'];
    const froms = ['image', 'load', 'testInput', 'run', 'samples', 'picture'];
    for (const [index, from] of froms.entries()) {
      const route = routes[index];
      const controller = new AbortController();
      const server = await serve(t, {
        'GET /api/models/m/versions/0.0.1/run-process': { body: { percentage: 100, result: {} } },
        '*': ({ path: requested }) => {
          assert.ok(requested.endsWith(route), requested);
          controller.abort(new Error(from));
          return 'stall';
        },
      });
      const modzy = new ModzyClient({ url: server.url, apiKey: 'a.b' });
      const spec = model({ modelId: 'm', from, picture: sample, signal: controller.signal });
      assert.equal((await failure(modzy.deployModel(spec))).message, from);
      const sent = server.requests.length;
      await new Promise(setImmediate);
      assert.equal(server.requests.length, sent, from);
    }
  });

  it('keeps technical information that is not a text as JSON', async (t) => {
    for (const [technical, text] of [
      [{ exit: 137, log: ['a', 'b'] }, '{"exit":137,"log":["a","b"]}'],
      [['line 1', 2], '["line 1",2]'],
      [137, '137'],
      ['as text', 'as text'],
    ]) {
      const server = await serve(t, {
        'POST /api/models/m/versions/0.0.1/load-process': {
          status: 500,
          body: { statusCode: 500, message: 'No', technicalInformation: technical },
        },
      });
      const modzy = new ModzyClient({ url: server.url, apiKey: 'a.b' });
      const error = await failure(modzy.deployModel(model({ modelId: 'm', from: 'load' })));
      assert.deepEqual([error.name, error.step, error.technicalInformation], ['DeploymentError', 'load', text]);
      assert.deepEqual(error.cause.body.technicalInformation, technical);
    }
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
    assert.deepEqual(seen.at(-1), { step: 'engines', percentage: 100, modelId: of.modelId });
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
