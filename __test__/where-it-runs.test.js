'use strict';

// The environments in the table of docs/shipping.md: one test for each row, with the package as an install creates it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { text } = require('node:stream/consumers');
const { after, before, describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { useEmulator } = require('./support/emulator.js');
const { installCopy } = require('./support/installed.js');

const page = readFileSync(path.join(__dirname, '../docs/shipping.md'), 'utf8');
const table = page.slice(page.indexOf('## Where it runs'));
const rows = Array.from(table.matchAll(/^\| (.+?) \|/gm), ([, name]) => name).slice(2);

const RUNS = `
  const { ModzyClient } = require('modzy-client');
  const modzyClient = ModzyClient.fromEnv();
  const run = async () => {
    const { outputs } = await modzyClient.run('ed542963de', { 'input.txt': 'What a lovely day!' }, { pollInterval: 10 });
    return outputs['results.json'].data.result.classPredictions[0].class;
  };
`;

describe('the package runs in', () => {
  const emulator = useEmulator({ submittedMs: 5, inProgressMs: 5 });
  let folder;
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'modzy-')));
    installCopy(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts a program in the folder. */
  function start(body, { flags = [], env = {}, cwd = folder } = {}) {
    writeFileSync(path.join(folder, 'program.js'), body);
    const own = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey, NODE_TEST_CONTEXT: undefined };
    return spawn(process.execPath, [...flags, path.join(folder, 'program.js')], {
      cwd,
      env: { ...process.env, ...own, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs a program to its end. It must succeed, and print nothing on standard error. Returns its output. */
  async function outputOf(...given) {
    const child = start(...given);
    child.stdin.end();
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    return stdout;
  }

  const tests = {
    'worker threads': async () => {
      const printed = await outputOf(`
        const { isMainThread, parentPort, Worker } = require('node:worker_threads');
        ${RUNS}
        if (isMainThread) {
          for (let index = 0; index < 3; index += 1) new Worker(__filename).on('message', console.log);
          run().then(console.log);
        } else {
          run().then((value) => parentPort.postMessage(value));
        }
      `);
      assert.equal(printed, 'positive\n'.repeat(4));
    },
    'cluster, PM2': async () => {
      const child = start(`
        const cluster = require('node:cluster');
        if (cluster.isPrimary) {
          // As PM2 reloads a program with wait_ready: the next process is ready before the last one gets a SIGINT.
          const stop = ({ process: each }) => {
            each.kill('SIGINT');
            setTimeout(() => each.kill('SIGKILL'), 10_000).unref();
          };
          const startAfter = (last) => {
            const worker = cluster.fork();
            worker.on('exit', (code, signal) => console.log('ended', signal ?? code));
            worker.on('message', (message) => {
              console.log(message);
              if (message !== 'ready') return;
              if (last === undefined) startAfter(worker);
              else [last, worker].forEach(stop);
            });
          };
          startAfter();
        } else {
          ${RUNS}
          const stopping = new AbortController();
          process.once('SIGINT', () => stopping.abort(new Error('stops')));
          const ready = () => process.send('ready');
          run().then((value) => {
            process.send(value);
            const options = { signal: stopping.signal, pollInterval: 60_000, onProgress: ready };
            return modzyClient.blockUntilComplete('14856eb1-0ad8-49e7-9da3-887acb80fea5', options);
          }).catch(({ message }) => {
            process.exitCode = message === 'stops' ? 0 : 1;
            // Unlike process.disconnect(), it leaves the end of the process to what it still has open.
            cluster.worker.disconnect();
          });
        }
      `);
      await emulator.answerJob('14856eb1-0ad8-49e7-9da3-887acb80fea5', { status: 'IN_PROGRESS' });
      const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      assert.equal(errors, '');
      const generation = ['positive', 'ready'];
      assert.deepEqual(printed.trim().split('\n'), [...generation, ...generation, 'ended 0', 'ended 0']);
    },
    '`node --permission`': async () => {
      const known = process.allowedNodeEnvironmentFlags;
      const flag = known.has('--permission') ? '--permission' : '--experimental-permission';
      const allowed = ['--allow-addons', '--allow-net'].filter((each) => known.has(each));
      const outside = mkdtempSync(path.join(os.tmpdir(), 'modzy-outside-'));
      try {
        writeFileSync(path.join(outside, 'review.txt'), 'What a dreadful day');
        const printed = await outputOf(
          `${RUNS}
          const { readFileSync } = require('node:fs');
          (async () => {
            console.log(await run());
            try { readFileSync(${JSON.stringify(path.join(outside, 'review.txt'))}); } catch ({ code }) { console.log(code); }
            const sources = { a: { 'input.txt': ${JSON.stringify(path.join(outside, 'review.txt'))} } };
            const job = await modzyClient.submitJobFile('t3xtt0t0n3', '1.0.0', sources);
            await modzyClient.blockUntilComplete(job, { pollInterval: 10 });
            const output = { job, inputKey: 'a', outputName: 'results.wav' };
            const { bytes } = await modzyClient.downloadOutput(output, ${JSON.stringify(path.join(outside, 'a.wav'))});
            console.log(bytes > 1000);
          })();`,
          { flags: [flag, '--no-warnings', ...allowed, `--allow-fs-read=${folder}${path.sep}*`] },
        );
        assert.equal(printed, 'positive\nERR_ACCESS_DENIED\ntrue\n');
        assert.deepEqual(readdirSync(outside).sort(), ['a.wav', 'review.txt']);
      } finally {
        rmSync(outside, { recursive: true });
      }
    },
    'frozen processes, such as AWS Lambda between invocations': async (t) => {
      if (process.platform === 'win32') {
        t.skip('there is no SIGSTOP');
        return;
      }
      const posts = [];
      const server = http.createServer((request, response) => {
        request.resume().on('end', async () => {
          posts.push(request.method);
          await sleep(30);
          response.end('{"jobIdentifier":"14856eb1-0ad8-49e7-9da3-887acb80fea5","status":"SUBMITTED"}');
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close().closeAllConnections());
      // The handler of each invocation is called for a line.
      const child = start(
        `const { ModzyClient } = require('modzy-client');
        const modzyClient = ModzyClient.fromEnv({ retries: 0, requestTimeout: 300 });
        const submit = () => modzyClient.submitJobText('m', '1.0.0', { a: { 'input.txt': 'x' } });
        require('node:readline').createInterface({ input: process.stdin }).on('line', () =>
          submit().then(({ status }) => console.log(status), (error) => console.log(String(error))));`,
        { env: { MODZY_BASE_URL: `http://127.0.0.1:${server.address().port}` } },
      );
      t.after(() => child.kill('SIGKILL'));
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      // Between invocations: the server closes the connection.
      for (let round = 1; round <= 3; round += 1) {
        child.stdin.write('\n');
        assert.equal((await answers.next()).value, 'SUBMITTED');
        child.kill('SIGSTOP');
        await sleep(10);
        server.closeIdleConnections();
        await sleep(10);
        child.kill('SIGCONT');
        assert.equal(posts.length, round);
      }
      // During one, for longer than the timeout: the response waits.
      child.stdin.write('\n');
      while (posts.length < 4) {
        await sleep(1);
      }
      child.kill('SIGSTOP');
      await sleep(400);
      child.kill('SIGCONT');
      assert.deepEqual([(await answers.next()).value, posts.length], ['SUBMITTED', 4]);
    },
    'read-only file systems, no home folder': async () => {
      const empty = path.join(folder, 'empty');
      mkdirSync(empty);
      const files = () => readdirSync(folder, { recursive: true }).filter((file) => file !== 'program.js');
      const existing = files();
      const env = { HOME: undefined, USERPROFILE: undefined, TMPDIR: empty, TEMP: empty, TMP: empty };
      assert.equal(await outputOf(`${RUNS} run().then(console.log);`, { env, cwd: empty }), 'positive\n');
      assert.deepEqual(files(), existing);
    },
  };

  for (const row of rows) {
    it(row, tests[row]);
  }

  it('no environment without a row', () => {
    assert.deepEqual(Object.keys(tests), rows);
  });
});
