'use strict';

// Embedded inputs, in the form of 1.x: the client encodes bytes of any kind, with one media type for all inputs.

const { get, post, receipt } = require('./wire.js');

const [ID, VERSION] = ['ed542963de', '1.0.1'];
const model = { identifier: ID, version: VERSION };
const BYTES = [0x00, 0xff, 0x68, 0xe9];
/** Those bytes in base64. */
const DATA = 'AP9o6Q==';

const uri = (data, mediaType = 'image/png') => `data:${mediaType};base64,${data}`;
const body = (sources, more) => ({ model, input: { type: 'embedded', sources }, ...more });
const one = (data = DATA, mediaType) => ({ first: { image: uri(data, mediaType) } });

/** A row about the body of a submit. */
const sent = (title, call, json, more) => ({
  title,
  call,
  asks: [post('/jobs', json)],
  answers: [receipt],
  gives: { ...receipt, status: 'SUBMITTED' },
  ...more,
});

/** A row about an invalid source. */
const refused = (title, call, message) => ({ title, call, asks: [], fails: { of: 'TypeError', message } });

/** A buffer with those bytes in its middle, for views of it. */
const framed = new Uint8Array([1, 2, ...BYTES, 3, 4]).buffer;

module.exports = [
  sent(
    'submitJobEmbedded sends a Buffer as a data URL',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Buffer.from(BYTES) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends a Buffer as a data URL on a JobClient',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Buffer.from(BYTES) } }),
    body(one()),
    {
      on: 'job',
    },
  ),
  sent(
    'submitJobEmbedded sends one byte for each character of a binary string',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: '\x00\xff\x68\xe9' } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded writes the media type of the call into the data URL',
    (c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 'plain' } }),
    {
      ...body(one('cGxhaW4=', 'text/plain')),
    },
  ),
  sent(
    'submitJobEmbedded sends a Uint8Array',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Uint8Array.from(BYTES) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends only the bytes that a Uint8Array shows of its buffer',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Uint8Array(framed, 2, 4) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends only the bytes that a Uint16Array shows of its buffer',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Uint16Array(framed, 2, 2) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends an ArrayBuffer',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Uint8Array.from(BYTES).buffer } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends only the bytes that a DataView shows of its buffer',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new DataView(framed, 2, 4) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends a Blob',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Blob([Uint8Array.from(BYTES)]) } }),
    body(one()),
  ),
  sent(
    'submitJobEmbedded sends several inputs and several names of an input, with one media type',
    (c) =>
      c.submitJobEmbedded(ID, VERSION, 'image/png', {
        first: { image: Buffer.from(BYTES), mask: 'a' },
        'second key/ü': { image: new Blob(['b']) },
      }),
    body({ first: { image: uri(DATA), mask: uri('YQ==') }, 'second key/ü': { image: uri('Yg==') } }),
  ),
  sent(
    'submitJobEmbedded sends explain where it is true',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, true),
    {
      ...body(one('YQ=='), { explain: true }),
    },
  ),
  sent(
    'submitJobEmbedded leaves explain out where it is false',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, false),
    body(one('YQ==')),
  ),
  sent(
    'submitJobEmbedded takes options in place of explain',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, { jobTimeout: 5 }),
    body(one('YQ=='), { timeout: 5 }),
  ),
  sent(
    'submitJobEmbedded takes options after explain',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, true, { jobTimeout: 5 }),
    body(one('YQ=='), { explain: true, timeout: 5 }),
  ),
  sent(
    'submitJobEmbedded sends an input called __proto__',
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', JSON.parse('{"__proto__":{"__proto__":"a"}}')),
    body(JSON.parse('{"__proto__":{"__proto__":"data:image/png;base64,YQ=="}}')),
  ),
  refused(
    'submitJobEmbedded refuses a string with characters above one byte, and names Buffer',
    (c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 'zehn €' } }),
    /Buffer/,
  ),
  refused(
    'submitJobEmbedded refuses a number as a source',
    (c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 7 } }),
    /embeddedSources/,
  ),
  refused(
    'submitJobEmbedded refuses a string as embeddedSources',
    (c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', 'text'),
    /embeddedSources/,
  ),
  refused(
    'submitJobEmbedded refuses sources without a media type before them',
    (c) => c.submitJobEmbedded(ID, VERSION, { first: { image: 'a' } }),
    /mediaType|takes/,
  ),

  // The limits of uploads, which 1.x reads on a JobClient.
  {
    title: 'getFeatures returns the limits of uploads unchanged on a JobClient',
    call: (c) => c.getFeatures(),
    on: 'job',
    asks: [get('/jobs/features')],
    answers: [{ inputChunkMaximumSize: '1Mi', maximumInputChunks: 100, maximumInputsPerJob: '50', x: null }],
    gives: { inputChunkMaximumSize: '1Mi', maximumInputChunks: 100, maximumInputsPerJob: '50', x: null },
  },
  {
    title: 'getFeatures takes options',
    call: (c) => c.getJobClient().getFeatures({ retries: 0 }),
    asks: [get('/jobs/features')],
    answers: [{ inputChunkMaximumSize: '1Mi' }],
    gives: { inputChunkMaximumSize: '1Mi' },
  },
];
