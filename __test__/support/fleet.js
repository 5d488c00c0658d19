'use strict';

// The fleet of examples/fleet: a Redis in a folder of its own, the programs as processes, and what must be true at the end.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { root } = require('../../dev/scripts/setup.js');

const fleetFolder = path.join(root, 'examples/fleet');

/** Why a fleet cannot run here, or `false`. */
const isMissing =
  spawnSync('redis-server', ['--version']).status !== 0 &&
  'there is no redis-server: install the package of that name (Debian: apt-get install redis-server)';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  return port;
}

/** A Redis that writes each command to an append-only file, and reads it when it starts again. */
class Redis {
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-redis-'));
  #port = 0;
  #child;

  async start() {
    this.#port ||= await freePort();
    const settings = { port: this.#port, bind: '127.0.0.1', dir: this.#folder, save: '' };
    Object.assign(settings, { appendonly: 'yes', appendfsync: 'always' });
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn('redis-server', args, { stdio: 'ignore' });
    return this;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Kills it, and starts it again a moment later. */
  async restart() {
    await this.#end();
    await sleep(500);
    await this.start();
  }

  async stop() {
    await this.#end();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end() {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/** A fleet on a Redis and a server. */
class Fleet {
  /** The queue, with the methods of BullMQ. */
  queue;
  /** All errors that workers have printed. */
  errors = '';
  #redis;
  #connection;
  #env;
  #workers = new Set();

  constructor(redis, { baseURL, apiKey }) {
    this.#redis = redis;
    this.#env = {
      ...process.env,
      REDIS_URL: redis.url,
      MODZY_BASE_URL: baseURL,
      MODZY_API_KEY: apiKey,
      NODE_TEST_CONTEXT: undefined,
    };
    // Installed by the test.
    const load = createRequire(path.join(fleetFolder, 'package.json'));
    const { Queue } = load('bullmq');
    const { Redis: Connection } = load('ioredis');
    this.#connection = new Connection(redis.url, { maxRetriesPerRequest: null });
    // While Redis restarts.
    this.#connection.on('error', () => {});
    this.queue = new Queue('modzy', { connection: this.#connection });
    this.queue.on('error', () => {});
  }

  /** Adds a task for each text with the producer. */
  async produce(batch, texts, ...args) {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-fleet-')), 'texts.txt');
    fs.writeFileSync(file, texts.join('\n'));
    const printed = await this.print('producer.js', '--batch', batch, '--file', file, ...args);
    fs.rmSync(path.dirname(file), { recursive: true });
    return printed;
  }

  /** Runs a program that must succeed, and returns what it prints. */
  async print(program, ...args) {
    const child = spawn(process.execPath, [path.join(fleetFolder, program), ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  }

  /** Starts a worker, whose times are short, and whose clock may be ahead by some ms. */
  async startWorker({ ahead = 0, ...options } = {}) {
    const short = { concurrency: 10, rate: 1000, lock: 2_000, settle: 2_000, poll: 100, ...options };
    const args = Object.entries(short).map(([name, value]) => `--${name}=${value}`);
    const clock = ['--require', path.join(__dirname, 'clock-ahead.js')];
    const child = spawn(process.execPath, [...clock, path.join(fleetFolder, 'worker.js'), ...args], {
      env: { ...this.#env, CLOCK_AHEAD: String(ahead) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#workers.add(child);
    child.once('close', () => this.#workers.delete(child));
    child.stderr.on('data', (part) => (this.errors += part));
    await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
    return child;
  }

  /** Kills Redis, and starts it again. */
  restartRedis() {
    return this.#redis.restart();
  }

  /** Waits until that many tasks have ended, and returns the numbers of tasks by their state. */
  async ended(count) {
    for (;;) {
      const counts = await this.queue.getJobCounts();
      if (counts.completed + counts.failed >= count) {
        return counts;
      }
      await sleep(50);
    }
  }

  /** Waits until a task is as it should be, and returns it. */
  async task(id, isReady) {
    for (;;) {
      const task = await this.queue.getJob(id);
      if (task && (await isReady(task))) {
        return task;
      }
      await sleep(20);
    }
  }

  async stop() {
    await Promise.all(
      Array.from(this.#workers, (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        return closed;
      }),
    );
    await this.queue.close();
    this.#connection.disconnect();
    await this.#redis.stop();
  }
}

/** Starts a Redis, and returns a fleet without workers. */
async function startFleet(server) {
  return new Fleet(await new Redis().start(), server);
}

/**
 * Returns the jobs that have run or run, by their task, the oldest first.
 *
 * @param {{ baseURL: string, apiKey: string }} emulator
 * @returns {Promise<Map<string, any[]>>}
 */
async function jobsByTask({ baseURL, apiKey }) {
  const jobs = await new ModzyClient(baseURL, apiKey).listJobHistory({ perPage: 1000 }).toArray();
  const byTask = new Map();
  for (const job of jobs.toReversed()) {
    const [task] = job.jobInputs[0].identifier.split('.');
    byTask.set(task, [...(byTask.get(task) ?? []), job]);
  }
  return byTask;
}

module.exports = { fleetFolder, isMissing, jobsByTask, startFleet };
