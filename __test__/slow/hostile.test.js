'use strict';

// Work of users that never ends, and the time that a call waits for it. Loops that are garbage-collected.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const consumers = require('node:stream/consumers');
const { after, before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { Emulator, useEmulator } = require('../support/emulator.js');
const { job, numberedJobs, path, quickly } = require('../support/numbered-jobs.js');
const { collect } = require('../support/outcomes.js');

const reason = new Error('changed my mind');
const never = () => new Promise(() => {});

/** The bounds in ms of an end that may take five seconds. */
const [SOONEST, LATEST] = [4900, 5600];

describe('work that never ends', { concurrency: true }, () => {
  // Not cleared after each test: the others run at the same time.
  const emulator = new Emulator();
  before(() => emulator.start());
  after(() => emulator.stop());
  const { answer } = numberedJobs(emulator);
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);

  /** Returns the time from the signal of a batch to its end. */
  async function ends(sources, options) {
    const controller = new AbortController();
    const settings = { ...quickly, requestTimeout: 60_000, signal: controller.signal, cancelOnAbort: true, ...options };
    const waiting = client().blockUntilAllComplete(sources, settings);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const aborted = performance.now();
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    return performance.now() - aborted;
  }

  const hanging = () => ({ [Symbol.asyncIterator]: () => ({ next: never, return: never }) });
  /** A source that has yielded one job, has no pending read, and does not close. */
  const unclosable = () => {
    let asked = 0;
    const next = async () => ({ done: false, value: [job(9), never][(asked += 1) - 1] });
    return { [Symbol.asyncIterator]: () => ({ next, return: never }) };
  };
  const batches = {
    'a submit that never settles': [() => [never], SOONEST],
    'a submit that is a thenable and never settles': [() => [() => ({ then() {} })], SOONEST],
    'a receipt that does not come, whatever the requestTimeout': [
      (modzy) => [() => modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } })],
      SOONEST,
    ],
    'a cancellation that stalls': [() => [job(8)], SOONEST],
    'a source whose return() hangs': [unclosable, SOONEST, { concurrency: 1 }],
    'a source whose next() hangs': [hanging, 0],
  };
  for (const [what, [make, soonest, options]] of Object.entries(batches)) {
    it(`ends a batch with cancelOnAbort five seconds after the signal at most: ${what}`, async () => {
      await emulator.fault({ method: 'POST', path: '/api/jobs', connection: 'stall' });
      await emulator.answerJob(job(8), { status: 'SUBMITTED' });
      await emulator.answerJob(job(9), { status: 'SUBMITTED' });
      await emulator.fault({ method: 'DELETE', path: path(8), connection: 'stall' });
      await emulator.fault({
        method: 'DELETE',
        path: path(9),
        status: 200,
        body: `{"jobIdentifier":"${job(9)}","status":"CANCELED"}`,
      });
      const elapsed = await ends(make(client()), options);
      assert.ok(elapsed >= soonest && elapsed < LATEST, `${elapsed} ms`);
    });
  }

  it('a loop that is left waits five seconds at most for a source whose return() hangs', async () => {
    const [done] = await answer(0);
    let asked = 0;
    const next = async () => ({ done: false, value: [done, never][(asked += 1) - 1] });
    const source = { [Symbol.asyncIterator]: () => ({ next, return: never }) };
    const outcomes = client().jobsAsCompleted(source, { ...quickly, concurrency: 1 });
    assert.equal((await outcomes.next()).value.index, 0);
    const left = performance.now();
    await outcomes.return();
    assert.ok(performance.now() - left < LATEST);
  });

  for (const [what, returned] of Object.entries({ 'a promise': never, 'a thenable': () => ({ then() {} }) })) {
    it(`a call settles five seconds after its end at most where its callback returns ${what} that never settles`, async () => {
      await answer(0);
      const began = performance.now();
      const { status } = await client().blockUntilComplete(job(0), { onProgress: returned });
      const elapsed = performance.now() - began;
      assert.equal(status, 'COMPLETED');
      assert.ok(elapsed > SOONEST && elapsed < LATEST, `${elapsed} ms`);
    });
  }
});

