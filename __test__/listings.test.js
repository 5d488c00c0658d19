'use strict';

// Listings: the pages that they read, where they stop, and that an abort leaves nothing behind.

const assert = require('node:assert/strict');
const { getEventListeners, once } = require('node:events');
const http = require('node:http');
const { after, before, beforeEach, describe, it } = require('node:test');
const { JobClient, ModelClient, ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { collect } = require('./support/outcomes.js');

const SOURCES = { greeting: { 'input.txt': 'What a lovely day' } };
const reason = new Error('changed my mind');

describe('listings from the emulator', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  /** Returns the queries of the requests to a route. */
  const queries = async (path) => (await emulator.requests(path)).map(({ query }) => new URLSearchParams(query));
  const pagesAsked = async (path) => (await queries(path)).map((query) => query.get('page'));
  let identifiers;

  before(async () => {
    identifiers = [];
    for (let number = 0; number < 25; number += 1) {
      const { jobIdentifier } = await client().submitJobText('ed542963de', '1.0.1', SOURCES);
      identifiers.push(jobIdentifier);
      await client().blockUntilComplete(jobIdentifier, { pollInterval: 5 });
    }
    await emulator.clearRequests();
  });

  const HISTORY = '/api/jobs/history';

  it('listJobHistory yields each job, the newest first, page by page', async () => {
    const jobs = await collect(client().listJobHistory({ perPage: 10 }));
    assert.deepEqual(jobs.map(({ jobIdentifier }) => jobIdentifier).sort(), identifiers.toSorted());
    const times = jobs.map(({ createdAt }) => createdAt);
    assert.deepEqual(times, times.toSorted().reverse());
    assert.equal(jobs[0].identifier, jobs[0].jobIdentifier);
    assert.deepEqual(await pagesAsked(HISTORY), ['1', '2', '3']);
  });

  it('listJobHistory has no default start, and reads pages of 100', async () => {
    await client().listJobHistory().toArray();
    await new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey })
      .listJobHistory(null, { retries: 1 })
      .toArray();
    const expected = { page: '1', 'per-page': '100', direction: 'DESC', 'sort-by': 'createdAt' };
    for (const query of await queries(HISTORY)) {
      assert.deepEqual(Object.fromEntries(query), expected);
    }
  });

  it('sends the members of the filter', async () => {
    const filter = { status: 'TERMINATED', model: 'Sentiment', startDate: new Date(0), direction: 'ASC', perPage: 7 };
    const jobs = await new JobClient(emulator.baseURL, emulator.apiKey).listJobHistory(filter).toArray();
    assert.equal(jobs.length, 25);
    const [query] = await queries(HISTORY);
    assert.equal(query.get('status'), 'TERMINATED');
    assert.equal(query.get('model'), 'Sentiment');
    assert.equal(query.get('startDate') ?? query.get('start-date'), '1970-01-01T00:00:00.000Z');
    assert.equal(query.get('direction'), 'ASC');
    assert.deepEqual(await pagesAsked(HISTORY), ['1', '2', '3', '4']);
  });

  it('starts with the page in the filter', async () => {
    const jobs = await client().listJobHistory({ perPage: 10, page: 2 }).toArray();
    assert.equal(jobs.length, 15);
    assert.deepEqual(await pagesAsked(HISTORY), ['2', '3']);
  });

  it('reads page 0 as the first', async () => {
    assert.equal((await client().listJobHistory({ perPage: 10, page: 0 }).toArray()).length, 25);
    assert.deepEqual(await pagesAsked(HISTORY), ['1', '2', '3']);
  });

  it('pages() yields pages, and reads one only when the loop asks for it', async () => {
    const lengths = [];
    for await (const page of client().listJobHistory({ perPage: 10 }).pages()) {
      lengths.push(page.length);
      assert.equal((await emulator.requests(HISTORY)).length, lengths.length);
    }
    assert.deepEqual(lengths, [10, 10, 5]);
  });

  it('limit bounds the items of all pages, and no page beyond it is read', async () => {
    const listing = (limit) => client().listJobHistory({ perPage: 10 }, { limit });
    assert.equal((await listing(12).toArray()).length, 12);
    assert.equal((await collect(listing(10))).length, 10);
    assert.equal((await listing(Infinity).toArray()).length, 25);
    assert.deepEqual(await pagesAsked(HISTORY), ['1', '2', '1', '1', '2', '3']);
  });

  it('can be iterated again, and reads again', async () => {
    const listing = client().listJobHistory({ perPage: 20 });
    assert.equal((await collect(listing)).length, 25);
    assert.equal((await listing.toArray()).length, 25);
    assert.equal((await emulator.requests(HISTORY)).length, 4);
  });

  it('reads no further page when the loop is left', async () => {
    for await (const job of client().listJobHistory({ perPage: 10 })) {
      assert.equal(job.status, 'COMPLETED');
      break;
    }
    assert.equal((await emulator.requests(HISTORY)).length, 1);
  });

  it('sends nothing before it is iterated', async () => {
    client().listJobHistory();
    client().listModels().pages();
    assert.equal((await emulator.requests()).length, 0);
  });

  it('listModels yields each model, in pages of 500', async () => {
    const all = await client().getModels();
    const models = await client().listModels().toArray();
    assert.deepEqual(models, all);
    assert.equal((await queries('/api/models')).at(-1).get('per-page'), '500');
    await emulator.clearRequests();
    const alone = new ModelClient({ url: emulator.url, apiKey: emulator.apiKey });
    const paged = await collect(alone.listModels({ perPage: 5, isActive: true, sortBy: 'name' }));
    assert.ok(paged.length > 5);
    assert.equal((await queries('/api/models'))[0].get('isActive'), 'true');
    assert.equal((await pagesAsked('/api/models')).length, Math.ceil((paged.length + 1) / 5));
  });

  it('invalid arguments reject, and nothing is sent', async () => {
    const modzy = client();
    const calls = [
      [/takes \(\{ user, .*\}, options\)/, () => modzy.listJobHistory('user')],
      [/takes \(\{ user, .*\}, options\)/, () => modzy.listJobHistory({}, {}, {})],
      [/the perPage param/, () => modzy.listJobHistory({ perPage: '10' })],
      [/the startDate param/, () => modzy.listJobHistory({ startDate: 7 })],
      [/the limit param should be a whole number, 1 or more/, () => modzy.listJobHistory(null, { limit: 0 })],
      [/has no option limits; use limit$/, () => modzy.listModels({}, { limits: 1 })],
      [/the name param/, () => modzy.listModels({ name: 7 })],
      [/should be a plain object/, () => modzy.listModels([])],
      [/^listModels should be called on a client: /, modzy.listModels],
      [/^listJobHistory should be called on a client: /, modzy.listJobHistory],
    ];
    for (const [message, call] of calls) {
      for (const rejected of [collect(call()), collect(call().pages()), call().toArray()]) {
        await assert.rejects(rejected, (error) => error instanceof TypeError && message.test(error.message));
      }
    }
    assert.equal((await emulator.requests()).length, 0);
  });

  it('an abort ends it between items and during a read, and leaves no listener', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const seen = [];
    const loop = async () => {
      for await (const job of client().listJobHistory({ perPage: 10 }, { signal })) {
        seen.push(job);
        controller.abort(reason);
      }
    };
    await assert.rejects(loop, (error) => error === reason);
    assert.equal(seen.length, 1);
    assert.equal(getEventListeners(signal, 'abort').length, 0);

    await emulator.fault({ path: HISTORY, connection: 'stall' });
    const other = new AbortController();
    const reading = client().listJobHistory({}, { signal: other.signal }).toArray();
    await emulator.arrival();
    other.abort(reason);
    await assert.rejects(reading, (error) => error === reason);
    assert.equal(getEventListeners(other.signal, 'abort').length, 0);
  });

  it('rejects with the error of a page, after the items of earlier pages', async () => {
    const seen = [];
    const loop = async () => {
      for await (const job of client().listJobHistory({ perPage: 10 })) {
        if (seen.length === 0) {
          await emulator.fault({ path: HISTORY, status: 403, body: '{"message":"not yours"}' });
        }
        seen.push(job);
      }
    };
    await assert.rejects(loop, { name: 'PermissionError', message: 'not yours' });
    assert.equal(seen.length, 10);
  });
});

