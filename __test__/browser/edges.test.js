'use strict';

// What is deep, large or rare does not block the page, and its copies and faults are those of the request.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { copyBy, follow, noBrowser, useBrowser, visit } = require('../support/browser.js');
const { Emulator, useEmulator } = require('../support/emulator.js');
const { landscape } = require('../support/pictures.js');

describe('at its edges, the page', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, deploymentStepMs: 1, imageSettleMs: 1, engineStartMs: 1 });
  const open = (route, options) => browser.open(`${emulator.url}/${route}`, options);
  const api = (method, route, body) =>
    fetch(`${emulator.baseURL}${route}`, { method, body, headers: { authorization: `ApiKey ${emulator.apiKey}` } });

  /** Opens the newest request of a name. */
  async function openRequest(page, name) {
    await visit(page, `${emulator.url}/#/requests`);
    await follow(page, page.getByRole('link', { name }).first());
  }

  it('draws no mask that does not fit its picture or takes too long, and draws one with decimals', async () => {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const input = (name, type) => ({ name, acceptedMediaTypes: type, sample: __filename });
    await client.deployModel(
      {
        image: 'x/echo',
        name: 'EchoPicture',
        version: '0.0.1',
        inputs: [input('in.json', 'application/json'), input('image', 'image/png')],
        outputs: [{ name: 'results.json', mediaType: 'application/json' }],
      },
      { pollInterval: 5 },
    );
    const [{ modelId }] = await client.getModels({ name: 'EchoPicture' });
    for (const [output, canvases] of /** @type {const} */ ([
      ['{"explanation":{"maskRLE":[0,67108864],"dimensions":{"width":8192,"height":8192}}}', 0],
      ['{"explanation":{"maskRLE":[0,9],"dimensions":{"width":2,"height":4}}}', 0],
      ['{"explanation":{"maskRLE":[0,8],"dimensions":{"width":1000000,"height":1}}}', 0],
      [`{"explanation":{"maskRLE":[${'[0,1048576],'.repeat(99)}[1]],"dimensions":{"width":1024,"height":1024}}}`, 0],
      ['{"explanation":{"maskRLE":[4.0,4.0],"dimensions":{"width":2.0,"height":4.0}}}', 1],
    ])) {
      const sources = { k: { 'in.json': Buffer.from(output), image: landscape() } };
      const job = await client.submitJobEmbedded(modelId, '0.0.1', 'application/json', sources);
      await client.blockUntilComplete(job, { pollInterval: 20 });
      const page = await open(`#/jobs/${job.jobIdentifier}`);
      await (canvases > 0 ? page.locator('canvas') : page.locator('.output .tree')).first().waitFor();
      assert.equal(await page.locator('canvas').count(), canvases, output.slice(0, 100));
      await page.context().close();
    }
  });

  it('shows a HEAD as whole, without retries, and copies its status', async () => {
    for (let count = 0; count < 2; count += 1) {
      assert.equal((await api('HEAD', '/models')).status, 200);
    }
    const page = await open('#/requests', { permissions: ['clipboard-read', 'clipboard-write'] });
    await openRequest(page, 'HEAD /api/models');
    const copied = await copyBy(page, page.getByRole('button', { name: 'Copy as a fault' }));
    const { method, status, connection } = JSON.parse(copied);
    assert.deepEqual({ method, status, connection }, { method: 'HEAD', status: 200, connection: undefined });
    assert.equal(await page.getByText('the response ended early').count(), 0);
    assert.equal(await page.locator('.tag.retry').count(), 0);
  });

  it('edits a fault of any method, and says that a path that ends in * is a prefix', async () => {
    const page = await open('');
    for (const method of ['HEAD', 'OPTIONS', 'PROPFIND']) {
      await api(method, `/tags/${method}*`);
      await openRequest(page, `${method} /api/tags/${method}*`);
      await page.getByText(`applies to every path that begins with /api/tags/${method},`).waitFor();
      await page.getByRole('button', { name: /Edit as a fault/ }).click();
      assert.equal(await page.locator('form [name=method]').inputValue(), method);
    }
  });

  it('copies JavaScript with true for its text, without a timeout that it would round, and URLs without !', async () => {
    const job = async (members) => {
      const model = '"model":{"identifier":"ed542963de","version":"1.0.1"}';
      const input = '"input":{"type":"text","sources":{"a":{"input.txt":"x"}}}';
      const response = await api('POST', '/jobs', `{${model},${members},${input}}`);
      return /** @type {any} */ (await response.json());
    };
    const copy = async ({ jobIdentifier }) => {
      const page = await open(`#/jobs/${jobIdentifier}`);
      const request = page.getByRole('region', { name: 'Request' });
      const curl = await request.locator('pre').textContent();
      await request.getByRole('tab', { name: 'JavaScript' }).click();
      return { curl: String(curl), javascript: String(await request.locator('pre').textContent()) };
    };
    const flagged = await job('"explain":"true","timeout":5000');
    assert.match((await copy(flagged)).javascript, /, true, \{ jobTimeout: 5000 \}\);/);
    const long = await job('"timeout":9007199254740993');
    const { javascript, curl } = await copy(long);
    assert.match(javascript, /\/\/ The timeout of the job is left out: .*\nconst receipt = await client\./);
    assert.doesNotMatch(javascript, /jobTimeout|900719/);
    assert.match(curl, /9007199254740993/);
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const uploaded = await client.submitJobFile('d1g35t0256', '1.1.0', { 'wow!x': { input: Buffer.from('a') } });
    assert.match((await copy(uploaded)).curl, /\/wow%21x\/input"/);
  });

  it('ends a pause at a restart, since the rows would link to requests of the new log', async () => {
    const first = await new Emulator().start({ page: true });
    const port = Number(new URL(first.url).port);
    await fetch(`${first.baseURL}/tags?old`);
    const page = await browser.open(`${first.url}/#/requests`);
    await page.getByRole('link', { name: 'GET /api/tags?old' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await first.stop();
    const second = await new Emulator().start({ page: true, port });
    await fetch(`${second.baseURL}/tags?new`);
    await page.getByRole('link', { name: 'GET /api/tags?new' }).waitFor();
    await page.getByRole('link', { name: 'GET /api/tags?old' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pause', pressed: false }).waitFor();
    await page.context().close();
    await second.stop();
    // The failed connections.
    browser.errors.splice(0);
  });
});
