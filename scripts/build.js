'use strict';

// `npm run build`: the addon, optimized.

const { buildAddon, installPackages } = require('./setup.js');

installPackages();
buildAddon('--release');
