'use strict';

// A server with random responses: statuses, headers, JSON of any shape, arbitrary bytes, cut bodies and silence. Runs in a separate
// process, so that the process of the client does nothing else.

const net = require('node:net');
const { Random } = require('../soak/random.js');
const { anyJson, anyText } = require('./values.js');

/** Without those that slow a client down to a few calls a second: 429, and 503 with `Retry-After`. */
const STATUSES = [200, 200, 200, 200, 202, 204, 206, 301, 304, 400, 401, 404, 409, 416, 422, 500, 502, 503, 599];

const HEADERS = [
  'content-type: text/html',
  'content-type: application/json; charset=utf-16',
  'content-encoding: gzip',
  'content-encoding: br',
  'retry-after: soon',
  'link: <x>; rel="next"',
  'location: /api/elsewhere',
  'location: http://other.invalid/',
  'content-range: bytes 0-1/2',
  'etag: "x"',
  'x-request-id: \u00e9\u00ff',
  'set-cookie: a=b',
  'connection: close',
  'content-disposition: attachment',
];

/** Returns a job that may be valid, so that some calls continue after their first response. */
const job = (random) => ({
  jobIdentifier: random.pick(['j', '', 7, null, '../x']),
  status: random.pick(['SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'CANCELED', 'NEW', '', null, 3, 'OPEN']),
  model: { identifier: 'm', version: 'v' },
  results: anyJson(random, 1),
  inputChunkMaximumSize: random.pick(['1Mi', '7', 'x', null, 1e300]),
});

function body(random) {
  switch (random.below(6)) {
    case 0:
      return random.bytes(random.below(200));
    case 1:
      return Buffer.from(JSON.stringify(anyJson(random, 3)) ?? '', 'utf8');
    case 2:
      return Buffer.from(JSON.stringify([job(random), job(random)]));
    case 3:
      return Buffer.alloc(0);
    case 4:
      return Buffer.from(JSON.stringify({ statusCode: 1, message: anyText(random) }));
    default:
      return Buffer.from(JSON.stringify(job(random)));
  }
}

/** Returns the bytes of a response, and what happens after them. */
function answer(random) {
  const sent = body(random);
  const lines = [`HTTP/1.1 ${random.pick(STATUSES)} x`];
  if (random.chance(0.3)) {
    lines.push(random.pick(HEADERS));
  }
  switch (random.below(25)) {
    case 0:
      return [random.bytes(random.below(300)), 'close'];
    case 1:
      return [Buffer.alloc(0), 'reset'];
    case 2:
      return [Buffer.alloc(0), 'silence'];
    case 3:
      lines.push(`content-length: ${sent.length + 1 + random.below(9)}`, '', '');
      return [Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), sent]), random.pick(['close', 'silence'])];
    case 4:
      lines.push('transfer-encoding: chunked', '', '');
      return [Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), sent]), 'close'];
    case 5:
      lines.push('transfer-encoding: chunked', '', `${sent.length.toString(16)}\r\n`);
      return [Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), sent, Buffer.from('\r\n0\r\n\r\n')]), 'keep'];
    default:
      lines.push(`content-length: ${sent.length}`, '', '');
      return [Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), sent]), 'keep'];
  }
}

/** Whether these bytes contain a whole request: its head, and a body of the announced length. */
function isWhole(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    return false;
  }
  const head = bytes.subarray(0, end).toString('latin1');
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    return bytes.length >= end + 4 + Number(length);
  }
  return !/transfer-encoding: chunked/i.test(head) || bytes.subarray(-5).equals(Buffer.from('0\r\n\r\n'));
}

function serve(random) {
  const server = net.createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (!isWhole(received)) {
        return;
      }
      received = Buffer.alloc(0);
      const [sent, then] = answer(random);
      if (then === 'reset') {
        socket.resetAndDestroy();
      } else if (then === 'close') {
        socket.end(sent);
      } else {
        socket.write(sent);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

process.on('disconnect', () => process.exit());
serve(new Random(Number(process.argv[2])));
