'use strict';

// The tarballs in the folder vendor/ of a project, installed by each package manager as docs/shipping.md says, without the network;
// and the images of examples/docker, as far as they can be made without Docker.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { installPackages, runPackage } = require('../../dev/scripts/setup.js');
const { installCommands } = require('../../dev/scripts/vendored.js');
const { version } = require('../../package.json');
const { useEmulator } = require('../support/emulator.js');
const { MUSL, runDockerfile } = require('./dockerfile.js');
const { Project, platform, root, tarballs } = require('./tarballs.js');

const environments = path.join(root, 'dev/environments');
const programs = {
  pnpm: 'pnpm/bin/pnpm.cjs',
  'Yarn 4': '@yarnpkg/cli-dist/bin/yarn.js',
  'Yarn 1': 'yarn/bin/yarn.js',
};
const page = readFileSync(path.join(root, 'docs/shipping.md'), 'utf8');

/** Returns the row of a package manager on the page, for this version and platform. */
function rowOf(name) {
  const [, row] = new RegExp(String.raw`^\| ${name} \| (.*) \|$`, 'm').exec(page);
  return row.replaceAll('<version>', version).replaceAll('linux-x64-gnu', platform);
}

/** A project with vendored tarballs. */
class Vendored extends Project {
  constructor() {
    super();
    mkdirSync(path.join(this.folder, 'vendor'));
    Object.values(tarballs).forEach((file) => this.vendor(file));
    // Registries that do not answer, and caches of its own.
    Object.assign(this.env, {
      npm_config_offline: 'true',
      npm_config_registry: 'http://127.0.0.1:9',
      YARN_NPM_REGISTRY_SERVER: 'http://127.0.0.1:9',
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_HTTP_RETRY: '0',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      YARN_CACHE_FOLDER: path.join(this.folder, '.cache'),
    });
  }

  vendor(file) {
    cpSync(file, path.join(this.folder, 'vendor', path.basename(file)));
  }

