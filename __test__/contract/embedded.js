'use strict';

// Embedded inputs, in the form of 1.x: bytes of any kind, which the client encodes, with one media type for all.

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
const sent = (call, json, more) => ({
  call,
  asks: [post('/jobs', json)],
  answers: [receipt],
  gives: { ...receipt, status: 'SUBMITTED' },
  ...more,
});

/** A row about a source that cannot be one. */
const refused = (call, message) => ({ call, asks: [], fails: { of: 'TypeError', message } });

/** Bytes in the middle of a larger buffer, as views have them. */
const framed = new Uint8Array([1, 2, ...BYTES, 3, 4]).buffer;

module.exports = [
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Buffer.from(BYTES) } }), body(one())),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Buffer.from(BYTES) } }), body(one()), {
    on: 'job',
  }),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: '\x00\xff\x68\xe9' } }), body(one())),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 'plain' } }), {
    ...body(one('cGxhaW4=', 'text/plain')),
  }),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Uint8Array.from(BYTES) } }), body(one())),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Uint8Array(framed, 2, 4) } }),
    body(one()),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Uint16Array(framed, 2, 2) } }),
    body(one()),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: Uint8Array.from(BYTES).buffer } }),
    body(one()),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new DataView(framed, 2, 4) } }),
    body(one()),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: new Blob([Uint8Array.from(BYTES)]) } }),
    body(one()),
  ),
  sent(
    (c) =>
      c.submitJobEmbedded(ID, VERSION, 'image/png', {
        first: { image: Buffer.from(BYTES), mask: 'a' },
        'second key/ü': { image: new Blob(['b']) },
      }),
    body({ first: { image: uri(DATA), mask: uri('YQ==') }, 'second key/ü': { image: uri('Yg==') } }),
  ),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, true), {
    ...body(one('YQ=='), { explain: true }),
  }),
  sent((c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, false), body(one('YQ=='))),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, { jobTimeout: 5 }),
    body(one('YQ=='), { timeout: 5 }),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', { first: { image: 'a' } }, true, { jobTimeout: 5 }),
    body(one('YQ=='), { explain: true, timeout: 5 }),
  ),
  sent(
    (c) => c.submitJobEmbedded(ID, VERSION, 'image/png', JSON.parse('{"__proto__":{"__proto__":"a"}}')),
    body(JSON.parse('{"__proto__":{"__proto__":"data:image/png;base64,YQ=="}}')),
  ),
  refused((c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 'zehn €' } }), /Buffer/),
  refused((c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', { first: { image: 7 } }), /embeddedSources/),
  refused((c) => c.submitJobEmbedded(ID, VERSION, 'text/plain', 'text'), /embeddedSources/),
  refused((c) => c.submitJobEmbedded(ID, VERSION, { first: { image: 'a' } }), /mediaType|takes/),

  // What 1.x has beside the submits.
  {
    call: (c) => c.getFeatures(),
    on: 'job',
    asks: [get('/jobs/features')],
    answers: [{ inputChunkMaximumSize: '1Mi', maximumInputChunks: 100, maximumInputsPerJob: '50', x: null }],
    gives: { inputChunkMaximumSize: '1Mi', maximumInputChunks: 100, maximumInputsPerJob: '50', x: null },
  },
  {
    call: (c) => c.getJobClient().getFeatures({ retries: 0 }),
    asks: [get('/jobs/features')],
    answers: [{ inputChunkMaximumSize: '1Mi' }],
    gives: { inputChunkMaximumSize: '1Mi' },
  },
];
