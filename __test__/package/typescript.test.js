'use strict';

// The types of the installed packages, with the compilers of TypeScript that users have, from 4.9 to 7, and each way to find modules.
// The programs are those of __test__/types: they use every resource, and mark what must not compile.

const assert = require('node:assert/strict');
const { cpSync, readFileSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { installPackages, root } = require('../../dev/scripts/setup.js');
const { Project } = require('./tarballs.js');

const programs = path.join(root, '__test__/types');
const environments = path.join(root, 'dev/environments');

/** dom.mts needs the types of browsers, and diagnostics.mts those of loggers, which are not for every compiler. */
const OTHERS = ['dom.mts', 'diagnostics.mts'];

const OPTIONS = [
  ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
  ...['--noPropertyAccessFromIndexSignature', '--noImplicitOverride', '--skipLibCheck', 'false'],
  ...['--target', 'es2022', '--lib', 'es2022', '--types', 'node'],
];

/** The ways to find modules: the options, and the extensions of the programs. */
const WAYS = {
  node: { options: ['--module', 'commonjs', '--moduleResolution', 'node', '--esModuleInterop'], extensions: ['.ts'] },
  node16: { options: ['--module', 'node16', '--moduleResolution', 'node16'], extensions: ['.mts', '.cts'] },
  bundler: { options: ['--module', 'esnext', '--moduleResolution', 'bundler'], extensions: ['.mts'] },
};

/**
 * The compilers: where they are, the types of Node.js that were current then, and the ways to find modules that they know. TypeScript
 * 4.9 has no `bundler`, and 7 no `node`.
 */
const COMPILERS = {
  4.9: { compiler: 'typescript-4.9', types: 'types-node-20.17', ways: ['node', 'node16'] },
  '5.0': { compiler: 'typescript-5.0', types: 'types-node-20.17', ways: ['node', 'node16', 'bundler'] },
  5.4: { compiler: 'typescript-5.4', ways: ['node', 'node16', 'bundler'] },
  5.9: { compiler: 'typescript-5.9', ways: ['node', 'node16', 'bundler'] },
  '6.0': { ways: ['node', 'node16', 'bundler'], deprecated: { node: ['--ignoreDeprecations', '6.0'] } },
  '7.0': { compiler: 'typescript-7.0', ways: ['node16', 'bundler'] },
};

describe('the types of the packages', () => {
  const project = new Project();
  before(async () => {
    installPackages(environments);
    await project.install(['modzy-client', 'modzy-emulator'], '--omit=optional');
    for (const name of readdirSync(programs).filter((each) => /\.[mc]ts$/.test(each) && !OTHERS.includes(each))) {
      const text = readFileSync(path.join(programs, name), 'utf8');
      project.write(name, text);
      if (name.endsWith('.mts')) {
        project.write(name.replace('.mts', '.ts'), text);
      }
    }
  });
  after(() => project.remove());

  for (const [version, { compiler, types, ways, deprecated = {} }] of Object.entries(COMPILERS)) {
    for (const way of ways) {
      it(`compile with TypeScript ${version} and modules of ${way}`, async () => {
        const from = (folder, name) => path.join(folder, 'node_modules', name);
        const found = compiler === undefined ? from(root, 'typescript') : from(environments, compiler);
        assert.ok(require(path.join(found, 'package.json')).version.startsWith(`${version}.`));
        useTypes(types);
        const { options, extensions } = WAYS[way];
        const files = readdirSync(project.folder).filter((name) => extensions.includes(path.extname(name)));
        assert.ok(files.length >= 9, files.join(' '));
        const args = [path.join(found, 'bin/tsc'), ...OPTIONS, ...options, ...(deprecated[way] ?? []), ...files];
        const { stdout } = await project.run(process.execPath, args).catch((error) => error);
        assert.equal(stdout, '');
      });
    }
  }

  it('are refused by a compiler if a program misuses them', async () => {
    useTypes(undefined);
    project.write('wrong.mts', "import { ModzyClient } from 'modzy-client';\nnew ModzyClient(7);\n");
    const tsc = path.join(environments, 'node_modules/typescript-4.9/bin/tsc');
    const { code, stdout } = await project
      .run(process.execPath, [tsc, ...OPTIONS, '--skipLibCheck', 'true', ...WAYS.node16.options, 'wrong.mts'])
      .catch((error) => error);
    assert.equal(code, 2);
    assert.match(stdout, /^wrong\.mts\(2,17\): error TS2345/);
  });

  /** Installs the types of Node.js, those of the checkout unless others are named. */
  function useTypes(name) {
    const target = path.join(project.folder, 'node_modules/@types/node');
    rmSync(target, { recursive: true, force: true });
    if (name === undefined) {
      project.borrow('@types/node');
      project.borrow('undici-types');
    } else {
      cpSync(path.join(environments, 'node_modules', name), target, { recursive: true });
    }
  }
});