  /**
   * Replaces a vendored package by one that is made of it.
   *
   * @param {string} name
   * @param {(folder: string, manifest: Record<string, any>) => Record<string, any>} change Returns the new manifest.
   */
  async change(name, change) {
    execFileSync('tar', ['-xzf', tarballs[name], '-C', this.folder]);
    const folder = path.join(this.folder, 'package');
    const manifest = change(folder, JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')));
    this.write('package/package.json', JSON.stringify(manifest));
    rmSync(path.join(this.folder, 'vendor', path.basename(tarballs[name])));
    await this.npm(['pack', './package', '--pack-destination', 'vendor']);
    rmSync(folder, { recursive: true });
  }

  /** Runs a package manager. */
  manage(name, ...args) {
    return this.run(process.execPath, [path.join(environments, 'node_modules', programs[name]), ...args]);
  }

  /** Asserts that the package is installed, and that the emulator is or is not. */
  async assertLoads({ withEmulator, run = (...args) => this.run('node', args) }) {
    const program = `
      const { ModzyClient } = require('modzy-client');
      const has = (name) => { try { return Boolean(require.resolve(name)); } catch { return false; } };
      console.log(typeof ModzyClient, has('modzy-emulator'));`;
    this.write('loads.js', program);
    assert.equal((await run('loads.js')).stdout, `function ${withEmulator}\n`);
  }
}

/** The manifest of a project for Yarn, as the page says. */
function manifestForYarn() {
  const [dependencies, resolutions] = Array.from(rowOf('Yarn 4').matchAll(/`("[^`]*)`/g), ([, text]) =>
    JSON.parse(`{ ${text} }`),
  );
  const ofEmulator = JSON.parse(
    JSON.stringify({ ...dependencies, ...resolutions }).replaceAll('modzy-client', 'modzy-emulator'),
  );
  return {
    private: true,
    ...dependencies,
    devDependencies: ofEmulator.dependencies,
    resolutions: { ...resolutions.resolutions, ...ofEmulator.resolutions },
  };
}

describe('vendored tarballs', () => {
  before(() => installPackages(environments));

  /** Returns a project that is removed after the test. */
  function projectOf(t) {
    const project = new Vendored();
    t.after(() => project.remove());
    return project;
  }

  it('are installed by npm with the commands that npm run pack prints, and by npm ci without the emulator', async (t) => {
    const project = projectOf(t);
    for (const command of installCommands(version, platform)) {
      assert.ok(rowOf('npm').includes(`\`${command}\``), command);
      await project.npm(command.split(' ').slice(1));
    }
    await project.assertLoads({ withEmulator: true });
    rmSync(path.join(project.folder, 'node_modules'), { recursive: true });
    await project.npm(['ci', '--omit=dev']);
    await project.assertLoads({ withEmulator: false });
  });

  it('of several platforms are installed by npm as optional dependencies: only the one that fits', async (t) => {
    const project = projectOf(t);
    const another = platform.includes('win32') ? 'darwin-x64' : 'win32-x64-msvc';
    const name = `modzy-client-${another}`;
    const [os, cpu] = another.split('-');
    mkdirSync(path.join(project.folder, 'package'));
    project.write('package/package.json', JSON.stringify({ name, version, os: [os], cpu: [cpu] }));
    await project.npm(['pack', './package', '--pack-destination', 'vendor']);
    const optional = [`modzy-client-${platform}`, name].map((each) => [each, `file:vendor/${each}-${version}.tgz`]);
    const dependencies = { 'modzy-client': `file:vendor/modzy-client-${version}.tgz` };
    project.write('package.json', JSON.stringify({ dependencies, optionalDependencies: Object.fromEntries(optional) }));
    await project.npm(['install']);
    assert.deepEqual(
      readdirSync(path.join(project.folder, 'node_modules')).filter((each) => !each.startsWith('.')),
      ['modzy-client', `modzy-client-${platform}`],
    );
    await project.assertLoads({ withEmulator: false });
  });

  it('are installed by pnpm, and frozen without the emulator', async (t) => {
    const project = projectOf(t);
    const store = ['--offline', '--store-dir', path.join(project.folder, '.store')];
    for (const command of installCommands(version, platform)) {
      const args = command.split(' ').slice(2);
      await project.manage('pnpm', 'add', ...args, ...store);
    }
    await project.assertLoads({ withEmulator: true });
    rmSync(path.join(project.folder, 'node_modules'), { recursive: true });
    await project.manage('pnpm', 'install', '--frozen-lockfile', '--prod', ...store);
    await project.assertLoads({ withEmulator: false });
  });

  it('are installed by Yarn 4 with resolutions, also without a folder node_modules', async (t) => {
    for (const linker of ['pnp', 'node-modules']) {
      const project = projectOf(t);
      project.write('package.json', JSON.stringify(manifestForYarn()));
      project.write('yarn.lock', '');
      project.write('.yarnrc.yml', `nodeLinker: ${linker}\nenableGlobalCache: false\n`);
      await project.manage('Yarn 4', 'install');
      await project.manage('Yarn 4', 'install', '--immutable');
      await project.assertLoads({
        withEmulator: true,
        run: (...args) => project.manage('Yarn 4', 'node', ...args),
      });
      const { stdout } = await project.manage('Yarn 4', 'modzy-emulator', '--version');
      assert.equal(stdout, `modzy-emulator ${version}\n`);
    }
  });

  it('are not installed by Yarn 4 or Yarn 1 without resolutions', async (t) => {
    for (const name of ['Yarn 4', 'Yarn 1']) {
      const project = projectOf(t);
      if (name === 'Yarn 4') {
        project.write('yarn.lock', '');
      }
      const args = installCommands(version, platform)[0].split(' ').slice(2);
      const { code } = await project.manage(name, 'add', ...args).catch((error) => error);
      assert.equal(code, 1, name);
    }
  });

  it('are installed by Yarn 1 with resolutions, which keeps an old tarball of the same version', async (t) => {
    const project = projectOf(t);
    project.write('package.json', JSON.stringify(manifestForYarn()));
    await project.manage('Yarn 1', 'install');
    await project.assertLoads({ withEmulator: true });

    // The same version with other contents.
    const staged = path.join(project.folder, 'staged');
    const installed = path.join(project.folder, 'node_modules/modzy-client');
    cpSync(installed, staged, { recursive: true });
    writeFileSync(path.join(staged, 'README.md'), 'changed');
    await project.npm(['pack', './staged', '--pack-destination', 'vendor']);
    const readme = () => readFileSync(path.join(installed, 'README.md'), 'utf8');
    rmSync(path.join(project.folder, 'node_modules'), { recursive: true });
    await project.manage('Yarn 1', 'install');
    assert.notEqual(readme(), 'changed');
    rmSync(path.join(project.folder, 'node_modules'), { recursive: true });
    await project.manage('Yarn 1', 'cache', 'clean');
    rmSync(path.join(project.folder, 'yarn.lock'));
    await project.manage('Yarn 1', 'install');
    assert.equal(readme(), 'changed');
  });
});

