'use strict';

// `npm run build`: the addon and the emulator, optimized, each where its package looks first.

const { copyFileSync } = require('node:fs');
const path = require('node:path');
const { buildRelease, prepare, programName, root, target } = require('./setup.js');

prepare();
const { triple } = require('./platforms.js').host();
const emulator = buildRelease({ triple, folder: root, targetFolder: target });
copyFileSync(emulator, path.join(root, 'crates/emulator/npm', programName(triple)));
