'use strict';

// `npm run bench`: builds the clients, measures them, prints the figures, and writes them to docs/performance.md and README.md here.
//
//   npm run bench -- calls waits data clients start   (the groups to measure; default: all)
//   npm run bench -- --quick                     (only checks that everything works; writes nothing)
//   npm run bench -- --clients modzy-client,undici
//   npm run bench -- --debug                     (uses the existing unoptimized addon and programs; writes nothing)

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtemp, rm } = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { inspect, parseArgs } = require('node:util');
const { buildBench, buildRelease, built } = require('../scripts/builds.js');
const { installPackages, prepare } = require('../scripts/setup.js');
const { print, write } = require('./report.js');
const { measureAll } = require('./runner.js');

/** The measures of each group that the command line can name. */
const GROUPS = {
  calls: ['calls', 'result'],
  waits: ['waits', 'listing'],
  data: ['data'],
  clients: ['clients'],
  start: ['start'],
};

const CLIENTS = ['modzy-client', 'modzy-sdk 1.0.7', 'undici', 'fetch', 'curl'];

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      debug: { type: 'boolean', default: false },
      clients: { type: 'string', default: CLIENTS.join(',') },
    },
  });
  const groups = positionals.length > 0 ? positionals : Object.keys(GROUPS);
  const clients = values.clients.split(',');
  for (const [known, given] of [
    [Object.keys(GROUPS), groups],
    [CLIENTS, clients],
  ]) {
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new Error(`unknown name ${unknown}; the known names are ${known.join(', ')}`);
    }
  }
  return { ...values, groups, clients };
}

function build() {
  prepare();
  installPackages(__dirname);
  buildRelease();
  buildBench();
}

async function startServer(folder) {
  const child = spawn(path.join(folder, 'bench-server'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const [baseURL] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`bench-server ended with ${code ?? signal}`);
    }),
  ]);
  return { baseURL, rustClient: path.join(folder, 'bench-client'), stop: () => child.stdin.end() };
}

/** Shows the progress if standard error is a terminal. */
function show(line) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${line}\x1b[K`);
  }
}

async function main() {
  const { groups, debug, quick, clients } = readArguments();
  if (!debug) {
    build();
  }
  if (quick) {
    console.log(
      'Quick check: the measurements are small, so the figures mean nothing, and the titles state the full sizes.',
    );
  }
  const server = await startServer(built(debug ? 'debug' : 'release'));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modzy-bench-'));
  try {
    for (const group of groups) {
      const reports = [];
      for (const name of GROUPS[group]) {
        const results = await measureAll(name, { quick, clients, folder }, server, show);
        show('');
        reports.push(require(`./measures/${name}.js`).report(results));
      }
      const report = {
        tables: reports.flatMap(({ tables }) => tables),
        targets: reports.flatMap(({ targets }) => targets),
        charts: reports.flatMap(({ charts }) => charts),
      };
      print(report);
      if (!quick && !debug) {
        write(group, report);
      }
    }
  } finally {
    server.stop();
    await rm(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(inspect(error));
  process.exitCode = 1;
});
