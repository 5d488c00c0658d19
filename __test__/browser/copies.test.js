'use strict';

// What the page offers to copy works elsewhere: commands submit the same job, and faults make a request end as it did.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { copyBy, follow, noBrowser, useBrowser, visit } = require('../support/browser.js');
const { useEmulator } = require('../support/emulator.js');
const { execute } = require('../support/execute.js');

const MODEL = '"model":{"identifier":"ed542963de","version":"1.0.1"}';
/** The secret of the key is a word that texts have. */
const KEY = 'dev.secret';
const noCurl = spawnSync('curl', ['--version']).error && 'needs curl';

describe('copies from the page', { skip: noBrowser }, () => {
  const browser = useBrowser();
  const emulator = useEmulator({ page: true, apiKey: KEY });
  const open = (route, options) => browser.open(`${emulator.url}/${route}`, options);

  async function api(method, route, body, options) {
    const response = await fetch(`${emulator.baseURL}${route}`, {
      method,
      body,
      headers: { authorization: `ApiKey ${KEY}` },
      ...options,
    });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  }
  const jobOf = ({ body }) => JSON.parse(body).jobIdentifier;
  const inputsOf = (id) => fetch(`${emulator.url}/page/jobs/${id}/inputs`).then((response) => response.json());

  /** Returns the commands that the page shows for a job, by language, with its note. */
  async function commandsOf(page, id) {
    await visit(page, `${emulator.url}/#/jobs/${id}`);
    const request = page.getByRole('region', { name: 'Request' });
    const curl = await request.locator('pre').textContent();
    // It appears with the commands.
    const [note = ''] = await request.locator('p').allTextContents();
    await request.getByRole('tab', { name: 'JavaScript' }).click();
    return { curl, JavaScript: await request.locator('pre').textContent(), note };
  }

  it('submit inputs that look like secrets, and keys and texts of any kind, again', { skip: noCurl }, async () => {
    const sources = [
      '"review":{"input.txt":"there is a secret: I love it"}',
      '"token":{"input.txt":"password=x&y"},"password":{"input.txt":"***"}',
      '"__proto__":{"input.txt":"I love it"},"b":{"__proto__":"x"}',
      `"b":{"input.txt":"\\ufeffI love it"},"1":{"input.txt":"it's"},"":{}`,
    ];
    const page = await open('');
    const runs = [];
    for (const [index, text] of sources.entries()) {
      const body = `{${MODEL},"input":{"type":"text","sources":{${text}}}}`;
      const job = jobOf(await api('POST', '/jobs', body));
      const expected = await inputsOf(job);
      assert.equal(JSON.stringify(expected).includes('sha256'), true);
      for (const isLogged of [true, false]) {
        if (!isLogged) {
          await emulator.clearRequests();
          await visit(page, `${emulator.url}/`);
        }
        const commands = await commandsOf(page, job);
        const { stdout, stderr } = await execute('curl', commands.curl, { MODZY_API_KEY: KEY });
        assert.deepEqual(await inputsOf(JSON.parse(stdout || `"${stderr}"`).jobIdentifier), expected, text);
        // A JavaScript object has keys of digits first.
        if (index < 3) {
          const print = commands.JavaScript.replace('console.log(job.status)', 'console.log(job.jobIdentifier)');
          runs.push({ expected, text, run: execute('JavaScript', print, { MODZY_API_KEY: KEY }) });
        }
      }
    }
    for (const { expected, text, run } of runs) {
      const { stdout, stderr } = await run;
      assert.equal(stderr, '', text);
      assert.deepEqual(await inputsOf(stdout.trim()), expected, text);
    }
  });

  it('have variables in place of secrets, and say which ones are missing', { skip: noCurl }, async () => {
    const client = new ModzyClient(emulator.baseURL, KEY);
    const { jobIdentifier } = await client.submitJobJDBC(
      'ed542963de',
      '1.0.1',
      'jdbc:postgresql://db/x?user=a&password=hidden1',
      'user',
      'hidden2',
      'org.postgresql.Driver',
      'select 1',
    );
    const [{ body: sent }] = await emulator.requests('/api/jobs');
    const page = await open('');
    const commands = await commandsOf(page, jobIdentifier);
    assert.match(commands.note, /^Set JOB_PASSWORD, JOB_PASSWORD_2 first/);
    for (const language of /** @type {const} */ (['curl', 'JavaScript'])) {
      assert.doesNotMatch(commands[language], /hidden|\*\*\*/);
      const missing = await execute(language, commands[language], { MODZY_API_KEY: KEY });
      assert.match(missing.stderr, /JOB_PASSWORD: .*not set|Set JOB_PASSWORD first/);
      await emulator.clearRequests();
      const env = { MODZY_API_KEY: KEY, JOB_PASSWORD: 'hidden1', JOB_PASSWORD_2: 'hidden2' };
      const { stderr, status } = await execute(language, commands[language], env);
      assert.equal(status, 0, stderr);
      const [{ body }] = await emulator.requests('/api/jobs');
      assert.deepEqual(JSON.parse(body), JSON.parse(sent));
    }
  });

  it('of uploads name no two files alike', async () => {
    const client = new ModzyClient(emulator.baseURL, KEY);
    const keys = ['größe', 'gräße', 'a/b', 'a b'];
    const sources = Object.fromEntries(keys.map((key) => [key, { input: Buffer.from(key) }]));
    const { jobIdentifier } = await client.submitJobFile('d1g35t0256', '1.1.0', sources);
    const { curl, JavaScript } = await commandsOf(await open(''), jobIdentifier);
    const files = (text, pattern) => [...text.matchAll(pattern)].map(([, file]) => file);
    assert.deepEqual(files(curl, /input=@([^']+)/g), [
      './gr_e-input',
      './gr_e-input-2',
      './a_b-input',
      './a_b-input-2',
    ]);
    assert.deepEqual(files(JavaScript, /"(\.\/.+)"/g), files(curl, /input=@([^']+)/g));
  });

  it('of uploads submit the same inputs again, from the files that the page offers', { skip: noCurl }, async (t) => {
    const client = new ModzyClient(emulator.baseURL, KEY);
    const sources = {
      "it's": { input: Buffer.from([0, 1, 254, 255]) },
      'a/b c': { input: Buffer.from('text'), extra: Buffer.from('more') },
    };
    const { jobIdentifier } = await client.submitJobFile('d1g35t0256', '1.1.0', sources);
    const page = await open('');
    const { curl, JavaScript, note } = await commandsOf(page, jobIdentifier);
    assert.match(note, /^Download the inputs above into these files/);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'modzy-copies-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(path.resolve(__dirname, '../..'), path.join(folder, 'node_modules/modzy-client'), 'junction');
    const files = [...curl.matchAll(/input=@([^']+)/g)].map(([, file]) => file);
    const links = page.locator('.sent').getByRole('link', { name: /^Download/ });
    assert.equal(await links.count(), files.length);
    for (const [index, file] of files.entries()) {
      const response = await page.request.get(`${emulator.url}${await links.nth(index).getAttribute('href')}`);
      writeFileSync(path.join(folder, file), await response.body());
    }
    const expected = await inputsOf(jobIdentifier);
    // The first command opens the job; the others need its identifier.
    const [, opening] = curl.split('\n');
    const opened = await execute('curl', opening, { MODZY_API_KEY: KEY }, folder);
    const JOB = JSON.parse(opened.stdout).jobIdentifier;
    const { status, stderr } = await execute(
      'curl',
      `set -e\n${curl.replace(opening, '')}`,
      { MODZY_API_KEY: KEY, JOB },
      folder,
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(await inputsOf(JOB), expected);
    const print = JavaScript.replace('console.log(job.status)', 'console.log(job.jobIdentifier)');
    const run = await execute('JavaScript', print, { MODZY_API_KEY: KEY }, folder);
    assert.equal(run.stderr, '');
    assert.deepEqual(await inputsOf(run.stdout.trim()), expected);
  });

  it('of a job with objects in S3 have their names, and variables for its credentials', { skip: noCurl }, async () => {
    const client = new ModzyClient(emulator.baseURL, KEY);
    const { jobIdentifier } = await client.submitJobAWSS3({
      modelId: 'ed542963de',
      version: '1.0.1',
      accessKeyID: 'hidden-id',
      secretAccessKey: 'hidden-secret',
      region: 'us-east-1',
      sources: { a: { 'input.txt': { bucket: 'my-bucket', key: 'my/text.txt' } } },
    });
    const [{ body: sent }] = await emulator.requests('/api/jobs');
    const commands = await commandsOf(await open(''), jobIdentifier);
    // The name of a member contains the secret of the key.
    const secrets = { JOB_KEY: 'secret', JOB_ACCESS_KEY_ID: 'hidden-id', JOB_SECRET_ACCESS_KEY: 'hidden-secret' };
    for (const name of Object.keys(secrets)) {
      assert.ok(commands.note.includes(name), commands.note);
    }
    for (const language of /** @type {const} */ (['curl', 'JavaScript'])) {
      assert.doesNotMatch(commands[language], /hidden/);
      assert.match(commands[language], /my\/text\.txt/);
      await emulator.clearRequests();
      const { stderr, status } = await execute(language, commands[language], { MODZY_API_KEY: KEY, ...secrets });
      assert.equal(status, 0, stderr);
      const [{ body }] = await emulator.requests('/api/jobs');
      assert.deepEqual(JSON.parse(body), JSON.parse(sent));
    }
  });

  /** Copies the newest request of a path as a fault, by the button of the page. */
  async function copied(page, route) {
    await visit(page, `${emulator.url}/#/requests`);
    await follow(page, page.getByRole('link', { name: `GET /api${route}` }).first());
    return JSON.parse(await copyBy(page, page.getByRole('button', { name: 'Copy as a fault' })));
  }

  it('make a request end as one that met a fault did, whatever the fault was', async () => {
    const page = await open('#/requests', { permissions: ['clipboard-read', 'clipboard-write'] });
    const one = { method: 'GET', times: 1 };
    const faults = {
      stall: { connection: 'stall' },
      lost: { connection: 'reset', after: true },
      cut: { connection: 'cut', status: 503, body: '{"message":"abcdefgh"}', headers: { 'Retry-After': '1' } },
      late: { delayMs: 40 },
      status: { status: 429, headers: { 'x-a': 'b' }, body: 'a\r\nb' },
    };
    for (const [name, fault] of Object.entries(faults)) {
      const route = `/tags?${name}`;
      await emulator.fault({ ...one, path: '/api/tags', ...fault });
      await api('GET', route, undefined, { signal: AbortSignal.timeout(300) }).catch(() => {});
      assert.deepEqual(await copied(page, route), { ...one, path: '/api/tags', ...fault }, name);
    }
  });

  it('repeat any response of text that the log has whole, and say why another one cannot be', async () => {
    const page = await open('#/requests', { permissions: ['clipboard-read', 'clipboard-write'] });
    const submit = (model, version, text, key = 'a') =>
      api(
        'POST',
        '/jobs',
        JSON.stringify({
          model: { identifier: model, version },
          input: { type: 'text', sources: { [key]: { 'input.txt': text } } },
        }),
      ).then(jobOf);
    const large = await submit('g3n3r4t0r1', '1.0.0', '{"json":40000}');
    const real = await api('GET', `/results/${large}`);
    assert.ok(real.body.length > 40_000 && real.body.length < 65_536, `${real.body.length}`);
    await emulator.fault(await copied(page, `/results/${large}`));
    const again = await api('GET', `/results/${large}`);
    assert.deepEqual([again.status, again.body.toString()], [200, real.body.toString()]);
    assert.equal((await emulator.requests(`/api/results/${large}`)).length, 2);

    const tones = await submit('t3xtt0t0n3', '1.0.0', 'Hi');
    const larger = await submit('g3n3r4t0r1', '1.0.0', '{"json":90000}');
    const masked = await submit('ed542963de', '1.0.1', 'x', 'token');
    await emulator.fault({ path: '/api/tags', times: 1, status: 200, body: 'x'.repeat(20_000) });
    for (const [route, reason] of /** @type {const} */ ([
      [`/results/${tones}/a/results.wav`, /its body is not text/],
      [`/results/${larger}`, /the log has only the first 64 KiB of its body/],
      [`/results/${masked}`, /its body has secrets, which the page does not show/],
      ['/tags', /the fault that it met is too large for the log/],
    ])) {
      await api('GET', route);
      await visit(page, `${emulator.url}/#/requests`);
      await follow(page, page.getByRole('link', { name: `GET /api${route}` }).first());
      await page.getByText(reason).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Copy as a fault' }).count(), 0);
      await page.getByRole('button', { name: 'Edit as a fault without the body' }).click();
      assert.equal(await page.getByLabel('Status').inputValue(), '200');
    }
  });

  it('can be edited in a form that has each member of a fault', async () => {
    const types = readFileSync(path.resolve(__dirname, '../../crates/emulator/npm/index.d.ts'), 'utf8');
    const [, members] = /export interface Fault \{(.*?)\n\}/s.exec(types) ?? [];
    const declared = [...String(members).matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
    const page = await open('#/faults');
    const controls = page.locator('form [name]');
    const names = await controls.evaluateAll((list) => list.map((control) => control.getAttribute('name')));
    assert.deepEqual(names.toSorted(), declared.toSorted());
    const refusal = page.getByRole('alert');
    for (const [headers, message] of [
      ['X: 1\nx: 2', 'Headers: x occurs twice, and a fault has one value of each header'],
      ['no colon', 'Headers: the line no colon is not Name: value'],
    ]) {
      await page.getByLabel('Headers').fill(headers);
      await page.getByRole('button', { name: 'Add the fault' }).click();
      await refusal.getByText(message).waitFor();
    }
    await page.getByLabel('Headers').fill('X: 1');
    await page.getByLabel('Per second').fill('50');
    // What was typed stays while another view is open.
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: 'Faults' }).click();
    assert.equal(await page.getByLabel('Headers').inputValue(), 'X: 1');
    await page.getByLabel('Status').fill('429');
    await page.getByRole('button', { name: 'Add the fault' }).click();
    await page.getByText('Only to those above 50 a second; the response is 429 with X: 1.').waitFor();
  });
});
