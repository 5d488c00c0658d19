'use strict';

// Outputs on the page: of any name, size and depth, and with explanations in each form that models write.

const assert = require('node:assert/strict');
const { before, describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { noBrowser, useBrowser } = require('../support/browser.js');
const { useEmulator } = require('../support/emulator.js');
const { landscape } = require('../support/pictures.js');

/** Names that the result of an input has for other members, or that paths and objects treat as special. */
const NAMES = ['status', 'error', 'engine', 'voting', 'startTime', '__proto__', '..', 'a/b?#', 'results.json'];

describe('an output', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, deploymentStepMs: 1, imageSettleMs: 1, engineStartMs: 1 });
  /** @type {ModzyClient} */
  let client;
  before(() => {
    client = new ModzyClient(emulator.baseURL, emulator.apiKey);
  });

  /** Deploys a model whose outputs are its first input. */
  async function echo(name, inputs, outputs) {
    const input = ([inputName, type]) => ({ name: inputName, acceptedMediaTypes: type, sample: __filename });
    const output = (outputName) => ({ name: outputName, mediaType: 'application/json' });
    const spec = { image: 'x/echo', name, version: '0.0.1', inputs: inputs.map(input), outputs: [output('out.json')] };
    await client.deployModel(spec, { pollInterval: 5 });
    const [{ modelId }] = await client.getModels({ name });
    // Another client may set names that this one refuses.
    const body = { outputs: outputs.map(output) };
    await client.request({ method: 'PATCH', path: `/models/${modelId}/versions/0.0.1`, body });
    return modelId;
  }

  const openJob = ({ jobIdentifier }) => browser.open(`${emulator.url}/#/jobs/${jobIdentifier}`);
  const input = (page, key) => page.getByRole('article', { name: `Input ${key}`, exact: true });

  it('is shown and saved under any name', async () => {
    const modelId = await echo('EchoNames', [['in.json', 'application/json']], NAMES);
    const job = await client.submitJobText(modelId, '0.0.1', { a: { 'in.json': '{"a":"FAILED"}' } });
    const page = await openJob(job);
    await input(page, 'a').getByText('Successful').waitFor();
    const figures = input(page, 'a').locator('.received figure');
    await figures
      .locator('.leaf')
      .nth(NAMES.length - 1)
      .waitFor();
    assert.deepEqual(await figures.locator('figcaption > .strong').allTextContents(), NAMES);
    assert.deepEqual(await figures.locator('.leaf').allTextContents(), Array(NAMES.length).fill('a: "FAILED"'));
    for (const link of await figures.getByRole('link').all()) {
      const response = await page.request.get(`${emulator.url}${await link.getAttribute('href')}`);
      assert.equal(await response.text(), '{"a":"FAILED"}');
    }
  });

  it('shows the explanation in each form that models write', async () => {
    const modelId = await echo(
      'EchoForms',
      [
        ['in.json', 'application/json'],
        ['image', 'image/png'],
      ],
      ['results.json'],
    );
    const words = [
      { word: 'lovely', score: 0.5 },
      { word: 'rain', score: -0.25 },
    ];
    const pairs = words.map(({ word, score }) => [word, score]);
    const data = (explanation) => ({ data: { result: {}, explanation, drift: null } });
    const mask = { maskRLE: [[1, 2, 1]], dimensions: { height: 2, width: 2 } };
    /** @type {Record<string, [unknown, string[], number]>} An output, the words and their classes, and how many masks. */
    const forms = {
      list: [data(words), ['lovely', 'rain'], 0],
      pairs: [data(pairs), ['lovely', 'rain'], 0],
      members: [data(Object.fromEntries(pairs)), ['lovely', 'rain'], 0],
      named: [data({ wordImportances: pairs }), ['lovely', 'rain'], 0],
      classes: [
        data({ wordImportances: { bad: pairs, good: words } }),
        ['lovely bad', 'lovely good', 'rain bad', 'rain good'],
        0,
      ],
      texts: [data({ lovely: '0.5', rain: '-0.25' }), ['lovely', 'rain'], 0],
      older: [{ modelType: 'textClassification', result: {}, explanation: words }, ['lovely', 'rain'], 0],
      rows: [[data(words), data(null), data({ snow: 1 })], ['lovely', 'rain', 'snow'], 0],
      none: [[data(null), { data: null }, 1, 'x', data('x'), data({ x: 'y' }), {}], [], 0],
      mask: [data(mask), [], 1],
      'one list': [data({ ...mask, maskRLE: [1, 2, 1] }), [], 1],
      'older mask': [{ modelType: 'imageClassification', explanation: mask }, [], 1],
      'row masks': [[data(mask), data(mask)], [], 2],
    };
    const sources = Object.entries(forms).map(([key, [output]]) => [
      key,
      { 'in.json': Buffer.from(JSON.stringify(output)), image: landscape() },
    ]);
    const job = await client.submitJobEmbedded(modelId, '0.0.1', 'image/png', Object.fromEntries(sources));
    const page = await openJob(job);
    for (const [key, [, expected, masks]] of Object.entries(forms)) {
      await input(page, key).locator('.received .tree').waitFor();
      assert.deepEqual(await input(page, key).locator('.weights .word').allTextContents(), expected, key);
      assert.equal(await input(page, key).locator('canvas').count(), masks, key);
    }
  });

  it('that is large is read when it is asked for', async () => {
    const job = await client.submitJobText('g3n3r4t0r1', '1.0.0', {
      a: { 'input.txt': '{"json":9000000,"binary":5}' },
    });
    const page = await openJob(job);
    const output = input(page, 'a').locator('.received');
    await output.getByText('It has more than 8.0 MB.').waitFor();
    assert.equal(await output.locator('.tree').count(), 0);
    await output.getByText('bytes, 5 B').waitFor();
    await output.getByRole('button', { name: 'Show it' }).click();
    await output.getByText('classPredictions').waitFor();
  });
});
