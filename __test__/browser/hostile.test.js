'use strict';

// A job whose keys, inputs and outputs are HTML and script: the page shows them as text, and runs nothing.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { noBrowser, useBrowser, visit } = require('../support/browser.js');
const { useEmulator } = require('../support/emulator.js');

const HOSTILE = [
  '<script>window.hacked = true</script>',
  '<img src=x onerror="window.hacked = true">',
  '"><svg onload=window.hacked=true>',
  'javascript:window.hacked=true',
  '${window.hacked=true}{{constructor.constructor("window.hacked=true")()}}',
  '</textarea></style><iframe srcdoc="<script>parent.hacked=true</script>">',
];
const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=true"><script>window.hacked=true</script></svg>',
);

describe('a hostile job', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, deploymentStepMs: 1, imageSettleMs: 1, engineStartMs: 1 });

  async function submit() {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const texts = Object.fromEntries(
      HOSTILE.map((text, index) => [text, { 'input.txt': HOSTILE.at(-index - 1), [text]: text }]),
    );
    const receipts = [
      // Its output repeats the input.
      await client.submitJobText('upp3rc4s3x', '0.1.0', texts, true),
      await client.submitJobText('s3nt1m3ntw', '0.2.0', texts),
      await client.submitJobEmbedded('d1g35t0256', '1.1.0', 'image/svg+xml', { svg: { input: SVG } }),
    ];
    await fetch(`${emulator.baseURL}/jobs/${encodeURIComponent(HOSTILE[0])}?q=${encodeURIComponent(HOSTILE[1])}`, {
      headers: { 'x-hostile': HOSTILE[1] },
    });
    return receipts.map(({ jobIdentifier }) => jobIdentifier);
  }

  it('runs nothing in any view, and is shown as text', async () => {
    const jobs = await submit();
    await emulator.fault({ path: '/api/x', status: 500, body: HOSTILE.join('\n'), headers: { 'x-h': HOSTILE[1] } });
    const page = await browser.open(`${emulator.url}/`);
    /** @type {string[]} */
    const requested = [];
    page.on('request', (request) => requested.push(request.url()));
    for (const job of jobs) {
      await visit(page, `${emulator.url}/#/jobs/${job}`);
      await page
        .getByText(job === jobs[2] ? 'svg' : HOSTILE[0])
        .first()
        .waitFor();
      await page.getByRole('tab', { name: 'JavaScript' }).click();
    }
    await visit(page, `${emulator.url}/#/requests/0`);
    await page.getByLabel('Body of the request').waitFor();
    await visit(page, `${emulator.url}/#/faults`);
    await page.getByText(HOSTILE[3]).first().waitFor();
    await visit(page, `${emulator.url}/#/models/${encodeURIComponent(HOSTILE[1])}`);
    await page.getByRole('alert').waitFor();
    assert.equal(await page.evaluate(() => 'hacked' in window), false);
    const own = requested.filter((url) => !url.startsWith(`${emulator.url}/`) && !url.startsWith('blob:'));
    assert.deepEqual(own, []);
    // The models that do not exist.
    browser.errors.splice(0);
  });

  it('of a model whose names, types and descriptions are hostile runs nothing, in its form and its results', async () => {
    const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
    const page = await browser.open(`${emulator.url}/`);
    for (const [index, text] of [...HOSTILE, '../..', '\u202eevil\u0000'].entries()) {
      const other = HOSTILE.at(-index) ?? HOSTILE[0];
      const inputs = [{ name: text, acceptedMediaTypes: 'text/plain', description: other, sample: __filename }];
      const spec = { image: 'x/echo', name: text, version: '0.0.1', longDescription: other, inputs };
      const outputs = [
        { name: text, mediaType: 'application/json', description: other },
        { name: `${text} `, mediaType: other, description: other },
      ];
      await client.deployModel({ ...spec, outputs: outputs.slice(0, 1) }, { pollInterval: 5 });
      const [{ modelId }] = await client.getModels({ name: text });
      // Another client may set types that this one refuses.
      const body = { inputs: [{ name: text, acceptedMediaTypes: other, description: other }], outputs };
      await client.request({ method: 'PATCH', path: `/models/${modelId}/versions/0.0.1`, body });
      await visit(page, `${emulator.url}/#/models/${modelId}`);
      assert.equal(await page.locator('.detail h2').textContent(), text);
      await page
        .getByRole('group', { name: text, exact: true })
        .locator('input[type=file]')
        .setInputFiles({
          name: `${text.replaceAll('\0', '')}.txt`,
          mimeType: 'text/html',
          buffer: Buffer.from(`{"${'x'.repeat(index)}":${JSON.stringify(text)}}`),
        });
      await page.getByLabel('Input key').fill(text.replaceAll('\0', ''));
      await page.getByRole('button', { name: 'Run the model' }).click();
      await page.locator('.input .received .tree .leaf').waitFor();
      assert.equal(await page.locator('.received figcaption .strong').first().textContent(), text);
      assert.match(String(await page.locator('.tree .leaf').textContent()), /^x*: "/);
    }
    assert.equal(await page.evaluate(() => 'hacked' in window), false);
  });

  it('cannot be opened as a document that runs', async () => {
    const [, , svg] = await submit();
    const page = await browser.open(`${emulator.url}/`);
    const response = await page.request.get(`${emulator.url}/page/jobs/${svg}/inputs/0/0`);
    const headers = response.headers();
    assert.equal(headers['content-type'], 'application/octet-stream');
    assert.equal(headers['content-disposition'], 'attachment');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['content-security-policy'], /^default-src 'none'; sandbox/);
    assert.deepEqual(await response.body(), SVG);
  });

  it('could not make HTML even if the page had a mistake', async () => {
    const page = await browser.open(`${emulator.url}/`);
    const outcomes = await page.evaluate(() => {
      const attempts = {
        html: () => {
          document.body.innerHTML = '<b>x</b>';
        },
        script: () => {
          document.body.append(Object.assign(document.createElement('script'), { text: 'window.hacked = true' }));
        },
      };
      return Object.entries(attempts).map(([name, attempt]) => {
        try {
          attempt();
          return `${name} passed`;
        } catch (error) {
          return `${name}: ${error.name}`;
        }
      });
    });
    assert.deepEqual(outcomes, ['html: TypeError', 'script: TypeError']);
    assert.equal(await page.evaluate(() => 'hacked' in window), false);
    browser.errors.splice(0);
  });

  it('cannot be read by a page of another origin, or shown in its frame', async (t) => {
    const other = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>other</p>'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    t.after(() => other.close());
    const page = await browser.open(`http://127.0.0.1:${/** @type {any} */ (other.address()).port}/`);
    const outcomes = await page.evaluate(async (target) => {
      const outcome = (promise) =>
        promise.then(
          () => 'passed',
          () => 'refused',
        );
      const frame = document.createElement('iframe');
      frame.src = `${target}/`;
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      const script = document.createElement('script');
      script.src = `${target}/page/app.js`;
      const ran = new Promise((resolve, reject) => {
        script.addEventListener('load', resolve);
        script.addEventListener('error', reject);
      });
      document.body.append(script);
      await loaded;
      return Promise.all([
        outcome(fetch(`${target}/page/events`)),
        outcome(
          fetch(`${target}/page/faults`, { method: 'POST', mode: 'no-cors', body: '{"delayMs":1}' }).then(() =>
            fetch(`${target}/page/events`),
          ),
        ),
        outcome(ran),
      ]);
    }, emulator.url);
    assert.deepEqual(outcomes, ['refused', 'refused', 'refused']);
    const [, frame] = page.frames();
    assert.match(await frame.locator('body').innerText(), /pages of another origin must not use this route/);
    const own = await browser.open(`${emulator.url}/#/faults`);
    await own.getByText('No faults.').waitFor();
    browser.errors.splice(0);
  });
});
