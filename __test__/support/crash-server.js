'use strict';

// A proxy before an emulator that loses answers of submits, has a clock of its own, and reports each request before and after it
// reaches the emulator.

const { createServer, request } = require('node:http');
const { once } = require('node:events');

/** Timestamps in bodies and queries: up to the milliseconds, and the offset. */
const TIMESTAMP = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|\+00:?00)/g;

/**
 * Starts a proxy.
 *
 * @param {string} target The root of the emulator.
 * @param {{ loses?: (path: string) => boolean, ahead?: number, dateAhead?: number,
 *   onRequest?: (seen: { method: string, path: string, when: string }) => any }} options Whether the answer of a submit is lost; how far
 *   the clock is ahead, in ms; how far that of the `Date` of responses is, if it is another one; a listener, which may return another
 *   answer than that of the emulator, with `status` and `headers`.
 */
async function startCrashServer(
  target,
  { loses = () => false, ahead = 0, dateAhead = ahead, onRequest = () => {} } = {},
) {
  const { port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const seen = (when) => onRequest({ method, path: url.split('?')[0], when });
    // Whole, so that a request of a process that was killed arrives whole or not at all.
    const parts = [];
    incoming.on('data', (part) => parts.push(part));
    incoming.on('error', () => {});
    outgoing.on('error', () => {});
    incoming.on('end', () => {
      seen('arrived');
      const [route, query] = url.split('?');
      const path = query === undefined ? url : `${route}?${moved(decodeURIComponent(query), -ahead)}`;
      const forwarded = request({ port, method, path, headers, agent: false }, (response) => {
        const body = [];
        response.on('data', (part) => body.push(part));
        response.on('end', () => {
          const other = seen('answered');
          if (method === 'POST' && loses(url)) {
            incoming.socket.destroy();
            return;
          }
          if (other) {
            outgoing.writeHead(other.status, other.headers);
            outgoing.end();
            return;
          }
          const whole = Buffer.concat(body);
          const content = ahead === 0 ? whole : Buffer.from(moved(whole.toString(), ahead));
          const { date = '', ...others } = response.headers;
          const clock = new Date(Date.parse(date) + dateAhead).toUTCString();
          delete others['transfer-encoding'];
          outgoing.writeHead(response.statusCode ?? 500, { ...others, date: clock, 'content-length': content.length });
          outgoing.end(content);
        });
      });
      forwarded.on('error', () => incoming.socket.destroy());
      forwarded.end(Buffer.concat(parts));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    baseURL: `http://127.0.0.1:${address.port}/api`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Moves the timestamps of a text.
 *
 * @param {string} text
 * @param {number} by In ms.
 */
function moved(text, by) {
  return text.replaceAll(TIMESTAMP, (_, at, offset) => {
    const time = new Date(Date.parse(`${at}Z`) + by);
    return time.toISOString().replace('Z', offset);
  });
}

module.exports = { startCrashServer };
