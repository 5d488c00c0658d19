'use strict';

// The content of the tarballs and its size.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { checkGlibc } = require('../../dev/scripts/toolchain.js');
const { leadOut, targetsOf } = require('../../dev/scripts/links.js');
const { host, platforms } = require('../../dev/scripts/platforms.js');
const { version } = require('../../package.json');
const { Project, binaries, contents, platform, readFrom, root, tarballs } = require('./tarballs.js');

const kB = 1000;
const MB = 1000 * kB;

/** What a package has of a folder, which is all of it. */
const all = (folder) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name)).replaceAll(path.sep, '/'));

const notices = ['COPYRIGHT-library.html', 'LICENSE', 'THIRD-PARTY-LICENSES.txt'];

/** The files of each package, and how large it may be unpacked. */
const expected = {
  'modzy-client': {
    limit: 840 * kB,
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
      ...all('types'),
    ],
  },
  'modzy-emulator': {
    limit: 50 * kB,
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
    limit: 7.6 * MB,
    files: [...notices, 'README.md', binaries[`modzy-client-${platform}`], 'package.json'],
  },
  [`modzy-emulator-${platform}`]: {
    limit: 6.2 * MB,
    files: [...notices, 'README.md', binaries[`modzy-emulator-${platform}`], 'package.json'],
  },
};

/** The package.json in a tarball. */
function manifestOf(name) {
  return JSON.parse(readFrom(name, 'package.json'));
}

describe('the tarballs', () => {
  for (const [name, { limit, files }] of Object.entries(expected)) {
    it(`of ${name} holds these files, and ${limit / kB} kB at most`, () => {
      const found = contents(name);
      assert.deepEqual(
        found.map((file) => file.path),
        [...files].sort(),
      );
      const size = found.reduce((sum, file) => sum + file.size, 0);
      assert.ok(size <= limit, `${size} bytes`);
    });

    it(`of ${name} has no install scripts`, () => {
      const { scripts, devDependencies, dependencies, license } = manifestOf(name);
      assert.deepEqual(
        [scripts, devDependencies, dependencies, license],
        [undefined, undefined, undefined, 'Apache-2.0'],
      );
    });
  }

  for (const name of Object.keys(expected)) {
    it(`of ${name} has no page with a broken link`, () => {
      const files = contents(name).map((file) => file.path);
      const folders = files.map((file) => path.posix.dirname(file));
      for (const page of files.filter((file) => file.endsWith('.md'))) {
        for (const target of targetsOf(readFrom(name, page), page)) {
          assert.ok(files.includes(target) || folders.includes(target), `${page}: ${target}`);
        }
      }
    });
  }

  it('have pages whose links lead to files in them or to the sources of their version, or are text without a repository', () => {
    const page =
      'See [waiting](waiting.md#limits), [a program](../examples/files.js#L1), [there](https://a.example), ![it](../it.webp).';
    const isPublished = (file) => file === 'docs/waiting.md';
    const address = 'https://git.example/modzy/client/blob/v1.2.3';
    const led = `See [waiting](waiting.md#limits), [a program](${address}/examples/files.js#L1), [there](https://a.example), ![it](${address}/it.webp?raw=true).`;
    assert.equal(leadOut(page, 'docs/errors.md', isPublished, address), led);
    const bare = 'See [waiting](waiting.md#limits), a program, [there](https://a.example), .';
    assert.equal(leadOut(page, 'docs/errors.md', isPublished), bare);
    assert.ok(targetsOf(readFrom('modzy-client', 'README.md'), 'README.md').includes('docs/waiting.md'));
  });

  for (const name of ['modzy-client', 'modzy-emulator']) {
    it(`of ${name} depends on the package of this platform, or on those of all platforms where they are packed`, () => {
      const { optionalDependencies } = manifestOf(name);
      assert.equal(platforms.length, 8);
      const named = Object.keys(optionalDependencies).length === 1 ? [host()] : platforms;
      const names = named.map(({ platformArchABI }) => `${name}-${platformArchABI}`);
      assert.deepEqual(optionalDependencies, Object.fromEntries(names.map((each) => [each, version])));
    });

    it(`of ${name} has types without a complaint of attw and publint`, () => {
      const attw = path.join(root, 'dev/packaging/node_modules/@arethetypeswrong/cli/dist/index.js');
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

  it('of a platform is installed on that platform only, and its program is executable', () => {
    const [, os, libc] = /^(\w+)-\w+(?:-(\w+))?$/.exec(platform);
    for (const name of [`modzy-client-${platform}`, `modzy-emulator-${platform}`]) {
      const manifest = manifestOf(name);
      assert.deepEqual([manifest.os, manifest.cpu], [[os], [process.arch]]);
      assert.deepEqual(manifest.libc, { gnu: ['glibc'], musl: ['musl'] }[libc]);
    }
    const emulator = `modzy-emulator-${platform}`;
    const program = contents(emulator).find((file) => file.path === binaries[emulator]);
    assert.equal(program.mode, 0o755);
  });

  it('of Linux with glibc work with glibc 2.28', { skip: !platform.endsWith('-gnu') }, async (t) => {
    const project = new Project();
    t.after(() => project.remove());
    const names = [`modzy-client-${platform}`, `modzy-emulator-${platform}`];
    await project.install(names);
    for (const name of names) {
      const newest = checkGlibc(path.join(project.folder, 'node_modules', name, binaries[name]), host());
      assert.match(newest, /^2\.\d+$/);
    }
  });
});
