'use strict';

// A real browser for the tests of the emulator's page: the system's Chromium, driven by playwright-core, which downloads none.

const { existsSync } = require('node:fs');
const { after, afterEach, before } = require('node:test');
const { chromium } = require('playwright-core');

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The program of the browser, if the machine has one. `CHROMIUM` names another. */
const program = process.env.CHROMIUM ?? PROGRAMS.find((file) => existsSync(file));

/** The reason for skipping tests, or false. */
const noBrowser = program === undefined && 'there is no Chromium here: install it, or name it in CHROMIUM';

/** Starts the browser. The sandbox of Chromium does not work for root. */
function launch() {
  return chromium.launch({ executablePath: program, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Notes in a page which address it has opened. The browser reports a new one to the page some time after it has changed. */
function noteOpened() {
  const note = () => Object.assign(window, { openedAddress: location.hash });
  note();
  // Before the listener of the page, and in the same task.
  window.addEventListener('hashchange', note);
}

/**
 * Resolves when a page has opened an address, which is the part of a URL from `#` on.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} address
 */
const hasOpened = (page, address) =>
  page.waitForFunction((expected) => /** @type {any} */ (window).openedAddress === expected, address);

/**
 * Goes to a URL, and waits until the page has opened its view.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} url
 */
async function visit(page, url) {
  await page.goto(url);
  await hasOpened(page, new URL(url).hash);
}

/**
 * Follows a link within the page, and waits until the page has opened its view.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} link
 */
async function follow(page, link) {
  const address = String(await link.getAttribute('href'));
  await link.click();
  await hasOpened(page, address);
}

/**
 * Presses a button that copies, and returns what it copies. The notice of an earlier copy does not count.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} button
 */
async function copyBy(page, button) {
  await page.locator('#notice').evaluate((notice) => {
    notice.hidden = true;
  });
  await button.click();
  await page.getByText('Copied', { exact: true }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/**
 * Provides a browser for the tests of a suite. A page that logs an error fails the test that opened it. Called before `useEmulator`,
 * so that the pages are closed before the emulator is cleared.
 *
 * @returns {{ open: (url: string, options?: import('playwright-core').BrowserContextOptions) => Promise<import('playwright-core').Page>, errors: string[] }}
 */
function useBrowser() {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {string[]} */
  const errors = [];
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) {
      await context.close();
    }
    const found = errors.splice(0);
    if (found.length > 0) {
      throw new Error(`the page logged errors: ${found.join('\n')}`);
    }
  });
  return {
    errors,
    async open(url, options) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.addInitScript(noteOpened);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') {
          errors.push(message.text());
        }
      });
      await page.goto(url);
      return page;
    },
  };
}

module.exports = { copyBy, follow, launch, noBrowser, useBrowser, visit };
