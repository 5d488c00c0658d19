'use strict';

// A gateway in front of the emulator, for a soak with freezes: it announces when it closes idle sockets, compresses some responses as
// gzip of two members, and records which submits have arrived.

const { once } = require('node:events');
const http = require('node:http');
const { gzipSync } = require('node:zlib');

/** The time until an idle socket is closed, in ms. `Keep-Alive: timeout=2` announces it. */
const KEEP_ALIVE = 2000;

/** The share of the responses that are compressed, if the client accepts it. */
const PACKED = 0.3;

class Gateway {
  #server;
  #target;
  #random;
  /** The names of the submits that arrived, the time of each successful response, and when its connection was closed. */
  seen = new Set();
  answered = new Map();
  closed = new Map();
  /** The names of the last submit on each connection. */
  #last = new WeakMap();
  packed = 0;

  constructor(target, random) {
    this.#target = new URL(target);
    this.#random = random;
  }

  async start() {
    this.#server = http.createServer((request, response) => this.#forward(request, response));
    this.#server.keepAliveTimeout = KEEP_ALIVE;
    this.#server.on('connection', (socket) => {
      socket.on('close', () => this.#last.get(socket)?.forEach((name) => this.closed.set(name, Date.now())));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.baseURL = `http://127.0.0.1:${this.#server.address().port}${this.#target.pathname}`;
    return this;
  }

  /** Returns whether a response was sent at least this many ms before the client closed the connection. */
  hadAnswered(name, ms) {
    return this.closed.get(name) - this.answered.get(name) > ms;
  }

  closeIdle() {
    this.#server.closeIdleConnections();
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #forward(request, response) {
    const { hostname, port } = this.#target;
    const { method, url, headers } = request;
    const upstream = http.request({ hostname, port, method, path: url, headers: { ...headers, connection: 'close' } });
    // A failure on one side closes the other side.
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.on('error', () => upstream.destroy());
    const names = [];
    this.#last.set(request.socket, names);
    if (method === 'POST' && url.endsWith('/jobs')) {
      request.on('data', (bytes) => names.push(...this.#note(bytes)));
    }
    request.pipe(upstream);
    upstream.on('response', (answer) => {
      answer.on('error', () => response.destroy());
      if (answer.statusCode === 202) {
        response.on('finish', () => names.forEach((name) => this.answered.set(name, Date.now())));
      }
      const rest = { ...answer.headers };
      // These headers belong to the upstream connection.
      delete rest.connection;
      delete rest['transfer-encoding'];
      const isPackable = (headers['accept-encoding'] ?? '').includes('gzip') && !('content-encoding' in rest);
      if (isPackable && answer.statusCode === 200 && this.#random.chance(PACKED)) {
        this.#pack(answer, response, rest);
        return;
      }
      response.writeHead(answer.statusCode, rest);
      answer.pipe(response);
    });
  }

  async #pack(answer, response, headers) {
    const chunks = [];
    try {
      for await (const chunk of answer) {
        chunks.push(chunk);
      }
    } catch {
      response.destroy();
      return;
    }
    const whole = Buffer.concat(chunks);
    const middle = this.#random.below(whole.length + 1);
    const packed = Buffer.concat([gzipSync(whole.subarray(0, middle)), gzipSync(whole.subarray(middle))]);
    this.packed += 1;
    response.writeHead(answer.statusCode, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.length });
    response.end(packed);
  }

  /** Records and returns the names of submits in these bytes. */
  #note(bytes) {
    const names = [...bytes.toString('latin1').matchAll(/"(submit-\d+)"/g)].map(([, name]) => name);
    names.forEach((name) => this.seen.add(name));
    return names;
  }
}

module.exports = { Gateway };
