'use strict';

// A worker that subscribes to the channels, makes calls, and posts the messages.

const { AsyncLocalStorage } = require('node:async_hooks');
const diagnostics = require('node:diagnostics_channel');
const { parentPort, workerData } = require('node:worker_threads');
const { ModzyClient } = require('modzy-client');

const storage = new AsyncLocalStorage();
const messages = [];

for (const name of [
  'modzy:request:start',
  'modzy:request:retry',
  'modzy:request:end',
  'modzy:request:error',
  'modzy:wait:poll',
]) {
  diagnostics.subscribe(name, ({ request, status, delayMs }) => {
    request.headers['x-thread'] = 'worker';
    const { method, jobIdentifier } = request;
    messages.push({ name, method, jobIdentifier, status, hasNext: delayMs !== undefined, store: storage.getStore() });
  });
}

async function main() {
  const { job, ...options } = workerData;
  const client = new ModzyClient({ ...options, proxy: false });
  await client.submitJobText('ed542963de', '1.0.1', { a: { 'input.txt': 'What a lovely day!' } });
  await client.blockUntilComplete(job, { pollInterval: 10 });
  await client.getJob('none').catch(() => {});
  parentPort.postMessage(messages);
}

storage.run('of the worker', main);
