'use strict';

// Clients for teams: their headers, and the options that belong together.

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, describe, it } = require('node:test');
const { inspect } = require('node:util');
const { JobClient, ModzyClient } = require('modzy-client');
const { serve, shows, stop, useOwnEnvironment } = require('./support/network.js');

const KEY = 'aPrefix.aSecretBody';

useOwnEnvironment();

describe('a team', () => {
  let api;
  before(async () => {
    api = await serve(http.createServer());
  });
  after(() => stop(api));

  it('sends its two headers from each client', async () => {
    for (const Client of [ModzyClient, JobClient]) {
      const client = new Client({ teamId: 'team-7', teamToken: 'aToken', url: `http://127.0.0.1:${api.port}` });
      await client.getJob('j');
      const [{ headers, url }] = api.requests.splice(0);
      assert.equal(headers.authorization, 'Bearer aToken');
      assert.equal(headers['modzy-team-id'], 'team-7');
      assert.equal(url, '/api/jobs/j');
      assert.ok(!inspect(client, { showHidden: true, depth: 9, getters: true }).includes('aToken'));
    }
  });

  it('sends no header with an API key', async () => {
    const url = `http://127.0.0.1:${api.port}`;
    await new ModzyClient({ apiKey: KEY, teamId: null, teamToken: undefined, url }).getJob('j');
    const [{ headers }] = api.requests.splice(0);
    assert.equal(headers.authorization, `ApiKey ${KEY}`);
    assert.equal(headers['modzy-team-id'], undefined);
  });

  const mixture = /takes apiKey, or teamId and teamToken, but not both/;
  for (const [options, message] of [
    [{ apiKey: KEY, teamId: 'team-7', teamToken: 'aToken' }, mixture],
    [{ apiKey: KEY, teamToken: 'aToken' }, mixture],
    [{ apiKey: KEY, teamId: 'team-7' }, mixture],
    [{ teamToken: 'aToken' }, /the teamId param should be a valid not empty string/],
    [{ teamId: 'team-7' }, /the teamToken param should be a valid not empty string/],
    [{ teamId: 'team-7', teamToken: '' }, /the teamToken param/],
    [{ teamId: 7, teamToken: 'aToken' }, /the teamId param/],
    [{ teamId: 'team-7', teamToken: 'aToken\n' }, /teamToken must hold visible ASCII/],
    [{ teamId: 'team\n7', teamToken: 'aToken' }, /teamId must hold visible ASCII/],
    [{ apiKey: KEY, teamID: 'team-7' }, /the client has no option teamID; use teamId$/],
  ]) {
    it(`is refused as ${inspect(options)}`, () => {
      assert.throws(
        () => new ModzyClient(options),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, message);
          assert.ok(!shows(error, 'aToken', 'aSecretBody'));
          return true;
        },
      );
    });
  }

  it('is not an option of the constructors of 1.x', () => {
    const options = { teamId: 'team-7', teamToken: 'aToken' };
    assert.throws(
      () => new ModzyClient('https://h.example/api', KEY, options),
      /the client has no option teamId, which belongs to new ModzyClient\(\{ … \}\)/,
    );
  });
});
