'use strict';

// The first steps of a user with the installed tarballs, for platforms that run no other tests.

const assert = require('node:assert/strict');
const { copyFile } = require('node:fs/promises');
const path = require('node:path');
const { it } = require('node:test');
const { Project, root, tarballs } = require('./tarballs.js');

it('the installed packages pass the smoke test', async (t) => {
  const project = new Project();
  t.after(() => project.remove());
  await project.install(Object.keys(tarballs));
  await copyFile(path.join(root, '__test__/smoke.mjs'), path.join(project.folder, 'smoke.mjs'));
  const { stdout } = await project.run(process.execPath, ['smoke.mjs']);
  const done = ['example', 'wait', 'many', 'abort', 'upload', 'download', 'error', 'workers'];
  assert.deepEqual(stdout.trimEnd().split('\n'), done);
});
