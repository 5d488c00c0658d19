'use strict';

// Large inputs and outputs: uploads from a path and from memory, downloads to a file, and a large result, streamed by input.

const { closeSync, copyFileSync, openSync, utimesSync, writeFileSync, writeSync } = require('node:fs');
const { rm, stat } = require('node:fs/promises');
const path = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { CHUNK } = require('../clients.js');
const meters = require('../meters.js');
const { per, ratio, target } = require('../figures.js');

const KINDS = {
  path: { title: 'Upload of 1 GB from a path', clients: ['modzy-client', 'modzy-sdk 1.0.7', 'undici', 'curl', 'Rust'] },
  fresh: { title: 'Upload of 1 GB from a path that was just written', clients: ['modzy-client', 'Rust'] },
  buffer: { title: 'Upload of 1 GB from a Buffer', clients: ['modzy-client', 'modzy-sdk 1.0.7', 'undici'] },
  download: { title: 'Download of 1 GB to a file', clients: ['modzy-client', 'undici', 'curl', 'Rust'] },
  result: { title: 'Result of 100 MB, read through', clients: ['modzy-client', 'modzy-sdk 1.0.7', 'undici'] },
};

function points({ quick, clients, folder }) {
  const bytes = quick ? 3_000_000 : 1_000_000_000;
  const result = quick ? '4x25000' : '400x250000';
  const measured = [...clients, 'Rust'];
  return Object.entries(KINDS).flatMap(([kind, { clients: able }]) =>
    able
      .filter((client) => measured.includes(client))
      .map((client) =>
        kind === 'result' ? { kind, client, id: result, bytes: size(result) } : { kind, client, bytes, folder },
      ),
  );
}

function size(id) {
  const [inputs, each] = id.split('x');
  return inputs * each;
}

/** How long a file must be left alone until its metadata shows that it has not changed, in ms. */
const SETTLED = 125_000;

/** Creates the files to upload, and for curl, which cannot split a file, a full chunk and the last chunk. */
async function prepare({ folder, quick }) {
  const { bytes } = points({ quick, clients: ['modzy-client'], folder })[0];
  const chunk = Buffer.alloc(CHUNK, 'All of it, in order. ');
  const last = chunk.subarray(0, bytes % CHUNK);
  writeFileSync(path.join(folder, 'chunk'), chunk);
  writeFileSync(path.join(folder, 'last-chunk'), last);
  const file = openSync(path.join(folder, 'input'), 'w');
  for (let left = bytes; left > 0; left -= CHUNK) {
    writeSync(file, left < CHUNK ? last : chunk);
  }
  closeSync(file);
  copyFileSync(path.join(folder, 'input'), path.join(folder, 'fresh'));
  if (!quick) {
    await sleep(SETTLED);
  }
}

/** Returns the file that a measure uploads. */
function inputOf(kind, folder) {
  const file = path.join(folder, kind === 'fresh' ? 'fresh' : 'input');
  if (kind === 'fresh') {
    const now = new Date();
    utimesSync(file, now, now);
  }
  return file;
}

/** Returns the command line of a client that does not run in Node.js. */
function command({ client, kind, bytes, folder }, { rustClient, baseURL }) {
  const output = path.join(folder ?? '', 'output');
  if (client === 'Rust') {
    return kind === 'download'
      ? [rustClient, baseURL, 'download', String(bytes), output]
      : [rustClient, baseURL, 'upload', inputOf(kind, folder)];
  }
  if (client !== 'curl') {
    return undefined;
  }
  if (kind === 'download') {
    return ['curl', '-sf', '-o', output, `${baseURL}/results/job/datasource/input/output/${bytes}`];
  }
  const chunk = (name) =>
    [
      `url = "${baseURL}/jobs/job/file/input"`,
      `form = "input=@${path.join(folder, name)};filename=input"`,
      // Sends the body without waiting for `100 Continue`.
      'header = "Expect:"',
      'fail',
      'output = "/dev/null"',
    ].join('\n');
  const chunks = [...Array(Math.floor(bytes / CHUNK)).fill(chunk('chunk')), chunk('last-chunk')];
  const config = path.join(folder, 'curl.config');
  writeFileSync(config, chunks.join('\nnext\n'));
  return ['curl', '-s', '--fail-early', '-K', config];
}

