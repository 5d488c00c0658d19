'use strict';

// `npm run screenshots`: builds first, and takes the pictures of the emulator's page for its README, light and dark. Needs Chromium.

const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { buildDebug } = require('./builds.js');
const { prepare, root } = require('./setup.js');

const folder = path.join(root, 'crates/emulator/npm/images');

/** The address that the documentation uses. */
const PORT = 8080;

const REVIEWS = {
  friday: { 'input.txt': 'The staff was friendly, and I really loved the food!' },
  saturday: { 'input.txt': 'We waited for an hour. The soup was cold and the waiter was rude.' },
  sunday: { 'input.txt': 'Nice place, but terribly loud.' },
};

/** Makes jobs of many kinds, and returns the addresses of the views. */
async function fill(emulator) {
  const { ModzyClient } = require('modzy-client');
  const { landscape } = require('../../__test__/support/pictures.js');
  const client = new ModzyClient(emulator.baseURL, emulator.apiKey);
  const overloaded = { status: 503, headers: { 'Retry-After': '0' }, body: '{"message":"overloaded"}' };
  for (let count = 0; count < 6; count += 1) {
    await client.submitJobText('ed542963de', '1.0.1', REVIEWS, true);
  }
  await client.submitJobText('w0rdc0unt1', '1.10.0', { first: REVIEWS.friday, second: { 'wrong.txt': '' } });
  await client.submitJobText('t3xtt0t0n3', '1.1.0', { song: { 'input.txt': 'Hello' } });
  const canceled = await client.submitJobFile('d1g35t0256', '1.1.0', { file: { input: Buffer.alloc(3_000_000, 7) } });
  await client.cancelJob(canceled.jobIdentifier);
  await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, ...overloaded });
  await emulator.fault({ method: 'GET', path: '/api/jobs/*', times: 2, ...overloaded });
  const picture = await client.submitJobEmbedded(
    'br1ghtn355',
    '1.0.0',
    'image/png',
    { photo: { input: landscape() } },
    true,
  );
  await client.blockUntilComplete(picture, { pollInterval: 250 });
  await client.getResult(picture.jobIdentifier);
  await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, connection: 'reset', after: true });
  await emulator.fault({ method: 'GET', path: '/api/results/*', times: 3, ...overloaded });
  await emulator.fault({ path: '/api/models*', skip: 2, delayMs: 800 });
  const history = await client.getJobHistory();
  await Promise.all(history.map(({ jobIdentifier }) => client.getJob(jobIdentifier)));
  await client.submitJobText('ed542963de', '1.0.1', REVIEWS, true).catch(() => {});
  const failed = (await emulator.requests()).findIndex(({ status, method }) => status === 503 && method === 'GET');
  return {
    jobs: `#/jobs/${picture.jobIdentifier}`,
    requests: `#/requests/${failed}`,
    faults: '#/faults',
    models: '#/models/ed542963de',
  };
}

async function main() {
  prepare();
  buildDebug();
  const { startEmulator } = require('modzy-emulator');
  const { launch, noBrowser } = require('../../__test__/support/browser.js');
  if (noBrowser) {
    throw new Error(noBrowser);
  }
  process.env.no_proxy = '*';
  mkdirSync(folder, { recursive: true });
  const emulator = await startEmulator({ page: true, port: PORT, submittedMs: 400, inProgressMs: 1600 });
  const browser = await launch();
  try {
    const views = await fill(emulator);
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
      const session = await page.context().newCDPSession(page);
      for (const [name, address] of Object.entries(views)) {
        await page.goto(`${emulator.url}/${address}`);
        await page.getByRole('main').getByRole('heading').nth(1).waitFor();
        await page.waitForTimeout(1000);
        const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
        writeFileSync(path.join(folder, `${name}-${colorScheme}.webp`), data, 'base64');
      }
    }
  } finally {
    await browser.close();
    await emulator.close();
  }
}

main();
