'use strict';

// The page of the emulator, in a browser: jobs, requests, faults and models, live.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { copyBy, noBrowser, useBrowser, visit } = require('../support/browser.js');
const { Emulator, useEmulator } = require('../support/emulator.js');
const { execute } = require('../support/execute.js');
const { landscape } = require('../support/pictures.js');

const SENTIMENT = ['ed542963de', '1.0.1'];
const TEXT = { review: { 'input.txt': 'I loved the food, but the service was terrible.' } };

describe('the page', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, submittedMs: 300, inProgressMs: 700 });

  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const open = (route = '', options) => browser.open(`${emulator.url}/${route}`, options);
  /** Starts another emulator for a test. */
  async function started(t, options) {
    const other = await new Emulator().start({ page: true, ...options });
    t.after(() => other.stop());
    return other;
  }
  const detail = (page) => page.getByRole('region', { name: 'Details' });

  it('shows how a job moves from its submit to its result, without a reload', async () => {
    const page = await open();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    const job = await client().submitJobText(...SENTIMENT, TEXT, true);
    const row = page.getByRole('row').filter({ hasText: job.jobIdentifier });
    for (const status of ['Submitted', 'In progress', 'Completed']) {
      await row.getByText(status).waitFor();
    }
    await row.getByRole('link').click();
    await detail(page).getByText('1 of 1 processed').waitFor();
    const input = page.getByRole('article', { name: 'Input review' });
    await input.getByText('Successful').waitFor();
    await input.getByText(`text, ${TEXT.review['input.txt'].length} B`).waitFor();
    await input.getByText('classPredictions').waitFor();
    assert.deepEqual(await input.locator('mark').allTextContents(), ['loved', 'terrible']);
    assert.match(await input.locator('mark').nth(1).getAttribute('class'), /^against /);
    assert.equal(await page.evaluate(() => 'sameDocument' in window), true);
  });

  it('shows a picture, and the mask of its explanation over it', async () => {
    const picture = landscape();
    const sources = { photo: { input: picture } };
    const job = await client().submitJobEmbedded('br1ghtn355', '1.0.0', 'image/png', sources, true);
    const page = await open(`#/jobs/${job.jobIdentifier}`);
    const shown = page.getByRole('img', { name: 'The picture input' });
    await shown.waitFor();
    assert.match(await shown.getAttribute('src'), /^blob:/);
    await page.getByText(`SHA-256 ${createHash('sha256').update(picture).digest('hex')}`).waitFor();
    const mask = page.getByRole('img', { name: /^The picture with its mask, which marks \d+\.\d % of it$/ });
    await mask.waitFor();
    const pixels = () => mask.evaluate((/** @type {any} */ canvas) => canvas.toDataURL());
    const masked = await pixels();
    await page.getByRole('checkbox', { name: 'Explanation: the mask over the picture' }).uncheck();
    assert.notEqual(await pixels(), masked);
  });

  it('shows bytes in hexadecimal, and plays a sound', async () => {
    const bytes = Buffer.from(Array.from({ length: 2000 }, (_, index) => index % 256));
    const digest = await client().submitJobFile('d1g35t0256', '1.1.0', { 'a/b?': { input: bytes } });
    const sound = await client().submitJobText('t3xtt0t0n3', '1.0.0', { song: { 'input.txt': 'Hello' } });
    const page = await open(`#/jobs/${digest.jobIdentifier}`);
    await page.getByText('00000010  10 11 12 13').waitFor();
    await page.getByText('976 bytes more').waitFor();
    await page.getByText(createHash('sha256').update(bytes).digest('hex')).first().waitFor();
    await visit(page, `${emulator.url}/#/jobs/${sound.jobIdentifier}`);
    const audio = page.locator('audio');
    await audio.waitFor();
    await page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 0);
  });

  it('shows the message of a failed input in red', async () => {
    const job = await client().submitJobText('w0rdc0unt1', '1.0.0', {
      good: { 'input.txt': 'x' },
      bad: { wrong: 'x' },
    });
    await client().blockUntilComplete(job, { pollInterval: 50 });
    const page = await open(`#/jobs/${job.jobIdentifier}`);
    const message = page.getByText('the model input input.txt is missing');
    await message.waitFor();
    const { color, expected } = await message.evaluate((element) => {
      const probe = document.createElement('span');
      probe.style.color = 'var(--bad)';
      document.body.append(probe);
      return { color: getComputedStyle(element).color, expected: getComputedStyle(probe).color };
    });
    assert.equal(color, expected);
    await page.getByText('1 failed').first().waitFor();
    await page.getByRole('combobox', { name: 'Filter by status' }).selectOption('With failures');
    // The header, and this job alone.
    const rows = page.getByRole('table', { name: 'Jobs' }).getByRole('row');
    await rows.nth(2).waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 2);
  });

  it('adds a fault by its form, and shows the retry of the client and the fault that counts down', async () => {
    const page = await open('#/faults');
    await page.getByLabel('Method').selectOption('GET');
    await page.getByLabel('Path').fill('/api/jobs/*');
    await page.getByLabel('Times').fill('3');
    await page.getByLabel('Status').fill('503');
    await page.getByLabel('Headers').fill('Retry-After: 0');
    await page.getByRole('button', { name: 'Add the fault' }).click();
    await page.getByText('3 left').waitFor();
    const job = await client().submitJobText(...SENTIMENT, TEXT);
    await client()
      .getJob(job.jobIdentifier)
      .catch(() => {});
    await page.getByText('No faults.').waitFor();
    await client().getJob(job.jobIdentifier);
    await visit(page, `${emulator.url}/#/jobs/${job.jobIdentifier}`);
    const line = page.getByRole('region', { name: 'Time line' });
    await line.getByText('retry 2').waitFor();
    await line.locator('.request .outcome').nth(4).getByText('200').waitFor();
    assert.deepEqual(await line.locator('.request .outcome').allTextContents(), ['202', '503', '503', '503', '200']);
    await page.getByRole('link', { name: /^Requests/ }).click();
    await page.getByRole('combobox', { name: 'Filter by outcome' }).selectOption('With a fault');
    await page.getByText(/^3 of \d+ requests/).waitFor();
  });

  it('refuses an impossible fault with the message of the emulator, and removes one', async () => {
    const page = await open('#/faults');
    await page.getByLabel('Path').fill('/jobs');
    await page.getByRole('button', { name: 'Add the fault' }).click();
    await page.getByRole('alert').getByText('`path` must be under /api, or it never matches').waitFor();
    await page.getByLabel('Path').fill('/api/jobs');
    await page.getByLabel('Delay').fill('10');
    await page.getByRole('button', { name: 'Add the fault' }).click();
    await page.getByText('The response is delayed by 10 ms.').waitFor();
    await page.getByRole('button', { name: /^Remove the fault \d+$/ }).click();
    await page.getByText('No faults.').waitFor();
    browser.errors.splice(0);
  });

  it('shows one request with masked secrets, and makes a fault of it', async () => {
    const page = await open('#/requests');
    const access = { accessKeyID: 'id', secretAccessKey: 'hidden-secret', region: 'us-east-1' };
    const sources = { a: { 'input.txt': { bucket: 'b', key: 'k' } } };
    await client().submitJobAWSS3({ modelId: SENTIMENT[0], version: SENTIMENT[1], ...access, sources });
    await page.getByRole('searchbox', { name: 'Filter by path' }).fill('/api/jobs');
    await page.getByRole('link', { name: 'POST /api/jobs' }).click();
    const body = page.getByLabel('Body of the request');
    await body.getByText('"secretAccessKey": "***"').waitFor();
    const text = await detail(page).textContent();
    assert.equal(text.includes('hidden-secret') || text.includes(emulator.apiKey), false);
    await detail(page).getByText('ApiKey ***').waitFor();
    await page.getByRole('button', { name: 'Edit as a fault' }).click();
    const form = page.getByRole('form', { name: 'New fault' });
    assert.equal(await form.getByLabel('Path').inputValue(), '/api/jobs');
    assert.equal(await form.getByLabel('Status').inputValue(), '202');
  });

  it('runs a model by its form, cancels the job, and shows the request that made it', async (t) => {
    const other = await started(t, { inProgressMs: 600_000 });
    const page = await browser.open(`${other.url}/#/models`);
    await page.getByRole('link', { name: /^Sentiment Analysis/ }).click();
    await page.getByRole('cell', { name: 'text/plain' }).waitFor();
    await page.getByRole('button', { name: 'Use the sample' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value.startsWith('The staff'));
    await page.getByLabel('Explain').check();
    await page.getByRole('button', { name: 'Run the model' }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await detail(page).getByText('Ended: canceled').waitFor();
    const request = page.getByRole('region', { name: 'Request' });
    await request.getByText('The staff was friendly').waitFor();
    assert.match(
      await request.locator('pre').textContent(),
      /^curl 'http.*\/api\/jobs' \\\n {2}-H "Authorization: ApiKey \$MODZY_API_KEY"/,
    );
    await request.getByRole('tab', { name: 'JavaScript' }).click();
    assert.match(
      await request.locator('pre').textContent(),
      /await client\.submitJobText\("ed542963de", "1\.0\.1", \{/,
    );
    assert.deepEqual(await other.requests(), []);
  });

  it('scrolls its list of models to the one of the address', async () => {
    const page = await open('#/models/w0rdc0unt1', { viewport: { width: 1440, height: 500 } });
    await page.waitForFunction(() => {
      const item = document.querySelector('.models .selected');
      const [list, row] = [item?.closest('.scroller'), item].map((element) => element?.getBoundingClientRect());
      return list && row && row.top >= list.top && row.bottom <= list.bottom + 1;
    });
  });

  it('runs each model by its form, with the sample of its inputs', async () => {
    const models = await client().getAllModels();
    const page = await open('#/models');
    const ids = [];
    for (const { modelId } of models) {
      await visit(page, `${emulator.url}/#/models/${modelId}`);
      const form = page.getByRole('form', { name: 'Run the model' });
      await form.getByRole('button', { name: 'Use the sample' }).click();
      // A text in its control, or a note about the file in its place.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('form fieldset')].some(
          (input) => input.querySelector('textarea')?.value || input.querySelector('[role=status]')?.textContent,
        ),
      );
      await form.getByRole('button', { name: 'Run the model' }).click();
      await page.waitForURL('**/#/jobs/*');
      ids.push(page.url().split('/').at(-1));
    }
    // A job takes a second here, so they run beside each other.
    assert.notEqual(ids.length, 0);
    for (const { job } of await client().blockUntilAllComplete(ids, { pollInterval: 100 })) {
      assert.deepEqual([job.status, job.completed, job.failed], ['COMPLETED', 1, 0], job.model.identifier);
    }
  });

  it(
    'shows commands that submit the same job again',
    { skip: spawnSync('curl', ['--version']).error && 'needs curl' },
    async () => {
      const texts = { "it's": { 'input.txt': '"quoted" $HOME `date` \\ %s\nü\u2028 end' }, b: { 'input.txt': "''" } };
      const bytes = { file: { input: Buffer.from([0, 1, 254, 255]) } };
      const jobs = [
        await client().submitJobText(...SENTIMENT, texts, true, { jobTimeout: 60_000 }),
        await client().submitJobEmbedded('d1g35t0256', '1.1.0', 'application/octet-stream', bytes),
      ];
      const page = await open();
      const inputs = (id) => fetch(`${emulator.url}/page/jobs/${id}/inputs`).then((response) => response.json());
      const details = (id) => fetch(`${emulator.url}/page/jobs/${id}`).then((response) => response.json());
      const runs = [];
      for (const { jobIdentifier } of jobs) {
        // First the request in the log, and then one that is made from the inputs.
        for (const isLogged of [true, false]) {
          if (!isLogged) {
            await emulator.clearRequests();
          }
          await visit(page, `${emulator.url}/`);
          await visit(page, `${emulator.url}/#/jobs/${jobIdentifier}`);
          const request = page.getByRole('region', { name: 'Request' });
          for (const tab of /** @type {const} */ (['curl', 'JavaScript'])) {
            await request.getByRole('tab', { name: tab }).click();
            const code = String(await request.locator('pre').textContent());
            const print = code.replace('console.log(job.status)', 'console.log(JSON.stringify(receipt))');
            runs.push({ jobIdentifier, run: () => execute(tab, print, { MODZY_API_KEY: emulator.apiKey }) });
          }
        }
      }
      // Beside each other, since most of them wait for their job.
      const ends = await Promise.all(runs.map(async ({ jobIdentifier, run }) => ({ jobIdentifier, ...(await run()) })));
      assert.equal(ends.length, 8);
      for (const { jobIdentifier, stdout, stderr, status } of ends) {
        assert.equal(status, 0, stderr);
        const copy = JSON.parse(stdout).jobIdentifier;
        assert.notEqual(copy, jobIdentifier);
        assert.deepEqual(await inputs(copy), await inputs(jobIdentifier));
        const [{ explain, timeout }, expected] = [await details(copy), await details(jobIdentifier)];
        assert.deepEqual({ explain, timeout }, { explain: expected.explain, timeout: expected.timeout });
      }
    },
  );

  it('copies a request as a fault, which has the same outcome', async () => {
    await emulator.fault({
      path: '/api/models',
      times: 1,
      status: 429,
      headers: { 'Retry-After': '7' },
      body: '{"message":"no"}',
    });
    const read = () =>
      fetch(`${emulator.baseURL}/models`).then(async (response) => [
        response.status,
        response.headers.get('retry-after'),
        await response.text(),
      ]);
    const expected = await read();
    const page = await open('#/requests', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('link', { name: 'GET /api/models' }).click();
    await emulator.fault(JSON.parse(await copyBy(page, page.getByRole('button', { name: 'Copy as a fault' }))));
    assert.deepEqual(await read(), expected);
  });

  it('shows the newest 1,000 requests, and counts the others', async (t) => {
    const { url, baseURL } = await started(t);
    const page = await browser.open(`${url}/#/requests`);
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(Array.from({ length: 40 }, () => fetch(`${baseURL}/none`).then((response) => response.text())));
    }
    await page.getByText('1,000 of 1,000 requests · 200 earlier').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await fetch(`${baseURL}/none`);
    await page.getByText('1,000 of 1,000 requests · 201 earlier · paused').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('No requests here yet.').waitFor();
  });

  it('ends its connection when it is hidden for a minute, and catches up when it is shown again', async () => {
    const page = await open();
    await page.getByRole('row').nth(1).waitFor();
    await page.clock.install();
    const setHidden = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const connections = await emulator.connections();
    await setHidden(true);
    await page.clock.fastForward(61_000);
    while ((await emulator.connections()) >= connections) {
      await sleep(20);
    }
    const job = await client().submitJobText(...SENTIMENT, TEXT);
    await setHidden(false);
    await page.clock.resume();
    await page.getByText(job.jobIdentifier).waitFor();
  });

  it('connects again when the emulator has restarted, and shows only what that one has', async () => {
    const first = await new Emulator().start({ page: true });
    const page = await browser.open(`${first.url}/`);
    const old = new ModzyClient(first.baseURL, first.apiKey);
    const { jobIdentifier } = await old.submitJobText(...SENTIMENT, TEXT);
    await page.getByText(jobIdentifier).waitFor();
    await first.stop();
    await page.getByText('Not connected. Trying again…').waitFor();
    const second = await new Emulator().start({ page: true, port: Number(new URL(first.url).port) });
    await page.getByText(second.baseURL.replace('http://', '')).waitFor();
    await page.getByText('No jobs here yet.').waitFor();
    const next = new ModzyClient(second.baseURL, second.apiKey);
    const job = await next.submitJobText(...SENTIMENT, TEXT);
    await page.getByText(job.jobIdentifier).waitFor();
    await page.close();
    await second.stop();
    // The failed connections.
    browser.errors.splice(0);
  });
});
