'use strict';

// The tests of the rows that both tables of MIGRATING.md have, about what a program is and what it names.

const assert = require('node:assert/strict');
const { serve } = require('./server.js');

/** @param {{ connect: (server: any) => any }} generation */
function programTests({ connect }) {
  return {
    async '`latest` as a version'(t) {
      const server = await serve(t, {
        'GET /api/models/m': { body: { modelId: 'm', latestVersion: '3.0.0', latestActiveVersion: '2.0.0' } },
        'POST /api/jobs': { status: 202, body: { jobIdentifier: 'j', status: 'SUBMITTED' } },
      });
      await connect(server).submitJobText('m', 'latest', { a: { 'input.txt': 'x' } });
      assert.deepEqual(server.lines(), ['GET /api/models/m', 'POST /api/jobs']);
      assert.equal(JSON.parse(server.requests[1].body.toString()).model.version, '2.0.0');
    },

    async Bundles() {
      // What a bundle of JavaScript cannot contain.
      const loaded = Object.keys(require.cache).filter((file) => file.endsWith('.node'));
      assert.equal(loaded.filter((file) => /modzy-client\..*\.node$/.test(file)).length, 1);
    },
  };
}

module.exports = { programTests };
