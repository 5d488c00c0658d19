'use strict';

// Batches with a journal: which sources they take, what an outcome contains, and how the next run goes on.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');
const { JournalError, ModzyClient } = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { collect } = require('./support/outcomes.js');

const MODEL = ['ed542963de', '1.0.1'];

describe('a batch with a journal', () => {
  const emulator = useEmulator({ submittedMs: 5, inProgressMs: 5 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-journal-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const journalFile = () => path.join(folder, `${(files += 1)}.jsonl`);
  const client = (options) => new ModzyClient(emulator.baseURL, emulator.apiKey, options);

  /** Returns a source that submits a text under a key, and counts its calls. */
  function source(modzy, inputKey, calls = []) {
    const submit = (options) => {
      calls.push(inputKey);
      return modzy.submitJobText(...MODEL, { [inputKey]: { 'input.txt': `Text ${inputKey} is lovely.` } }, options);
    };
    return { inputKey, submit };
  }

  const posted = async () => (await emulator.requests('/api/jobs')).filter(({ method }) => method === 'POST').length;

  it('submits each job once, and another run takes all outcomes from the journal', async () => {
    const modzy = client();
    const keys = ['a.txt', 'ü/../"b\\\n🦀', ' \t.'];
    const journal = journalFile();
    const calls = [];
    const jobs = () => keys.map((key) => source(modzy, key, calls));
    const options = { journal: pathToFileURL(journal), results: true, pollInterval: 20 };
    const first = await modzy.blockUntilAllComplete(jobs(), options);
    assert.deepEqual(
      first.map(({ index, inputKey, job, error }) => [index, inputKey, job.status, error]),
      keys.map((key, index) => [index, key, 'COMPLETED', undefined]),
    );
    first.forEach(({ inputKey, result }) => assert.deepEqual(Object.keys(result.results), [inputKey]));
    assert.equal(await posted(), 3);
    const second = await modzy.blockUntilAllComplete(jobs(), options);
    assert.deepEqual(
      second.map(({ inputKey, job, result }) => [inputKey, job, Object.keys(result.results)]),
      first.map(({ inputKey, job, result }) => [inputKey, job, Object.keys(result.results)]),
    );
    assert.deepEqual([await posted(), calls.length], [3, 3]);
    const third = await collect(modzy.jobsAsCompleted(jobs(), { journal }));
    assert.deepEqual(
      third.map(({ jobIdentifier }) => jobIdentifier).sort(),
      first.map(({ jobIdentifier }) => jobIdentifier).sort(),
    );
    assert.equal(third.find(({ index }) => index === 0).job.identifier, first[0].jobIdentifier);
  });

  it('uploads files and submits through every method with the options', async () => {
    const modzy = client();
    const journal = journalFile();
    const text = (key) => ({ [key]: { 'input.txt': Buffer.from('What a lovely day!') } });
    const submits = {
      file: (options) => modzy.submitJobFile(...MODEL, text('file'), { ...options, jobTimeout: 60_000 }),
      model: (options) => modzy.submit(MODEL.join('@'), text('model'), options),
      embedded: (options) => modzy.submitJobEmbedded(...MODEL, 'text/plain', text('embedded'), options),
      members: (options) =>
        modzy.submitJobText({
          modelId: MODEL[0],
          version: MODEL[1],
          sources: { members: { 'input.txt': 'a' } },
          ...options,
        }),
      body: (options) =>
        modzy.submitJob(
          {
            model: { identifier: MODEL[0], version: MODEL[1] },
            input: { type: 'text', sources: { body: { 'input.txt': 'a' } } },
          },
          options,
        ),
    };
    const jobs = Object.entries(submits).map(([inputKey, submit]) => ({ inputKey, submit }));
    const outcomes = await modzy.blockUntilAllComplete(jobs, { journal, pollInterval: 20 });
    assert.deepEqual(
      outcomes.map(({ inputKey, job, error }) => [inputKey, job?.status, error]),
      Object.keys(submits).map((key) => [key, 'COMPLETED', undefined]),
    );
    const lines = fs
      .readFileSync(journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const steps = (key) => lines.filter(({ inputKey }) => inputKey === key).map(({ step }) => step);
    assert.deepEqual(steps('file'), ['submitting', 'opened', 'submitted', 'ended']);
    assert.deepEqual(steps('body'), ['submitting', 'submitted', 'ended']);
  });

  it('waits for the job of a run that was aborted', async () => {
    const modzy = client();
    const journal = journalFile();
    const controller = new AbortController();
    const options = { journal, signal: controller.signal, onProgress: () => controller.abort() };
    await assert.rejects(modzy.blockUntilAllComplete([source(modzy, 'a')], options), { name: 'AbortError' });
    const calls = [];
    const outcomes = await modzy.blockUntilAllComplete([source(modzy, 'a', calls)], { journal, pollInterval: 20 });
    assert.deepEqual([outcomes[0].job.status, calls], ['COMPLETED', []]);
  });

  it('finds the job of a submit whose answer was lost', async () => {
    const modzy = client();
    const lost = { method: 'POST', path: '/api/jobs', times: 1, connection: 'reset', after: true };
    await emulator.fault(lost);
    const [outcome] = await modzy.blockUntilAllComplete([source(modzy, 'lost')], {
      journal: journalFile(),
      pollInterval: 20,
    });
    assert.equal(outcome.job.status, 'COMPLETED');
    assert.equal(await posted(), 1);
    const found = await modzy.findJobs({ inputKey: 'lost', modelId: MODEL[0], version: MODEL[1] }).toArray();
    assert.deepEqual(
      found.map(({ identifier }) => identifier),
      [outcome.jobIdentifier],
    );
  });

  it('refuses sources without a key or a function, and keys that recur, before anything is sent', async () => {
    const modzy = client();
    const FUNCTION = 'the jobs[0].submit param should be a function: (options) => client.submitJobText(…, options)';
    for (const [jobs, message] of [
      [['some-job'], 'the jobs[0] param should be { inputKey, submit } in a batch with a journal'],
      [[() => 'job'], 'the jobs[0] param should be { inputKey, submit } in a batch with a journal'],
      [[{ jobIdentifier: 'some-job' }], 'the jobs[0] param should be { inputKey, submit } in a batch with a journal'],
      [[{ inputKey: 'a' }], FUNCTION],
      [[{ inputKey: 'a', submit: 1 }], FUNCTION],
      [[{ inputKey: '', submit: () => 'job' }], 'the jobs[0].inputKey param should be a not empty string'],
    ]) {
      const failed = modzy.blockUntilAllComplete(jobs, { journal: journalFile() });
      await assert.rejects(failed, { name: 'TypeError', message: `blockUntilAllComplete: ${message}` });
    }
    assert.equal((await emulator.requests()).length, 0);
    const twice = modzy.blockUntilAllComplete([source(modzy, 'a'), source(modzy, 'a')], { journal: journalFile() });
    await assert.rejects(twice, {
      message: 'blockUntilAllComplete: the jobs[1].inputKey param should be unique in a batch with a journal: "a"',
    });
  });

  it('refuses a submit without the key, a second one, a run and a query, and sends none of them', async () => {
    const modzy = client();
    const wrong = {
      key: (options) => modzy.submitJobText(...MODEL, { other: { 'input.txt': 'a' } }, options),
      run: (options) => modzy.run(MODEL.join('@'), { run: { 'input.txt': 'a' } }, options),
      query: (options) => modzy.submitJobJDBC(...MODEL, 'jdbc:x', 'user', 'password', 'driver', 'select 1', options),
    };
    for (const [inputKey, submit] of Object.entries(wrong)) {
      const [{ error }] = await modzy.blockUntilAllComplete([{ inputKey, submit }], { journal: journalFile() });
      assert.equal(error.name, 'TypeError', `${inputKey}: ${error}`);
    }
    assert.equal(await posted(), 0);
    const twice = async (options) => {
      await source(modzy, 'twice').submit(options);
      return source(modzy, 'twice').submit(options);
    };
    const [{ error }] = await modzy.blockUntilAllComplete([{ inputKey: 'twice', submit: twice }], {
      journal: journalFile(),
    });
    assert.match(error.message, /belong to one submit, which was made already/);
    assert.equal(await posted(), 1);
  });

  it('ends with an error if a function does not pass its options on, before another job is submitted', async () => {
    const modzy = client();
    const forgets = (inputKey) => ({ inputKey, submit: () => source(modzy, inputKey).submit() });
    const jobs = [forgets('first'), source(modzy, 'second'), source(modzy, 'third')];
    const failed = modzy.blockUntilAllComplete(jobs, { journal: journalFile() });
    await assert.rejects(failed, (error) => {
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, /the function of the key "first" returned the job "[0-9a-f-]{36}" without passing/);
      return true;
    });
    assert.equal(await posted(), 1);
  });

  it('ends with an error if a function returns another job than it submitted, and the next run waits for the right one', async () => {
    const modzy = client();
    const foreign = await source(modzy, 'foreign').submit();
    const reported = [];
    const returns = (submit) => ({ inputKey: 'a', submit });
    const mistakes = {
      'but the submit with its options returned the job': async (options) => {
        await source(modzy, 'a').submit(options);
        return foreign;
      },
      'but no submit with its options returned a job': async (options) => {
        await assert.rejects(source(modzy, 'wrong').submit(options), TypeError);
        return foreign.jobIdentifier;
      },
    };
    for (const [message, submit] of Object.entries(mistakes)) {
      const journal = journalFile();
      const onSubmit = (seen) => reported.push(seen);
      const failed = modzy.blockUntilAllComplete([returns(submit)], { journal, onSubmit });
      await assert.rejects(failed, (error) => {
        assert.equal(error.name, 'TypeError');
        assert.ok(error.message.includes(`of the key "a" returned the job "${foreign.jobIdentifier}", ${message}`));
        return true;
      });
      const [outcome] = await modzy.blockUntilAllComplete([source(modzy, 'a')], {
        journal,
        results: true,
        pollInterval: 20,
      });
      assert.deepEqual(Object.keys(outcome.result.results), ['a']);
    }
    assert.deepEqual(reported, []);
    assert.equal(await posted(), 3);
  });

  it('accepts the job that a function has submitted in any form', async () => {
    const modzy = client();
    const forms = [(job) => job, (job) => job.jobIdentifier, ({ jobIdentifier }) => ({ jobIdentifier })];
    const jobs = forms.map((form, index) => ({
      inputKey: `${index}`,
      submit: async (options) => form(await source(modzy, `${index}`).submit(options)),
    }));
    const outcomes = await modzy.blockUntilAllComplete(jobs, { journal: journalFile(), pollInterval: 20 });
    assert.deepEqual(
      outcomes.map(({ job }) => job?.status),
      ['COMPLETED', 'COMPLETED', 'COMPLETED'],
    );
  });

  it('refuses a submit of another client', async () => {
    const [modzy, other] = [client(), client({ retries: 1 })];
    const [{ error }] = await modzy.blockUntilAllComplete([{ inputKey: 'a', submit: source(other, 'a').submit }], {
      journal: journalFile(),
    });
    assert.equal(error.name, 'TypeError');
    assert.match(error.message, /options.* must be passed to a submit of the client that runs the batch/);
    assert.equal(await posted(), 0);
  });

  it('is free for the next run once a loop has been left, which knows the jobs of the submits in flight', async () => {
    const modzy = client();
    await emulator.fault({ method: 'POST', path: '/api/jobs', skip: 1, delayMs: 100 });
    for (let run = 0; run < 5; run += 1) {
      const journal = journalFile();
      const keys = ['a', 'b', 'c'];
      for await (const { inputKey } of modzy.jobsAsCompleted(
        keys.map((key) => source(modzy, key)),
        { journal, pollInterval: 10 },
      )) {
        assert.ok(keys.includes(inputKey));
        break;
      }
      const calls = [];
      const outcomes = await modzy.blockUntilAllComplete(
        keys.map((key) => source(modzy, key, calls)),
        { journal, pollInterval: 10 },
      );
      assert.deepEqual(
        outcomes.map(({ job }) => job?.status),
        ['COMPLETED', 'COMPLETED', 'COMPLETED'],
      );
      assert.deepEqual(calls, []);
    }
    assert.equal(await posted(), 15);
  });

  it('is free for the next run once a loop has been left while a lost job was looked for', async () => {
    const modzy = client();
    const journal = journalFile();
    await emulator.fault({ method: 'POST', path: '/api/jobs', times: 1, connection: 'reset' });
    const jobs = ['a', 'b'].map((key) => source(modzy, key));
    let other;
    // The job of the one whose submit arrived first is lost.
    for await (const { inputKey, error } of modzy.jobsAsCompleted(jobs, { journal, pollInterval: 20 })) {
      assert.equal(error, undefined);
      other = inputKey;
      break;
    }
    const [{ job }] = await modzy.blockUntilAllComplete([source(modzy, other)], { journal });
    assert.equal(job.status, 'COMPLETED');
  });

  it('ends with a JournalError if the file is damaged, in use, or not a file', async () => {
    const modzy = client();
    const journal = journalFile();
    await modzy.blockUntilAllComplete([source(modzy, 'a')], { journal, pollInterval: 20 });
    const text = fs.readFileSync(journal, 'utf8');
    fs.writeFileSync(journal, text.replace('submitting', 'submittinG'));
    const damaged = modzy.blockUntilAllComplete([source(modzy, 'a')], { journal });
    await assert.rejects(damaged, (error) => {
      assert.ok(error instanceof JournalError);
      assert.deepEqual([error.state, error.path], ['damaged', journal]);
      assert.match(error.message, /is damaged in line 3/);
      assert.match(error.stack, /journal\.test\.js/);
      return true;
    });
    await assert.rejects(modzy.blockUntilAllComplete([], { journal: folder }), { state: 'unusable' });
    fs.writeFileSync(journal, text);
    await emulator.clearRequests();
    await emulator.fault({ method: 'GET', path: '/api/jobs/history', connection: 'stall' });
    const controller = new AbortController();
    const first = modzy.blockUntilAllComplete([source(modzy, 'b')], { journal, signal: controller.signal });
    await historyRequested();
    await assert.rejects(modzy.blockUntilAllComplete([], { journal }), { name: 'JournalError', state: 'inUse' });
    controller.abort();
    await assert.rejects(first, { name: 'AbortError' });
    assert.equal(await posted(), 0);
  });

  it('is refused to a second process until the first one is killed', async (t) => {
    const journal = journalFile();
    await emulator.fault({ method: 'GET', path: '/api/jobs/history', connection: 'stall' });
    const program = `
      const { ModzyClient } = require('modzy-client');
      const [, baseURL, apiKey, journal] = process.argv;
      const modzy = new ModzyClient(baseURL, apiKey, { proxy: false });
      const submit = (options) => modzy.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'x' } }, options);
      modzy.blockUntilAllComplete([{ inputKey: 'a', submit }], { journal });
    `;
    const args = ['-e', program, emulator.baseURL, emulator.apiKey, journal];
    const child = spawn(process.execPath, args, { cwd: __dirname, stdio: 'inherit' });
    const closed = once(child, 'close');
    t.after(() => child.kill('SIGKILL'));
    await historyRequested();
    const modzy = client();
    const second = () => modzy.blockUntilAllComplete([source(modzy, 'a')], { journal, pollInterval: 20 });
    await assert.rejects(second(), { name: 'JournalError', state: 'inUse' });
    child.kill('SIGKILL');
    await closed;
    await emulator.clearFaults();
    const [outcome] = await second();
    assert.deepEqual([outcome.job.status, await posted()], ['COMPLETED', 1]);
  });

  async function historyRequested() {
    while ((await emulator.requests('/api/jobs/history')).length === 0) {
      await sleep(5);
    }
  }

  it('without a journal takes sources with keys, too, and names them in the outcome', async () => {
    const modzy = client();
    const outcomes = await modzy.blockUntilAllComplete([source(modzy, 'a'), () => source(modzy, 'b').submit()], {
      pollInterval: 20,
    });
    assert.deepEqual(
      outcomes.map(({ inputKey, job }) => [inputKey, job.status]),
      [
        ['a', 'COMPLETED'],
        [undefined, 'COMPLETED'],
      ],
    );
  });
});
