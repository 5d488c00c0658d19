'use strict';

// Servers that refuse requests for a while (429): what calls, batches and subscribers see. The schedules are tested in Rust.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient, RateLimitError } = require('..');
const { useChannels } = require('./support/channels.js');
const { serve } = require('./support/server.js');

const KEY = 'prefix.body';
const TEXTS = { text: { 'input.txt': 'What a lovely day!' } };
const COMPLETED = { body: { jobIdentifier: 'j', status: 'COMPLETED' } };

/** @param {string} [seconds] */
const refusal = (seconds) => ({ status: 429, headers: seconds === undefined ? {} : { 'retry-after': seconds } });

/** Routes of a server that refuses so many submits, and whose jobs are done at once. */
const refusing = (times, seconds = '0') => ({
  'POST /api/jobs': [...Array(times).fill(refusal(seconds)), { status: 202, body: { jobIdentifier: 'j' } }],
  'GET /api/jobs/j': COMPLETED,
  'DELETE /api/jobs/j': { status: 202, body: { jobIdentifier: 'j', status: 'CANCELED' } },
});

const submits = (server) => server.requests.filter(({ method }) => method === 'POST').length;

describe('a call that the server refuses', () => {
  it('says that it was not sent, why it was not sent again, and how long the server wants to be left alone', async (t) => {
    const server = await serve(t, { '*': refusal('0') });
    const client = new ModzyClient(server.baseURL, KEY, { retries: 1 });
    await assert.rejects(client.getJob('j'), (error) => {
      assert.ok(error instanceof RateLimitError);
      const { attempts, gaveUp, retryAfterMs, retryable, sent } = error;
      assert.deepEqual(
        { attempts, gaveUp, retryAfterMs, retryable, sent },
        { attempts: 2, gaveUp: 'retries', retryAfterMs: 0, retryable: true, sent: 'no' },
      );
      return true;
    });
    assert.equal(server.requests.length, 2);
  });

  it('rejects at once if the server asks for more than it waits, and so do others, unsent, once a second one got the same', async (t) => {
    const server = await serve(t, { '*': refusal('3600') });
    const client = new ModzyClient(server.baseURL, KEY);
    const began = performance.now();
    const errors = [];
    for (const call of [1, 2, 3]) {
      const error = await client.submitJobText('m', 'v', TEXTS).catch((reason) => reason);
      errors.push([call, error.name, error.attempts, error.gaveUp, Math.ceil(error.retryAfterMs / 1000)]);
    }
    await assert.rejects(client.blockUntilComplete('j'), { name: 'RateLimitError', gaveUp: 'limit', attempts: 1 });
    assert.deepEqual(errors, [
      [1, 'RateLimitError', 1, 'limit', 3600],
      [2, 'RateLimitError', 1, 'limit', 3600],
      [3, 'RateLimitError', 0, 'limit', 3600],
    ]);
    // Two submits, a second apart, and a poll.
    assert.equal(server.requests.length, 3);
    assert.ok(performance.now() - began < 3000);
  });

  it('takes nothing from the retry budget, which an option limits', async (t) => {
    const server = await serve(t, { 'GET /api/jobs/j': refusal('0'), '*': { status: 500 } });
    const client = new ModzyClient(server.baseURL, KEY, { retryBudget: 1 });
    const reasons = [];
    for (const job of ['j', 'j', 'failing']) {
      const { attempts, gaveUp } = await client.getJob(job).catch((error) => error);
      reasons.push([attempts, gaveUp]);
    }
    assert.deepEqual(reasons, [
      [3, 'retries'],
      [3, 'retries'],
      [2, 'budget'],
    ]);
    const unlimited = new ModzyClient(server.baseURL, KEY, { retryBudget: Infinity, retries: 0 });
    await assert.rejects(unlimited.getJob('failing'), { attempts: 1, gaveUp: 'retries' });
  });

  it('knows the rest of a pause in whole milliseconds', async (t) => {
    const server = await serve(t, { '*': refusal('3600') });
    const client = new ModzyClient(server.baseURL, KEY);
    const first = await client.getJob('j').catch((error) => error);
    await client.getJob('j').catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 15));
    const { retryAfterMs } = await client.getJob('j').catch((error) => error);
    assert.equal(first.retryAfterMs, 3_600_000);
    assert.ok(Number.isInteger(retryAfterMs) && retryAfterMs < 3_600_000, String(retryAfterMs));
  });

  it('has no reason if another attempt would be wrong', async (t) => {
    const server = await serve(t, { '*': { status: 500 } });
    const error = await new ModzyClient(server.baseURL, KEY).submitJobText('m', 'v', TEXTS).catch((reason) => reason);
    assert.equal(error.name, 'ServerError');
    assert.equal('gaveUp' in error, false);
  });
});

