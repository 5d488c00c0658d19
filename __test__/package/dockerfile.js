'use strict';

// A Dockerfile without Docker: its steps are run in folders, each stage in one of its own. Base images are not read, and an instruction
// that is not listed here is an error.

const assert = require('node:assert/strict');
const { cpSync, mkdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

/** Makes Node.js and npm see the C library of Alpine. */
const MUSL = { NODE_OPTIONS: `--require=${path.resolve(__dirname, '../support/musl.js')}` };

/** What the base images start, before the arguments of `CMD`, and their environment. */
const BASES = {
  'node:22-slim': { entry: [], env: {} },
  'node:22-alpine': { entry: [], env: MUSL },
  'gcr.io/distroless/nodejs22-debian12:nonroot': { entry: ['node'], env: {} },
};

/**
 * Runs the instructions of a file.
 *
 * @param {import('./tarballs.js').Project} project The context of the build.
 * @param {string} file
 */
async function runDockerfile(project, file) {
  const lines = readFileSync(path.join(project.folder, file), 'utf8').split('\n');
  const stages = new Map();
  let stage;
  for (const line of lines.filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const [instruction, ...words] = line.split(' ');
    if (instruction === 'FROM') {
      const [base, , name = 'last'] = words;
      assert.ok(Object.hasOwn(BASES, base), line);
      const { entry, env } = BASES[base];
      stage = { entry, root: path.join(project.folder, '.stages', name), env: { ...env }, work: '/' };
      mkdirSync(stage.root, { recursive: true });
      stages.set(name, stage);
    } else if (instruction === 'WORKDIR') {
      [stage.work] = words;
      mkdirSync(path.join(stage.root, stage.work), { recursive: true });
    } else if (instruction === 'ENV') {
      Object.assign(stage.env, Object.fromEntries(words.map((word) => word.split('='))));
    } else if (instruction === 'COPY') {
      copy(words, stage, stages, project.folder);
    } else if (instruction === 'RUN') {
      await runNpm(project, words, stage);
    } else if (instruction === 'CMD') {
      stage.command = [...stage.entry, ...JSON.parse(words.join(' '))];
    } else {
      assert.equal(instruction, 'USER', line);
    }
  }
  const { work, env, command } = stage;
  const folder = path.join(stage.root, work);
  const [program, ...args] = command;
  assert.equal(program, 'node');
  const start = async (more) => {
    const [name, ...rest] = args;
    const { stdout, stderr } = await project.run('node', [path.join(folder, name), ...rest], { ...env, ...more });
    return { stdout, stderr };
  };
  return { folder, start };
}

function copy(words, stage, stages, context) {
  const [, from] = /^--from=(.*)$/.exec(words[0]) ?? [];
  const [source, names] = from === undefined ? [context, words] : [stages.get(from).root, words.slice(1)];
  const target = names.pop();
  for (const name of names) {
    const to = path.join(stage.root, stage.work, target, target.endsWith('/') ? path.basename(name) : '');
    cpSync(path.join(source, name), to, { recursive: true });
  }
}

/** Runs a step with npm, which is the only program of the steps, in the folder of its stage. */
async function runNpm(project, [program, ...args], { root, work, env }) {
  assert.equal(program, 'npm');
  await project.npm(['--prefix', path.join(root, work), ...args], env);
}

module.exports = { MUSL, runDockerfile };
