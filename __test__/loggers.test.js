'use strict';

// The `logger` option: the lines for console, pino, winston and other loggers, and their levels.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { Writable } = require('node:stream');
const { describe, it, mock } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient } = require('modzy-client');
const pino = require('pino');
const winston = require('winston');
const { useEmulator } = require('./support/emulator.js');
const { observed } = require('./support/observed.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';

/** The lines of the calls below, by level. */
const COURSE = [
  ['debug', `modzy: getJob ${JOB} called`],
  ['warn', `modzy: getJob ${JOB} attempt 1 failed, the next one in 100 ms: 503 :: busy :: <job>`],
  ['info', `modzy: getJob ${JOB} done in <n> ms`],
  ['debug', `modzy: blockUntilComplete ${JOB} called`],
  ['debug', `modzy: blockUntilComplete ${JOB} poll 1 found OPEN, the next one in <n> ms`],
  ['warn', `modzy: blockUntilComplete ${JOB} poll 2 failed, the next one in 100 ms: 503 :: busy :: <job>`],
  ['debug', `modzy: blockUntilComplete ${JOB} poll 3 found COMPLETED, the last one`],
  ['info', `modzy: blockUntilComplete ${JOB} done in <n> ms`],
  ['debug', 'modzy: getResult none called'],
  ['error', 'modzy: getResult none failed after <n> ms: 404 :: no such result :: <base>/results/none'],
  ['debug', 'modzy: getJob called'],
  [
    'error',
    'modzy: getJob failed after <n> ms: TypeError: getJob: the jobId param should be a job, or the identifier of a job',
  ],
  ['debug', `modzy: blockUntilComplete ${JOB} called`],
  ['info', `modzy: blockUntilComplete ${JOB} aborted after <n> ms`],
];

const upTo = (...levels) => COURSE.filter(([level]) => levels.includes(level));

describe('the logger', () => {
  const emulator = useEmulator();
  const busy = { status: 503, times: 1, headers: { 'retry-after': '0' }, body: '{"message":"busy"}' };
  const route = { method: 'GET', path: `/api/jobs/${JOB}` };
  const client = (options) => new ModzyClient({ url: emulator.url, apiKey: emulator.apiKey, ...options });

  /** Makes calls of each kind with a client. */
  async function run(options) {
    const made = client(options);
    const answer = (status) => ({
      ...route,
      times: 1,
      status: 200,
      body: JSON.stringify({ jobIdentifier: JOB, status }),
    });
    await emulator.fault({
      method: 'GET',
      path: '/api/results/none',
      status: 404,
      body: '{"message":"no such result"}',
    });
    for (const fault of [
      { ...route, ...busy },
      answer('OPEN'),
      answer('OPEN'),
      { ...route, ...busy },
      answer('COMPLETED'),
    ]) {
      await emulator.fault(fault);
    }
    await emulator.fault({ ...route, connection: 'stall' });
    await made.getJob(JOB);
    await made.blockUntilComplete(JOB, { pollInterval: 20 });
    await made.getResult('none').catch(() => {});
    await made.getJob(7).catch(() => {});
    const controller = new AbortController();
    const waiting = made.blockUntilComplete(JOB, { signal: controller.signal });
    controller.abort();
    await waiting.catch(() => {});
    // The end is logged after the continuation of the caller.
    await new Promise(setImmediate);
  }

  /** Returns a line without the parts that differ between runs. */
  function plain(line) {
    const root = emulator.baseURL;
    const known = line.replaceAll(`${root}/jobs/${JOB}`, '<job>').replaceAll(root, '<base>');
    // The client adds up to a tenth to the delay of the server.
    const paused = known.replace(/(failed, the next one in) 1(0\d|10) ms/, '$1 100 ms');
    return paused.replace(/(done in|after|found OPEN, the next one in) \d+ ms/, '$1 <n> ms');
  }

  it('writes to console', async () => {
    const lines = [];
    for (const level of ['debug', 'info', 'warn', 'error']) {
      mock.method(console, level, (...args) => lines.push([level, ...args.map(plain)]));
    }
    try {
      await run({ logger: console });
    } finally {
      mock.restoreAll();
    }
    assert.deepEqual(lines, COURSE);
  });

  for (const [level, expected] of [
    ['debug', COURSE],
    ['info', upTo('info', 'warn', 'error')],
    ['warn', upTo('warn', 'error')],
    ['error', upTo('error')],
    ['silent', []],
  ]) {
    it(`writes to pino at the level ${level}`, async () => {
      const lines = [];
      await run({ logger: pino({ level }, { write: (line) => lines.push(JSON.parse(line)) }) });
      const written = lines.map((line) => [pino.levels.labels[line.level], plain(line.msg)]);
      assert.deepEqual(written, expected);
    });
  }

  it('follows a level that changes', async () => {
    const lines = [];
    const logger = pino({ level: 'silent' }, { write: (line) => lines.push(JSON.parse(line).msg) });
    const made = client({ logger });
    await made.getJob(7).catch(() => {});
    logger.level = 'error';
    await made.getJob(7).catch(() => {});
    assert.equal(lines.length, 1);
  });

  it('writes to winston at its level', async () => {
    const lines = [];
    const stream = new Writable({
      objectMode: true,
      write({ level, message }, _encoding, done) {
        lines.push([level, plain(message)]);
        done();
      },
    });
    await run({
      logger: winston.createLogger({ level: 'info', transports: [new winston.transports.Stream({ stream })] }),
    });
    assert.deepEqual(lines, upTo('info', 'warn', 'error'));
  });

  it('writes only lines whose level the logger has a method for', async () => {
    const lines = [];
    const logger = Object.assign(() => {}, { warn: (line) => lines.push(plain(line)), debug: null });
    await run({ logger });
    assert.deepEqual(
      lines,
      upTo('warn').map(([, line]) => line),
    );
  });

  it('calls the methods on the logger, and each with one line', async () => {
    class Own {
      lines = [];
      error(...args) {
        this.lines.push(args);
      }
    }
    const logger = new Own();
    const modzyClient = client({ logger, retries: 0 });
    await emulator.fault({
      ...route,
      status: 500,
      body: JSON.stringify({ message: 'two\nlines\u2028and\u001b[31m more' }),
    });
    await modzyClient.getJob(JOB).catch(() => {});
    await modzyClient.getJob('a\nb').catch(() => {});
    assert.deepEqual(
      logger.lines.map(({ length }) => length),
      [1, 1],
    );
    const [[first], [second]] = logger.lines;
    assert.match(first, /: 500 :: two lines and \[31m more :: /);
    assert.match(second, /^modzy: getJob a b failed/);
  });

  it('writes no server’s lines, escapes and reversals to the console either', async () => {
    const forged = 'no\nModzy >  getJob response\r\u001b[2J\u009b31m\u2028\u202eback\u2066\u0007wards';
    await emulator.fault({ ...route, status: 500, body: JSON.stringify({ message: forged }) });
    for (const logging of ['on', 'verbose']) {
      const lines = [];
      mock.method(console, 'error', (...args) => lines.push(args));
      mock.method(console, 'log', () => {});
      try {
        await client({ logging, retries: 0 })
          .getJob(JOB)
          .catch(() => {});
      } finally {
        mock.restoreAll();
      }
      assert.deepEqual(
        lines.map((args) => args.map(plain)),
        [['Modzy > ', 'getJob error', '500 :: no Modzy >  getJob response [2J 31m back wards :: <job>']],
      );
    }
  });

  it('writes a line about an error whose text cannot be read', async () => {
    const lines = [];
    const textless = Object.create(null);
    const options = {
      onProgress: () => {
        throw textless;
      },
    };
    await emulator.answerJob(JOB, { status: 'OPEN' });
    mock.method(console, 'error', (...args) => lines.push(args.join('')));
    try {
      const modzyClient = client({ logging: 'on', logger: { error: (line) => lines.push(plain(line)) } });
      await assert.rejects(modzyClient.blockUntilComplete(JOB, options), (thrown) => thrown === textless);
      await new Promise(setImmediate);
    } finally {
      mock.restoreAll();
    }
    assert.deepEqual(lines, [
      `modzy: blockUntilComplete ${JOB} failed after <n> ms: an error that cannot be shown as text`,
      'Modzy > blockUntilComplete erroran error that cannot be shown as text',
    ]);
  });

  it('is an option of the form of 1.x as well, and works beside the logging of 2.x', async () => {
    const lines = [];
    const logger = { error: (line) => lines.push(line) };
    await new ModzyClient(emulator.baseURL, emulator.apiKey, { logger }).getJob(7).catch(() => {});
    mock.method(console, 'error', (head, what) => lines.push(head + what));
    try {
      await client({ logger, logging: 'on' })
        .getJob(7)
        .catch(() => {});
      await client({ logging: 'on' })
        .submitJobFile('m', 'v', { a: { b: 7 } })
        .catch(() => {});
      await client({ logging: 'on' })
        .fileToDataUrl({ type: '', arrayBuffer: () => Promise.reject(new Error('gone')) })
        .catch(() => {});
    } finally {
      mock.restoreAll();
    }
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      ['modzy', 'modzy', 'Modzy > getJob error', 'Modzy > submitJobFile error', 'Modzy > fileToDataUrl error'],
    );
  });

  it('learns no secret and no data', async () => {
    const lines = [];
    const write = (...args) => lines.push(inspect(args, { depth: 9 }));
    const secret = emulator.apiKey.split('.')[1];
    const modzyClient = client({
      logger: { debug: write, info: write, warn: write, error: write },
      headers: { 'x-own': 'aGatewayToken' },
    });
    const body = JSON.stringify({ message: `no ${secret} aGatewayToken` });
    await emulator.fault({ path: '/api/*', status: 500, body });
    await modzyClient.getJob(JOB, { retries: 1 }).catch(() => {});
    await modzyClient.accountingClient.getKeyBody('aPrefix').catch(() => {});
    await modzyClient.submitJobText('m', 'v', { a: { 'input.txt': 'the text itself' } }).catch(() => {});
    assert.equal(lines.length, 7);
    assert.doesNotMatch(lines.join('\n'), new RegExp(`${secret}|aGatewayToken|the text itself`));
  });

  it('makes Rust report only the events of its level', async () => {
    const observedLevels = await observed(async () => {
      for (const level of ['debug', 'info', 'warn', 'error', 'silent']) {
        const logger = pino({ level }, { write: () => {} });
        await client({ logger })
          .getJob(JOB)
          .catch(() => {});
      }
    });
    assert.deepEqual(observedLevels, ['all', 'failures', 'failures', undefined, undefined]);
  });

  for (const [what, logger] of Object.entries({
    'a method of it': `{ info() { throw new Error('full disk'); }, isLevelEnabled: (level) => level === 'info' }`,
    isLevelEnabled: `{ info() {}, isLevelEnabled() { throw new Error('full disk'); } }`,
  })) {
    it(`may throw in ${what}: the call goes on, and the error is an uncaught exception`, () => {
      const program = `
        const { ModzyClient } = require('modzy-client');
        const caught = new Set();
        process.on('uncaughtException', ({ message }) => caught.add(message));
        ModzyClient.fromEnv({ logger: ${logger}, proxy: false }).getFeatures()
          .then(() => setImmediate(() => console.log(JSON.stringify([...caught]))));
      `;
      const env = { ...process.env, MODZY_BASE_URL: emulator.url, MODZY_API_KEY: emulator.apiKey };
      const options = { cwd: path.resolve(__dirname, '..'), env, encoding: 'utf8' };
      assert.deepEqual(JSON.parse(execFileSync(process.execPath, ['--eval', program], options)), ['full disk']);
    });
  }

  for (const [what, logger] of Object.entries({
    'methods reject': `{ debug: fail, info: fail, warn: fail, error: fail }`,
    'methods return thenables that reject': `{ info: () => ({ then: (_, reject) => reject(new Error('full disk')) }) }`,
    'isLevelEnabled rejects': `{ info() {}, isLevelEnabled: fail }`,
  })) {
    it(`whose ${what} does not affect a call and causes no unhandled rejection, but one warning`, () => {
      const program = `
        const { ModzyClient } = require('modzy-client');
        const fail = async () => { throw new Error('full\\ndisk'); };
        const seen = [];
        for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => seen.push(event));
        process.on('warning', ({ code, message }) => seen.push(code, message));
        const modzy = ModzyClient.fromEnv({ logger: ${logger}, proxy: false });
        modzy.getFeatures()
          .then(() => modzy.getFeatures())
          .then(() => setTimeout(() => console.log(JSON.stringify(seen)), 20));
      `;
      const env = {
        ...process.env,
        MODZY_BASE_URL: emulator.url,
        MODZY_API_KEY: emulator.apiKey,
        NODE_NO_WARNINGS: '1',
      };
      const options = { cwd: path.resolve(__dirname, '..'), env, encoding: 'utf8' };
      const seen = JSON.parse(execFileSync(process.execPath, ['--eval', program], options));
      assert.deepEqual(seen, ['MODZY_LOGGER', 'a method of the logger rejected: Error: full disk']);
    });
  }
});
