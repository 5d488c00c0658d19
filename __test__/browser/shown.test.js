'use strict';

// What the page shows of jobs is what they are: texts that look like files, bytes, time lines, explanations and numbers.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { noBrowser, useBrowser, visit } = require('../support/browser.js');
const { useEmulator } = require('../support/emulator.js');

const SENTIMENT = /** @type {const} */ (['ed542963de', '1.0.1']);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('what the page shows', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, deploymentStepMs: 1, imageSettleMs: 1, engineStartMs: 1 });
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const open = (route) => browser.open(`${emulator.url}/${route}`);
  const input = (page, key) => page.getByRole('article', { name: `Input ${key}`, exact: true });

  it('is text for texts that begin as pictures and sounds do, and a sound for one without a name of its format', async () => {
    const texts = {
      bmp: 'BMW makes great cars',
      mp3: 'ID3 tags are terrible',
      gif: 'GIF89a is a great format',
      webp: 'RIFF and WEBP, RIFFxxxxWEBPVP8',
      wav: 'RIFFxxxxWAVE',
      ogg: 'OggS is great',
      flac: 'fLaC is great',
      avif: 'xxxxftypavif',
    };
    const sources = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { 'input.txt': text }]));
    const job = await client().submitJobText(...SENTIMENT, sources, true);
    const page = await open(`#/jobs/${job.jobIdentifier}`);
    for (const [key, text] of Object.entries(texts)) {
      await input(page, key).getByText(`text, ${text.length} B`).waitFor();
      assert.equal(await input(page, key).locator('pre').first().textContent(), text);
    }
    assert.equal(await page.locator('img, audio').count(), 0);
    // Binary data with the same beginnings, which no whole header follows.
    const bytes = {
      bmp: Buffer.from('BM\0\x01binary'),
      mp3: Buffer.from('ID3\x01\xff\0', 'latin1'),
      png: Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'),
    };
    const files = Object.fromEntries(Object.entries(bytes).map(([key, data]) => [key, { input: data }]));
    const digest = await client().submitJobFile('d1g35t0256', '1.1.0', files);
    await visit(page, `${emulator.url}/#/jobs/${digest.jobIdentifier}`);
    for (const key of Object.keys(bytes)) {
      await input(page, key)
        .getByText(/^bytes, /)
        .first()
        .waitFor();
    }
    assert.equal(await page.locator('img, audio').count(), 0);
  });

  it('of a run by the form is what was given last: the text after the sample, and each byte of a file', async () => {
    const page = await open('#/models/d1g35t0256/1.1.0');
    await page.getByRole('button', { name: 'Use the sample' }).click();
    await page.getByText('The sample is chosen.').first().waitFor();
    await page.getByLabel('Text').first().fill('my own text');
    await page.getByRole('button', { name: 'Run the model' }).click();
    await input(page, 'job')
      .getByText(`SHA-256 ${sha256('my own text')}`)
      .waitFor();

    const bytes = Buffer.from('\xef\xbb\xbfg\xe4h\r\n', 'latin1');
    for (const [buffer, kind] of /** @type {const} */ ([
      [bytes, 'bytes, 8 B'],
      [Buffer.from('\ufeffgäh\r\n'), 'text, 9 B'],
    ])) {
      await visit(page, `${emulator.url}/#/models/w0rdc0unt1/1.0.0`);
      await page.getByLabel('Text').fill('typed before');
      await page.getByLabel('Or a file').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer });
      await page.getByText('The file is sent, and not the text.').waitFor();
      await page.getByLabel('Input key').fill('__proto__');
      await page.getByRole('button', { name: 'Run the model' }).click();
      await input(page, '__proto__')
        .getByText(`SHA-256 ${sha256(buffer)}`)
        .waitFor();
      await input(page, '__proto__').getByText(kind).waitFor();
    }
  });

  it('of strange keys and texts is readable, and does not change what is around it', async () => {
    const strange = { '\u200b\u202e': '\u202eabc\u0000\u200d', '\u202ertl <b>': '𝒳👩‍👩‍👧'.repeat(300), '': 'x' };
    const sources = Object.fromEntries(Object.entries(strange).map(([key, text]) => [key, { 'input.txt': text }]));
    const [identifier, version] = SENTIMENT;
    // Another client may submit the empty key, which this one refuses.
    const body = { model: { identifier, version }, input: { type: 'text', sources } };
    const { body: receipt } = await client().request({ method: 'POST', path: '/jobs', body });
    const page = await open(`#/jobs/${receipt.jobIdentifier}`);
    const headings = page.locator('article.input h4');
    await headings.nth(2).waitFor();
    const shown = await headings.allTextContents();
    assert.deepEqual(shown, ['U+200B U+202E', '\u202ertl <b>', '(empty key)']);
    for (const element of [headings.nth(1), page.locator('article.input pre').first()]) {
      assert.equal(await element.evaluate((node) => getComputedStyle(node).unicodeBidi), 'isolate');
    }
    await page.getByText('bytes, 10 B').waitFor();
  });

  it('of a canceled upload is that it was never closed', async () => {
    const { jobIdentifier } = await client().submitJob({ model: { identifier: 'd1g35t0256', version: '1.1.0' } });
    const form = new FormData();
    form.append('input', new Blob(['abc']), 'x.bin');
    const headers = { authorization: `ApiKey ${emulator.apiKey}` };
    await fetch(`${emulator.baseURL}/jobs/${jobIdentifier}/k/input`, { method: 'POST', headers, body: form });
    const page = await open(`#/jobs/${jobIdentifier}`);
    await page.getByText('The upload is not closed yet; 1 input so far.').waitFor();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('The job ended before its upload was closed, with 1 input.').waitFor();
    const stages = await page.locator('.timeline .stage .what').allTextContents();
    assert.deepEqual(stages, ['Opened', 'Ended: canceled']);
    // A page that was opened at the job, before any event, has the times of its requests, too.
    await page.reload();
    await page.getByText('Ended: canceled').waitFor();
    assert.doesNotMatch(await page.getByRole('region', { name: 'Time line' }).textContent(), /\d d /);
  });

  it('of an explanation marks words of any characters, and is as long as it may be', async () => {
    const text = "Great :) but :( and self-confident, don't hate.";
    const job = await client().submitJobText(...SENTIMENT, { a: { 'input.txt': text } }, true);
    const page = await open(`#/jobs/${job.jobIdentifier}`);
    await page.locator('mark').first().waitFor();
    const words = await page.locator('.weights .word').allTextContents();
    assert.deepEqual([...new Set(await page.locator('mark').allTextContents())].toSorted(), words.toSorted());

    const deployed = await client().deployModel(
      {
        image: 'x/echo',
        name: 'Echo',
        version: '0.0.1',
        inputs: [{ name: 'in.json', acceptedMediaTypes: 'application/json', sample: __filename }],
        outputs: [{ name: 'results.json', mediaType: 'application/json' }],
      },
      { pollInterval: 5 },
    );
    assert.ok(deployed);
    const [{ modelId }] = await client().getModels({ name: 'Echo' });
    const explanation = Array.from({ length: 130_000 }, (_, index) => ({ word: `w${index}`, score: index }));
    const large = await client().submitJobText(modelId, '0.0.1', {
      a: { 'in.json': JSON.stringify({ explanation }) },
      b: { 'in.json': '{"one":1.0,"large":12345678901234567890,"__proto__":1}' },
    });
    await visit(page, `${emulator.url}/#/jobs/${large.jobIdentifier}`);
    await input(page, 'a').getByText('129,950 words more').waitFor();
    for (const shown of ['1.0', '12345678901234567890']) {
      await input(page, 'b').locator('.tree').getByText(shown, { exact: true }).waitFor();
    }
    assert.equal(await input(page, 'b').locator('.tree .key').count(), 3);
  });
});
