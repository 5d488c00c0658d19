'use strict';

// The programs in examples/, but for sentiment.js and opentelemetry.js: their output in a pipe, and their errors.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { readdirSync, readFileSync } = require('node:fs');
const { mkdtemp, readFile, rm, writeFile } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { decode, encode } = require('fast-png');
const { useEmulator } = require('../support/emulator.js');

const folder = path.resolve(__dirname, '../../examples');
const programs = readdirSync(folder).filter((name) => /\.m?js$/.test(name));

const FINISHED = /^Job [0-9a-f-]{36} status COMPLETED$/;

/** Starts an example as a user does, and collects what it prints. */
function start(name, args, env) {
  const child = spawn(process.execPath, [path.join(folder, name), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (data) => {
      output[stream] += data;
    });
  }
  return { child, output };
}

async function run(name, args, env) {
  const { child, output } = start(name, args, env);
  const [code] = await once(child, 'close');
  return { code, ...output };
}

/** Runs an example that has to succeed quietly, and returns the lines that it prints. */
async function linesOf(emulator, name, ...args) {
  const env = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
  const { code, stdout, stderr } = await run(name, args, env);
  assert.deepEqual([code, stderr], [0, ''], stdout);
  return stdout.trimEnd().split('\n');
}

describe('examples of jobs', () => {
  const emulator = useEmulator();

  it('text.js finds the model, and shows the failed input as such', async () => {
    const [model, takes, gives, job, ...rest] = await linesOf(emulator, 'text.js');
    assert.equal(model, 'Sentiment Analysis 1.0.1 (ed542963de)');
    assert.equal(takes, '  takes input.txt: text/plain');
    assert.equal(gives, '  gives results.json: application/json');
    assert.match(job, FINISHED);
    assert.deepEqual(rest, [
      '3 of 4 texts, 1 failed',
      '  praise: positive 0.52',
      '  blame: negative 0.43',
      '  fact: neutral 1.00',
      '  wrong name: failed, the model input input.txt is missing',
    ]);
  });

  it('embedded.js sends a picture and a text unchanged', async () => {
    const [job, ...rest] = await linesOf(emulator, 'embedded.js');
    assert.match(job, FINISHED);
    assert.deepEqual(rest, ['  picture: 99 bytes, image/png', '  text: 20 bytes, text/plain']);
    const [{ body }] = await emulator.requests('/api/jobs');
    const { picture } = JSON.parse(body).input.sources;
    assert.match(picture.input, /^data:application\/octet-stream;base64,iVBORw0KGgo/);
  });

  it('files.js uploads its own file and memory, in chunks of at most 1 MiB', async () => {
    const bytes = readFileSync(path.join(folder, 'files.js')).length;
    const [job, ...rest] = await linesOf(emulator, 'files.js');
    assert.match(job, FINISHED);
    assert.deepEqual(rest, [`  file-1: ${bytes} bytes arrived whole`, '  memory: 1500000 bytes arrived whole']);
    const chunks = (await emulator.requests()).filter(({ path: route }) => route.endsWith('/memory/input'));
    assert.equal(chunks.length, 2);
  });

  it('files.js uploads the given files, and leaves no job open where one is missing', async () => {
    const own = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
    const file = path.join(own, 'three.bin');
    await writeFile(file, 'abc');
    const lines = await linesOf(emulator, 'files.js', file);
    await rm(own, { recursive: true });
    assert.equal(lines[1], '  file-1: 3 bytes arrived whole');
    await emulator.clearRequests();

    const env = { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
    const { code, stdout, stderr } = await run('files.js', [file], env);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^InputError.*three\.bin.*\n$/);
    assert.deepEqual(await emulator.requests(), []);
  });

  it('aws-s3.js sends the names of the objects and the credentials', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'an id', AWS_SECRET_ACCESS_KEY: 'a secret', AWS_REGION: 'eu-west-1' };
    Object.assign(env, { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey });
    const { code, stdout, stderr } = await run('aws-s3.js', ['shop', 'a/1.txt', 'a/2.txt'], env);
    assert.deepEqual([code, stderr], [0, '']);
    const [job, first, second] = stdout.split('\n');
    assert.match(job, FINISHED);
    assert.match(first, /^ {2}s3:\/\/shop\/a\/1\.txt: (positive|neutral|negative) \d\.\d\d$/);
    assert.match(second, /^ {2}s3:\/\/shop\/a\/2\.txt: (positive|neutral|negative) \d\.\d\d$/);
    const [{ body }] = await emulator.requests('/api/jobs');
    assert.deepEqual(JSON.parse(body).input, {
      type: 'aws-s3',
      accessKeyID: 'an id',
      secretAccessKey: 'a secret',
      region: 'eu-west-1',
      sources: {
        'a/1.txt': { 'input.txt': { bucket: 'shop', key: 'a/1.txt' } },
        'a/2.txt': { 'input.txt': { bucket: 'shop', key: 'a/2.txt' } },
      },
    });
  });

  it('jdbc.js prints a result for each row', async () => {
    const [job, rows, ...rest] = await linesOf(emulator, 'jdbc.js', 'SELECT review AS "input.txt" FROM reviews');
    assert.match(job, FINISHED);
    assert.equal(rows, '3 rows');
    assert.deepEqual(
      rest.map((line) => line.replace(/: (positive|neutral|negative) \d\.\d\d$/, '')),
      ['  row1-1', '  row1-2', '  row1-3'],
    );
    const [{ body }] = await emulator.requests('/api/jobs');
    assert.equal(JSON.parse(body).input.query, 'SELECT review AS "input.txt" FROM reviews');
  });

  it('objects.mjs works in the form of 2.x alone', async () => {
    const bytes = readFileSync(path.join(folder, 'objects.mjs')).length;
    const lines = await linesOf(emulator, 'objects.mjs');
    assert.deepEqual(lines, [
      'Sentiment Analysis 1.0.1 takes input.txt',
      'text: positive 0.51',
      `embedded: ${bytes} bytes`,
      `file: ${bytes} bytes, the same`,
      'history: Digest COMPLETED, Digest COMPLETED',
      '27 active models, 33 engines',
    ]);
  });

  it('sound.mjs saves the output unchanged', async () => {
    const own = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
    const file = path.join(own, 'tones.wav');
    const [size, saved] = await linesOf(emulator, 'sound.mjs', 'do re mi', file);
    const sound = await readFile(file);
    await rm(own, { recursive: true });
    // Eight tones of a twentieth of a second, 8000 samples a second, two bytes each, after a header of 44 bytes.
    const expected = 44 + 8 * 400 * 2;
    assert.equal(size, `${expected} bytes of WAVE`);
    assert.equal(saved, `saved as ${file}`);
    assert.deepEqual([sound.length, sound.toString('latin1', 0, 4)], [expected, 'RIFF']);
  });

  it('explanation-overlay.js turns the pixels of the mask red, and no others', async () => {
    const own = await mkdtemp(path.join(os.tmpdir(), 'modzy-'));
    const [file, saved] = [path.join(own, 'given.png'), path.join(own, 'overlay.png')];
    // The picture is bright at the top left, at the bottom, and on the right. That is more than half, so that the mask is the
    // bright part.
    const data = Buffer.from('f0f0f0 102030 ffffff 203040 ffff80 c0c0c0'.replaceAll(' ', ''), 'hex');
    await writeFile(file, encode({ width: 3, height: 2, data, channels: 3, depth: 8 }));
    const [job, answer, last] = await linesOf(emulator, 'explanation-overlay.js', file, saved);
    const overlay = decode(await readFile(saved));
    await rm(own, { recursive: true });
    assert.match(job, FINISHED);
    assert.equal(answer, 'bright 0.64, because of 4 of 6 pixels');
    assert.equal(last, `saved as ${saved}`);
    assert.deepEqual([overlay.width, overlay.height, overlay.channels], [3, 2, 3]);
    const expected = 'f77878 102030 ff7f7f 203040 ff7f40 df6060';
    assert.equal(Buffer.from(overlay.data).toString('hex'), expected.replaceAll(' ', ''));
  });

  it('explanation-overlay.js draws a picture by default, whose mask is its dark sky', async () => {
    const [job, answer, ...more] = await linesOf(emulator, 'explanation-overlay.js');
    assert.match(job, FINISHED);
    assert.match(answer, /^dark 0\.\d\d, because of 1\d{4} of 16000 pixels$/);
    assert.deepEqual(more, []);
  });

  it('stream.mjs counts the results that it streams', async () => {
    const [job, ...counts] = await linesOf(emulator, 'stream.mjs', '100');
    assert.match(job, FINISHED);
    assert.deepEqual(counts, ['  34 positive', '  33 negative', '  33 neutral', '  0 failed']);
  });

  it('many-waits.js waits for many jobs by listing', async () => {
    assert.deepEqual(await linesOf(emulator, 'many-waits.js', '--jobs', '20'), ['COMPLETED: 20']);
  });

  it('progress.js prints the figures of the job, without a progress bar in a pipe', async () => {
    const [job, figures, ...more] = await linesOf(emulator, 'progress.js', '--texts', '7');
    assert.match(job, FINISHED);
    assert.match(figures, /^7 of 7 texts in \d+\.\d s$/);
    assert.deepEqual(more, []);
  });
});

