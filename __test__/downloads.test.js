'use strict';

// Downloads of outputs to files. A file is complete, or not there.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { getEventListeners, once } = require('node:events');
const fs = require('node:fs/promises');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { after, afterEach, before, describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const { ConnectionError, ModzyClient, ModzyError, NotFoundError, RequestTimeoutError } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const MODEL = ['t3xtt0t0n3', '1.1.0'];

/** A folder for the files of a test. */
function useFolder() {
  const folder = {};
  before(async () => {
    folder.path = await fs.mkdtemp(path.join(os.tmpdir(), 'modzy-client-'));
    folder.file = path.join(folder.path, 'output.wav');
  });
  afterEach(async () => {
    await Promise.all((await fs.readdir(folder.path)).map((name) => fs.rm(path.join(folder.path, name))));
  });
  after(() => fs.rm(folder.path, { recursive: true }));
  return folder;
}

describe('an output', () => {
  const emulator = useEmulator();
  const folder = useFolder();
  let modzy;
  let output;
  let url;
  let expected;
  before(async () => {
    modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const sources = { 'a key/?': { 'input.txt': 'What a lovely day!' } };
    const receipt = await modzy.submitJobText(...MODEL, sources);
    const { result } = await modzy.blockUntilResult(receipt);
    url = result.results['a key/?']['results.wav'];
    output = { jobId: receipt.jobIdentifier, inputKey: 'a key/?', outputName: 'results.wav' };
    expected = await modzy.getOutputContents({ ...output, responseType: 'arraybuffer' });
    assert.ok(expected.length > 1000);
  });

  it('is written to a file, by its names or by the URL in the results', async () => {
    assert.match(url, /^http.*\n$/);
    for (const [from, to] of [
      [output, folder.file],
      [{ url }, pathToFileURL(folder.file)],
      [{ url: new URL(url) }, folder.file],
    ]) {
      const done = await modzy.downloadOutput(from, to);
      assert.deepEqual(done, { bytes: expected.length, contentType: 'audio/wav' });
      assert.deepEqual(await fs.readFile(folder.file), expected);
      assert.deepEqual(await fs.readdir(folder.path), ['output.wav']);
    }
    assert.deepEqual(await modzy.getOutputContents({ url, responseType: 'arraybuffer' }), expected);
    await assert.rejects(modzy.getOutputContents({ url, jobId: 'j' }), {
      name: 'TypeError',
      message: /takes \{ job, inputKey, outputName \} or \{ url \}/,
    });
  });

  it('reports its progress in the async context of the call', async () => {
    const context = new AsyncLocalStorage();
    const reports = [];
    const options = { onDownloadProgress: (progress) => reports.push([progress, context.getStore()]) };
    await context.run('me', () => modzy.downloadOutput(output, folder.file, options));
    const totalBytes = expected.length;
    assert.deepEqual(reports[0], [{ loadedBytes: 0, totalBytes }, 'me']);
    assert.deepEqual(reports.at(-1), [{ loadedBytes: totalBytes, totalBytes }, 'me']);
  });

  it('that does not exist, or whose file cannot be written, is an error of the caller', async () => {
    const missing = modzy.downloadOutput({ ...output, outputName: 'none' }, folder.file);
    await assert.rejects(missing, (error) => {
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.jobIdentifier, output.jobId);
      assert.match(error.stack, /downloads\.test\.js/);
      return true;
    });
    await emulator.clearRequests();
    const unwritable = modzy.downloadOutput(output, path.join(folder.path, 'none', 'x'));
    await assert.rejects(unwritable, (error) => {
      assert.ok(error instanceof ModzyError);
      assert.match(error.message, /^the file .*x cannot be written: No such file/);
      return true;
    });
    for (const [wrong, name] of [
      [undefined, 'output'],
      ['j', 'output'],
      [{}, 'output.job'],
      [{ url: 7 }, 'output.url'],
    ]) {
      const refusal = { name: 'TypeError', message: new RegExp(`^\\w+: the ${name} param should be`) };
      await assert.rejects(modzy.downloadOutput(wrong, folder.file), refusal);
    }
    await assert.rejects(modzy.downloadOutput({ url: 'http://example.com/x' }, folder.file), {
      name: 'TypeError',
      message: /^downloadOutput: output.url must start with https/,
    });
    await assert.rejects(modzy.downloadOutput(output), {
      name: 'TypeError',
      message: /^downloadOutput: the file param should be/,
    });
    assert.deepEqual(await emulator.requests(), []);
    assert.deepEqual(await fs.readdir(folder.path), []);
  });
});