describe(
  'the image of',
  { skip: platform !== 'linux-x64-gnu' && 'the example has the package of another platform' },
  () => {
    const emulator = useEmulator({ submittedMs: 5, inProgressMs: 5 });

    for (const file of ['Dockerfile', 'distroless.Dockerfile']) {
      it(`examples/docker/${file} contains what its program needs, and no emulator`, async (t) => {
        const project = new Vendored();
        t.after(() => project.remove());
        for (const command of installCommands(version, platform)) {
          await project.npm(command.split(' ').slice(1));
        }
        rmSync(path.join(project.folder, 'node_modules'), { recursive: true });
        cpSync(path.join(root, 'examples/docker'), project.folder, { recursive: true });
        const image = await runDockerfile(project, file);
        assert.deepEqual(readdirSync(image.folder).sort(), ['main.mjs', 'node_modules']);
        const modules = readdirSync(path.join(image.folder, 'node_modules')).filter((name) => !name.startsWith('.'));
        assert.deepEqual(modules, ['modzy-client', `modzy-client-${platform}`]);
        const env = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
        assert.deepEqual(await image.start(env), { stdout: 'positive\n', stderr: '' });
      });
    }

    // The addon for musl is made in Alpine only. All that chooses it is tested with that for glibc under its name.
    it('examples/docker/alpine.Dockerfile contains the package for musl, which is loaded', async (t) => {
      const project = new Vendored();
      t.after(() => project.remove());
      const refused = project.npm(installCommands(version, platform)[0].split(' ').slice(1), MUSL);
      await assert.rejects(refused, /EBADPLATFORM/);
      // In the checkout, as npm run pack does, because napi writes to no folder outside of it.
      mkdirSync(path.join(root, 'target'), { recursive: true });
      const manifests = mkdtempSync(path.join(root, 'target/npm-'));
      t.after(() => rmSync(manifests, { recursive: true }));
      runPackage('@napi-rs/cli/dist/cli.js', ['create-npm-dirs', '--npm-dir', manifests]);
      const name = 'modzy-client-linux-x64-musl';
      const { os, cpu, libc } = JSON.parse(readFileSync(path.join(manifests, 'linux-x64-musl/package.json'), 'utf8'));
      assert.deepEqual([os, cpu, libc], [['linux'], ['x64'], ['musl']]);
      await project.change(`modzy-client-${platform}`, (folder, manifest) => {
        const main = 'modzy-client.linux-x64-musl.node';
        renameSync(path.join(folder, manifest.main), path.join(folder, main));
        return { ...manifest, name, main, files: [main], os, cpu, libc };
      });
      await project.change('modzy-client', (_, manifest) => ({
        ...manifest,
        optionalDependencies: { [name]: version },
      }));
      const [command] = installCommands(version, 'linux-x64-musl');
      await project.npm(command.split(' ').slice(1), MUSL);
      cpSync(path.join(root, 'examples/docker'), project.folder, { recursive: true });
      const image = await runDockerfile(project, 'alpine.Dockerfile');
      const modules = readdirSync(path.join(image.folder, 'node_modules')).filter((each) => !each.startsWith('.'));
      assert.deepEqual(modules, ['modzy-client', name]);
      const env = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
      assert.deepEqual(await image.start(env), { stdout: 'positive\n', stderr: '' });
    });

    it('a distroless base has the libraries that the addon needs', async (t) => {
      const project = new Project();
      t.after(() => project.remove());
      await project.install(['modzy-client', `modzy-client-${platform}`]);
      const addon = path.join(project.folder, `node_modules/modzy-client-${platform}/modzy-client.${platform}.node`);
      const needed = await project.run('/usr/bin/readelf', ['-d', addon]).catch(() => undefined);
      if (needed === undefined) {
        t.skip('there is no readelf');
        return;
      }
      const names = Array.from(needed.stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g), ([, name]) => name);
      // The image has Debian's libc6 and libgcc-s1, whose files these are.
      const present = [
        'ld-linux-x86-64.so.2',
        'libc.so.6',
        'libdl.so.2',
        'libgcc_s.so.1',
        'libm.so.6',
        'libpthread.so.0',
        'librt.so.1',
      ];
      assert.deepEqual(
        names.filter((name) => !present.includes(name)),
        [],
      );
      assert.ok(names.includes('libc.so.6'));
    });
  },
);