describe('listings from servers with other ways of paging', () => {
  let server;
  let answers;
  let asked;
  before(async () => {
    server = http.createServer((request, response) => {
      const page = Number(new URL(request.url, 'http://host').searchParams.get('page'));
      asked.push(page);
      const { items, next = true } = answers(page);
      const link = next ? { link: '<http://host/api/jobs/history?page=2>; rel="next"' } : {};
      response.writeHead(200, { 'content-type': 'application/json', ...link }).end(JSON.stringify(items));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
  });

  const listing = (perPage = 3) =>
    new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'a.key').listJobHistory({ perPage });
  const jobs = (...names) => names.map((jobIdentifier) => ({ jobIdentifier, status: 'COMPLETED' }));
  const names = async () => (await listing().toArray()).map(({ jobIdentifier }) => jobIdentifier);

  it('a full page without a link to a next one is the last', async () => {
    answers = (page) => ({ items: jobs(`a${page}`, `b${page}`, `c${page}`), next: page < 2 });
    assert.deepEqual(await names(), ['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
    assert.deepEqual(asked, [1, 2]);
  });

  it('a page that is not full is the last, even with a link', async () => {
    answers = () => ({ items: jobs('a', 'b') });
    assert.deepEqual(await names(), ['a', 'b']);
    assert.deepEqual(asked, [1]);
  });

  it('an empty page ends it', async () => {
    answers = (page) => ({ items: page < 3 ? jobs(`a${page}`, `b${page}`, `c${page}`) : [] });
    assert.equal((await names()).length, 6);
    assert.deepEqual(asked, [1, 2, 3]);
    answers = () => ({ items: [] });
    assert.deepEqual(await names(), []);
  });

  it('a repeated page ends it, even where its figures have changed', async () => {
    let count = 0;
    answers = () => ({ items: jobs('a', 'b', 'c').map((job) => ({ ...job, elapsedTime: (count += 1) })) });
    assert.deepEqual(await names(), ['a', 'b', 'c']);
    assert.deepEqual(asked, [1, 2]);
  });

  it('a job that a new one moves to the next page is yielded once', async () => {
    const pages = [jobs('d', 'c', 'b'), jobs('b', 'a', 'z')];
    answers = (page) => ({ items: pages[page - 1], next: page < 2 });
    assert.deepEqual(await names(), ['d', 'c', 'b', 'a', 'z']);
  });

  it('pages of items without an identifier are compared as a whole', async () => {
    answers = () => ({ items: [1, { b: 2 }, null] });
    assert.deepEqual(await listing().toArray(), [1, { b: 2 }, null]);
    assert.deepEqual(asked, [1, 2]);
  });
});
