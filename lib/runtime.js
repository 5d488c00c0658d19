'use strict';

// Whether this version of Node.js can run the package. Written for those that cannot, and so in the JavaScript of any of them.

/** The oldest version, as package.json has it. */
const OLDEST = 20;

const version = process.versions.node;

if (Number(version.split('.')[0]) < OLDEST) {
  throw new Error('modzy-client needs Node.js ' + OLDEST + ' or newer, and this is ' + version + ': update Node.js');
}
