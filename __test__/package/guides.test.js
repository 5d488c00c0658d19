'use strict';

// The program of each guide, and of the README, in an empty folder below a project with the tarballs, and the default times of jobs.

const { mkdirSync, symlinkSync } = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { useEmulator } = require('../support/emulator.js');
const { runProgram } = require('../support/page-programs.js');
const { pages, programOf } = require('../support/pages.js');
const { Project, root, tarballs } = require('./tarballs.js');

const guides = pages().filter((page) => page === 'README.md' || page.startsWith('docs/'));

describe('in an empty folder with the packages', { concurrency: 4 }, () => {
  const project = new Project();
  before(() => project.install(Object.keys(tarballs)));
  after(() => project.remove());

  for (const page of guides.filter((name) => programOf(name).parts.length > 0)) {
    describe(`the program of ${page}`, () => {
      const emulator = useEmulator({ submittedMs: 500, inProgressMs: 1500 });

      it('works, and prints what the page shows', async () => {
        const folder = path.join(project.folder, page.replaceAll(/\W/g, '-'));
        const modules = path.join(folder, 'node_modules');
        mkdirSync(modules, { recursive: true });
        // In place of `npm install`, which needs the network. What only compiles is not imported.
        for (const name of programOf(page).packages.filter((each) => !each.startsWith('@types/'))) {
          symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
        }
        await runProgram(page, folder, { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey });
      });
    });
  }
});
