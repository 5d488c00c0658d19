'use strict';

// Mistakes about the sources of submits: the call, and the message. Nothing is submitted.

const fs = require('node:fs');
const { Readable } = require('node:stream');

const JOB = '00000000-0000-4000-8000-000000000001';
const TEXTS = { first: { 'input.txt': 'What a lovely day!' } };
const M = ['ed542963de', '1.0.1'];
const AWAIT = ', not a promise: await it first';
const LEVELS = 'param should be an object with members, as sources have two levels: ';
const SOURCE = 'param should be a path, a file: URL, bytes, a Blob or a stream';

module.exports = [
  // Texts and other sources in the body
  [
    'a flat text',
    (c) => c.submitJobText(...M, { 'input.txt': 'What a day' }),
    `submitJobText: the textSources["input.txt"] ${LEVELS}{ "my-input": { "input.txt": text } }`,
  ],
  [
    'a flat text in an object',
    (c) => c.submitJobText({ modelId: M[0], version: M[1], sources: { 'input.txt': 'What a day' } }),
    `submitJobText: the sources["input.txt"] ${LEVELS}{ "my-input": { "input.txt": text } }`,
  ],
  [
    'a text itself',
    (c) => c.submitJobText(...M, 'What a day'),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'no texts',
    (c) => c.submitJobText(...M, {}),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'a list of texts',
    (c) => c.submitJobText(...M, ['What a day']),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'a promise of texts',
    (c) => c.submitJobText(...M, Promise.resolve(TEXTS)),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }${AWAIT}`,
  ],
  [
    'a number as a text',
    (c) => c.submitJobText(...M, { a: { b: 7 } }),
    'submitJobText: the textSources["a"]["b"] param should be a string',
  ],
  [
    'a promise as a text',
    (c) => c.submitJobText(...M, { a: { b: Promise.resolve('x') } }),
    `submitJobText: the textSources["a"]["b"] param should be a string${AWAIT}`,
  ],
  [
    'bytes as a text',
    (c) => c.submitJobText(...M, { a: { b: Buffer.from('x') } }),
    'submitJobText: the textSources["a"]["b"] param should be a string, not bytes: decode them, or upload them with submitJobFile',
  ],
  [
    'undefined as a text',
    (c) => c.submitJobText(...M, { a: { b: undefined } }),
    'submitJobText: the textSources["a"]["b"] param should be a string',
  ],
  [
    'submitJobText without a version',
    (c) => c.submitJobText(M[0], TEXTS),
    /^submitJobText takes \(modelId, versionId, textSources, explain, options\) or \(\{ modelId, version, sources, explain \}, options\), but not both; versionId is missing, or is an object$/,
  ],
  ['explain as text', (c) => c.submitJobText(...M, TEXTS, 'true'), 'the explain param should be a boolean'],
  ['submitJob of text', (c) => c.submitJob('text'), 'submitJob: the job param should be an object with members'],
  [
    'submitJob of a promise',
    (c) => c.submitJob(Promise.resolve({})),
    `submitJob: the job param should be an object with members${AWAIT}`,
  ],
  [
    'submitJob with a promise inside',
    (c) => c.submitJob({ input: Promise.resolve({}) }),
    'submitJob: the job.input param should be its value, not a promise: await it first',
  ],
  [
    'submitJob of an object that contains itself',
    (c) => {
      const job = { model: { identifier: 'm' } };
      job.input = { job };
      return c.submitJob(job);
    },
    'submitJob: the job.input.job param should be a value that does not contain itself',
  ],
  [
    'submitJob with bytes inside',
    (c) => c.submitJob({ input: Buffer.from('x') }),
    'submitJob: the job.input param should be text: bytes have to be encoded, or uploaded',
  ],
  [
    'a promise as an embedded source',
    (c) => c.submitJobEmbedded(...M, 'a/b', { a: { b: Promise.resolve() } }),
    `submitJobEmbedded: the embeddedSources["a"]["b"] param should be a binary string, bytes or a Blob${AWAIT}`,
  ],
  [
    'a text as a binary string',
    (c) => c.submitJobEmbedded(...M, 'a/b', { a: { b: '€' } }),
    'submitJobEmbedded: the embeddedSources["a"]["b"] param should be a binary string, with one byte a character; pass text as Buffer.from(text)',
  ],
  [
    'bytes in place of a data URL',
    (c) => c.submitJobEmbedded({ modelId: 'm', version: 'v', sources: { a: { b: Buffer.from('x') } } }),
    'submitJobEmbedded: the sources["a"]["b"] param should be a data URI, which pathToDataUrl and fileToDataUrl make',
  ],
  [
    'an S3 key itself',
    (c) => c.submitJobAWSS3(...M, 'i', 's', 'r', { a: 'key' }),
    `submitJobAWSS3: the awss3Sources["a"] ${LEVELS}{ "my-input": { "a": { bucket, key } } }`,
  ],
  [
    'an S3 object without a bucket',
    (c) => c.submitJobAwsS3(...M, 'i', 's', 'r', { a: { b: { key: 'k' } } }),
    'submitJobAwsS3: the awss3Sources["a"]["b"].bucket param should be a string',
  ],
  [
    'a blank bucket',
    (c) => c.submitJobAwsS3Folder(...M, 'i', 's', 'r', { a: { b: { bucket: ' ', key: 'k' } } }),
    'submitJobAwsS3Folder: the awss3Sources["a"]["b"].bucket param should be a not empty string',
  ],
  [
    'submitJobJDBC without a query',
    (c) => c.submitJobJDBC(...M, 'url', 'user', 'password', 'driver'),
    'the query param should be a string',
  ],

  // Files
  [
    'a path itself',
    (c) => c.submitJobFile(...M, './image.png'),
    `submitJobFile: the fileSources ${LEVELS}{ inputKey: { inputName: source } }`,
  ],
  [
    'bytes themselves',
    (c) => c.submitJobFile(...M, Buffer.from('x')),
    `submitJobFile: the fileSources ${LEVELS}{ inputKey: { inputName: source } }`,
  ],
  [
    'a flat path',
    (c) => c.submitJobFile(...M, { image: './image.png' }),
    `submitJobFile: the fileSources["image"] ${LEVELS}{ "my-input": { "image": source } }`,
  ],
  [
    'flat bytes',
    (c) => c.submitJobFiles(...M, { image: Buffer.from('x') }),
    `submitJobFiles: the fileSources["image"] ${LEVELS}{ "my-input": { "image": source } }`,
  ],
  [
    'a URL as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'https://h.example/image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a URL: download it first, or pass (await fetch(url)).body',
  ],
  [
    's3: as a path',
    (c) => c.submitJobFile(...M, { a: { b: 's3://bucket/key' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a URL: submit objects in S3 with submitJobAWSS3',
  ],
  [
    'the text of a file: URL',
    (c) => c.submitJobFile(...M, { a: { b: 'file:///image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not the text of a file: URL: pass new URL(…)',
  ],
  [
    'a data URL as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'data:text/plain,x' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a data URL: pass its bytes',
  ],
  [
    'a URL of another scheme',
    (c) => c.submitJobFile(...M, { a: { b: new URL('https://h.example') } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a file: URL',
  ],
  [
    '~',
    (c) => c.submitJobFile(...M, { a: { b: '~/image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path without "~", which only shells expand: use path.join(os.homedir(), …)',
  ],
  [
    'a promise as a source',
    (c) => c.submitJobFile(...M, { a: { b: fs.promises.readFile(__filename) } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}${AWAIT}`,
  ],
  [
    'a number as a source',
    (c) => c.submitJobFile(...M, { a: { b: 7 } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}`,
  ],
  [
    'an array of numbers as a source',
    (c) => c.submitJobFile(...M, { a: { b: [1, 2] } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}`,
  ],
  [
    'a text as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'What a lovely day!' } }),
    /^the input "a", "b" cannot be opened: .*What a lovely day!: No such file .*; a string is the path of a file: pass a text as Buffer\.from\(text\), or use submitJobText$/,
  ],
  [
    'a promise to appendInput',
    (c) => c.appendInput(JOB, 'a', 'b', Promise.resolve()),
    `appendInput: the inputValue ${SOURCE}${AWAIT}`,
  ],
  [
    'appendInput without a value',
    (c) => c.appendInput(JOB, 'a', 'b'),
    'appendInput: the inputValue param should be a path or bytes',
  ],
  [
    'a URL to pathToDataUrl',
    (c) => c.pathToDataUrl('https://h.example', 'a/b'),
    'pathToDataUrl: the path param should be a path, not a URL: download it first, or pass (await fetch(url)).body',
  ],
  [
    'a path to fileToDataUrl',
    (c) => c.fileToDataUrl('./image.png'),
    'fileToDataUrl: the file param should be a Blob or File',
  ],
  [
    'a stream of strings',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from(['What a day']) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'a stream with an encoding',
    (c) => c.submitJobFile(...M, { a: { b: fs.createReadStream(__filename, 'utf8') } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'a stream of objects',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from([{ text: 'What a day' }]) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of other values',
  ],
  [
    'a generator of numbers after another stream',
    (c) =>
      c.submitJobFile(...M, {
        a: {
          b: Readable.from([Buffer.from('x')]),
          c: (async function* () {
            yield 7;
          })(),
        },
      }),
    'submitJobFile: the fileSources["a"]["c"] param should be a stream of bytes, not of other values',
  ],
  [
    'a web stream of strings',
    (c) => c.submitJobFile(...M, { a: { b: new ReadableStream({ start: (s) => s.enqueue('x') }) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'an empty stream',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from([]) } }),
    'the input "a", "b" is empty, and servers drop an empty input without a word',
  ],
];