describe('examples of reads', () => {
  const emulator = useEmulator();

  it('history.js lists jobs, the newest first, or those of given identifiers', async () => {
    assert.deepEqual(await linesOf(emulator, 'history.js'), ['0 jobs']);
    await linesOf(emulator, 'text.js');
    await linesOf(emulator, 'embedded.js');
    await emulator.clearRequests();

    const [newest, oldest, counts] = await linesOf(emulator, 'history.js', '--status', 'terminated');
    const line = /^\S+T\S+ {2}([0-9a-f-]{36}) {2}COMPLETED {4}(.*)$/;
    assert.equal(line.exec(newest)[2], '2/2  File Type 1.0.0');
    assert.equal(line.exec(oldest)[2], '3/4  Sentiment Analysis 1.0.1');
    assert.equal(counts, '2 jobs, COMPLETED 2');
    const [{ query }] = await emulator.requests('/api/jobs/history');
    const { startDate, ...others } = Object.fromEntries(new URLSearchParams(query));
    const expected = { status: 'terminated', page: '1', 'per-page': '100', direction: 'DESC', 'sort-by': 'createdAt' };
    assert.deepEqual(others, expected);
    const days = (Date.now() - Date.parse(startDate)) / 86_400_000;
    assert.ok(days > 6.9 && days < 7.1, startDate);

    const id = line.exec(oldest)[1];
    assert.deepEqual(await linesOf(emulator, 'history.js', '--job', id), [oldest, '1 jobs, COMPLETED 1']);
    const byModel = await linesOf(emulator, 'history.js', '--model', 'file type');
    assert.deepEqual(byModel, [newest, '1 jobs, COMPLETED 1']);
  });

  it('models.js counts models by filters, and prints the details of one', async () => {
    const lines = await linesOf(emulator, 'models.js');
    assert.deepEqual(lines.slice(0, 5), [
      '29 models',
      '  6 by Open Source',
      '  27 active',
      '  6 recommended',
      '  7 with Text in the name',
    ]);
    assert.match(lines[5], /^Sentiment Analysis \(ed542963de\) by Open Source: /);
    assert.equal(lines[6], '  versions: 0.0.28, 1.0.1, 1.0.27, 0.0.27; the latest active one is 1.0.1');
    assert.equal(lines[7], '  timeouts: 60000 ms to start, 60000 ms to run');
    assert.match(lines[8], /^ {2}input input\.txt: text\/plain\. /);
    assert.match(lines[9], /^ {2}output results\.json: application\/json\. /);
    assert.equal(lines[10], '  sample input: {"input.txt":"The staff was friendly, and I really loved the food!"}');
    assert.match(lines[11], /^ {2}sample output: \{"data":.*"class":"positive","score":0\.5233/);
    assert.equal(lines[12], '17 related models');
    assert.equal(lines.length, 30);
  });

  it('tags.js lists tags, or the models of given tags', async () => {
    const lines = await linesOf(emulator, 'tags.js', 'audio', 'text_statistics');
    assert.equal(lines[0], '13 tags');
    assert.ok(lines.includes('  audio: Audio (Output Type)'));
    const at = lines.findIndex((line) => line.includes(' models of '));
    assert.equal(at, 14);
    assert.ok(lines.slice(at).includes('  t3xtt0t0n3 Text to Tones'));
    assert.ok(lines.slice(at).includes('  w0rdc0unt1 Word Count'));
    assert.ok(!lines.slice(at).includes('  ed542963de Sentiment Analysis'));
    assert.equal((await linesOf(emulator, 'tags.js', 'none')).at(-1), '0 models of no known tag');
  });

  it('errors.js prints five kinds of failures', async () => {
    assert.deepEqual(await linesOf(emulator, 'errors.js'), [
      'unknown model: NotFoundError, code 404, the model 0000000000 does not exist',
      'unknown name: BadRequestError, code 400, Model No Such Model not found',
      'unknown job: NotFoundError, code 404, the job 00000000-0000-4000-8000-000000000000 does not exist',
      'wrong key: AuthenticationError, code 401, the API key is missing, unknown or inactive',
      'wrong argument: TypeError, submitJobText: the textSources param should be an object with members, as sources have two levels: { inputKey: { inputName: text } }',
    ]);
  });
});

describe('examples/progress.js', () => {
  const emulator = useEmulator({ inProgressMs: 60_000 });
  const env = () => ({ MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey });

  it('cancels its job on an interrupt, before and after the first poll', async () => {
    for (const polled of [false, true]) {
      await emulator.clearRequests();
      const { child, output } = start('progress.js', [], env());
      do {
        await sleep(5);
      } while (!(await emulator.requests()).some(({ method }) => (polled ? method === 'GET' : method === 'POST')));
      child.kill('SIGINT');
      const [code] = await once(child, 'close');
      assert.deepEqual([code, output.stdout, output.stderr], [130, '', 'Interrupted.\n']);
      // A poll that was under way may be answered after the cancel.
      const cancels = (await emulator.requests()).filter(({ method }) => method === 'DELETE');
      assert.deepEqual(
        cancels.map(({ status }) => status),
        [202],
      );
    }
  });

  it('stops waiting after --timeout, and does not cancel the job', async () => {
    const { code, stdout, stderr } = await run('progress.js', ['--timeout', '0.3'], env());
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, 'Stopped waiting after 0.3 s. The job continues.\n');
    assert.deepEqual(
      (await emulator.requests()).filter(({ method }) => method === 'DELETE'),
      [],
    );
  });
});

