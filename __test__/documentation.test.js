'use strict';

// The programs of README.md and of the guides under docs/, as they stand there. The `js` blocks of a page are one program, one
// after the other. A `text` block shows what the block before it prints, where `<n>` is any number. A block with a name, as in
// `js worker.mjs`, is a file that lies beside the program.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { describe, it } = require('node:test');
const selfsigned = require('selfsigned');
const { useEmulator } = require('./support/emulator.js');

const root = path.resolve(__dirname, '..');
const DOCUMENTED_JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';

/** What is printed between two blocks. */
const BETWEEN = '\u0000';

const FENCE = /^```(?<language>\w+)(?: (?<name>\S+))?\n(?<code>.*?)^```$/gms;

/** The blocks of a page: its programs, each with what it is said to print, and its files. */
function read(page) {
  const programs = [];
  const files = [];
  for (const { groups } of readFileSync(path.join(root, page), 'utf8').matchAll(FENCE)) {
    const { language, name, code } = groups;
    if (name !== undefined) {
      files.push({ name, code });
    } else if (language === 'js') {
      programs.push({ code, prints: undefined });
    } else if (language === 'text') {
      programs.at(-1).prints = code;
    }
  }
  return { programs, files };
}

/** Runs the program of a page, and returns what each of its blocks printed. */
async function run({ programs, files }, emulator) {
  mkdirSync(path.join(root, 'target'), { recursive: true });
  // Within the package, where it is found by its own name.
  const folder = mkdtempSync(path.join(root, 'target', 'documentation-'));
  try {
    const all = [...files, ...(await certificates())];
    for (const { name, code } of all) {
      writeFileSync(path.join(folder, name), code);
    }
    const program = path.join(folder, 'program.mjs');
    const between = `\nconsole.log(${JSON.stringify(BETWEEN)});\n`;
    writeFileSync(program, programs.map(({ code }) => code).join(between));
    const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const child = spawn(process.execPath, [program], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    return stdout.split(`${BETWEEN}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands for the files of the reader's own. */
async function certificates() {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'client.example' }]);
  return [
    { name: 'authority.pem', code: cert },
    { name: 'client.pem', code: cert },
    { name: 'client-key.pem', code: key },
  ];
}

/** What pages print that do not show it. */
const outputs = {
  'README.md'([first, documented, uploaded, many, watched, ...more]) {
    assert.match(first, /^Job [0-9a-f-]{36} status COMPLETED\n$/);
    assert.equal(documented, `Job ${DOCUMENTED_JOB} status COMPLETED\n`);
    const inputs = "4 of 4 inputs [ 'from-a-path', 'from-memory', 'from-a-blob', 'from-a-stream' ]";
    assert.equal(uploaded.trim().replaceAll(/\s+/g, ' '), inputs);
    assert.equal(many, '0 COMPLETED\n1 COMPLETED\nCOMPLETED\n');
    assert.equal(watched, 'COMPLETED undefined undefined\n');
    assert.deepEqual(more, []);
  },
};

describe('the documentation', () => {
  const emulator = useEmulator({ submittedMs: 50, inProgressMs: 50 });
  const guides = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));

  for (const page of ['README.md', ...guides.map((name) => `docs/${name}`)]) {
    it(`shows programs that work, and what they print, in ${page}`, async () => {
      await emulator.answerJob(DOCUMENTED_JOB, { status: 'COMPLETED' });
      const blocks = read(page);
      assert.ok(blocks.programs.length > 0);
      const printed = await run(blocks, emulator);
      assert.equal(printed.length, blocks.programs.length);
      const expected = blocks.programs.map(({ prints }, nth) => prints ?? (outputs[page] ? printed[nth] : ''));
      const plain = printed.map((block, nth) =>
        expected[nth].includes('<n>') ? block.replaceAll(/\d+ ms/g, '<n> ms') : block,
      );
      assert.deepEqual(plain, expected);
      outputs[page]?.(printed);
    });
  }

  it('is linked from the README', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    for (const name of guides) {
      assert.ok(readme.includes(`](docs/${name})`), name);
    }
  });
});
