'use strict';

const { startEmulator } = require('./lib/emulator.js');

module.exports.startEmulator = startEmulator;
