'use strict';

// What is in the tarballs, and how large it is.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { checkGlibc } = require('../../scripts/toolchain.js');
const { host, platforms } = require('../../scripts/platforms.js');
const { version } = require('../../package.json');
const { Project, contents, platform, root, tarballs } = require('./tarballs.js');

const kB = 1000;
const MB = 1000 * kB;
const windows = process.platform === 'win32' ? '.exe' : '';

/** What a package has of a folder, which is all of it. */
const all = (folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`);

/** The files of each package, and how large it may be unpacked. */
const expected = {
  'modzy-client': {
    limit: 450 * kB,
    files: [
      'LICENSE',
      'MIGRATING.md',
      'README.md',
      'index.d.mts',
      'index.d.ts',
      'index.js',
      'index.mjs',
      'js-binding.js',
      'package.json',
      ...all('docs'),
      ...all('lib'),
    ],
  },
  'modzy-emulator': {
    limit: 40 * kB,
    files: [
      'LICENSE',
      'README.md',
      'bin.js',
      'index.d.mts',
      'index.d.ts',
      'index.js',
      'index.mjs',
      'lib/control.js',
      'lib/emulator.js',
      'lib/program.js',
      'package.json',
    ],
  },
  [`modzy-client-${platform}`]: {
    limit: 5.5 * MB,
    files: ['LICENSE', 'README.md', `modzy-client.${platform}.node`, 'package.json'],
  },
  [`modzy-emulator-${platform}`]: {
    limit: 5.5 * MB,
    files: ['LICENSE', 'README.md', `modzy-emulator${windows}`, 'package.json'],
  },
};

/** The package.json in a tarball. */
function manifestOf(name) {
  return JSON.parse(execFileSync('tar', ['-xzOf', tarballs[name], 'package/package.json'], { encoding: 'utf8' }));
}

describe('the tarballs', () => {
  for (const [name, { limit, files }] of Object.entries(expected)) {
    it(`of ${name} holds these files, and no more than ${limit / kB} kB`, () => {
      const found = contents(name);
      assert.deepEqual(
        found.map((file) => file.path),
        [...files].sort(),
      );
      const size = found.reduce((sum, file) => sum + file.size, 0);
      assert.ok(size <= limit, `${size} bytes`);
    });

    it(`of ${name} runs nothing when it is installed`, () => {
      const { scripts, devDependencies, dependencies, license } = manifestOf(name);
      assert.deepEqual(
        [scripts, devDependencies, dependencies, license],
        [undefined, undefined, undefined, 'Apache-2.0'],
      );
    });
  }

  for (const name of ['modzy-client', 'modzy-emulator']) {
    it(`of ${name} names the packages of all platforms`, () => {
      const { optionalDependencies } = manifestOf(name);
      const names = platforms.map(({ platformArchABI }) => `${name}-${platformArchABI}`);
      assert.equal(names.length, 8);
      assert.deepEqual(optionalDependencies, Object.fromEntries(names.map((each) => [each, version])));
    });

    it(`of ${name} has types that attw and publint find nothing wrong with`, () => {
      const attw = path.join(root, 'packaging/node_modules/@arethetypeswrong/cli/dist/index.js');
      const found = execFileSync(process.execPath, [attw, tarballs[name], '--format', 'json'], { encoding: 'utf8' });
      const { analysis, problems } = JSON.parse(found);
      assert.deepEqual([analysis.types.kind, problems ?? {}], ['included', {}]);
      const publint = path.join(root, 'node_modules/publint/src/cli.js');
      assert.match(
        execFileSync(process.execPath, [publint, '--strict', tarballs[name]], { encoding: 'utf8' }),
        /All good!/,
      );
    });
  }

  it('of a platform is installed there alone, and its program can be run', () => {
    const [, os, libc] = /^(\w+)-\w+(?:-(\w+))?$/.exec(platform);
    for (const name of [`modzy-client-${platform}`, `modzy-emulator-${platform}`]) {
      const manifest = manifestOf(name);
      assert.deepEqual([manifest.os, manifest.cpu], [[os], [process.arch]]);
      assert.deepEqual(manifest.libc, { gnu: ['glibc'], musl: ['musl'] }[libc]);
    }
    const program = contents(`modzy-emulator-${platform}`).find((file) => file.path === `modzy-emulator${windows}`);
    assert.equal(program.mode, 0o755);
  });

  it('of Linux with glibc need no glibc newer than 2.28', { skip: !platform.endsWith('-gnu') }, async (t) => {
    const project = new Project();
    t.after(() => project.remove());
    const names = [`modzy-client-${platform}`, `modzy-emulator-${platform}`];
    await project.install(names);
    for (const name of names) {
      const binary = expected[name].files.find((file) => /^modzy-/.test(file));
      const newest = checkGlibc(path.join(project.folder, 'node_modules', name, binary), host());
      assert.match(newest, /^2\.\d+$/);
    }
  });
});
