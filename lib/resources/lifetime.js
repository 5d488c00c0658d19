'use strict';

// The methods about a client itself, which every class has.

const { methodsOf, own, sessionOf } = require('./resource.js');

const rows = {
  close: own('close', [], [], (session, { options: { drain } }) => session.shut({ drain, atOnce: true }), {
    isReported: false,
    closes: true,
  }),
};

const methods = {
  ...methodsOf(rows),
  /**
   * Returns how busy the client and its connections are.
   *
   * @this {import('./resource.js').Resource}
   */
  stats() {
    return sessionOf(this).stats;
  },
};

module.exports = { methods, rows };
