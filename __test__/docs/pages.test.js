'use strict';

// Runs each block of code on each page of the project, by its language:
//
//   js        The blocks of a page are one program, in their order. A `text` block after one shows its output. A block with a
//             name, as in `js worker.mjs`, is a file beside the program. Types are checked as well. The program runs in an empty
//             folder, and imports only our packages and those that the page installs.
//   ts        The same in TypeScript, checked strictly.
//   sh        Commands. A script of `npm` must be one of this package, and the file of a test must exist. An emulator is started,
//             and all other commands are run. `sh setup` are the commands that a reader runs before the program, in its folder.
//   console   Commands with their output.
//   diff      The new lines are run.
//   rust      Doctests of the crate of that README.
//   excerpt   The file in its name contains it, but for white space.
//   text      The output of a program, or a drawing.
//
// In an output, `<n>` matches a number, `…` any part of a line, and a line of `…` alone any lines.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { describe, it } = require('node:test');
const { findProgram } = require('../../crates/emulator/npm/lib/program.js');
const { sources } = require('../../dev/scripts/site.js');
const { scripts } = require('../../package.json');
const { useEmulator } = require('../support/emulator.js');
const { assertPrints, importsOf, run, runProgram } = require('../support/page-programs.js');
const { SETUP, blocksOf, examplesOfTypes, pages, programOf, readConsole } = require('../support/pages.js');

const root = path.resolve(__dirname, '../..');

/** What `npx modzy-emulator` runs. */
const bin = path.join(root, 'crates/emulator/npm/bin.js');

/** The emulator on the pages. */
const SHOWN_URL = 'http://127.0.0.1:8080';
const SHOWN_KEY = 'dev.secret';

const LANGUAGES = ['js', 'ts', 'sh', 'console', 'diff', 'rust', 'excerpt', 'text'];

const allPages = pages();

/** Returns the pages with blocks of these languages, and those blocks. */
function withBlocks(...languages) {
  return allPages
    .map((page) => ({
      page,
      blocks: blocksOf(page).filter(({ language, name }) => languages.includes(language) && name !== SETUP),
    }))
    .filter(({ blocks }) => blocks.length > 0);
}

