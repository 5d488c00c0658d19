'use strict';

// `npm run audit [-- --advisories]`: checks the licenses, bans and sources of all crates against deny.toml. The advisories need their
// database from the network.

const { existsSync } = require('node:fs');
const path = require('node:path');
const { prepare, run, target } = require('./setup.js');

const VERSION = '0.20.2';

prepare();
const tools = path.join(target, 'tools', `cargo-deny-${VERSION}`);
const program = path.join(tools, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny');
if (!existsSync(program)) {
  run('cargo', ['install', '--locked', '--root', tools, `cargo-deny@${VERSION}`]);
}
const checks = ['licenses', 'bans', 'sources', ...(process.argv.includes('--advisories') ? ['advisories'] : [])];
run(program, ['--locked', '--all-features', 'check', ...checks]);