describe('an interrupted download', () => {
  const folder = useFolder();
  const output = { jobId: 'j', inputKey: 'k', outputName: 'o' };
  const whole = Buffer.alloc(300_000, 'abcdefg');
  let answer;
  let requests;
  let modzy;
  const server = http.createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    modzy = new ModzyClient(`http://127.0.0.1:${server.address().port}/api`, 'prefix.body');
  });
  after(() => server.close());
  afterEach(() => server.closeAllConnections());

  /** Sends the head and a third of the output. */
  const begin = (response, headers = {}) => {
    requests.length === 1 || assert.fail('asked again');
    response.writeHead(200, { 'content-length': whole.length, ...headers });
    response.write(whole.subarray(0, 100_000));
  };

  it('continues after its last byte', async () => {
    requests = [];
    answer = (request, response) => {
      if (requests.length === 1) {
        begin(response, { etag: '"v1"' });
        setTimeout(() => response.destroy(), 50);
        return;
      }
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range)[1]);
      const range = `bytes ${from}-${whole.length - 1}/${whole.length}`;
      response.writeHead(206, { etag: '"v1"', 'content-range': range }).end(whole.subarray(from));
    };
    assert.equal((await modzy.downloadOutput(output, folder.file)).bytes, whole.length);
    assert.deepEqual(await fs.readFile(folder.file), whole);
    assert.deepEqual(
      requests.map(({ headers }) => headers['if-range']),
      [undefined, '"v1"'],
    );
  });

  it('that cannot continue rejects, and leaves no file', async () => {
    requests = [];
    answer = (request, response) => {
      begin(response);
      setTimeout(() => response.destroy(), 50);
    };
    await assert.rejects(modzy.downloadOutput(output, folder.file, { retries: 0 }), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.deepEqual([error.phase, error.sent, error.attempts], ['body', 'maybe', 1]);
      return true;
    });
    assert.deepEqual(await fs.readdir(folder.path), []);
  });

  it('ends after the idle timeout of the call or of the client without a byte', async () => {
    answer = (request, response) => begin(response);
    const { baseURL } = modzy;
    for (const [client, options] of [
      [modzy, { retries: 0, idleTimeout: 50 }],
      [new ModzyClient(baseURL, 'prefix.body', { idleTimeout: 50 }), { retries: 0 }],
    ]) {
      requests = [];
      await assert.rejects(client.downloadOutput(output, folder.file, options), (error) => {
        assert.ok(error instanceof RequestTimeoutError);
        assert.equal(error.phase, 'body');
        return true;
      });
      assert.deepEqual(await fs.readdir(folder.path), []);
    }
  });

  it('by a signal or a callback closes the request, and leaves no file and no listener', async () => {
    for (const byCallback of [true, false]) {
      requests = [];
      const closed = new Promise((resolve) => {
        answer = (request, response) => {
          response.on('close', resolve);
          begin(response);
        };
      });
      const reason = new Error('enough');
      const controller = new AbortController();
      const onDownloadProgress = () => {
        if (byCallback) {
          throw reason;
        }
        controller.abort(reason);
      };
      const options = { signal: controller.signal, onDownloadProgress };
      await assert.rejects(modzy.downloadOutput(output, folder.file, options), (error) => error === reason);
      await closed;
      assert.deepEqual(await fs.readdir(folder.path), []);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    }
  });
});
