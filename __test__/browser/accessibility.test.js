'use strict';

// The page for everyone: axe, the keyboard, light and dark, from 360 px to 4K.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { after, before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { noBrowser, useBrowser, visit } = require('../support/browser.js');
const { Emulator } = require('../support/emulator.js');
const { landscape } = require('../support/pictures.js');

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const SIZES = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
  { width: 3840, height: 2160 },
];

describe('the page is accessible', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = new Emulator();
  /** @type {Record<string, string>} The address of each view. */
  const views = {
    jobs: '#/jobs',
    requests: '#/requests',
    request: '#/requests/0',
    faults: '#/faults',
    models: '#/models',
  };

  before(async () => {
    await emulator.start({ page: true, inProgressMs: 20 });
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    await emulator.fault({ method: 'GET', path: '/api/jobs/*', times: 1, status: 503 });
    const texts = { good: { 'input.txt': 'I love it, and I hate it.' }, bad: { wrong: 'x' } };
    const words = await client.submitJobText('ed542963de', '1.0.1', texts, true);
    await client.getJob(words.jobIdentifier);
    const mask = await client.submitJobEmbedded(
      'br1ghtn355',
      '1.0.0',
      'image/png',
      { a: { input: landscape() } },
      true,
    );
    const sound = await client.submitJobText('t3xtt0t0n3', '1.1.0', { a: { 'input.txt': 'Hi' } });
    await client.submitJob({ model: { identifier: 'd1g35t0256', version: '1.0.0' } });
    for (const [name, { jobIdentifier }] of Object.entries({ words, mask, sound })) {
      views[name] = `#/jobs/${jobIdentifier}`;
    }
    views.model = '#/models/br1ghtn355/1.0.0';
    await emulator.fault({ path: '/api/models', status: 429, times: 2, headers: { 'Retry-After': '1' }, body: '{}' });
  });
  after(() => emulator.stop());

  /** Returns what axe finds in a page. */
  async function violationsOf(page) {
    if (!(await page.evaluate(() => 'axe' in window))) {
      await page.evaluate(AXE);
    }
    const { violations } = await page.evaluate(() =>
      /** @type {any} */ (window).axe.run({ resultTypes: ['violations'] }),
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`);
  }

  async function settled(page) {
    await page.getByRole('main').getByRole('heading').first().waitFor();
    await page.waitForFunction(() => !document.body.innerText.includes('Reading'));
  }

  for (const { colorScheme, viewport } of /** @type {const} */ ([
    { colorScheme: 'light', viewport: SIZES[0] },
    { colorScheme: 'dark', viewport: SIZES[1] },
  ])) {
    it(`has no violation that axe finds, in the ${colorScheme} scheme`, async () => {
      const page = await browser.open(`${emulator.url}/`, { colorScheme, viewport });
      for (const [name, address] of Object.entries(views)) {
        await visit(page, `${emulator.url}/${address}`);
        await settled(page);
        assert.deepEqual(await violationsOf(page), [], name);
      }
    });
  }

  it('has no violation where something does not exist', async () => {
    const page = await browser.open(`${emulator.url}/`, { viewport: SIZES[0] });
    for (const address of ['#/jobs/none', '#/requests/99999', '#/models/none', '#/none']) {
      await visit(page, `${emulator.url}/${address}`);
      if (address !== '#/none') {
        await page.getByText(/does not (exist|contain)/).waitFor();
      }
      assert.deepEqual(await violationsOf(page), [], address);
    }
    // The responses for these.
    browser.errors.splice(0);
  });

  it('has no violation in any state of its forms, its lists and its connection', async () => {
    const other = await new Emulator().start({ page: true });
    await fetch(`${other.baseURL}/tags`);
    const page = await browser.open(`${other.url}/#/faults`, { colorScheme: 'dark' });
    const alert = page.locator('[role=alert]:visible');
    const button = (name) => page.getByRole('button', { name }).click();
    /** @type {Record<string, () => Promise<unknown>>} What leads to each state. */
    const states = {
      'a fault that is refused': async () => {
        await page.getByLabel('Path').fill('/jobs');
        await button('Add the fault');
        await alert.waitFor();
      },
      'a notice': async () => {
        await button('Two overloaded reads of jobs');
        await button('Add the fault');
        await page.getByText('The fault is added').waitFor();
        await page.getByText('2 left').waitFor();
      },
      'a run that is refused': async () => {
        await visit(page, `${other.url}/#/models/ed542963de/1.0.1`);
        await page.getByLabel('Input key').fill('');
        await page.route('**/page/api/jobs', (route) => route.fulfill({ status: 400, body: '{"message":"no"}' }));
        await button('Run the model');
        await alert.waitFor();
        await page.unroute('**/page/api/jobs');
      },
      'a file that is chosen': async () => {
        await page.getByLabel('Text').fill('typed');
        await page
          .getByLabel('Or a file')
          .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
        await page.getByText('The file is sent, and not the text.').waitFor();
      },
      'a list that is paused, filtered, and empty': async () => {
        await visit(page, `${other.url}/#/requests`);
        await button('Pause');
        await page.getByRole('searchbox').fill('none of them');
        await page.getByText('Nothing passes the filter.').waitFor();
      },
      'a job without jobs beside it': async () => {
        const { jobIdentifier } = await new ModzyClient(other.baseURL, other.apiKey).submitJobText(
          'g3n3r4t0r1',
          '1.0.0',
          { a: { 'input.txt': '{"json":9000000}' } },
        );
        await visit(page, `${other.url}/#/jobs/${jobIdentifier}`);
        await page.getByText('It has more than 8.0 MB.').waitFor();
        await page.getByRole('tab', { name: 'JavaScript' }).click();
        await page.getByRole('combobox').selectOption('Canceled');
        await page.getByText('Nothing passes the filter.').waitFor();
      },
      'a connection that is lost': async () => {
        await other.stop();
        await page.getByText('Not connected. Trying again…').waitFor();
      },
    };
    for (const [name, enter] of Object.entries(states)) {
      await enter();
      assert.deepEqual(await violationsOf(page), [], name);
    }
    await page.context().close();
    // The refusals, and the failed connections.
    browser.errors.splice(0);
  });

  it('shows what is selected and how long stages took in forced colors, and moves nothing if motion is unwanted', async () => {
    const page = await browser.open(`${emulator.url}/${views.words}`, {
      forcedColors: 'active',
      reducedMotion: 'reduce',
    });
    await settled(page);
    await page.locator('.row.selected').waitFor();
    const styleOf = (selector, name, pseudo) =>
      page
        .locator(selector)
        .first()
        .evaluate(
          (element, [property, part]) => getComputedStyle(element, part).getPropertyValue(property),
          [name, pseudo],
        );
    for (const [selected, other] of [
      ['.row.selected', '.rows .row:not(.selected)'],
      ['nav [aria-current]', 'nav a:not([aria-current])'],
      ['[aria-selected=true]', '[aria-selected=false]'],
    ]) {
      assert.equal(await styleOf(selected, 'outline-style'), 'solid', selected);
      assert.equal(await styleOf(other, 'outline-style'), 'none', other);
    }
    for (const part of ['.bar-part', '.dot', '.weight']) {
      assert.equal(await styleOf(part, 'forced-color-adjust'), 'none', part);
    }
    assert.equal(await styleOf('progress', 'transition-duration', '::-webkit-progress-value'), '0s');
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
    assert.deepEqual(await violationsOf(page), []);
  });

  it('is never wider or higher than its window', async () => {
    // The layout is that of any screen, but the browser draws a sixteenth of the pixels.
    const page = await browser.open(`${emulator.url}/`, { deviceScaleFactor: 0.25 });
    for (const [name, address] of Object.entries(views)) {
      await visit(page, `${emulator.url}/${address}`);
      await settled(page);
      for (const viewport of SIZES) {
        await page.setViewportSize(viewport);
        const { wide, inside, higher } = await page.evaluate(async () => {
          // The list renders in the frame after.
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          const right = document.documentElement.clientWidth;
          // What scrolls by itself may be wider inside.
          const scrolls = (element) =>
            element !== null &&
            (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
          const detail = document.querySelector('.detail');
          return {
            wide: [...document.querySelectorAll('body *')]
              .filter((element) => element.getBoundingClientRect().right > right + 1 && !scrolls(element.parentElement))
              .map((element) => element.outerHTML.slice(0, 100)),
            inside: detail === null ? 0 : detail.scrollWidth - detail.clientWidth,
            higher: document.documentElement.scrollHeight - window.innerHeight,
          };
        });
        assert.deepEqual(wide, [], `${name} at ${viewport.width}`);
        assert.ok(inside <= 1, `${name} at ${viewport.width}: ${inside} px wider inside`);
        assert.ok(higher <= 0, `${name} at ${viewport.width}: ${higher} px higher`);
      }
    }
  });

  it('skips to the content of the view that is open', async () => {
    const page = await browser.open(`${emulator.url}/${views.requests}`);
    const row = page.getByRole('link', { name: /^GET \/api\/jobs\// }).first();
    await row.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Filter by path');
    assert.equal(new URL(page.url()).hash, views.requests);
    assert.equal(await row.isVisible(), true);
  });

  it('is used by the keyboard alone', async () => {
    const page = await browser.open(`${emulator.url}/`);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    // A link moves the focus once the address has changed, which the browser reports to the page later.
    const focuses = (selector) =>
      page.waitForFunction((expected) => document.activeElement?.matches(expected), selector, { timeout: 10_000 });
    await page.getByRole('row').nth(4).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the content');
    for (const expected of [/^Jobs/, /^Requests/, /^Faults/, /^Models/]) {
      await page.keyboard.press('Tab');
      assert.match(await focused(), expected);
    }
    // The two filters, and the first row.
    for (let times = 0; times < 3; times += 1) {
      await page.keyboard.press('Tab');
    }
    assert.match(await focused(), /^Digest/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(), /^Brightness/);
    await page.keyboard.press('End');
    assert.match(await focused(), /^Sentiment Analysis/);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Time line' }).waitFor();
    // A narrow window shows the job instead of the list, and the focus goes there and back.
    await page.setViewportSize(SIZES[0]);
    await page.getByRole('link', { name: '← All jobs' }).focus();
    await page.keyboard.press('Enter');
    await focuses('main');
    await page.getByRole('link', { name: /^Digest/ }).focus();
    await page.keyboard.press('Enter');
    await focuses('.detail');
    await page.setViewportSize(SIZES[1]);
    await page.getByRole('link', { name: /^Sentiment Analysis/ }).press('Enter');
    const tab = page.getByRole('tab', { name: 'curl' });
    await tab.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'JavaScript', selected: true }).waitFor();
  });
});
