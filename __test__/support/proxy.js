'use strict';

// A proxy that opens tunnels and forwards requests, and logs both. It resolves each name to 127.0.0.1.

const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

/**
 * Starts a proxy, which requires the credentials if they are given.
 *
 * @param {string} [credentials] `user:password`
 */
async function startProxy(credentials) {
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const requests = [];
  const sockets = new Set();

  const refused = ({ method, url, headers }) => {
    requests.push({ method, target: url, headers });
    return wanted !== undefined && headers['proxy-authorization'] !== wanted;
  };

  const server = http.createServer((request, response) => {
    if (refused(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic' });
      response.end(`you sent ${request.headers['proxy-authorization']}`);
      return;
    }
    const { port, pathname, search } = new URL(request.url);
    const { method } = request;
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const onward = http.request({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });

  server.on('connect', (request, socket) => {
    socket.on('error', () => {});
    if (refused(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = net.connect(Number(request.url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = `127.0.0.1:${server.address().port}`;
  return {
    place,
    url: `http://${credentials === undefined ? '' : `${credentials}@`}${place}`,
    requests,
    /** Returns the requests since the last time: `CONNECT host:port`, or the method and the URL. */
    asked: () => requests.splice(0).map(({ method, target }) => `${method} ${target}`),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

module.exports = { startProxy };
