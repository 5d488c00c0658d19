'use strict';

// Bundles of a program that runs a model, made by each bundler as docs/shipping.md says, from packages as an install creates them.

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { installPackages, root } = require('../../dev/scripts/setup.js');
const { useEmulator } = require('../support/emulator.js');
const { installCopy } = require('../support/installed.js');

const bundlers = path.join(root, 'dev/bundlers');
const load = createRequire(path.join(bundlers, 'package.json'));

const MAIN = `
  async function main() {
    const { outputs } = await ModzyClient.fromEnv().run('ed542963de', { 'input.txt': 'What a lovely day!' });
    console.log(outputs['results.json'].data.result.classPredictions[0].class);
  }
  main();
`;
const COMMONJS = `const { ModzyClient } = require('modzy-client');${MAIN}`;
const MODULE = `import { ModzyClient } from 'modzy-client';${MAIN}`;

describe('a bundle', () => {
  const emulator = useEmulator({ submittedMs: 5, inProgressMs: 5 });
  let folder;
  before(() => {
    installPackages(bundlers);
    // Within the folder of the bundlers, so that Next.js finds React.
    folder = mkdtempSync(path.join(bundlers, 'project-'));
    installCopy(folder);
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    writeFileSync(path.join(folder, 'program.cjs'), COMMONJS);
    writeFileSync(path.join(folder, 'program.mjs'), MODULE);
  });
  after(() => rmSync(folder, { recursive: true }));

  const environment = () => ({
    ...process.env,
    MODZY_BASE_URL: emulator.url,
    MODZY_API_KEY: emulator.apiKey,
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_TEST_CONTEXT: undefined,
  });

  /** Runs a program of Node.js to its end. */
  async function run(args, cwd = folder) {
    const options = { cwd, env: environment(), timeout: 600_000 };
    return promisify(execFile)(process.execPath, args, options);
  }

  /** Asserts that a bundle runs the model, and that the package is, or is not, part of it. */
  async function assertRuns(file, { includesPackage = false } = {}) {
    assert.equal(readFileSync(path.join(folder, file), 'utf8').includes('has no addon that works on'), includesPackage);
    assert.deepEqual(await run([file]), { stdout: 'positive\n', stderr: '' });
  }

  /** Makes a bundle with webpack. Returns its statistics. */
  async function webpack(options) {
    const optimization = { minimize: false };
    const settings = { mode: 'production', target: 'node20', context: folder, optimization, ...options };
    const made = await promisify(load('webpack'))(settings);
    return made.toJson({ all: false, errors: true, warnings: true });
  }

  for (const [format, entry, output] of [
    ['cjs', 'program.cjs', 'esbuild.cjs'],
    ['esm', 'program.mjs', 'esbuild.mjs'],
  ]) {
    it(`of esbuild, ${format}`, async () => {
      const { errors, warnings } = await load('esbuild').build({
        ...{ absWorkingDir: folder, entryPoints: [entry], outfile: output, logLevel: 'silent' },
        ...{ bundle: true, platform: 'node', format, external: ['modzy-client'] },
      });
      assert.deepEqual([errors, warnings], [[], []]);
      await assertRuns(output);
    });
  }

  it('of webpack', async () => {
    const { errors, warnings } = await webpack({
      ...{ entry: './program.cjs', externals: { 'modzy-client': 'commonjs modzy-client' } },
      output: { path: folder, filename: 'webpack.cjs' },
    });
    assert.deepEqual([errors, warnings], [[], []]);
    await assertRuns('webpack.cjs');
  });

  it('of webpack, as an ES module', async () => {
    const { errors, warnings } = await webpack({
      ...{ entry: './program.mjs', externals: { 'modzy-client': 'module modzy-client' } },
      experiments: { outputModule: true },
      output: { path: folder, filename: 'webpack.mjs', module: true },
    });
    assert.deepEqual([errors, warnings], [[], []]);
    await assertRuns('webpack.mjs');
  });

  it('of webpack that contains the package prints no warning, and takes the addon of the installed package', async (t) => {
    for (const [module, output] of [
      [false, 'contained.cjs'],
      [true, 'contained.mjs'],
    ]) {
      const { errors, warnings } = await webpack({
        ...{ entry: './program.cjs', experiments: { outputModule: module } },
        output: { path: folder, filename: output, module },
      });
      assert.deepEqual([errors, warnings], [[], []]);
      await assertRuns(output, { includesPackage: true });
    }
    const moved = mkdtempSync(path.join(root, 'target', 'bundle-'));
    t.after(() => rmSync(moved, { recursive: true }));
    cpSync(path.join(folder, 'contained.cjs'), path.join(moved, 'main.cjs'));
    // Otherwise this folder would be part of the checkout, whose package has the name.
    writeFileSync(path.join(moved, 'package.json'), '{}');
    mkdirSync(path.join(moved, 'node_modules/modzy-client'), { recursive: true });
    const manifest = path.join(moved, 'node_modules/modzy-client/package.json');
    writeFileSync(manifest, '{ "name": "modzy-client", "version": "9.9.9" }');
    const { stderr } = await run(['main.cjs'], moved).catch((error) => error);
    assert.match(stderr, /Found:\n {2}the bundle contains modzy-client \S+, and 9\.9\.9 is installed\n/);
    assert.match(stderr, /What to do: modzy-client is in a bundle that left its addon behind\. .*\n.*externals/);
  });

  it('of Rollup', async () => {
    const warnings = [];
    const bundle = await load('rollup').rollup({
      ...{ input: path.join(folder, 'program.mjs'), external: ['modzy-client'] },
      plugins: [load('@rollup/plugin-node-resolve').nodeResolve(), load('@rollup/plugin-commonjs')()],
      onwarn: ({ message }) => warnings.push(message),
    });
    await bundle.write({ file: path.join(folder, 'rollup.mjs'), format: 'es' });
    await bundle.write({ file: path.join(folder, 'rollup.cjs'), format: 'cjs' });
    assert.deepEqual(warnings, []);
    await assertRuns('rollup.mjs');
    await assertRuns('rollup.cjs');
  });

  it('of Vite for a server, without any setting', async () => {
    const { build } = await import(load.resolve('vite'));
    await build({
      ...{ root: folder, configFile: false, logLevel: 'silent' },
      build: { ssr: 'program.mjs', outDir: 'vite', rollupOptions: { output: { entryFileNames: 'main.mjs' } } },
    });
    await assertRuns('vite/main.mjs');
  });

  it('of Vite for a server that contains all other packages', async () => {
    const { build } = await import(load.resolve('vite'));
    await build({
      ...{ root: folder, configFile: false, logLevel: 'silent' },
      ssr: { noExternal: true, external: ['modzy-client'] },
      build: { ssr: 'program.mjs', outDir: 'vite-all', rollupOptions: { output: { entryFileNames: 'main.mjs' } } },
    });
    await assertRuns('vite-all/main.mjs');
  });

  it('of Next.js, standalone, answers a request where nothing else is installed', async (t) => {
    mkdirSync(path.join(folder, 'app/mood'), { recursive: true });
    writeFileSync(
      path.join(folder, 'app/layout.js'),
      'export default function Layout({ children }) { return children; }',
    );
    writeFileSync(
      path.join(folder, 'app/mood/route.js'),
      `import { ModzyClient } from 'modzy-client';
      export const dynamic = 'force-dynamic';
      export async function GET() {
        const { outputs } = await ModzyClient.fromEnv().run('ed542963de', { 'input.txt': 'What a lovely day!' });
        return Response.json(outputs['results.json'].data.result.classPredictions[0].class);
      }`,
    );
    writeFileSync(
      path.join(folder, 'next.config.mjs'),
      `export default {
        output: 'standalone',
        serverExternalPackages: ['modzy-client'],
        outputFileTracingRoot: ${JSON.stringify(bundlers)},
        turbopack: { root: ${JSON.stringify(bundlers)} },
      };`,
    );
    const { stderr } = await run([path.join(bundlers, 'node_modules/next/dist/bin/next'), 'build']);
    assert.doesNotMatch(stderr, /modzy/);

    const standalone = mkdtempSync(path.join(root, 'target', 'standalone-'));
    t.after(() => rmSync(standalone, { recursive: true }));
    cpSync(path.join(folder, '.next/standalone'), standalone, { recursive: true, verbatimSymlinks: true });
    const [server] = readdirSync(standalone, { recursive: true }).filter((file) =>
      /^[^/\\]+[/\\]server\.js$/.test(file),
    );
    const port = String(await freePort());
    const child = spawn(process.execPath, [path.join(standalone, server)], {
      env: { ...environment(), PORT: port, HOSTNAME: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.includes('Ready')) {
          break;
        }
      }
      const response = await fetch(`http://127.0.0.1:${port}/mood`);
      assert.deepEqual([response.status, await response.json()], [200, 'positive']);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
});

/** Returns a port that was free a moment ago. Next.js does not select one. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
