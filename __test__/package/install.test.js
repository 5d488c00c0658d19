'use strict';

// The tarballs, installed in an empty folder without the network, Rust or the sources. Each kind of program runs the documented
// example with the installed emulator.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { after, before, describe, it } = require('node:test');
const { buildSync } = require('../../dev/packaging/node_modules/esbuild');
const { Project, platform, root, tarballs } = require('./tarballs.js');

const ALL = Object.keys(tarballs);

/** The documented example, between a submit and the emulator's end. */
const body = `
  const emulator = await startEmulator({ submittedMs: 20, inProgressMs: 50 });
  const modzyClient = new ModzyClient(emulator.baseURL, emulator.apiKey);
  let job = await modzyClient.submitJobText('ed542963de', '1.0.1', { review: { 'input.txt': 'What a lovely day!' } });
  job = await modzyClient.getJob(job.jobIdentifier);
  job = await modzyClient.blockUntilComplete(job);
  console.log( \`Job \${job.identifier} status \${job.status}\` );
  await emulator.close();
`;
const required =
  "const { ModzyClient } = require('modzy-client');\nconst { startEmulator } = require('modzy-emulator');\n";
const imported = "import { ModzyClient } from 'modzy-client';\nimport { startEmulator } from 'modzy-emulator';\n";
const printed = /^Job [0-9a-f-]{36} status COMPLETED\n$/;

describe('the packages, installed from their tarballs', () => {
  const project = new Project();
  before(async () => {
    await project.install(ALL);
  });
  after(() => project.remove());

  it('need neither Rust nor the checkout', async () => {
    await assert.rejects(project.run('cargo', []), { code: 'ENOENT' });
    const { stdout } = await project.npm(['ls', '--all', '--parseable']);
    const installed = stdout.trimEnd().split('\n').slice(1);
    const expected = ALL.map((name) => path.join(project.folder, 'node_modules', name));
    assert.deepEqual(installed.sort(), expected.sort());
  });

  it('run the documented example as CommonJS', async () => {
    project.write('example.cjs', `${required}(async () => {${body}})();`);
    const { stdout, stderr } = await project.run('node', ['example.cjs']);
    assert.match(stdout, printed);
    assert.equal(stderr, '');
  });

  it('run the documented example as an ES module', async () => {
    project.write('example.mjs', imported + body);
    const { stdout, stderr } = await project.run('node', ['example.mjs']);
    assert.match(stdout, printed);
    assert.equal(stderr, '');
  });

  for (const [module, file] of Object.entries({ node16: 'typed.mts', commonjs: 'typed.cts' })) {
    it(`run the documented example in TypeScript, compiled to ${module}`, async () => {
      for (const name of ['@types/node', 'undici-types']) {
        project.borrow(name);
      }
      project.write(file, `${imported}async function main(): Promise<void> {${body}}\nvoid main();\n`);
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      const options = [
        '--strict',
        '--target',
        'es2022',
        '--module',
        'node16',
        '--types',
        'node',
        '--outDir',
        'compiled',
      ];
      await project.run(process.execPath, [tsc, ...options, file]);
      const { stdout } = await project.run('node', [path.join('compiled', file.replace('ts', 'js'))]);
      assert.match(stdout, printed);
    });
  }

  it('run from a bundle without the binaries', async () => {
    project.write('entry.js', `${required}(async () => {${body}})();`);
    const { warnings, metafile } = buildSync({
      absWorkingDir: project.folder,
      entryPoints: ['entry.js'],
      bundle: true,
      platform: 'node',
      outfile: 'bundle.js',
      external: ['*.node', 'modzy-client-*', 'modzy-emulator-*'],
      metafile: true,
      logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    const bundled = Object.keys(metafile.inputs);
    assert.ok(bundled.includes('node_modules/modzy-client/lib/client.js'), bundled.join('\n'));
    const { stdout } = await project.run('node', ['bundle.js']);
    assert.match(stdout, printed);
  });

  it('start the emulator with npx', async () => {
    const bin = path.join(project.folder, 'node_modules/.bin/modzy-emulator');
    const child = spawn(bin, ['--api-key', 'a.b'], { env: project.env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    assert.equal(JSON.parse(line).apiKey, 'a.b');
    child.kill();
    assert.deepEqual(await once(child, 'exit'), [0, null]);

    const { stdout } = await project.npm(['exec', '--offline', '--', 'modzy-emulator', '--version']);
    assert.equal(stdout, `modzy-emulator ${require('../../package.json').version}\n`);
  });
});

describe('a client without the package of the platform', () => {
  it('has an error with the names that were tried, the files that were found, and what to do', async (t) => {
    const project = new Project();
    t.after(() => project.remove());
    await project.install(['modzy-client', 'modzy-emulator'], '--omit=optional');
    const { code, stderr } = await project.run('node', ['-e', "require('modzy-client')"]).catch((error) => error);
    assert.equal(code, 1);
    assert.match(stderr, /modzy-client has no addon that works on /);
    assert.ok(stderr.includes(`Cannot find module 'modzy-client-${platform}'`), stderr);
    assert.match(stderr, /npm run build/);
    const started = await project
      .run('node', ['-e', "require('modzy-emulator').startEmulator()"])
      .catch((error) => error);
    assert.equal(started.code, 1);
    assert.ok(started.stderr.includes(`modzy-emulator has no program for ${platform}.`), started.stderr);
  });
});
