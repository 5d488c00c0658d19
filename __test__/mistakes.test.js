'use strict';

// The mistakes of callers, and the messages that answer them: what is wrong, why, and what to write instead. The tables are in the
// folder of the same name.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const modzy = require('modzy-client');
const { methodOf } = require('../lib/arguments/methods.js');
const answers = require('./mistakes/answers.js');
const ofConstructors = require('./mistakes/constructors.js');
const ofJobs = require('./mistakes/jobs.js');
const ofModels = require('./mistakes/models.js');
const ofOptions = require('./mistakes/options.js');
const ofSources = require('./mistakes/sources.js');
const { useOwnEnvironment } = require('./support/network.js');
const { failure } = require('./support/outcomes.js');
const { readPublicMethods } = require('./support/public-methods.js');
const { serve } = require('./support/server.js');

const KEY = 'aPrefix.aSecretBody';

const ofMethods = [...ofJobs, ...ofSources, ...ofOptions, ...ofModels];

function assertMessage(error, message) {
  if (message instanceof RegExp) {
    assert.match(error.message, message);
  } else {
    assert.equal(error.message, message);
  }
  assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes('aSecretBody'), 'the error shows the key');
}

describe('a mistake', () => {
  useOwnEnvironment();

  describe('in the arguments of a constructor', () => {
    const given = process.env.MODZY_API_KEY;
    before(() => delete process.env.MODZY_API_KEY);
    after(() => given !== undefined && Object.assign(process.env, { MODZY_API_KEY: given }));

    for (const [title, create, message] of ofConstructors) {
      it(`is named and answered: ${title}`, () => {
        assert.throws(
          () => create(modzy),
          (error) => {
            assert.ok(error instanceof TypeError);
            assertMessage(error, message);
            return true;
          },
        );
      });
    }
  });

  describe('in the arguments of a method', () => {
    for (const [title, call, message] of ofMethods) {
      it(`is named and answered, and nothing is submitted: ${title}`, async (t) => {
        const server = await serve(t, { 'GET /api/jobs/features': { body: {} } });
        const error = await failure(call(new modzy.ModzyClient(server.baseURL, KEY)));
        assert.ok(error instanceof TypeError || error instanceof modzy.InputError, `${error.stack}`);
        assertMessage(error, message);
        assert.deepEqual(
          server.lines().filter((line) => line !== 'GET /api/jobs/features'),
          [],
        );
      });
    }

    it('has a row for every method that does more than read', () => {
      const called = new Set(ofMethods.flatMap(([, call]) => call.toString().match(/(?<=\bc\.)\w+/g) ?? []));
      const doesMore = (name) => !['read', 'list', undefined].includes(methodOf(name)?.kind);
      const missing = [...readPublicMethods().keys()].filter((name) => !called.has(name) && doesMore(name));
      assert.deepEqual(missing, ['close']);
    });
  });

  describe('that an answer shows', () => {
    for (const [title, base, key, answer, call, message] of answers) {
      it(`is named and answered: ${title}`, async (t) => {
        const server = await serve(t, { '*': answer });
        const client = new modzy.ModzyClient(`${server.url}${base}`, key, { retries: 0 });
        const error = await failure(call(client));
        assert.ok(error instanceof modzy.ApiError, `${error.stack}`);
        assertMessage(error, message instanceof RegExp ? message : message.replaceAll('<url>', server.url));
      });
    }
  });

  it('is one of more than 130', () => {
    const rows = [...ofConstructors, ...ofMethods, ...answers];
    assert.ok(rows.length > 130, `${rows.length}`);
    assert.equal(new Set(rows.map(([title, call]) => `${title} ${call}`)).size, rows.length);
  });
});