describe('a loop that is garbage-collected', () => {
  const emulator = useEmulator();

  /** Runs a program that abandons a loop and then collects garbage. */
  async function run(program) {
    await emulator.answerJob(job(0), { status: 'IN_PROGRESS' });
    const text = `
      const { ModzyClient } = require('modzy-client');
      const modzy = new ModzyClient(${JSON.stringify(emulator.baseURL)}, ${JSON.stringify(emulator.apiKey)});
      const job = ${JSON.stringify(job(0))};
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const polls = async () => (await (await fetch(modzy.baseURL.replace('/api', '/control/requests'))).json()).length;
      (async () => {
        ${program}
        for (let round = 0; round < 10; round += 1) { await sleep(10); gc(); }
        const before = await polls();
        await sleep(300);
        console.log(await polls() - before);
      })();
    `;
    const child = spawn(process.execPath, ['--expose-gc', '-e', text], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    const [code, signal] = await once(child, 'close');
    clearTimeout(timer);
    return [code, signal, output];
  }

  const loops = {
    watchJob: `modzy.watchJob(job, { pollInterval: 20 })`,
    'watchJob with a signal': `modzy.watchJob(job, { pollInterval: 20, signal: (globalThis.kept = new AbortController()).signal })`,
    jobsAsCompleted: `modzy.jobsAsCompleted([async () => 7, job], { pollInterval: 20 })`,
  };
  for (const [what, loop] of Object.entries(loops)) {
    it(`stops polling and lets the process end: ${what}`, async () => {
      assert.deepEqual(await run(`await (async () => { await ${loop}.next(); })();`), [0, null, '0\n']);
    });
  }

  it('is collected with its batch after it has ended, however it ends', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    await emulator.answerJob(job(1), { status: 'COMPLETED' });
    await emulator.answerJob(job(2), { status: 'SUBMITTED' });
    const aborted = () => AbortSignal.timeout(30);
    const endings = {
      leaves: async (jobs) => {
        for await (const outcome of modzy.jobsAsCompleted(jobs, quickly)) {
          assert.equal(outcome.index, 0);
          break;
        }
      },
      'leaves before the end of a submit': async (jobs) => {
        for await (const outcome of modzy.jobsAsCompleted([...jobs, () => modzy.getJob(job(2))], quickly)) {
          assert.equal(outcome.index, 0);
          break;
        }
      },
      aborts: async (jobs) => {
        await assert.rejects(collect(modzy.jobsAsCompleted([...jobs, job(2)], { ...quickly, signal: aborted() })));
      },
      ends: (jobs) => collect(modzy.jobsAsCompleted(jobs, quickly)),
      'watches, and leaves': async (jobs) => {
        for await (const seen of modzy.watchJob(jobs[0], { ...quickly })) {
          assert.equal(seen.jobIdentifier, job(1));
          break;
        }
      },
    };
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    for (const [name, loop] of Object.entries(endings)) {
      const kept = [];
      for (let nth = 0; nth < 20; nth += 1) {
        const own = { jobIdentifier: job(1) };
        kept.push(new WeakRef(own));
        await loop([own]);
      }
      for (let round = 0; round < 20 && kept.some((ref) => ref.deref() !== undefined); round += 1) {
        await sleep(50);
        gc();
      }
      // The machine may still hold the last one in a register.
      assert.ok(kept.filter((ref) => ref.deref() !== undefined).length <= 1, name);
    }
  });

  it('is kept while its next item is awaited', async () => {
    const modzy = new ModzyClient(emulator.baseURL, emulator.apiKey);
    await emulator.answerJob(job(1), ...Array(10).fill({ status: 'SUBMITTED' }), { status: 'COMPLETED' });
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const timer = setInterval(gc, 10);
    const [{ job: final }] = await collect(modzy.jobsAsCompleted([job(1)], quickly));
    clearInterval(timer);
    assert.equal(final.status, 'COMPLETED');
  });
});

describe('a stream that is garbage-collected', () => {
  const opened = {
    'the body of openOutput': `
      const { body } = await modzy.openOutput({ url }, { signal });
      await body.getReader().read();
    `,
    'one whose callback refers to the body': `
      let body;
      ({ body } = await modzy.openOutput({ url }, { signal, onDownloadProgress: () => body }));
      await body.getReader().read();
    `,
    'the iterator of streamResults': `await modzy.streamResults('j', { signal }).next();`,
  };
  for (const [what, open] of Object.entries(opened)) {
    it(`is closed although its signal lives on, which it leaves: ${what}`, { timeout: 60_000 }, async (t) => {
      let closed;
      const isClosed = new Promise((resolve) => (closed = resolve));
      const server = http.createServer((request, response) => {
        response.on('close', closed);
        response.setHeader('content-type', 'application/json');
        response.write('{"jobIdentifier":"j","results":{"a":{"status":"SUCCESSFUL"}');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const url = `http://127.0.0.1:${server.address().port}/api`;
      const program = `
        const { getEventListeners } = require('node:events');
        const { ModzyClient } = require('modzy-client');
        const modzy = new ModzyClient(${JSON.stringify(url)}, 'a.b', { idleTimeout: 600_000 });
        const { signal } = (globalThis.kept = new AbortController());
        const url = modzy.baseURL + '/results/j/a/b';
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        (async () => {
          await (async () => { ${open} })();
          console.log(getEventListeners(signal, 'abort').length);
          for (let round = 0; round < 20; round += 1) { await sleep(10); gc(); }
          console.log(getEventListeners(signal, 'abort').length);
        })();
      `;
      const child = spawn(process.execPath, ['--expose-gc', '-e', program], {
        cwd: __dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      t.after(() => child.kill());
      await isClosed;
      assert.equal(await consumers.text(child.stdout), '1\n0\n');
    });
  }
});

describe('texts that are too long together for JSON', () => {
  const emulator = useEmulator();
  const inputs = { a: { 'input.txt': 'x'.repeat(300e6) }, b: { 'input.txt': 'x'.repeat(300e6) } };
  const submits = {
    submitJobText: (modzy) => modzy.submitJobText('ed542963de', '1.0.1', inputs),
    submit: (modzy) => modzy.submit('ed542963de@1.0.1', inputs),
  };
  for (const [name, submit] of Object.entries(submits)) {
    it(`are refused before anything is sent, and the error says what to do: ${name}`, async () => {
      await assert.rejects(submit(new ModzyClient(emulator.baseURL, emulator.apiKey)), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, new RegExp(`^${name}: the texts are too long together .*submit them as files`));
        return true;
      });
      assert.deepEqual(await emulator.requests(), []);
    });
  }
});