describe('a call that finds out whether the server accepts requests again', () => {
  it('passes that on at once if it is aborted', async (t) => {
    const server = await serve(t, {
      'POST /api/jobs': [refusal('0'), 'stall', { status: 202, body: { jobIdentifier: 'j' } }],
    });
    const client = new ModzyClient(server.baseURL, KEY);
    const controller = new AbortController();
    await assert.rejects(client.submitJobText('m', 'v', TEXTS, { retries: 0 }), RateLimitError);
    const probe = client.submitJobText('m', 'v', TEXTS, { signal: controller.signal });
    while (submits(server) < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const next = client.submitJobText('m', 'v', TEXTS);
    const began = performance.now();
    controller.abort();
    await assert.rejects(probe, { name: 'AbortError' });
    assert.equal((await next).jobIdentifier, 'j');
    assert.ok(performance.now() - began < 1500);
    assert.equal(submits(server), 3);
  });

  it('passes that on to an equal client at once if its own client is closed, as does one that waits behind it', async (t) => {
    const server = await serve(t, {
      'POST /api/jobs': [refusal('0'), 'stall', { status: 202, body: { jobIdentifier: 'j' } }],
    });
    const [first, second] = [new ModzyClient(server.baseURL, KEY), new ModzyClient(server.baseURL, KEY)];
    await assert.rejects(first.submitJobText('m', 'v', TEXTS, { retries: 0 }), RateLimitError);
    const probe = first.submitJobText('m', 'v', TEXTS).catch((error) => error);
    while (submits(server) < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const behind = first.submitJobText('m', 'v', TEXTS).catch((error) => error);
    const next = second.submitJobText('m', 'v', TEXTS);
    while (second.stats().queues.submits.waiting < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const began = performance.now();
    await first.close();
    const ends = (await Promise.all([probe, behind])).map(({ name, sent }) => [name, sent]);
    assert.deepEqual(ends, [
      ['ClientClosedError', 'maybe'],
      ['ClientClosedError', 'no'],
    ]);
    assert.equal((await next).jobIdentifier, 'j');
    assert.ok(performance.now() - began < 1500);
    assert.equal(submits(server), 3);
  });
});

describe('modzy:request:queue', () => {
  const { collect } = useChannels();

  it('is published when a call begins to wait, with the reason and the expected delay', async (t) => {
    const server = await serve(t, refusing(1, '1'));
    const client = new ModzyClient(server.baseURL, KEY);
    const messages = collect(['modzy:request:retry', 'modzy:request:queue']);
    const first = client.submitJobText('m', 'v', TEXTS);
    while (server.requests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([first, client.submitJob({ model: {} })]);
    const queued = messages.filter(([event]) => event === 'request:queue');
    assert.deepEqual(
      messages.map(([event, { request, reason }]) => [event, request.method, reason]),
      [
        ['request:retry', 'submitJobText', undefined],
        ['request:queue', 'submitJobText', 'pause'],
        ['request:queue', 'submitJob', 'pause'],
      ],
    );
    for (const [, { delayMs }] of queued) {
      assert.ok(delayMs > 500 && delayMs <= 1100, `${delayMs} ms`);
    }
  });
});

describe('stats()', () => {
  it('shows how many calls wait, why, for how long, and at which rate they are sent', async (t) => {
    const accepted = Array(4).fill({ status: 202, body: { jobIdentifier: 'j' } });
    const server = await serve(t, { ...refusing(0), 'POST /api/jobs': [...accepted, refusal('1'), accepted[0]] });
    const client = new ModzyClient(server.baseURL, KEY);
    const { queues: idle } = client.stats();
    const free = { waiting: 0, reason: null, pauseMs: 0, ratePerSecond: null };
    const others = { chunks: free, polls: free, lists: free, reads: free, deletes: free };
    assert.deepEqual(idle, { submits: free, ...others });
    const submit = () => client.submitJobText('m', 'v', TEXTS);
    for (const call of Array(4).keys()) {
      assert.ok(await submit(), String(call));
    }
    const refused = submit();
    while (client.stats().queues.submits.reason !== 'pause') {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const later = [submit(), submit()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { submits: queue, ...rest } = client.stats().queues;
    assert.deepEqual(rest, others);
    assert.deepEqual([queue.waiting, queue.reason], [3, 'pause']);
    assert.ok(queue.pauseMs > 500 && queue.pauseMs <= 1100, `${queue.pauseMs} ms`);
    assert.ok(queue.ratePerSecond >= 3, `${queue.ratePerSecond} a second`);
    await Promise.all([refused, ...later]);
    assert.equal(client.stats().queues.submits.reason, 'rate');
  });

  it('has a queue for each kind of requests', async (t) => {
    const server = await serve(t, { '*': refusal('30') });
    const client = new ModzyClient(server.baseURL, KEY, { polling: 'listing' });
    const kinds = [
      [['submits'], () => client.submitJobText('m', 'v', TEXTS)],
      [['chunks'], () => client.appendInput('j', 'key', 'input.txt', Buffer.from('text'))],
      [['polls', 'lists'], () => client.blockUntilComplete('j', { pollInterval: 1 })],
      [['reads'], () => client.getJob('j')],
      [['deletes'], () => client.request({ method: 'DELETE', path: '/anything' })],
    ];
    const calls = [];
    const expected = [];
    for (const [names, call] of kinds) {
      calls.push(call().catch(({ name }) => name));
      expected.push(...names);
      const paused = () => Object.entries(client.stats().queues).filter(([, { reason }]) => reason === 'pause');
      for (let nth = 0; nth < 1000 && paused().length < expected.length; nth += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.deepEqual(
        paused().map(([name]) => name),
        Object.keys(client.stats().queues).filter((name) => expected.includes(name)),
      );
    }
    await client.close();
    assert.deepEqual(await Promise.all(calls), Array(5).fill('ClientClosedError'));
  });
});

describe('a submit of a batch', () => {
  const forms = {
    'passed on': (client) => (options) => client.submitJobText('m', 'v', TEXTS, options),
    'spread into others': (client) => (options) =>
      client.submitJobText('m', 'v', TEXTS, { ...options, jobTimeout: 1000 }),
    'assigned to others': (client) => (options) => client.submitJobText('m', 'v', TEXTS, Object.assign({}, options)),
    'spread into params': (client) => (options) =>
      client.submitJobText({ modelId: 'm', version: 'v', sources: TEXTS, ...options }),
    'beside params': (client) => (options) =>
      client.submitJobText({ modelId: 'm', version: 'v', sources: TEXTS }, options),
  };
  for (const [name, submitOf] of Object.entries(forms)) {
    it(`with the options ${name} is sent again for maxOutage`, async (t) => {
      const server = await serve(t, refusing(8));
      const client = new ModzyClient(server.baseURL, KEY);
      const [outcome] = await client.blockUntilAllComplete([submitOf(client)]);
      assert.equal(outcome.error, undefined);
      assert.equal(submits(server), 9);
    });
  }

  it('without the options follows the rule of a single call', async (t) => {
    const server = await serve(t, refusing(8));
    const client = new ModzyClient(server.baseURL, KEY);
    const [outcome] = await client.blockUntilAllComplete([() => client.submitJobText('m', 'v', TEXTS)]);
    assert.equal(outcome.error.name, 'RateLimitError');
    assert.equal(submits(server), 3);
  });

  it('ends after maxOutage', async (t) => {
    const server = await serve(t, refusing(1000));
    const client = new ModzyClient(server.baseURL, KEY);
    const began = performance.now();
    const submit = (options) => client.submitJobText('m', 'v', TEXTS, options);
    const [{ error }] = await client.blockUntilAllComplete([submit], { maxOutage: 700 });
    const took = performance.now() - began;
    assert.deepEqual([error.name, error.gaveUp], ['RateLimitError', 'limit']);
    assert.ok(took >= 690 && took < 1700, `${took} ms`);
  });

  const left = {
    'its loop was left': async (batch) => {
      for await (const outcome of batch()) {
        return outcome;
      }
    },
    'its source has failed': async (batch) => {
      const failing = async function* (jobs) {
        yield* jobs;
        await new Promise((resolve) => setTimeout(resolve, 100));
        throw new Error('the source failed');
      };
      await assert.rejects(async () => {
        for await (const outcome of batch(failing)) {
          assert.equal(outcome.jobIdentifier, 'j');
        }
      }, /the source failed/);
    },
  };
  for (const [name, leave] of Object.entries(left)) {
    it(`that waits in the queue is never sent after ${name}`, async (t) => {
      const server = await serve(t, { ...refusing(3, '1'), 'GET /api/jobs/j': COMPLETED });
      const client = new ModzyClient(server.baseURL, KEY);
      const submitted = [];
      const submit = (options) => {
        const call = client.submitJobText('m', 'v', TEXTS, options);
        submitted.push(call.catch((error) => error));
        return call;
      };
      const slow = async (options) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return submit(options);
      };
      // The first outcome comes while one submit has been refused, and the others wait.
      const jobs = [submit, slow, slow, 'j'];
      await leave((source = (all) => all) => client.jobsAsCompleted(source(jobs)));
      const ends = await Promise.all(submitted);
      assert.ok(
        ends.every(({ name: kind }) => kind === 'AbortError' || kind === 'RateLimitError'),
        String(ends),
      );
      const sent = submits(server);
      assert.equal(client.stats().pendingCalls, 0);
      await new Promise((resolve) => setTimeout(resolve, 1200));
      assert.equal(submits(server), sent);
      assert.deepEqual(client.stats().queues.submits.waiting, 0);
    });
  }

  it('that has been sent when its loop is left returns its receipt', async (t) => {
    let hasArrived = () => {};
    // The loop is left while the submit is under way.
    const job = new Promise((resolve) => (hasArrived = () => resolve('j')));
    const server = await serve(t, {
      ...refusing(0),
      'POST /api/jobs': async () => {
        hasArrived();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { status: 202, body: { jobIdentifier: 'sent' } };
      },
    });
    const client = new ModzyClient(server.baseURL, KEY);
    let submitted;
    const submit = (options) => (submitted = client.submitJobText('m', 'v', TEXTS, options));
    const jobs = async function* () {
      yield submit;
      yield await job;
    };
    for await (const { jobIdentifier } of client.jobsAsCompleted(jobs())) {
      assert.equal(jobIdentifier, 'j');
      break;
    }
    assert.equal((await submitted).jobIdentifier, 'sent');
    assert.equal(submits(server), 1);
  });

  it('is not sent after the signal has fired, even if it waits in the queue', async (t) => {
    const server = await serve(t, refusing(2, '30'));
    const client = new ModzyClient(server.baseURL, KEY);
    const controller = new AbortController();
    const submit = (options) => {
      assert.equal(options.signal, controller.signal);
      return client.submitJobText('m', 'v', TEXTS, options);
    };
    const batch = client.blockUntilAllComplete([submit, submit], { signal: controller.signal, cancelOnAbort: true });
    while (client.stats().queues.submits.waiting < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const began = performance.now();
    controller.abort();
    await assert.rejects(batch, { name: 'AbortError' });
    assert.ok(performance.now() - began < 1500);
    assert.deepEqual(server.lines(), ['POST /api/jobs', 'POST /api/jobs']);
  });

  it('is canceled once, if its receipt arrives after the signal has fired', async (t) => {
    const controller = new AbortController();
    const server = await serve(t, {
      ...refusing(0),
      'POST /api/jobs': async () => {
        controller.abort();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { status: 202, body: { jobIdentifier: 'j' } };
      },
    });
    const client = new ModzyClient(server.baseURL, KEY);
    const outcomes = [];
    const batch = client.blockUntilAllComplete([(options) => client.submitJobText('m', 'v', TEXTS, options)], {
      signal: controller.signal,
      cancelOnAbort: true,
      onCancel: ({ jobIdentifier, error }) => void outcomes.push([jobIdentifier, error]),
    });
    await assert.rejects(batch, { name: 'AbortError' });
    assert.deepEqual(outcomes, [['j', undefined]]);
    assert.deepEqual(server.lines(), ['POST /api/jobs', 'DELETE /api/jobs/j']);
  });
});
