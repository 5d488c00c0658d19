'use strict';

// Each message of docs/troubleshooting.md is one of the tables in __test__/mistakes, whose messages are tested there, or of a call here.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const root = path.resolve(__dirname, '../..');
const page = readFileSync(path.join(root, 'docs/troubleshooting.md'), 'utf8');
const rows = Array.from(page.matchAll(/^\| `([^`]+)`/gm), ([, message]) => message);

const ofMistakes = ['answers', 'constructors', 'jobs', 'models', 'options', 'sources'].flatMap((name) =>
  require(`../mistakes/${name}.js`).map((row) => row.at(-1)),
);

/** Whether a message is the one of a row, whose `…` is any text. */
function isShown(row, message) {
  const pattern = row.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('…', '.+');
  return new RegExp(`^${pattern}$`).test(message);
}

describe('the messages of docs/troubleshooting.md', () => {
  const emulator = useEmulator({ submittedMs: 0, inProgressMs: 0 });
  const messages = ofMistakes.filter((message) => typeof message === 'string');

  before(async () => {
    const own = { url: emulator.url, apiKey: emulator.apiKey };
    const client = new ModzyClient(own);
    const at = (url) => new ModzyClient({ ...own, url });
    const input = { 'input.txt': 'What a lovely day!' };
    const add = async (call) =>
      messages.push(
        await call.then(
          () => 'no error',
          ({ message }) => message,
        ),
      );

    await add(at('http://127.0.0.1:9').getModels({}, { retries: 0 }));
    await add(at('http://no-such-host.invalid').getModels({}, { retries: 0 }));
    await add(new ModzyClient({ ...own, apiKey: 'dev.wrong' }).getModels());
    await add(client.run('ed542963de', { 'input.doc': 'What a lovely day!' }));
    await add(client.run('ed542963de', { 'input.doc': 'review.txt' }));
    await add(client.submitJobFile('ed542963de', '1.0.1', { a: input }));
    await emulator.fault({ path: '/api/jobs/a', connection: 'stall' });
    await add(client.getJob('a', { requestTimeout: 30, retries: 0 }));
    await emulator.fault({ path: '/api/jobs/b', status: 200, body: '{"jobIdentifier":"b","status":"SUBMITTED"}' });
    await add(client.blockUntilComplete('b', { waitTimeout: 30 }));
    await emulator.fault({ path: '/api/jobs', times: 1, connection: 'reset', after: true });
    await add(client.submit('ed542963de@1.0.1', input));
    await emulator.fault({ path: '/api/jobs', times: 1, status: 429, headers: { 'retry-after': '120' } });
    await add(client.submit('ed542963de@1.0.1', input));
    await client.close();
    await add(client.getModels());
  });

  it('are messages of this package or of the emulator', () => {
    const heads = page.match(/^\|.*$/gm).filter((line) => !line.startsWith('| `'));
    assert.deepEqual([...new Set(heads)], ['| message | cause | what to do |', '| --- | --- | --- |']);
    const unknown = rows.filter((row) => !messages.some((message) => isShown(row, message)));
    assert.deepEqual(unknown, [], messages.slice(-10).join('\n'));
  });
});
