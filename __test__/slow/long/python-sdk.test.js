'use strict';

// The published Python SDK, unchanged, against the emulator: every method of its models, jobs, results and tags. Skipped where there is
// no Python with venv, and where the SDK cannot be installed.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { installPythonSdk, runPythonSdk } = require('../../../dev/python/sdk.js');
const { useEmulator } = require('../../support/emulator.js');

/** More than two chunks. */
const BYTES = Buffer.alloc(2_500_000, 'All of it, in order. ');

/** The steps that fail, with the beginning of their messages. Those of the type TypeError are faults of the SDK. */
const FAILURES = {
  'unknown model': ['NotFoundError', 'the model n0such0n33 does not exist'],
  'Result.get_source_outputs of a failure': ['ResultsError', 'the model input input.txt is missing'],
  'Result.get_source_outputs of nothing': ['KeyError', "'nobody'"],
  'Model.submit_text': ['TypeError', "Jobs.submit_text() got an unexpected keyword argument 'source_name'"],
  'Model.submit_aws_s3': ['TypeError', "Jobs.submit_aws_s3() got an unexpected keyword argument 'source_name'"],
  'deploy an existing version': ['BadRequestError', 'the version 0.0.2 already exists'],
  'deploy an image that cannot be pulled': ['ValueError', 'Loading model container failed.'],
};

const missing = installPythonSdk();

describe('the Python SDK', { skip: missing }, () => {
  const emulator = useEmulator({ submittedMs: 50, inProgressMs: 150, deploymentStepMs: 300, engineStartMs: 300 });
  let folder;
  let outcomes;
  const value = (name) => outcomes.get(name).value;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-python-'));
    const file = path.join(folder, 'input.bin');
    await writeFile(file, BYTES);
    outcomes = await runPythonSdk(emulator, file, path.join(folder, 'outcomes.jsonl'));
  });

  after(() => rm(folder, { recursive: true }));

  it('is created, and all of its 82 steps end as expected', () => {
    assert.equal(outcomes.size, 82);
    for (const [name, { failure }] of outcomes) {
      const [type, message] = FAILURES[name] ?? [];
      assert.equal(failure?.type, type, `${name}: ${failure?.message}`);
      assert.ok(failure === undefined || failure.message.startsWith(message), `${name}: ${failure?.message}`);
    }
  });

  it('is driven whole: no public method is left out', () => {
    assert.deepEqual(value('methods without a step'), []);
  });

  it('submits jobs of every kind, and waits for them', () => {
    for (const name of ['text', 'embedded', 'files', 'S3', 'JDBC', 'Azure', 'StorageGRID']) {
      assert.equal(value(`wait for ${name}`).status, 'COMPLETED', name);
    }
    assert.equal(value('Job.block_until_complete').status, 'COMPLETED');
    assert.equal(value('Jobs.cancel').status, 'CANCELED');
    assert.equal(value('Job.cancel').status, 'CANCELED');
    assert.deepEqual(value('single source').jobInputs, { identifier: ['job'] });
  });

  it('uploads files whole', () => {
    const expected = { bytes: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') };
    for (const key of ['path', 'buffer']) {
      assert.deepEqual(value('result of files').results[key]['results.json'].input, expected, key);
    }
  });

  it('finds jobs, models and tags', () => {
    assert.equal(value('history').length, 5);
    assert.equal(value('history by model').length, 1);
    assert.equal(value('all models').length, 29);
    assert.equal(value('models by author').length, 2);
    assert.equal(value('all tags').length, 13);
    const [tags, models] = value('models by tag');
    assert.deepEqual([tags.length, models.length], [2, 5]);
    assert.equal(value('model by name').modelId, 'ed542963de');
    assert.deepEqual(value('Model.get_versions'), value('versions'));
    assert.equal(value('Result.get_first_outputs')['results.json'].data.result.classPredictions.length, 3);
  });

  it('sees only the hardware that is active', () => {
    assert.deepEqual(
      value('hardware').map(({ requirementId }) => requirementId),
      [1, 2, 3, -6, -99],
    );
  });

  it('changes the engines, and waits until they are ready', () => {
    assert.equal(value('minimum engines'), 27);
    assert.equal(value('engines').ready, 1);
    assert.equal(value('engines after the update').ready, 2);
  });

  it('clears what an edit does not name', () => {
    const edited = JSON.parse(value('edit').model_data);
    assert.deepEqual([edited.longDescription, edited.inputs.length, edited.outputs], ['Longer', 1, []]);
  });

  it('deploys a model, a version and a model for ARM, and runs the model', () => {
    const deployed = JSON.parse(value('deploy').model_data);
    // Read before the activation.
    assert.deepEqual([deployed.status, deployed.longDescription], ['partial', 'A long description']);
    assert.deepEqual(deployed.requirement, { requirementId: 2 });
    assert.match(value('deploy').container_url, /^http:\/\/127\.0\.0\.1:\d+\/models\/[a-z0-9]{10}\/0\.0\.1$/);
    assert.deepEqual([value('deployed').isActive, value('deployed').description], [true, 'Echoes']);
    assert.equal(value('deployed version').status, 'active');
    assert.equal(value('deployed sample').results['<input-id>'].status, 'SUCCESSFUL');
    assert.equal(value('result of deployed')['results.json'], 'hello');
    assert.equal(JSON.parse(value('deploy a version').model_data).version, '0.0.2');
    assert.equal(JSON.parse(value('deploy for ARM').model_data).version, '0.0.1');
  });
});
