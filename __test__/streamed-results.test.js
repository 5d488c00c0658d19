'use strict';

// Results that are streamed: their values, how far the body is read, and that nothing is left after the loop.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { spawn } = require('node:child_process');
const { getEventListeners, once } = require('node:events');
const http = require('node:http');
const { after, afterEach, before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ConnectionError, ModzyClient, NotFoundError, RequestTimeoutError, ResponseError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { collect } = require('./support/outcomes.js');

const SENTIMENT = ['ed542963de', '1.0.1'];

describe('streamed results', () => {
  const emulator = useEmulator();

  it('are equal to the results of getResult, input by input', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const good = { 'input.txt': 'What a lovely day' };
    const job = await modzy.submitJobText(...SENTIMENT, {
      a: good,
      b: { wrong: 'name' },
      'c/ü "?': good,
      __proto__: null,
    });
    const { result } = await modzy.blockUntilResult(job);
    const streamed = await collect(modzy.streamResults(job));
    assert.deepEqual(
      streamed.map(({ inputKey, status, error }) => [inputKey, status, error]),
      [
        ['a', 'SUCCESSFUL', undefined],
        ['c/ü "?', 'SUCCESSFUL', undefined],
        ['b', 'FAILED', 'the model input input.txt is missing'],
      ],
    );
    for (const { inputKey, status, outputs, error, metadata } of streamed) {
      const whole = result.results[inputKey] ?? result.failures[inputKey];
      assert.deepEqual({ status, ...(error !== undefined && { error }), ...metadata, ...outputs }, whole);
      assert.deepEqual(Object.keys(outputs), error === undefined ? ['results.json'] : []);
      assert.match(metadata.engine, /-emulator$/);
    }
  });

  it('of a job that does not exist reject with the lines of the caller', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const reading = collect(modzy.streamResults('none'));
    await assert.rejects(reading, (error) => {
      assert.ok(error instanceof NotFoundError);
      assert.match(error.stack, /streamed-results\.test\.js/);
      return true;
    });
  });
});

