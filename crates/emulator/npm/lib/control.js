'use strict';

// The control routes of an emulator. All requests share one connection, and ignore the proxy of the environment.

const http = require('node:http');
const { text } = require('node:stream/consumers');

class Control {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #url;

  /** @param {string} url The emulator's root. */
  constructor(url) {
    this.#url = url;
  }

  /**
   * @param {string} method
   * @param {string} route
   * @param {unknown} [body]
   * @returns {Promise<any>} The body of the response.
   */
  async send(method, route, body) {
    const response = await new Promise((resolve, reject) => {
      const request = http.request(`${this.#url}/control/${route}`, { method, agent: this.#agent }, resolve);
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
    const received = await text(response);
    if (response.statusCode >= 300) {
      throw new Error(JSON.parse(received).message);
    }
    return received === '' ? undefined : JSON.parse(received);
  }

  close() {
    this.#agent.destroy();
  }
}

module.exports = { Control };
