'use strict';

// Results and outputs, in the form of 2.x, and calls of the same shape in 1.x with a client of 2.x.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { reads, refused } = require('../support/rows-of-2x.js');
const { JOB, get, refusal, reply } = require('./wire.js');

const result = { jobIdentifier: JOB, results: { first: { 'results.json': { a: [1.5] } } }, failures: null };

/** The path that a row downloads to. */
const downloaded = path.join(os.tmpdir(), `modzy-client-contract-${process.pid}`);

const OUTPUT = `/results/${JOB}/datasource/first/output/results.json`;
const output = { jobId: JOB, inputKey: 'first', outputName: 'results.json' };
const BYTES = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
const octets = (body) => reply(200, body, { 'content-type': 'application/octet-stream' });

/** A row about the contents of an output. */
const fetched = (title, call, answer, gives, more) => ({
  title,
  call,
  client: 2,
  asks: [get(OUTPUT)],
  answers: [answer],
  gives,
  ...more,
});

const isBuffer = (bytes) => (value) => {
  assert.ok(Buffer.isBuffer(value), 'no Buffer');
  assert.deepEqual(value, Buffer.from(bytes));
};
const isBlob = (bytes) => async (value) => {
  assert.ok(value instanceof Blob, 'no Blob');
  assert.equal(value.type, 'application/octet-stream');
  assert.deepEqual(Buffer.from(await value.arrayBuffer()), Buffer.from(bytes));
};

module.exports = [
  reads('getResult returns the result unchanged', (c) => c.getResult(JOB), `/results/${JOB}`, result),
  reads('getResult returns the result on a JobClient', (c) => c.getResult(JOB), `/results/${JOB}`, result, {
    on: 'job',
  }),
  fetched(
    'getOutputContents returns JSON by default',
    (c) => c.getOutputContents(output),
    { a: [1.5, null] },
    { a: [1.5, null] },
  ),
  fetched(
    'getOutputContents returns JSON on a JobClient',
    (c) => c.getOutputContents(output),
    { a: 1 },
    { a: 1 },
    { on: 'job' },
  ),
  fetched(
    'getOutputContents returns JSON on a client of 1.x',
    (c) => c.getOutputContents(output),
    { a: 1 },
    { a: 1 },
    { client: 1 },
  ),
  fetched(
    'getOutputContents parses JSON of any content type for the responseType json',
    (c) => c.getOutputContents({ ...output, responseType: 'json' }),
    octets('{"a":"ü"}'),
    { a: 'ü' },
  ),
  fetched(
    'getOutputContents returns the text for the responseType json where it is not JSON',
    (c) => c.getOutputContents({ ...output, responseType: 'json' }),
    octets('größer'),
    'größer',
  ),
  fetched(
    'getOutputContents parses JSON for the responseType null',
    (c) => c.getOutputContents({ ...output, responseType: null }),
    octets('7'),
    7,
  ),
  fetched(
    'getOutputContents returns a Buffer for the responseType arraybuffer',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    octets(BYTES),
    isBuffer(BYTES),
  ),
  fetched(
    'getOutputContents returns the bytes of JSON for the responseType arraybuffer',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    { a: 1 },
    isBuffer('{"a":1}'),
  ),
  fetched(
    'getOutputContents returns a Blob for the responseType blob',
    (c) => c.getOutputContents({ ...output, responseType: 'blob' }),
    octets(BYTES),
    isBlob(BYTES),
  ),
  fetched(
    'getOutputContents returns an empty Buffer for an empty output',
    (c) => c.getOutputContents({ ...output, responseType: 'arraybuffer' }),
    octets(''),
    isBuffer(''),
  ),
  {
    title: 'getOutputContents rejects bytes that are not text, and names arraybuffer',
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [octets(BYTES)],
    fails: { of: 'ResponseError', code: 200, message: /arraybuffer/ },
  },
  {
    title: 'getOutputContents encodes the input key and the output name into one path segment each',
    call: (c) => c.getOutputContents({ jobId: JOB, inputKey: 'a b/ü?', outputName: 'c#d' }, { retries: 0 }),
    client: 2,
    asks: [get(`/results/${JOB}/datasource/a%20b%2F%C3%BC%3F/output/c%23d`)],
    answers: [[]],
    gives: [],
  },
  {
    title: 'getOutputContents rejects with the message of the server',
    call: (c) => c.getOutputContents(output),
    client: 2,
    asks: [get(OUTPUT)],
    answers: [refusal(404, 'no such output')],
    fails: { of: 'NotFoundError', code: 404, message: 'no such output' },
  },
  fetched(
    'openOutput returns a stream and the content type',
    async (c) => {
      const { body, contentType } = await c.openOutput(output);
      return [await new Response(body).text(), contentType];
    },
    octets('bytes'),
    ['bytes', 'application/octet-stream'],
  ),
  fetched(
    'downloadOutput writes a file and returns the number of bytes',
    (c) => c.downloadOutput(output, downloaded).finally(() => fs.rmSync(downloaded)),
    octets('bytes'),
    {
      bytes: 5,
      contentType: 'application/octet-stream',
    },
  ),
  refused(
    'getOutputContents refuses an unknown responseType',
    (c) => c.getOutputContents({ ...output, responseType: 'text' }),
    /responseType/,
  ),
  refused(
    'getOutputContents refuses a missing outputName',
    (c) => c.getOutputContents({ jobId: JOB, inputKey: 'first' }),
    /outputName/,
  ),
];
