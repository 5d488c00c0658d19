'use strict';

// The site that `npm run docs` makes of the guides and the reference, opened from the disk, light and dark.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const { site } = require('../../dev/scripts/site.js');
const { launch, noBrowser } = require('../support/browser.js');

const root = path.resolve(__dirname, '../..');
const { projectDocuments } = JSON.parse(readFileSync(path.join(root, 'typedoc.json'), 'utf8'));
const titles = projectDocuments.map((page) => /^# (.*)$/m.exec(readFileSync(path.join(root, page), 'utf8'))[1]);

describe('the site of the docs', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    // `npm test` has made it of the same files, where it has run.
    execFileSync(process.execPath, [path.join(root, 'dev/scripts/site.js')], { cwd: root });
    browser = await launch();
  });
  after(() => browser?.close());

  const SCHEMES = /** @type {const} */ (['light', 'dark']);

  it('opens each guide by its title, light and dark, no wider than a window or a phone', async () => {
    const errors = [];
    async function open() {
      const page = await browser.newPage();
      page.on('pageerror', ({ message }) => errors.push(message));
      return page;
    }
    const page = await open();
    await page.goto(String(pathToFileURL(path.join(site, 'index.html'))));
    const links = page.locator('#tsd-nav-container a[href*="documents/"]');
    await links.nth(titles.length - 1).waitFor({ state: 'attached' });
    assert.deepEqual(await links.allTextContents(), titles);
    const targets = await links.evaluateAll((all) => all.map(({ href }) => href));
    let seen = 0;
    const visit = async (tab) => {
      for (let target = targets.shift(); target !== undefined; target = targets.shift()) {
        await tab.goto(target);
        seen += 1;
        for (const colorScheme of SCHEMES) {
          await tab.emulateMedia({ colorScheme });
          for (const width of [1400, 400]) {
            await tab.setViewportSize({ width, height: 900 });
            const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            assert.ok(wide <= 0, `${target} at ${width}, ${colorScheme}: ${wide}`);
          }
          const background = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
          const [brightness] = background.match(/\d+/g).map(Number);
          assert.equal(brightness < 128 ? 'dark' : 'light', colorScheme, background);
        }
      }
      await tab.close();
    };
    await Promise.all([page, await open(), await open()].map(visit));
    assert.equal(seen, titles.length);
    assert.deepEqual(errors, []);
  });

  it('finds guides by words of their text, and methods by their name', async () => {
    const page = await browser.newPage();
    await page.goto(String(pathToFileURL(path.join(site, 'index.html'))));
    for (const [query, found] of [
      ['graceful shutdown', 'Writing a service'],
      ['blockUntilComplete', 'blockUntilComplete'],
    ]) {
      await page.locator('#tsd-search-trigger').click();
      await page.locator('#tsd-search-input').fill(query);
      await page.locator('#tsd-search-results li', { hasText: found }).first().waitFor();
      await page.keyboard.press('Escape');
    }
    await page.close();
  });
});