/** Returns the anchors of the headings of a page. */
function anchorsOf(page) {
  const headings = readFileSync(path.join(root, page), 'utf8').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Runs work in a folder within the package, whose programs find the package by its name. */
async function inFolder(work) {
  mkdirSync(path.join(root, 'target'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'target', 'pages-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the pages', () => {
  it('have only blocks that are run', () => {
    for (const page of allPages) {
      for (const { language, name, place } of blocksOf(page)) {
        assert.ok(LANGUAGES.includes(language), `${place} has a block of an unknown language: ${language}`);
        const mayHaveName = ['js', 'ts', 'excerpt'].includes(language) || (language === 'sh' && name === SETUP);
        assert.ok(
          name === undefined ? language !== 'excerpt' : mayHaveName,
          `${place} has an unexpected name, or lacks one`,
        );
        if (language === 'text') {
          programOf(page);
        }
      }
    }
  });

  it('have no broken links', () => {
    for (const page of allPages) {
      const links = readFileSync(path.join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)]*))?\)/g);
      for (const [, link, anchor] of links) {
        const target = link === '' ? page : path.join(path.dirname(page), link);
        assert.ok(existsSync(path.join(root, target)), `${page}: ${link}`);
        assert.ok(anchor === undefined || anchorsOf(target).includes(anchor), `${page}: ${link}#${anchor}`);
      }
    }
  });

  it('in docs are guides of the site that npm run docs makes', () => {
    const { projectDocuments } = JSON.parse(readFileSync(path.join(root, 'typedoc.json'), 'utf8'));
    const guides = allPages.filter((name) => name.startsWith('docs/'));
    assert.deepEqual([...projectDocuments].sort(), ['MIGRATING.md', ...guides].sort());
    const made = sources().map((file) => path.relative(root, file).replaceAll(path.sep, '/'));
    const types = readdirSync(path.join(root, 'types')).map((name) => `types/${name}`);
    for (const name of ['README.md', 'index.d.ts', ...projectDocuments, ...types]) {
      assert.ok(made.includes(name), `${name} does not make the site again when it changes`);
    }
  });

  it('in docs are linked from the README', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    for (const page of allPages.filter((name) => name.startsWith('docs/'))) {
      assert.ok(readme.includes(`](${page})`), page);
    }
  });

  it('have programs that say what they need', () => {
    for (const { page } of withBlocks('js', 'ts')) {
      const program = programOf(page);
      const imports = importsOf(program);
      const others = [...imports].filter((name) => !['modzy-client', 'modzy-emulator'].includes(name));
      assert.deepEqual(
        others.filter((name) => !program.packages.includes(name)),
        [],
        page,
      );
      const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/\s+/g, ' ');
      // Other names make a program of CommonJS, in which `import` and the `await` of the blocks are errors.
      assert.match(text.slice(0, text.search(/```[jt]s /)), /`\w+\.m[jt]s`/, page);
      if (page.startsWith('docs/')) {
        assert.match(text, /The code on this page is one program\b/, page);
        assert.ok(
          imports.has('modzy-emulator') || text.includes('with `MODZY_BASE_URL` and `MODZY_API_KEY` set'),
          page,
        );
      }
    }
  });

  it('and the docs of the types have programs without type errors', async () => {
    await inFolder(async (folder) => {
      mkdirSync(path.join(folder, 'types'));
      writeFileSync(path.join(folder, 'types', 'examples.mjs'), examplesOfTypes());
      for (const [index, { page }] of withBlocks('js', 'ts').entries()) {
        const { parts, files, isTyped } = programOf(page);
        const own = path.join(folder, String(index));
        mkdirSync(own);
        const name = page.replaceAll(/\W/g, '-');
        const extension = isTyped ? 'mts' : 'mjs';
        writeFileSync(path.join(own, `${name}.${extension}`), parts.map(({ code }) => code).join('\n'));
        for (const { name: file, code } of files) {
          writeFileSync(path.join(own, file), code);
        }
      }
      const shared = {
        ...{ noEmit: true, target: 'es2023', lib: ['es2024', 'esnext.disposable'] },
        ...{ module: 'node20', types: ['node'], skipLibCheck: true },
      };
      const projects = {
        js: { compilerOptions: { ...shared, allowJs: true, checkJs: true, strict: false }, include: ['*/*js'] },
        ts: { compilerOptions: { ...shared, strict: true }, include: ['*/*ts'] },
      };
      const checks = Object.entries(projects).map(([name, project]) => {
        const file = path.join(folder, `tsconfig.${name}.json`);
        writeFileSync(file, JSON.stringify(project));
        return run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '--project', file], {
          cwd: root,
        });
      });
      await Promise.all(checks);
    });
  });

  it('have diffs whose new lines run', async () => {
    for (const { blocks } of withBlocks('diff')) {
      for (const { code } of blocks) {
        const added = Array.from(code.matchAll(/^\+(.*)$/gm), ([, line]) => line).join('\n');
        const type = added.includes('import ') ? 'module' : 'commonjs';
        const program = `${added}\nnew ModzyClient('http://a', 'b.c');`;
        await run(process.execPath, [`--input-type=${type}`, '--eval', program], { cwd: root });
      }
    }
  });

  it('have excerpts that are equal to the files', () => {
    const words = (code) => code.replaceAll(/\s+/g, '');
    for (const { blocks } of withBlocks('excerpt')) {
      for (const { name, code, place } of blocks) {
        assert.ok(words(readFileSync(path.join(root, name), 'utf8')).includes(words(code)), place);
      }
    }
  });

  it('have blocks of Rust that cargo tests with the crate', () => {
    for (const { page } of withBlocks('rust')) {
      const library = path.join(root, path.dirname(page), 'src/lib.rs');
      assert.match(readFileSync(library, 'utf8'), /#!?\[.*doc = include_str!\("\.\.\/README\.md"\)/, page);
    }
  });
});

describe('the programs', { concurrency: 4 }, () => {
  for (const { page } of withBlocks('js', 'ts')) {
    // An emulator of its own, since programs list jobs and cause faults. They mostly wait, so several run at the same time. A job
    // runs long enough to be canceled by a program that a busy machine delays.
    describe(`of ${page}`, () => {
      const emulator = useEmulator({ submittedMs: 50, inProgressMs: 250, deploymentStepMs: 100, imageSettleMs: 0 });

      it('work, and print what it shows', async () => {
        const env = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
        await inFolder((folder) => runProgram(page, folder, env));
      });
    });
  }
});

/** A program that the commands need and that is missing. */
const missing = ['bash', 'curl'].find((name) => spawnSync(name, ['--version']).status !== 0);

describe('the commands', { skip: missing !== undefined && `there is no ${missing}` }, () => {
  const emulator = useEmulator({ submittedMs: 0, inProgressMs: 0, apiKey: SHOWN_KEY });

  for (const { page, blocks } of withBlocks('sh', 'console')) {
    it(`of ${page} work, and print what it shows`, async () => {
      // Variables of a block are set in later blocks.
      const variables = [];
      for (const { language, code, place } of blocks) {
        const commands = language === 'console' ? readConsole(code) : [{ command: code }];
        for (const { command, output } of commands) {
          await execute(command, output, place, variables);
          await emulator.clearFaults();
          variables.push(...(command.match(/^\w+=[^$\s].*$/gm) ?? []));
        }
      }
    });
  }

  /** Runs a command, or several without an output on the page. */
  async function execute(command, output, place, variables) {
    const others = [];
    for (const line of command.trimEnd().split('\n')) {
      const [, script] = /^npm (?:run )?([\w:]+)/.exec(line) ?? [];
      const tested = testedBy(line);
      const [, runner, args] = /^(npx|cargo run -p) modzy-emulator (?:-- )?(.*)$/.exec(line) ?? [];
      if (script !== undefined) {
        assert.ok(Object.hasOwn(scripts, script), `${place}: ${line}`);
      } else if (tested !== undefined) {
        assert.ok(existsSync(path.join(root, tested)), `${place}: ${line}`);
      } else if (args !== undefined) {
        await startsEmulator(runner, args, output, place);
      } else {
        others.push(line);
      }
    }
    if (others.length > 0) {
      const strict = 'set -euo pipefail\ncurl() { command curl --silent --show-error --fail "$@"; }';
      const script = [strict, ...variables, ...others].join('\n').replaceAll(SHOWN_URL, emulator.url);
      const printed = await run('bash', ['-c', script], { cwd: root });
      if (output !== undefined) {
        assertPrints(printed.replace(/\n?$/, '\n'), output.replace(/\n?$/, '\n'), place);
      }
    }
  }
});

/** Returns the file that a command tests, if it tests one. */
function testedBy(line) {
  const [, target] = /^cargo test --workspace --test (\w+)/.exec(line) ?? [];
  if (target !== undefined) {
    const files = readdirSync(path.join(root, 'crates')).map((crate) => `crates/${crate}/tests/${target}/main.rs`);
    return files.find((file) => existsSync(path.join(root, file))) ?? files[0];
  }
  return /^node --test (\S+)$/.exec(line)?.[1];
}

/** Starts the emulator at another port than that on the page, and compares its first line, or lists its models. */
async function startsEmulator(runner, args, output, place) {
  const [program, ...first] = runner === 'npx' ? [process.execPath, bin] : [findProgram()];
  if (args === '--models') {
    return assertPrints(await run(program, [...first, args], { cwd: root }), output, place);
  }
  const port = new URL(SHOWN_URL).port;
  assert.ok(args.includes(`--port ${port}`), `${place} shows another port than ${port}`);
  const child = spawn(program, [...first, ...args.replace(port, '0').split(' '), '--exit-with-stdin']);
  try {
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const { url } = JSON.parse(value);
    if (output !== undefined) {
      assertPrints(`${value.replaceAll(url, SHOWN_URL)}\n`, output, place);
    }
  } finally {
    child.stdin.end();
  }
}
