'use strict';

// An HTTP server that answers by a script and records the requests as they arrive. The tests say which requests and responses they
// expect.

const { once } = require('node:events');
const http = require('node:http');

/** A response other than a JSON document with status 200. */
class Reply {
  /**
   * @param {number} status
   * @param {unknown} body Bytes and text are sent unchanged, other values as JSON. `undefined` is an empty body.
   * @param {Record<string, string>} [headers]
   */
  constructor(status, body, headers = {}) {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    this.status = status;
    this.body = isRaw || body === undefined ? body : JSON.stringify(body);
    this.headers = isRaw || body === undefined ? headers : { 'content-type': 'application/json', ...headers };
  }
}

/**
 * Returns the pairs of a query, decoded and sorted.
 *
 * @param {string} text The part of the URL after the question mark.
 */
function readQuery(text) {
  return [...new URLSearchParams(text)].sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
}

/**
 * Returns the parts of a multipart body, by RFC 2046 and 7578.
 *
 * @param {Buffer} body
 * @param {string} boundary
 */
function readParts(body, boundary) {
  const parts = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may lack the line break that begins the others.
  const framed = Buffer.concat([Buffer.from('\r\n'), body]);
  let at = framed.indexOf(delimiter);
  if (at !== 0) {
    throw new Error('the body does not begin with its boundary');
  }
  for (;;) {
    const start = at + delimiter.length;
    if (framed.subarray(start, start + 2).toString() === '--') {
      return parts;
    }
    const headEnd = framed.indexOf('\r\n\r\n', start);
    at = framed.indexOf(delimiter, headEnd);
    if (headEnd === -1 || at === -1) {
      throw new Error('the body breaks off within a part');
    }
    const bytes = framed.subarray(headEnd + 4, at);
    parts.push({ ...readPartHead(framed.subarray(start + 2, headEnd).toString()), bytes });
  }
}

/** @param {string} head */
function readPartHead(head) {
  const headers = Object.fromEntries(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const disposition = headers['content-disposition'] ?? '';
  return {
    name: /[; ]name="([^"]*)"/.exec(disposition)?.[1],
    filename: /[; ]filename="([^"]*)"/.exec(disposition)?.[1],
    contentType: headers['content-type'],
  };
}

/**
 * @param {http.IncomingMessage} request
 * @param {Buffer} body
 */
function readRequest({ method, url = '', headers }, body) {
  const [path, query = ''] = url.split('?');
  const [contentType, boundary] = (headers['content-type'] ?? '').split('; boundary=');
  const read = { method, path, query: readQuery(query), authorization: headers.authorization, contentType };
  switch (contentType) {
    case 'application/json':
      return { ...read, json: JSON.parse(body.toString()) };
    case 'multipart/form-data':
      return { ...read, parts: readParts(body, boundary) };
    default:
      return { ...read, body: body.toString('latin1') };
  }
}

class Recorder {
  #answers = [];
  #server = http.createServer((request, response) => this.#serve(request, response));

  /** The requests since the last script. */
  requests = [];

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /**
   * Sets the next responses.
   *
   * @param {unknown[] | Record<string, unknown>} answers In order, or by path for requests without an order. Each is a `Reply`
   *   or a JSON document.
   */
  script(answers) {
    this.#answers = Array.isArray(answers) ? [...answers] : answers;
    this.requests = [];
  }

  async #serve(request, response) {
    const body = [];
    for await (const chunk of request) {
      body.push(chunk);
    }
    let answer;
    try {
      const read = readRequest(request, Buffer.concat(body));
      this.requests.push(read);
      answer = this.#answerTo(read);
    } catch (error) {
      answer = new Reply(400, { message: `the recorder cannot read the request: ${error.message}` });
      this.requests.push({ unreadable: error.message, method: request.method, url: request.url });
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  #answerTo({ method, path }) {
    const isList = Array.isArray(this.#answers);
    if (isList ? this.#answers.length === 0 : !Object.hasOwn(this.#answers, path)) {
      return new Reply(400, { message: `unexpected ${method} ${path}` });
    }
    const answer = isList ? this.#answers.shift() : this.#answers[path];
    return answer instanceof Reply ? answer : new Reply(200, answer);
  }
}

module.exports = { Recorder, Reply };