async function run(connect, { kind, bytes, folder, id }) {
  const client = connect();
  await client.getJob('job');
  meters.mature();
  if (kind === 'result') {
    return readResult(client, id);
  }
  const work = {
    path: () => client.upload(inputOf(kind, folder)),
    fresh: () => client.upload(inputOf(kind, folder)),
    buffer: (buffer) => client.upload(buffer),
    download: () => client.download(bytes, path.join(folder, 'output')),
  };
  const buffer = kind === 'buffer' ? Buffer.alloc(bytes, 1) : undefined;
  const grown = meters.growth();
  const end = meters.start();
  const receipt = await work[kind](buffer);
  const figures = { ...end(), growth: grown() };
  const output = path.join(folder, 'output');
  const arrived = kind === 'download' ? (await stat(output)).size : receipt.inputByteAmount;
  if (!(arrived >= bytes)) {
    throw new Error(`${arrived} bytes arrived`);
  }
  await rm(output, { force: true });
  return figures;
}

/** Reads a result input by input if the client can stream it, otherwise as a whole. */
async function readResult(client, id) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const grown = meters.growth();
  const end = meters.start();
  delay.enable();
  let inputs = 0;
  if (client.streamResults) {
    for await (const { outputs } of client.streamResults(id)) {
      inputs += Object.keys(outputs).length;
    }
  } else {
    inputs = Object.keys((await client.getResult(id)).results).length;
  }
  const figures = { ...end(), growth: grown(), whole: !client.streamResults };
  // One more turn of the loop records the last delay.
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  if (inputs !== Number(id.split('x')[0])) {
    throw new Error(`${inputs} inputs`);
  }
  // The timer that measures the loop runs every millisecond.
  return { ...figures, heldP99: delay.percentile(99) / 1e6 - 1, heldMost: delay.max / 1e6 - 1 };
}

function report(results) {
  const of = (kind, client) => results.find((each) => each.kind === kind && each.client === client);
  const rate = (point) => per(point?.bytes / 1e6, point?.seconds);
  const perMB = (point, name) => per(point?.[name], point?.bytes / 1e6);
  const tables = Object.entries(KINDS).map(([kind, { title }]) => {
    const isResult = kind === 'result';
    const ours = rate(of(kind, 'modzy-client'));
    const rows = results.filter((each) => each.kind === kind);
    return {
      title,
      head: [
        'client',
        'MB/s',
        'modzy-client ÷ it',
        'CPU ms per MB',
        'main-thread ms per MB',
        'memory grows by, MB',
        ...(isResult ? ['loop held, p99, ms', 'at most, ms'] : []),
      ],
      rows: rows.map((point) => [
        point.whole ? `${point.client}, as a whole` : point.client,
        rate(point),
        ratio(ours, rate(point)),
        perMB(point, 'cpuMs'),
        perMB(point, 'threadMs'),
        point.growth / 1e6,
        ...(isResult ? [point.heldP99, point.heldMost] : []),
      ]),
    };
  });
  const [fromPath, fromBuffer, download] = ['path', 'buffer', 'download'].map((kind) => of(kind, 'modzy-client'));
  const result = of('result', 'modzy-client');
  const streamed = result?.whole === false ? result : undefined;
  const MiB = 2 ** 20;
  return {
    tables,
    targets: [
      target("upload from a path ÷ 1.0.7's MB/s", rate(fromPath) / rate(of('path', 'modzy-sdk 1.0.7')), '≥', 1.5),
      target("upload from a Buffer ÷ 1.0.7's MB/s", rate(fromBuffer) / rate(of('buffer', 'modzy-sdk 1.0.7')), '≥', 1.5),
      target("upload from a path ÷ curl's MB/s", rate(fromPath) / rate(of('path', 'curl')), '≥', 0.9),
      target("download ÷ curl's MB/s", rate(download) / rate(of('download', 'curl')), '≥', 0.9),
      target('upload from a path: main-thread ms per MB', perMB(fromPath, 'threadMs'), '≤', 0.05),
      target('upload from a Buffer: main-thread ms per MB', perMB(fromBuffer, 'threadMs'), '≤', 0.3),
      target('upload from a path: memory grows by, MiB', fromPath?.growth / MiB, '≤', 24),
      target('upload from a Buffer: memory grows by, MiB', fromBuffer?.growth / MiB, '≤', 24),
      target('download: memory grows by, MiB', download?.growth / MiB, '≤', 24),
      target('result, streamed: memory grows by, MiB beside one input', streamed?.growth / MiB, '≤', 24),
      target("result, streamed: MB/s ÷ undici's as a whole", rate(streamed) / rate(of('result', 'undici')), '≥', 1),
      target('result, streamed: loop held at p99, ms', streamed?.heldP99, '≤', 10),
      target('result, streamed: loop held at most, ms', streamed?.heldMost, '≤', 30),
    ],
    charts: [],
  };
}

module.exports = { command, points, prepare, report, rounds: 3, run };