describe('the example of a deployment', () => {
  const emulator = useEmulator();

  it('deploy.js goes from an image to the result of a job', async () => {
    const [version, job, ...rest] = await linesOf(emulator, 'deploy.js');
    assert.equal(version, 'Echo 0.0.1: active');
    assert.match(job, FINISHED);
    assert.deepEqual(rest, ['  first: SUCCESSFUL']);
  });
});

/** Runs work for each program, for four at a time. */
async function forEach(names, work) {
  const left = names[Symbol.iterator]();
  const lane = async () => {
    for (const name of left) {
      await work(name);
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
}

describe('every example', () => {
  const emulator = useEmulator();

  it('fails with a line on standard error without an API key', async () => {
    await forEach(programs, async (name) => {
      const { code, stdout, stderr } = await run(name, [], { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: '' });
      assert.deepEqual([code, stdout], [1, ''], name);
      assert.match(stderr, /^TypeError: Cannot initialize the modzy client: .*\n$/, name);
    });
  });

  it('fails with an invalid API key', async () => {
    // errors.js prints errors, and does not fail.
    const others = programs.filter((program) => program !== 'errors.js');
    await forEach(others, async (name) => {
      const { code, stdout, stderr } = await run(name, [], { MODZY_BASE_URL: emulator.url, MODZY_API_KEY: 'no.key' });
      assert.deepEqual([code, stdout], [1, ''], name);
      const place = name === 'deploy.js' ? 'the step create failed' : '401 :';
      assert.match(stderr, new RegExp(`^${place}: the API key .*\n$`), name);
    });
  });

  it('is in the table of examples/README.md', () => {
    const table = readFileSync(path.join(folder, 'README.md'), 'utf8');
    const named = Array.from(table.matchAll(/^\| \[(\S+)\]\(\1\) \|/gm), ([, name]) => name);
    assert.deepEqual(named.sort(), programs.sort());
  });
});
