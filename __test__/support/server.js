'use strict';

// An HTTP server with routes of a test, which records the requests.

const http = require('node:http');
const { once } = require('node:events');

/**
 * @typedef {{ method: string, path: string, query: URLSearchParams, url: string, headers: any, body: Buffer }} ReceivedRequest
 *
 * @typedef {object} Reply
 * @property {number} [status] 200.
 * @property {object} [headers]
 * @property {any} [body] Text and bytes are sent unchanged, other values as JSON.
 */

/**
 * Starts a server that stops when the test ends.
 *
 * @param {{ after(stop: () => void): void }} t
 * @param {Record<string, any>} routes `METHOD /path` → a reply, an array of replies whose last one is repeated, or a function of
 *   the request that returns one. `reset` cuts the connection, `stall` does not answer. `*` is for all other requests, which
 *   get a 404 without it.
 * @param {http.ServerOptions & { createServer?: any }} [options]
 */
async function serve(t, routes, { createServer = http.createServer, ...options } = {}) {
  /** @type {ReceivedRequest[]} */
  const requests = [];
  const turns = new Map();
  const server = createServer(options, async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url, 'http://host');
    const body = await bodyOf(request);
    const received = { method: request.method, path, query, url: request.url, headers: request.headers, body };
    requests.push(received);
    const route = `${request.method} ${path}`;
    let reply = routes[route] ?? routes['*'] ?? { status: 404, body: { statusCode: 404, message: 'not here' } };
    if (Array.isArray(reply)) {
      const turn = turns.get(route) ?? 0;
      turns.set(route, turn + 1);
      reply = reply[Math.min(turn, reply.length - 1)];
    }
    send(response, typeof reply === 'function' ? await reply(received) : reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    baseURL: `http://127.0.0.1:${port}/api`,
    requests,
    /** Returns the requests, as `METHOD /path` with the query. */
    lines: () => requests.map(({ method, url }) => `${method} ${url}`),
  };
}

/**
 * Reads a body, or the part of it that arrives.
 *
 * @param {http.IncomingMessage} request
 */
async function bodyOf(request) {
  const chunks = [];
  try {
    for await (const chunk of request) {
      chunks.push(chunk);
    }
  } catch {
    // The client has closed the connection.
  }
  return Buffer.concat(chunks);
}

/**
 * @param {http.ServerResponse} response
 * @param {Reply | 'reset' | 'stall'} reply
 */
function send(response, reply) {
  if (reply === 'stall') {
    return;
  }
  if (reply === 'reset') {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body } = reply;
  const isRaw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, isRaw ? headers : { 'content-type': 'application/json', ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}

/**
 * Returns routes for the upload of a job `j`, which the arguments may override.
 *
 * @param {object} [features]
 * @param {Record<string, any>} [more]
 */
function uploadRoutes(features = { inputChunkMaximumSize: '1Mi' }, more = {}) {
  const receipt = { jobIdentifier: 'j', model: { identifier: 'm', version: 'v' } };
  return {
    'POST /api/jobs': { status: 202, body: receipt },
    'GET /api/jobs/features': { body: features },
    'POST /api/jobs/j/close': { status: 202, body: receipt },
    'DELETE /api/jobs/j': { status: 202, body: { jobIdentifier: 'j', status: 'CANCELED' } },
    '*': { status: 202 },
    ...more,
  };
}

/**
 * Returns the data of a chunk.
 *
 * @param {ReceivedRequest} received
 */
function partOf({ body }) {
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, body.lastIndexOf('\r\n--'));
}

/** Returns the chunks that a server received, as `input/name` and a size. */
function chunksOf({ requests }) {
  return requests
    .filter(({ method, path }) => method === 'POST' && path.startsWith('/api/jobs/j/') && !path.endsWith('/close'))
    .map((received) => [received.path.slice('/api/jobs/j/'.length), partOf(received).length]);
}

module.exports = { chunksOf, partOf, serve, uploadRoutes };
