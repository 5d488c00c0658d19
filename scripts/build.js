'use strict';

// `npm run build`: the addon, optimized.

const { buildAddon, prepare } = require('./setup.js');

prepare();
buildAddon('--release');
