'use strict';

// Checks the version of Node.js. This file uses only old syntax, so that unsupported versions can run it.

/** The oldest supported major version, as in package.json. */
const OLDEST = 20;

const version = process.versions.node;

if (Number(version.split('.')[0]) < OLDEST) {
  throw new Error('modzy-client needs Node.js ' + OLDEST + ' or newer, and this is ' + version + ': update Node.js');
}
