'use strict';

// Texts of a run that were probably meant as files: what the message of a refusal adds, and that nothing else is touched.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { describe, it } = require('node:test');
const { BadRequestError, JobFailedError, ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';
const quickly = { pollInterval: 5 };
const refused = 'cannot identify image file';
const NAME = 'is sent as a text, not as the file of this name: pass pathToFileURL(path)';
const URL_OF = 'is sent as a text, and its URL is not read: pass (await fetch(url)).body';
const DATA = 'is sent as a text, and its data URL is not read: pass its bytes';

const texts = {
  'photo.jpg': NAME,
  './photo': NAME,
  '../scan.7z': NAME,
  '/var/data/photo 1.jpg': NAME,
  'My photos/photo 1.jpg': NAME,
  '~/photo.jpg': NAME,
  'C:\\photos\\photo.jpg': NAME,
  'file:///photo.jpg': NAME,
  'https://h.example/photo.jpg': URL_OF,
  's3://bucket/key': URL_OF,
  'data:image/png;base64,AA==': DATA,
};
/** Texts that do not look like paths. */
const plain = ['What a lovely day!', 'and/or so.', '3.14', 'v1.2', 'The end.', 'first\nsecond/third.txt', '', '.'];

const clientOf = ({ baseURL }) => new ModzyClient(baseURL, 'aPrefix.aSecretBody', { retries: 0 });

/** A server that accepts a job whose only input fails. */
const failing = {
  'POST /api/jobs': { body: { jobIdentifier: JOB } },
  [`GET /api/jobs/${JOB}`]: { body: { jobIdentifier: JOB, status: 'COMPLETED' } },
  [`GET /api/results/${JOB}`]: {
    body: { jobIdentifier: JOB, failures: { job: { status: 'FAILED', error: refused } } },
  },
};

describe('a text that names a file', () => {
  for (const [text, advice] of Object.entries(texts)) {
    it(`is explained if the input fails: ${text}`, async (t) => {
      const server = await serve(t, failing);
      const error = await failure(clientOf(server).run('m@1', { image: text }, quickly));
      assert.ok(error instanceof JobFailedError);
      assert.equal(error.message, `${refused}; inputs["image"] ${advice}`);
      assert.ok(error.stack.startsWith(`JobFailedError: ${error.message}\n`), error.stack);
      assert.equal(JSON.parse(server.requests[0].body).input.sources.job.image, text);
    });
  }

  it('is explained if the server refuses the submit, by its key', async (t) => {
    for (const status of [400, 422]) {
      const server = await serve(t, { 'POST /api/jobs': { status, body: { message: refused } } });
      for (const method of ['run', 'submit']) {
        const inputs = { a: { image: 'photo.jpg' }, b: { image: 'x' } };
        const error = await failure(clientOf(server)[method]('m@1', inputs));
        assert.ok(error instanceof BadRequestError);
        assert.equal(error.message, `${refused}; inputs["a"]["image"] ${NAME}`);
      }
    }
  });

  it('is not the reason of other failures', async (t) => {
    const server = await serve(t, { 'POST /api/jobs': { status: 403, body: { message: 'not yours' } } });
    assert.equal((await failure(clientOf(server).run('m@1', { image: 'photo.jpg' }))).message, 'not yours');
  });

  it('is accepted if the model accepts it', async (t) => {
    const results = { job: { status: 'SUCCESSFUL', 'results.json': { length: 9 } } };
    const server = await serve(t, {
      ...failing,
      [`GET /api/results/${JOB}`]: { body: { jobIdentifier: JOB, results } },
    });
    const { outputs } = await clientOf(server).run('m@1', { text: 'photo.jpg' }, quickly);
    assert.deepEqual(outputs, { 'results.json': { length: 9 } });
  });

  it('is not looked up on the disk', async (t) => {
    for (const name of ['statSync', 'existsSync', 'stat', 'access']) {
      t.mock.method(fs, name, () => assert.fail(name));
    }
    const server = await serve(t, failing);
    const { message } = await failure(clientOf(server).run('m@1', { image: __filename }, quickly));
    assert.equal(message, `${refused}; inputs["image"] ${NAME}`);
  });
});

describe('any other text', () => {
  for (const text of [...plain, `${'x'.repeat(1024)}.jpg`]) {
    it(`has the message of the server alone: ${JSON.stringify(text.slice(0, 30))}`, async (t) => {
      const server = await serve(t, failing);
      assert.equal((await failure(clientOf(server).run('m@1', { image: text }, quickly))).message, refused);
    });
  }
});