describe('the body of results', () => {
  const input = (key, size = 0) => `"${key}":{"status":"SUCCESSFUL","o":"${'x'.repeat(size)}"}`;
  let modzy;
  let answer;
  let closed;
  let asked = 0;
  const server = http.createServer((_request, response) => {
    asked += 1;
    closed = once(response, 'close');
    answer(response);
  });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    modzy = new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'prefix.body', { retries: 0 });
  });
  after(() => server.close());
  afterEach(() => {
    asked = 0;
    server.closeAllConnections();
  });

  /** Sends inputs as long as the client reads. */
  const endless = (response) => {
    response.sent = 0;
    response.write('{"jobIdentifier":"j","results":{');
    const more = () => {
      while (!response.destroyed) {
        response.sent += 1;
        if (!response.write(`${input(response.sent, 60_000)},`)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };
  const stalled = (response) => response.write(`{"jobIdentifier":"j","results":{${input('a')},${input('b')},`);

  it('is requested when the loop begins, and read no further than the loop asks', async () => {
    let sending;
    answer = (response) => {
      sending = response;
      endless(response);
    };
    const results = modzy.streamResults('j');
    await sleep(50);
    assert.equal(asked, 0);
    const taken = [];
    let sent;
    for await (const { inputKey } of results) {
      taken.push(inputKey);
      if (taken.length === 1) {
        await sleep(300);
        sent = sending.sent;
        await sleep(200);
        // The server sends as much as the buffers of the sockets hold.
        assert.equal(sending.sent, sent);
      } else if (taken.length === 2 * sent) {
        break;
      }
    }
    assert.ok(sending.sent > sent);
    assert.deepEqual(
      taken,
      taken.map((_, index) => String(index + 1)),
    );
    await closed;
    assert.equal(asked, 1);
  });

  it('is closed when the loop ends by a break or an error of its own, or when return() is called', async () => {
    answer = stalled;
    for await (const { inputKey } of modzy.streamResults('j')) {
      assert.equal(inputKey, 'a');
      break;
    }
    await closed;
    const own = new Error('of the loop');
    const failing = async () => {
      for await (const { inputKey } of modzy.streamResults('j')) {
        assert.equal(inputKey, 'a');
        throw own;
      }
    };
    await assert.rejects(failing(), (error) => error === own);
    await closed;

    const results = modzy.streamResults('j')[Symbol.asyncIterator]();
    await results.next();
    await results.next();
    const awaited = results.next();
    assert.deepEqual(await results.return(), { done: true, value: undefined });
    assert.deepEqual(await awaited, { done: true, value: undefined });
    assert.deepEqual(await results.next(), { done: true, value: undefined });
    await closed;

    asked = 0;
    const unread = modzy.streamResults('j')[Symbol.asyncIterator]();
    await unread.return();
    assert.deepEqual(await unread.next(), { done: true, value: undefined });
    assert.equal(asked, 0);
  });

  it('is closed when the signal fires before, between and during reads, and no listener is left', async () => {
    answer = stalled;
    const reason = new Error('changed my mind');
    await assert.rejects(collect(modzy.streamResults('j', { signal: AbortSignal.abort(reason) })), (e) => e === reason);
    assert.equal(asked, 0);
    for (const taken of [1, 2]) {
      const controller = new AbortController();
      const results = modzy.streamResults('j', { signal: controller.signal })[Symbol.asyncIterator]();
      for (let index = 0; index < taken; index += 1) {
        assert.equal((await results.next()).done, false);
      }
      assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
      const awaited = taken === 2 ? results.next() : undefined;
      controller.abort(reason);
      await assert.rejects(awaited ?? results.next(), (error) => error === reason);
      assert.equal((await results.next()).done, true);
      await closed;
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    }
    answer = (response) => response.end('{"jobIdentifier":"j","results":{}}');
    const { signal } = new AbortController();
    assert.deepEqual(await collect(modzy.streamResults('j', { signal })), []);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('that breaks, stalls or is not JSON ends the loop with an error after the complete inputs', async () => {
    const endings = [
      [(response) => setTimeout(() => response.destroy(), 50), ConnectionError, { phase: 'body', attempts: 1 }],
      [() => {}, RequestTimeoutError, { phase: 'body', message: /^timed out after 100 ms reading the response body/ }],
      [(response) => response.end(']'), ResponseError, { code: 200, message: /is not JSON/ }],
      [(response) => response.end(`${input('c', 3000)}}}`), ResponseError, { message: /maxResponseBytes/ }],
    ];
    const small = new ModzyClient(modzy.baseURL, 'prefix.body', { retries: 2, maxResponseBytes: 2000 });
    for (const [end, kind, members] of endings) {
      answer = (response) => {
        stalled(response);
        end(response);
      };
      asked = 0;
      const keys = [];
      const reading = async () => {
        for await (const { inputKey } of small.streamResults('j', { idleTimeout: 100 })) {
          keys.push(inputKey);
        }
      };
      await assert.rejects(reading(), (error) => {
        assert.ok(error instanceof kind, String(error));
        assert.throws(() => {
          throw error;
        }, members);
        assert.match(error.stack, /streamed-results\.test\.js/);
        return true;
      });
      assert.deepEqual(keys, ['a', 'b']);
      assert.equal(asked, 1);
    }
  });

  it('is requested again until the first input has arrived', async () => {
    answer = (response) => {
      if (asked === 1) {
        response.write('{"jobIdentifier":"j","results":{"a":{"status"');
        setTimeout(() => response.destroy(), 50);
      } else {
        response.end(`{"jobIdentifier":"j","results":{${input('a')}}}`);
      }
    };
    const results = await collect(modzy.streamResults('j', { retries: 1 }));
    assert.deepEqual([results.length, asked], [1, 2]);
  });

  it('may have inputs of old servers, names of any kind, and deep nesting', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const results = `"old":{"old":{"status":"SUCCESSFUL","results.json":1.50}},"\\ud800":{"__proto__":{"x":1}},"deep":{"o":${deep}}`;
    answer = (response) => response.end(`{"jobIdentifier":"j","failures":null,"results":{${results}}}`);
    const [old, strange, nested] = await collect(modzy.streamResults('j'));
    assert.deepEqual(old.outputs, { 'results.json': 1.5 });
    assert.equal(strange.inputKey, '\ud800');
    assert.deepEqual(Object.keys(strange.outputs), ['__proto__']);
    assert.equal(nested.outputs.o.length, 1);
  });

  it('reports its progress in the async context of the call, and an error of the callback ends the loop', async () => {
    const body = `{"jobIdentifier":"j","results":{${input('a')},${input('b')}}}`;
    answer = (response) => {
      response.setHeader('content-length', body.length);
      response.end(body);
    };
    const context = new AsyncLocalStorage();
    const reports = [];
    const onDownloadProgress = (progress) => reports.push([progress, context.getStore()]);
    const results = context.run('me', () => modzy.streamResults('j', { onDownloadProgress }));
    assert.equal((await collect(results)).length, 2);
    const progress = (loadedBytes) => [{ loadedBytes, totalBytes: body.length }, 'me'];
    assert.deepEqual(reports, [progress(0), progress(body.length)]);

    const thrown = new Error('enough');
    for (const at of [0, body.length]) {
      const report = ({ loadedBytes }) => {
        if (loadedBytes === at) {
          throw thrown;
        }
      };
      await assert.rejects(
        collect(modzy.streamResults('j', { onDownloadProgress: report })),
        (error) => error === thrown,
      );
    }
  });

  it('resolves several calls of next() in their order', async () => {
    answer = (response) => response.end(`{"jobIdentifier":"j","results":{${input('a')},${input('b')}}}`);
    const results = modzy.streamResults('j')[Symbol.asyncIterator]();
    const asking = await Promise.all([results.next(), results.next(), results.next(), results.next()]);
    assert.deepEqual(
      asking.map(({ value }) => value?.inputKey),
      ['a', 'b', undefined, undefined],
    );
  });

  it('is closed when the iterator is garbage-collected', { timeout: 30_000 }, async (t) => {
    answer = stalled;
    const program = `
      const { ModzyClient } = require('modzy-client');
      const modzy = new ModzyClient(${JSON.stringify(modzy.baseURL)}, 'prefix.body');
      (async () => {
        await modzy.streamResults('j').next();
        setInterval(() => global.gc(), 20);
      })();
    `;
    const args = ['--expose-gc', '-e', program];
    const child = spawn(process.execPath, args, { cwd: __dirname, stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill());
    await closed;
  });
});
