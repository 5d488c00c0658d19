'use strict';

// The page stays right while things happen: many pages of one browser, rows that arrive, answers that are late, and restarts.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { noBrowser, useBrowser, visit } = require('../support/browser.js');
const { Emulator, useEmulator } = require('../support/emulator.js');

const SENTIMENT = /** @type {const} */ (['ed542963de', '1.0.1']);
const TEXT = { a: { 'input.txt': 'I love it' } };

describe('an open page', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true });
  const client = (server = emulator) => new ModzyClient(server.baseURL, server.apiKey);
  const submit = async (server) => (await client(server).submitJobText(...SENTIMENT, TEXT)).jobIdentifier;

  it('is one of many in a browser, which share a connection', async () => {
    const first = await browser.open(`${emulator.url}/`);
    await first.locator('.connection.on').waitFor();
    const pages = [first];
    for (let number = 1; number < 8; number += 1) {
      const page = await first.context().newPage();
      pages.push(page);
      await visit(page, `${emulator.url}/#/requests`);
      await page.locator('.connection.on').waitFor();
    }
    const job = await submit();
    await Promise.all(
      pages.map((page) =>
        page
          .getByRole('link', { name: /^POST \/api\/jobs|^Sentiment/ })
          .first()
          .waitFor(),
      ),
    );
    // The page that has the connection is closed, and another one takes it over.
    await first.close();
    const next = await submit();
    const last = /** @type {import('playwright-core').Page} */ (pages.at(-1));
    await visit(last, `${emulator.url}/#/jobs`);
    for (const id of [job, next]) {
      await last.getByText(id).waitFor();
    }
    await visit(last, `${emulator.url}/#/jobs/${next}`);
    await last.getByText('1 of 1 processed').waitFor();
  });

  it('keeps the focus on a row while others arrive, and in view if the keyboard put it there', async () => {
    const page = await browser.open(`${emulator.url}/#/jobs`);
    const row = page
      .getByRole('row')
      .filter({ hasText: await submit() })
      .getByRole('link');
    await row.waitFor();
    await page.getByRole('searchbox').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const href = await row.getAttribute('href');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    assert.equal(await focused(), href);
    const [, known] = /of (\d+) jobs$/.exec(String(await page.locator('.counted').textContent())) ?? [];
    const newest = [];
    for (let count = 0; count < 60; count += 1) {
      newest.push(await submit());
    }
    const all = Number(known) + newest.length;
    await page.getByText(`${all} of ${all} jobs`).waitFor();
    assert.equal(await focused(), href);
    const [scroller, box] = await row.evaluate(async (link) => {
      // The list renders in the frame after.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return [link.closest('.scroller'), link].map((element) => element?.getBoundingClientRect().toJSON());
    });
    assert.ok(scroller && box && box.y >= scroller.y && box.y < scroller.y + scroller.height);
    // Its row leaves the list, and the one in its place gets the focus.
    await page.getByRole('searchbox').evaluate((/** @type {any} */ search, text) => {
      search.value = text;
      search.dispatchEvent(new Event('input'));
    }, newest[3]);
    await page.waitForFunction((id) => document.activeElement?.getAttribute('href')?.includes(id), newest[3]);
  });

  it('shows the newest answer, when an older one is late', async () => {
    const { jobIdentifier } = await client().submitJob({ model: { identifier: 'd1g35t0256', version: '1.1.0' } });
    const page = await browser.open(`${emulator.url}/#/jobs`);
    await page.locator('.connection.on').waitFor();
    let isFirst = true;
    let [hasRead, pass] = [() => {}, () => {}];
    const read = new Promise((resolve) => (hasRead = () => resolve(undefined)));
    const held = new Promise((resolve) => (pass = () => resolve(undefined)));
    await page.route(`**/page/jobs/${jobIdentifier}`, async (route) => {
      const response = await route.fetch();
      if (isFirst) {
        isFirst = false;
        hasRead();
        await held;
      }
      await route.fulfill({ response });
    });
    await visit(page, `${emulator.url}/#/jobs/${jobIdentifier}`);
    await read;
    await client().cancelJob(jobIdentifier);
    await page.getByRole('row').getByText('Canceled').waitFor();
    pass();
    await page.locator('.detail .title').getByText('Canceled').waitFor();
  });

  it('shows what there is after a restart: models, a request of the same number, and no job that is gone', async () => {
    const first = await new Emulator().start({ page: true });
    const port = Number(new URL(first.url).port);
    const page = await browser.open(`${first.url}/`);
    const pages = { models: page };
    const context = page.context();
    for (const name of ['request', 'job', 'form']) {
      pages[name] = await context.newPage();
    }
    const job = await submit(first);
    await visit(pages.request, `${first.url}/#/requests/0`);
    await pages.request.getByRole('heading', { name: 'POST /api/jobs' }).waitFor();
    await pages.job.setViewportSize({ width: 360, height: 740 });
    await visit(pages.job, `${first.url}/#/jobs/${job}`);
    await pages.job.getByText('1 of 1 processed').waitFor();
    await visit(pages.form, `${first.url}/#/models/ed542963de`);
    await pages.form.getByRole('textbox', { name: 'Text' }).fill('typed');
    await first.stop();
    await pages.models.getByText('Not connected. Trying again…').waitFor();
    await pages.models.getByRole('link', { name: 'Models' }).click();
    await pages.models.getByRole('alert').waitFor();
    // What is known stays while there is no connection.
    await pages.job.getByText('1 of 1 processed').waitFor();
    const second = await new Emulator().start({ page: true, port });
    await fetch(`${second.baseURL}/tags`);
    await pages.models.getByRole('link', { name: /^Sentiment Analysis/ }).waitFor();
    await pages.models.getByRole('alert').waitFor({ state: 'detached' });
    await pages.request.getByRole('heading', { name: 'GET /api/tags' }).waitFor();
    await pages.job.getByRole('heading', { name: 'The job cannot be shown' }).waitFor();
    assert.equal(await pages.job.getByText('1 of 1 processed').isVisible(), false);
    assert.equal(await pages.form.getByRole('textbox', { name: 'Text' }).inputValue(), 'typed');
    await context.close();
    await second.stop();
    // The failed connections.
    browser.errors.splice(0);
  });

  it('shows a model that is deployed while it is open', async () => {
    const page = await browser.open(`${emulator.url}/#/models`);
    await page.getByRole('link', { name: /^Sentiment Analysis/ }).waitFor();
    const headers = { authorization: `ApiKey ${emulator.apiKey}` };
    const body = JSON.stringify({ name: 'Zebra', version: '0.0.1' });
    await fetch(`${emulator.baseURL}/models`, { method: 'POST', headers, body });
    await page.getByRole('link', { name: /^Zebra/ }).click();
    await page.getByText('It has no inputs yet, so it cannot run.').waitFor();
  });
});
