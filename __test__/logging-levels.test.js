'use strict';

// The lines that the levels of the `logging` option print on the console.

const assert = require('node:assert/strict');
const { describe, it, mock } = require('node:test');
const modzy = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

describe('the logging option', () => {
  const emulator = useEmulator();
  const levels = {
    off: [],
    on: ['getJob response', 'getJob error NotFoundError', 'getJob error TypeError'],
    verbose: [
      'getJob called',
      'getJob response',
      'getJob called',
      'getJob error NotFoundError',
      'getJob called',
      'getJob error TypeError',
    ],
  };
  for (const [logging, expected] of Object.entries(levels)) {
    it(`${logging} logs ${expected.length} lines, without the key and a body`, async () => {
      await emulator.answerJob('a', { status: 'a body' });
      const lines = [];
      const collect = (...line) => lines.push(line);
      for (const method of ['log', 'info', 'error']) {
        mock.method(console, method, collect);
      }
      try {
        const client = new modzy.ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, logging });
        await client.getJob('a');
        await client.getJob('none').catch(() => {});
        await client.getJob(7).catch(() => {});
      } finally {
        mock.restoreAll();
      }
      assert.equal(lines.length, expected.length);
      for (const [index, [head, what, error]] of lines.entries()) {
        assert.equal(head, 'Modzy > ');
        assert.ok(expected[index].startsWith(what), what);
        assert.equal(error !== undefined, expected[index].includes('error'));
      }
      assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${emulator.apiKey}|a body`));
    });
  }

  it('refuses another level', () => {
    assert.throws(() => new modzy.ModzyClient({ apiKey: 'a.b', logging: 'loud' }), {
      name: 'TypeError',
      message: 'Cannot initialize the modzy client: the logging param should be "off" or "on" or "verbose"',
    });
  });
});
