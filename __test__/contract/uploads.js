'use strict';

// Uploads, in the form of 1.x: a request for the limits, one that opens a job, one for each chunk, and one that closes the job.

const { pathToFileURL } = require('node:url');
const { JOB, chunk, del, file, get, inFile, ofJob, post, receipt, refusal, reply } = require('./wire.js');

const [ID, VERSION] = ['ed542963de', '1.0.1'];
const model = { identifier: ID, version: VERSION };
const open = { jobIdentifier: JOB, status: 'OPEN' };
const closed = { ...receipt, totalInputs: 2 };
const features = { inputChunkMaximumSize: '4i', maximumInputChunks: 100, maximumInputsPerJob: 100 };

const asksFor = (chunks, body = { model }) => [
  get('/jobs/features'),
  post('/jobs', body),
  ...chunks,
  post(`${ofJob}/close`, {}),
];
const answersTo = (chunks, limits = features) => [limits, open, ...chunks.map(() => reply(202)), closed];

/** A row about the chunks of an upload. */
const uploaded = (title, call, chunks, { body, limits, ...more } = {}) => ({
  title,
  call,
  asks: asksFor(chunks, body),
  answers: answersTo(chunks, limits),
  gives: { ...closed, status: 'SUBMITTED' },
  ...more,
});

/** A row about an invalid source. */
const refused = (title, call, fails) => ({ title, call, asks: [], fails });

const to = `${ofJob}/first/image`;
const abc = [chunk(to, 'abc')];
const hello = [chunk(to, 'hell'), chunk(to, 'o wo'), chunk(to, 'rld')];
const BYTES = [0x00, 0xff, 0x68, 0xe9];
const raw = [chunk(to, Buffer.from(BYTES))];
const framed = new Uint8Array([1, 2, ...BYTES, 3, 4]).buffer;
const whole = { ...features, inputChunkMaximumSize: '1Mi' };
const ofFile = (size) =>
  Array.from({ length: Math.ceil(inFile.length / size) }, (_, index) =>
    chunk(to, inFile.slice(index * size, (index + 1) * size)),
  );

