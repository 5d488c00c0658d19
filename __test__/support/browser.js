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

module.exports = { launch, noBrowser, useBrowser };
