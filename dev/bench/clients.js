'use strict';

// The measured clients, with the same methods. For undici and fetch they are the code that a careful user would write, without
// retries, checks and timeouts.

const { createWriteStream } = require('node:fs');
const { open } = require('node:fs/promises');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

const KEY = 'bench.secret';
const MODEL = ['d1g35t0256', '1.0.0'];
const CHUNK = 1 << 20;
const SOCKETS = 256;

/** Yields the chunks of a path or of bytes. */
async function* chunksOf(source) {
  if (typeof source !== 'string') {
    for (let at = 0; at < source.length; at += CHUNK) {
      yield source.subarray(at, at + CHUNK);
    }
    return;
  }
  const file = await open(source);
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK);
    if (bytesRead === 0) {
      break;
    }
    yield buffer.subarray(0, bytesRead);
  }
  await file.close();
}

/** Returns a form with one part. */
function multipart(chunk) {
  const head = '--bench\r\nContent-Disposition: form-data; name="input"; filename="input"\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), chunk, Buffer.from('\r\n--bench--\r\n')]);
  return { body, type: 'multipart/form-data; boundary=bench' };
}

/** Returns a client on top of a function that sends a request and returns its response as JSON and as a stream. */
function byHand(baseURL, send) {
  const request = (method, path, { body, type = 'application/json' } = {}) => {
    const headers = { authorization: `ApiKey ${KEY}`, 'content-type': type };
    return send(baseURL + path, { method, headers, body });
  };
  const json = async (...args) => (await request(...args)).json();
  return {
    getJob: (id) => json('GET', `/jobs/${id}`),
    getResult: (id) => json('GET', `/results/${id}`),
    async wait(id, { pollInterval, signal }) {
      for (;;) {
        const job = await json('GET', `/jobs/${id}`);
        if (job.status !== 'IN_PROGRESS') {
          return job;
        }
        await sleep(pollInterval, undefined, { signal });
      }
    },
    async upload(source) {
      const { jobIdentifier } = await json('POST', '/jobs', { body: '{}' });
      await json('GET', '/jobs/features');
      for await (const chunk of chunksOf(source)) {
        await json('POST', `/jobs/${jobIdentifier}/file/input`, multipart(chunk));
      }
      return json('POST', `/jobs/${jobIdentifier}/close`, { body: '{}' });
    },
    async download(bytes, file) {
      const answer = await request('GET', `/results/job/datasource/input/output/${bytes}`);
      await pipeline(answer.stream(), createWriteStream(file));
    },
  };
}

/** Functions that create a client for the root of a server. Each loads its package when it is called. */
const clients = {
  'modzy-client'(baseURL, settings) {
    const { ModzyClient } = require('../..');
    const client = new ModzyClient(baseURL, KEY, settings);
    return {
      client,
      /** How many requests the server has received. */
      requests: async () => (await client.request({ method: 'GET', path: '/requests' })).body,
      getJob: (id) => client.getJob(id),
      getResult: (id) => client.getResult(id),
      wait: (id, options) => client.blockUntilComplete(id, { ...options, cancelOnAbort: true }),
      upload: (source) => client.submitJobFile(...MODEL, { file: { input: source } }),
      download: (bytes, file) =>
        client.downloadOutput({ jobId: 'job', inputKey: 'input', outputName: String(bytes) }, file),
      streamResults: client.streamResults.bind(client),
    };
  },
  'modzy-client for each call'(baseURL) {
    const { ModzyClient } = require('../..');
    return { getJob: (id) => new ModzyClient(baseURL, KEY).getJob(id) };
  },
  'modzy-client with await using'(baseURL) {
    const { ModzyClient } = require('../..');
    return {
      async getJob(id) {
        const client = new ModzyClient(baseURL, KEY);
        try {
          return await client.getJob(id);
        } finally {
          await client[Symbol.asyncDispose]();
        }
      },
    };
  },
  'modzy-sdk 1.0.7'(baseURL) {
    const { ModzyClient } = require('@modzy/modzy-sdk');
    const client = new ModzyClient(baseURL, KEY);
    return {
      getJob: (id) => client.getJob(id),
      getResult: (id) => client.getResult(id),
      wait: (id) => client.blockUntilComplete({ jobIdentifier: id }),
      upload: (source) => client.submitJobFiles(...MODEL, { file: { input: source } }),
    };
  },
  undici(baseURL) {
    const { Agent, request } = require('undici');
    const dispatcher = new Agent({ connections: SOCKETS });
    return byHand(baseURL, async (url, options) => {
      const { body } = await request(url, { ...options, dispatcher });
      return { json: () => body.json(), stream: () => body };
    });
  },
  fetch(baseURL) {
    return byHand(baseURL, async (url, options) => {
      const response = await fetch(url, options);
      return { json: () => response.json(), stream: () => Readable.fromWeb(response.body) };
    });
  },
};

module.exports = { CHUNK, clients };
