'use strict';

// The tests of the rows about uploads that both tables of MIGRATING.md have.

const assert = require('node:assert/strict');
const { writeFile } = require('node:fs/promises');
const { dirname } = require('node:path');
const { Readable } = require('node:stream');
const { pathToFileURL } = require('node:url');
const modzy = require('modzy-client');
const { temporaryFile } = require('./files.js');
const { chunksOf, partOf, serve, uploadRoutes } = require('./server.js');

const MiB = 1024 * 1024;

/**
 * @param {Pick<import('./differences.js').Generation, 'connect' | 'submitFiles'>} generation
 * @returns {Record<string, (t: any) => Promise<void>>}
 */
function uploadTests({ connect, submitFiles }) {
  /** Uploads sources. Returns the outcome, and the requests that the server received. */
  async function upload(t, sources, { features, more, options } = {}) {
    const server = await serve(t, uploadRoutes(features, more));
    const settled = await submitFiles(connect(server), sources, options).then(
      (receipt) => ({ receipt, error: undefined }),
      (error) => ({ receipt: undefined, error }),
    );
    const isCanceled = server.lines().includes('DELETE /api/jobs/j');
    return { ...settled, server, isCanceled, chunks: chunksOf(server) };
  }

  return {
    async 'Missing files'(t) {
      const { error, server } = await upload(t, { a: { input: Buffer.from('x') }, b: { input: '/no/such/file' } });
      assert.ok(error instanceof modzy.InputError, `${error}`);
      assert.deepEqual([error.inputKey, error.inputName], ['b', 'input']);
      assert.deepEqual(server.lines(), []);
    },

    async 'Empty inputs'(t) {
      const empty = await temporaryFile(t, '');
      for (const source of [empty, Buffer.alloc(0), new Blob([])]) {
        const { error, server } = await upload(t, { a: { input: source } });
        assert.ok(error instanceof modzy.InputError, `${error}`);
        assert.deepEqual([error.inputKey, error.inputName], ['a', 'input']);
        assert.deepEqual(server.lines(), []);
      }
    },

    async 'Files that change during an upload'(t) {
      const [first, second] = [await temporaryFile(t, 'first'), await temporaryFile(t, 'second')];
      const more = {
        'POST /api/jobs/j/a/input': async () => {
          await writeFile(second, 'another second');
          return { status: 202 };
        },
      };
      const { error, isCanceled, chunks } = await upload(t, { a: { input: first }, b: { input: second } }, { more });
      assert.ok(error instanceof modzy.InputError, `${error}`);
      assert.equal(error.inputKey, 'b');
      assert.deepEqual(chunks, [['a/input', 5]]);
      assert.ok(isCanceled);

      // A change in the middle of a file, in place and of the same size.
      const large = await temporaryFile(t, Buffer.alloc(4 * MiB, 'old'));
      const rewrite = async () => {
        await writeFile(large, Buffer.alloc(4 * MiB, 'new'), { flag: 'r+' });
        return { status: 202 };
      };
      const torn = await upload(t, { a: { input: large } }, { more: { 'POST /api/jobs/j/a/input': rewrite } });
      assert.equal(torn.error?.code, 'changed');
      assert.ok(torn.chunks.length < 4);
      assert.ok(torn.isCanceled);
    },

    async 'Relative paths'(t) {
      const [here, there] = [await temporaryFile(t, 'here'), await temporaryFile(t, 'elsewhere')].map((file) =>
        dirname(file),
      );
      const server = await serve(t, uploadRoutes());
      const home = process.cwd();
      t.after(() => process.chdir(home));
      process.chdir(here);
      const uploading = submitFiles(connect(server), { a: { input: 'input' } });
      process.chdir(there);
      await uploading;
      assert.deepEqual(chunksOf(server), [['a/input', 'here'.length]]);
    },

    async 'Unreadable chunk sizes'(t) {
      const expected = { '1kb': [MiB, 2], huge: [MiB, 2], [String(MiB / 2)]: [MiB / 2, MiB / 2, 2] };
      for (const [size, sizes] of Object.entries(expected)) {
        const source = Buffer.alloc(sizes.reduce((sum, each) => sum + each));
        const { error, chunks } = await upload(
          t,
          { a: { input: source } },
          { features: { inputChunkMaximumSize: size } },
        );
        assert.equal(error, undefined);
        assert.deepEqual(
          chunks.map(([, bytes]) => bytes),
          sizes,
        );
      }
      const { chunks } = await upload(t, { a: { input: Buffer.alloc(MiB + 2) } }, { features: {} });
      assert.deepEqual(
        chunks.map(([, bytes]) => bytes),
        [MiB, 2],
      );
    },

    async 'Order of an upload'(t) {
      const { server } = await upload(t, { a: { input: Buffer.from('x') } });
      assert.deepEqual(server.lines(), [
        'GET /api/jobs/features',
        'POST /api/jobs',
        'POST /api/jobs/j/a/input',
        'POST /api/jobs/j/close',
      ]);
    },

    async 'More inputs or chunks than the server takes'(t) {
      const bytes = Buffer.from('12345');
      const refused = [
        [{ a: { input: bytes }, b: { input: bytes } }, { maximumInputsPerJob: 1 }, TypeError],
        [{ a: { input: bytes } }, { inputChunkMaximumSize: '2i', maximumInputChunks: '2' }, modzy.InputError],
      ];
      for (const [sources, features, expected] of refused) {
        const { error, server } = await upload(t, sources, { features });
        assert.ok(error instanceof expected, `${error}`);
        assert.deepEqual(server.lines(), ['GET /api/jobs/features']);
      }
    },

    async 'Large chunks from memory'(t) {
      const bytes = Buffer.alloc(5 * MiB, 7);
      const file = await temporaryFile(t, bytes);
      const features = { inputChunkMaximumSize: '64Mi' };
      const { chunks } = await upload(t, { a: { memory: bytes }, b: { file } }, { features });
      assert.deepEqual(chunks, [
        ['a/memory', 4 * MiB],
        ['a/memory', MiB],
        ['b/file', 5 * MiB],
      ]);
    },

    async 'Sources of uploads'(t) {
      const bytes = new TextEncoder().encode('lovely');
      const file = await temporaryFile(t, bytes);
      const sources = {
        path: file,
        url: pathToFileURL(file),
        buffer: Buffer.from(bytes),
        typedArray: new Uint16Array(bytes.slice().buffer),
        arrayBuffer: bytes.slice().buffer,
        dataView: new DataView(bytes.slice().buffer),
        blob: new Blob([bytes]),
        file: new File([bytes], 'name'),
        readable: Readable.from([Buffer.from('love'), Buffer.from('ly')]),
        webStream: new Blob([bytes]).stream(),
      };
      const { error, server } = await upload(t, { a: sources });
      assert.equal(error, undefined);
      const parts = server.requests
        .filter(({ path }) => path.startsWith('/api/jobs/j/a/'))
        .map((asked) => [asked.path.slice('/api/jobs/j/a/'.length), partOf(asked).toString()]);
      assert.deepEqual(
        parts,
        Object.keys(sources).map((name) => [name, 'lovely']),
      );
    },

    async 'Connections lost in an upload'(t) {
      const more = { 'POST /api/jobs/j/a/input': 'reset' };
      const { error, isCanceled, chunks } = await upload(t, { a: { input: Buffer.from('x') } }, { more });
      assert.ok(error instanceof modzy.ConnectionError, `${error}`);
      assert.equal(error.sent, 'maybe');
      assert.equal(chunks.length, 1);
      assert.ok(isCanceled);
    },

    async 'Refused chunks'(t) {
      const more = {
        'POST /api/jobs/j/a/input': { status: 413, body: { statusCode: 413, message: 'too much of it' } },
      };
      const { error, isCanceled } = await upload(t, { a: { input: Buffer.from('x') } }, { more });
      assert.ok(error instanceof modzy.ApiError, `${error}`);
      assert.deepEqual([error.code, error.message], [413, 'too much of it']);
      assert.ok(isCanceled);
    },

    async 'Jobs that cannot be opened'(t) {
      const more = { 'POST /api/jobs': { status: 403, body: { message: 'not yours' } } };
      const { error, server } = await upload(t, { a: { input: Buffer.from('x') } }, { more });
      assert.equal(error.code, 403);
      assert.deepEqual(server.lines(), ['GET /api/jobs/features', 'POST /api/jobs']);
    },

    async 'Lost response of a close'(t) {
      const more = {
        'POST /api/jobs/j/close': 'reset',
        'GET /api/jobs/j': { body: { jobIdentifier: 'j', status: 'IN_PROGRESS' } },
      };
      const { receipt, error, server, isCanceled } = await upload(t, { a: { input: Buffer.from('x') } }, { more });
      assert.equal(error, undefined);
      assert.equal(receipt.jobIdentifier, 'j');
      assert.deepEqual(server.lines().slice(-2), ['POST /api/jobs/j/close', 'GET /api/jobs/j']);
      assert.ok(!isCanceled);
    },
  };
}

module.exports = { uploadTests };
