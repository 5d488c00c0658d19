'use strict';

// Uploads, in the form of 1.x: the limits, an open job, the chunks one after the other, the close.

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
const uploaded = (call, chunks, { body, limits, ...more } = {}) => ({
  call,
  asks: asksFor(chunks, body),
  answers: answersTo(chunks, limits),
  gives: { ...closed, status: 'SUBMITTED' },
  ...more,
});

/** A row about a source that cannot be one. */
const refused = (call, fails) => ({ call, asks: [], fails });

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
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hello world') } }), hello),
  uploaded((c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('hello world') } }), hello),
  uploaded((c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('abc') } }), abc, { on: 'job' }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }), abc, { on: 'job' }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Uint8Array.from(BYTES) } }), raw),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: new Uint16Array(framed, 2, 2) } }), raw),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Uint8Array.from(BYTES).buffer } }), raw),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: new DataView(framed, 2, 4) } }), raw),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: new Blob(['hello', ' world']) } }), hello),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hell') } }), [chunk(to, 'hell')]),

  // Paths.
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(4)),
  uploaded((c) => c.submitJobFiles(ID, VERSION, { first: { image: file } }), ofFile(4)),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: pathToFileURL(file) } }), ofFile(4)),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(100), { limits: whole }),

  // Several inputs, in the order given; keys are one segment, and name the parts.
  uploaded(
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
    (c) => c.submitJobFile(ID, VERSION, JSON.parse(`{"__proto__":{"__proto__":${JSON.stringify(file)}}}`)),
    [...ofFile(4).map((each) => chunk(`${ofJob}/__proto__/__proto__`, each.parts[0].bytes))],
  ),

  // Sizes.
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(10), {
    limits: { inputChunkMaximumSize: '10i' },
  }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(5), {
    limits: { inputChunkMaximumSize: '5' },
  }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(100), {
    limits: { inputChunkMaximumSize: 'some' },
  }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }), ofFile(100), { limits: {} }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }, { chunkSize: 7 }), ofFile(7), {
    limits: whole,
  }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: file } }, { chunkSize: 7 }), ofFile(4)),

  // Explain, and options after it and in its place.
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, false), abc),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, true), abc, {
    body: { model, explain: true },
  }),
  uploaded((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }, { jobTimeout: 5 }), abc, {
    body: { model, timeout: 5 },
  }),
  uploaded(
    (c) => c.submitJobFiles(ID, VERSION, { first: { image: Buffer.from('abc') } }, true, { jobTimeout: 5 }),
    abc,
    { body: { model, explain: true, timeout: 5 } },
  ),

  // By hand.
  {
    call: (c) => c.appendInput({ jobIdentifier: JOB }, 'first', 'image', Buffer.from('hello world'), 4),
    on: 'job',
    asks: hello,
    answers: hello.map(() => reply(202)),
    gives: null,
  },
  {
    call: (c) => c.getJobClient().appendInput(open, 'first', 'image', file, 10),
    asks: ofFile(10),
    answers: ofFile(10).map(() => reply(202)),
    gives: null,
  },
  {
    call: (c) => c.closeJob({ jobIdentifier: JOB }),
    on: 'job',
    asks: [post(`${ofJob}/close`, {})],
    answers: [closed],
    gives: { ...closed, status: 'SUBMITTED' },
  },
  {
    call: (c) => c.getJobClient().closeJob(open, { retries: 0 }),
    asks: [post(`${ofJob}/close`, {})],
    answers: [{ ...closed, status: 'IN_PROGRESS' }],
    gives: { ...closed, status: 'SUBMITTED' },
  },

  // Failures leave no open job behind, and what can be known before it is opened, opens none.
  {
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('hello world') } }),
    asks: [get('/jobs/features'), post('/jobs', { model }), ...hello.slice(0, 2), del(ofJob)],
    answers: [features, open, reply(202), refusal(400, 'no such input'), { ...open, status: 'CANCELED' }],
    fails: { of: 'BadRequestError', code: 400, message: 'no such input' },
  },
  {
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [...asksFor(abc), del(ofJob)],
    answers: [features, open, reply(202), refusal(403, 'not yours'), { ...open, status: 'CANCELED' }],
    fails: { of: 'PermissionError', code: 403, message: 'not yours' },
  },
  {
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [get('/jobs/features'), post('/jobs', { model })],
    answers: [features, refusal(400, 'no such model')],
    fails: { of: 'BadRequestError', code: 400, message: 'no such model' },
  },
  {
    call: (c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.from('abc') } }),
    asks: [get('/jobs/features')],
    answers: [refusal(401, 'the key is not active')],
    fails: { of: 'AuthenticationError', code: 401, message: 'the key is not active' },
  },
  refused((c) => c.submitJobFile(ID, VERSION, { first: { image: Buffer.alloc(0) } }), {
    of: 'InputError',
    message: /empty/,
  }),
  refused((c) => c.submitJobFile(ID, VERSION, { first: { image: `${file}.missing` } }), {
    of: 'InputError',
    message: /image/,
  }),
  refused((c) => c.submitJobFile(ID, VERSION, { first: { image: 7 } }), { of: 'TypeError', message: /fileSources/ }),
  refused((c) => c.submitJobFile(ID, VERSION), { of: 'TypeError', message: /fileSources/ }),
];
