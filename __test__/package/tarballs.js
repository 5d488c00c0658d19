'use strict';

// The tarballs of `npm run pack`, and folders to install them in.

const { execFile, execFileSync } = require('node:child_process');
const {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { host } = require('../../dev/scripts/platforms.js');
const { version } = require('../../package.json');

const root = path.resolve(__dirname, '../..');
const { platformArchABI: platform } = host();

/** The tarballs by the names of their packages. */
const tarballs = Object.fromEntries(
  ['modzy-client', 'modzy-emulator', `modzy-client-${platform}`, `modzy-emulator-${platform}`].map((name) => [
    name,
    path.join(root, 'dist', `${name}-${version}.tgz`),
  ]),
);

/** The binary in each package of the platform. */
const binaries = {
  [`modzy-client-${platform}`]: `modzy-client.${platform}.node`,
  [`modzy-emulator-${platform}`]: `modzy-emulator${process.platform === 'win32' ? '.exe' : ''}`,
};

/**
 * Reads a file of a tarball.
 *
 * @param {string} name
 * @param {string} file
 * @param {BufferEncoding} [encoding]
 */
function readFrom(name, file, encoding = 'utf8') {
  return execFileSync('tar', ['-xzOf', tarballs[name], `package/${file}`], { encoding, maxBuffer: 1 << 28 });
}

/**
 * Lists the files of a tarball.
 *
 * @param {string} name
 * @returns {{ path: string, mode: number, size: number }[]}
 */
function contents(name) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'modzy-contents-'));
  try {
    execFileSync('tar', ['-xzf', tarballs[name], '-C', folder]);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const file = path.join(entry.parentPath ?? entry.path, entry.name);
        const { mode, size } = statSync(file);
        const within = path.relative(path.join(folder, 'package'), file);
        return { path: within.replaceAll(path.sep, '/'), mode: mode & 0o777, size };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder outside of the checkout, and the commands that are run in it, with nothing on the PATH but Node.js. */
class Project {
  constructor() {
    this.folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'modzy-project-')));
    this.env = { HOME: this.folder, PATH: this.#programs(), no_proxy: '*' };
    this.write('package.json', '{"private":true}');
  }

  /** A folder with what npm and the commands of packages need, where such a folder can be made. */
  #programs() {
    if (process.platform === 'win32') {
      return path.dirname(process.execPath);
    }
    const bin = path.join(this.folder, '.bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
    symlinkSync('/bin/sh', path.join(bin, 'sh'));
    return bin;
  }

  /** Installs tarballs, without the network. */
  async install(names, ...more) {
    const args = ['install', '--offline', '--no-audit', '--no-fund', ...more];
    await this.npm([...args, ...names.map((name) => tarballs[name])]);
  }

  /** @param {string[]} args */
  npm(args, env = {}) {
    return this.run(process.execPath, [npmProgram(), ...args], env);
  }

  /**
   * @param {string} file
   * @param {string} text
   */
  write(file, text) {
    writeFileSync(path.join(this.folder, file), text);
  }

  /** Copies a package that only the tests need from those of the checkout. */
  borrow(name) {
    cpSync(path.join(root, 'node_modules', name), path.join(this.folder, 'node_modules', name), { recursive: true });
  }

  /**
   * @param {string} file
   * @param {string[]} args
   * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
   */
  async run(file, args, env = {}) {
    const options = { cwd: this.folder, env: { ...this.env, ...env }, timeout: 120_000, killSignal: 'SIGKILL' };
    return promisify(execFile)(file, args, options);
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/** The program of npm: npm sets it for its scripts, and Node.js includes one. */
function npmProgram() {
  const modules = process.platform === 'win32' ? '../node_modules' : '../../lib/node_modules';
  return process.env.npm_execpath ?? path.resolve(realpathSync(process.execPath), modules, 'npm/bin/npm-cli.js');
}

module.exports = { Project, binaries, contents, platform, readFrom, root, tarballs };
