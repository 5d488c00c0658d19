'use strict';

// Outputs as streams: a read asks the network for bytes, and each end closes the request.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { spawn } = require('node:child_process');
const { getEventListeners, once } = require('node:events');
const http = require('node:http');
const { after, afterEach, before, describe, it } = require('node:test');
const { ConnectionError, ModzyClient, NotFoundError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const OUTPUT = { jobId: 'j', inputKey: 'k', outputName: 'o' };

describe('an open output', () => {
  const emulator = useEmulator();

  it('is equal to that of getOutputContents, by its names and by its URL', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const receipt = await modzy.submitJobText('t3xtt0t0n3', '1.1.0', { k: { 'input.txt': 'What a lovely day!' } });
    const { result } = await modzy.blockUntilResult(receipt);
    const output = { jobId: receipt.jobIdentifier, inputKey: 'k', outputName: 'results.wav' };
    const expected = await modzy.getOutputContents({ ...output, responseType: 'arraybuffer' });
    for (const reference of [output, { url: result.results.k['results.wav'] }]) {
      const { body, contentType, contentLength } = await modzy.openOutput(reference);
      assert.ok(body instanceof ReadableStream);
      assert.deepEqual([contentType, contentLength], ['audio/wav', expected.length]);
      assert.deepEqual(Buffer.from(await new Response(body).arrayBuffer()), expected);
    }
    const missing = modzy.openOutput({ ...output, outputName: 'none' });
    await assert.rejects(missing, (error) => {
      assert.ok(error instanceof NotFoundError);
      assert.match(error.stack, /streams\.test\.js/);
      return true;
    });
  });
});

describe('the stream of an output', () => {
  const CHUNK = Buffer.alloc(64 * 1024, 'x');
  let modzy;
  let answer;
  let closed;
  const server = http.createServer((request, response) => {
    closed = once(response, 'close');
    answer(response, request);
  });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    modzy = new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'prefix.body', { retries: 0 });
  });
  after(() => server.close());
  afterEach(() => server.closeAllConnections());

  /** Sends chunks as long as the client reads. */
  const endless = (response) => {
    response.sent = 0;
    const more = () => {
      while (!response.destroyed) {
        response.sent += CHUNK.length;
        if (!response.write(CHUNK)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };
  const stalled = (response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('0123');
  };

  it('reads no more from the network than its reader asks for', async () => {
    let sending;
    answer = (response) => {
      sending = response;
      endless(response);
    };
    const { body, contentLength, contentType } = await modzy.openOutput(OUTPUT);
    assert.deepEqual([contentLength, contentType], [null, null]);
    const reader = body.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { sent } = sending;
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The server sends as much as the buffers of the sockets hold.
    assert.equal(sending.sent, sent);
    let taken = 0;
    while (taken < 2 * sent) {
      const { value } = await reader.read();
      assert.equal(value.constructor, Uint8Array);
      taken += value.length;
    }
    assert.ok(sending.sent > sent);
    await reader.cancel();
    await closed;
  });

  it('that is canceled closes the request, between two reads and during one', async () => {
    answer = stalled;
    for (const isAwaited of [false, true]) {
      const { body } = await modzy.openOutput(OUTPUT);
      const reader = body.getReader();
      assert.equal(Buffer.from((await reader.read()).value).toString(), '0123');
      const awaited = isAwaited ? reader.read() : undefined;
      await reader.cancel('enough');
      await closed;
      assert.deepEqual((await awaited)?.done, isAwaited ? true : undefined);
      assert.equal((await reader.read()).done, true);
    }
  });

  it('that is aborted ends with the reason, closes the request and leaves no listener', async () => {
    answer = stalled;
    for (const isAwaited of [false, true]) {
      const controller = new AbortController();
      const { body } = await modzy.openOutput(OUTPUT, { signal: controller.signal });
      assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
      const reader = body.getReader();
      await reader.read();
      const awaited = isAwaited ? reader.read() : undefined;
      const reason = new Error('changed my mind');
      controller.abort(reason);
      await assert.rejects(awaited ?? reader.read(), (error) => error === reason);
      await assert.rejects(reader.closed, (error) => error === reason);
      await closed;
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    }
  });

  it('that ends leaves no listener', async () => {
    answer = (response) => response.end('bytes');
    const { signal } = new AbortController();
    const { body, contentLength } = await modzy.openOutput(OUTPUT, { signal });
    assert.equal(contentLength, 5);
    assert.equal(await new Response(body).text(), 'bytes');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('ends with the error of a connection that breaks', async () => {
    answer = (response) => {
      stalled(response);
      setTimeout(() => response.destroy(), 50);
    };
    const { body } = await modzy.openOutput(OUTPUT);
    await assert.rejects(new Response(body).text(), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.deepEqual([error.phase, error.attempts], ['body', 1]);
      return true;
    });
  });

  it('continues where the connection broke if the output is the same', async () => {
    let asked = 0;
    answer = (response, request) => {
      asked += 1;
      if (asked === 1) {
        response.writeHead(200, { 'content-length': 10, etag: '"v1"' });
        response.write('0123');
        setTimeout(() => response.destroy(), 50);
      } else {
        assert.equal(request.headers.range, 'bytes=4-');
        response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 4-9/10' }).end('456789');
      }
    };
    const { body } = await modzy.openOutput(OUTPUT, { retries: 1 });
    assert.equal(await new Response(body).text(), '0123456789');
  });

  it('reports its progress in the async context of the call, and ends with an error of the callback', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': 5 });
      response.end('bytes');
    };
    const context = new AsyncLocalStorage();
    const reports = [];
    const report = (progress) => reports.push([progress, context.getStore()]);
    const opening = context.run('me', () => modzy.openOutput(OUTPUT, { onDownloadProgress: report }));
    await new Response((await opening).body).text();
    assert.deepEqual(reports, [
      [{ loadedBytes: 0, totalBytes: 5 }, 'me'],
      [{ loadedBytes: 5, totalBytes: 5 }, 'me'],
    ]);

    const thrown = new Error('enough');
    for (const at of [0, 5]) {
      const onDownloadProgress = ({ loadedBytes }) => {
        if (loadedBytes === at) {
          throw thrown;
        }
      };
      const reading = modzy.openOutput(OUTPUT, { onDownloadProgress }).then(({ body }) => new Response(body).text());
      await assert.rejects(reading, (error) => error === thrown);
    }
  });

  it('keeps the process alive only during a read', async () => {
    answer = (response) => {
      stalled(response);
      setTimeout(() => response.end('456789'), 300);
    };
    const run = async (body) => {
      const program = `
        const { ModzyClient } = require('modzy-client');
        const modzy = new ModzyClient(${JSON.stringify(modzy.baseURL)}, 'prefix.body');
        modzy.openOutput(${JSON.stringify(OUTPUT)}).then(async ({ body }) => { const reader = body.getReader(); ${body} });
      `;
      const child = spawn(process.execPath, ['-e', program], { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (data) => (output += data));
      const killed = setTimeout(() => child.kill(), 20_000);
      const [code] = await once(child, 'close');
      clearTimeout(killed);
      return [code, output];
    };
    assert.deepEqual(await run('console.log((await reader.read()).value.length);'), [0, '4\n']);
    const both = 'for (let i = 0; i < 2; i += 1) console.log((await reader.read()).value.length);';
    assert.deepEqual(await run(both), [0, '4\n6\n']);
  });
});