module.exports = [
  // Bytes of all kinds.
  uploaded(
    'submitJobFile sends a Buffer in chunks of the limit',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hello world') } }),
    hello,
  ),
  uploaded(
    'submitJobFiles sends a Buffer in chunks of the limit',
    (c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('hello world') } }),
    hello,
  ),
  uploaded(
    'submitJobFiles sends a Buffer on a JobClient',
    (c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    abc,
    { on: 'job' },
  ),
  uploaded(
    'submitJobFile sends a Buffer on a JobClient',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    abc,
    { on: 'job' },
  ),
  uploaded(
    'submitJobFile sends a Uint8Array',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Uint8Array.from(BYTES) } }),
    raw,
  ),
  uploaded(
    'submitJobFile sends only the bytes that a Uint16Array shows of its buffer',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: new Uint16Array(framed, 2, 2) } }),
    raw,
  ),
  uploaded(
    'submitJobFile sends an ArrayBuffer',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Uint8Array.from(BYTES).buffer } }),
    raw,
  ),
  uploaded(
    'submitJobFile sends only the bytes that a DataView shows of its buffer',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: new DataView(framed, 2, 4) } }),
    raw,
  ),
  uploaded(
    'submitJobFile sends a Blob in chunks of the limit',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: new Blob(['hello', ' world']) } }),
    hello,
  ),
  uploaded(
    'submitJobFile sends one chunk for bytes of exactly its size',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hell') } }),
    [chunk(to, 'hell')],
  ),

  // Paths.
  uploaded(
    'submitJobFile sends the file at a path',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(4),
  ),
  uploaded(
    'submitJobFiles sends the file at a path',
    (c) => c.submitJobFiles(ID, VERSION, { first: { image: file } }),
    ofFile(4),
  ),
  uploaded(
    'submitJobFile sends the file at a file: URL',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: pathToFileURL(file) } }),
    ofFile(4),
  ),
  uploaded(
    'submitJobFile sends a file smaller than the limit in one chunk',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(100),
    { limits: whole },
  ),

  // Several inputs. Each key is one path segment, and the name of an input is the file name of its parts.
  uploaded(
    'submitJobFile sends several inputs in the order given, with encoded keys and the media types of the names',
    (c) =>
      c.submitJobFile(ID, VERSION, {
        'b/ü ?': { 'input.txt': Buffer.from('hello'), image: new Blob(['abc']) },
        a: { 'picture.png': file },
      }),
    [
      chunk(`${ofJob}/b%2F%C3%BC%20%3F/input.txt`, 'hello', 'text/plain'),
      chunk(`${ofJob}/b%2F%C3%BC%20%3F/image`, 'abc'),
      chunk(`${ofJob}/a/picture.png`, inFile, 'image/png'),
    ],
    { limits: whole },
  ),

  uploaded(
    'submitJobFile sends an input called __proto__',
    (c) => c.submitJobFile(ID, VERSION, JSON.parse(`{"__proto__":{"__proto__":${JSON.stringify(file)}}}`)),
    [...ofFile(4).map((each) => chunk(`${ofJob}/__proto__/__proto__`, each.parts[0].bytes))],
  ),

  // Sizes.
  uploaded(
    'submitJobFile reads a limit in bytes with the unit i',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(10),
    {
      limits: { inputChunkMaximumSize: '10i' },
    },
  ),
  uploaded(
    'submitJobFile reads a limit without a unit as bytes',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(5),
    {
      limits: { inputChunkMaximumSize: '5' },
    },
  ),
  uploaded(
    'submitJobFile sends chunks of 1 MiB where it cannot read the limit',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(100),
    {
      limits: { inputChunkMaximumSize: 'some' },
    },
  ),
  uploaded(
    'submitJobFile sends chunks of 1 MiB where the server names no limit',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }),
    ofFile(100),
    { limits: {} },
  ),
  uploaded(
    'submitJobFile sends chunks of the chunkSize option',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }, { chunkSize: 7 }),
    ofFile(7),
    {
      limits: whole,
    },
  ),
  uploaded(
    'submitJobFile sends no chunk above the limit, whatever the chunkSize option',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: file } }, { chunkSize: 7 }),
    ofFile(4),
  ),

  // Explain, and options after it or in its place.
  uploaded(
    'submitJobFile leaves explain out where it is false',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, false),
    abc,
  ),
  uploaded(
    'submitJobFile sends explain where it is true',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, true),
    abc,
    {
      body: { model, explain: true },
    },
  ),
  uploaded(
    'submitJobFile takes options in place of explain',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, { jobTimeout: 5 }),
    abc,
    {
      body: { model, timeout: 5 },
    },
  ),
  uploaded(
    'submitJobFiles takes options after explain',
    (c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('abc') } }, true, { jobTimeout: 5 }),
    abc,
    { body: { model, explain: true, timeout: 5 } },
  ),

  // Uploads one step at a time.
  {
    title: 'appendInput sends bytes in chunks of the given size on a JobClient',
    call: (c) => c.appendInput({ jobIdentifier: JOB }, 'first', 'image', Buffer.from('hello world'), 4),
    on: 'job',
    asks: hello,
    answers: hello.map(() => reply(202)),
    gives: null,
  },
  {
    title: 'appendInput sends a file in chunks of the given size to an open job',
    call: (c) => c.getJobClient().appendInput(open, 'first', 'image', file, 10),
    asks: ofFile(10),
    answers: ofFile(10).map(() => reply(202)),
    gives: null,
  },
  {
    title: 'closeJob returns the status SUBMITTED on a JobClient',
    call: (c) => c.closeJob({ jobIdentifier: JOB }),
    on: 'job',
    asks: [post(`${ofJob}/close`, {})],
    answers: [closed],
    gives: { ...closed, status: 'SUBMITTED' },
  },
  {
    title: 'closeJob returns the status SUBMITTED whatever the server says',
    call: (c) => c.getJobClient().closeJob(open, { retries: 0 }),
    asks: [post(`${ofJob}/close`, {})],
    answers: [{ ...closed, status: 'IN_PROGRESS' }],
    gives: { ...closed, status: 'SUBMITTED' },
  },

  // A failed upload cancels its job. Errors that are known in advance open none.
  {
    title: 'submitJobFile cancels the open job after a refused chunk',
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hello world') } }),
    asks: [get('/jobs/features'), post('/jobs', { model }), ...hello.slice(0, 2), del(ofJob)],
    answers: [features, open, reply(202), refusal(400, 'no such input'), { ...open, status: 'CANCELED' }],
    fails: { of: 'BadRequestError', code: 400, message: 'no such input' },
  },
  {
    title: 'submitJobFile cancels the open job after a refused close',
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [...asksFor(abc), del(ofJob)],
    answers: [features, open, reply(202), refusal(403, 'not yours'), { ...open, status: 'CANCELED' }],
    fails: { of: 'PermissionError', code: 403, message: 'not yours' },
  },
  {
    title: 'submitJobFile cancels nothing where no job was opened',
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [get('/jobs/features'), post('/jobs', { model })],
    answers: [features, refusal(400, 'no such model')],
    fails: { of: 'BadRequestError', code: 400, message: 'no such model' },
  },
  {
    title: 'submitJobFile opens no job where it cannot read the limits',
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [get('/jobs/features')],
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  refused(
    'submitJobFile refuses an empty input before it sends anything',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.alloc(0) } }),
    {
      of: 'InputError',
      message: /empty/,
    },
  ),
  refused(
    'submitJobFile refuses a missing file before it sends anything',
    (c) => c.submitJobFile(ID, VERSION, { first: { image: `${file}.missing` } }),
    {
      of: 'InputError',
      message: /image/,
    },
  ),
  refused('submitJobFile refuses a number as a source', (c) => c.submitJobFile(ID, VERSION, { first: { image: 7 } }), {
    of: 'TypeError',
    message: /fileSources/,
  }),
  refused('submitJobFile refuses missing sources', (c) => c.submitJobFile(ID, VERSION), {
    of: 'TypeError',
    message: /fileSources/,
  }),
];
