'use strict';

// Results of jobs.

const { isGiven } = require('../arguments/checks.js');
const { Session } = require('../calls/session.js');
const { ResponseError } = require('../errors.js');
const { AsyncQueue } = require('../iteration/async-queue.js');
const { openOutputStream } = require('../streams/output-stream.js');
const { ResultStream } = require('../streams/result-stream.js');

class ResultClient {
  #session;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
  }

  /** The root of the routes of results, as 1.x has it. */
  get baseURL() {
    return `${this.#session.baseURL}/results`;
  }

  /** The root of the host, as 2.x has it. */
  get baseUrl() {
    return this.#session.hostURL;
  }

  /** @param {unknown[]} given */
  async getResult(...given) {
    const { values, options } = this.#session.read('getResult', given);
    return this.#session.run('getResult', values.jobId, options);
  }

  /** @param {unknown[]} given */
  async getInputResult(...given) {
    const { values, options } = this.#session.read('getInputResult', given);
    const { jobId, inputKey } = values;
    return this.#session.run('getInputResult', JSON.stringify({ jobId, inputKey }), options);
  }

  /** @param {unknown[]} given */
  streamResults(...given) {
    return AsyncQueue.attempt(() => {
      const { values, options } = this.#session.read('streamResults', given);
      return new ResultStream(this.#session, values.job, options);
    });
  }

  /** @param {unknown[]} given */
  async getOutputContents(...given) {
    return await this.#session.call('getOutputContents', given, (reading) => this.#readOutput(reading));
  }

  /** @param {import('../arguments/read-call.js').Reading} reading */
  async #readOutput({ values, options }) {
    const { url, jobId, inputKey, outputName, responseType = 'json' } = values;
    if (url !== undefined && [jobId, inputKey, outputName].some(isGiven)) {
      throw new TypeError(
        'getOutputContents takes { jobId, inputKey, outputName } or { url }, and no mixture of the two',
      );
    }
    const argument = JSON.stringify(url === undefined ? { jobId, inputKey, outputName } : { url });
    const { bytes, type, status } = await this.#session.run('getOutputContents', argument, options, contentsOf);
    switch (responseType) {
      case 'arraybuffer':
        return bytes;
      case 'blob':
        return new Blob([bytes], { type });
      default:
        return readJsonOrText(bytes, {
          status,
          jobIdentifier: jobId,
          // The query of a URL may be a signature.
          url: url === undefined ? this.#urlOf(jobId, inputKey, outputName) : url.trim().replace(/[?#].*$/s, ''),
        });
    }
  }

  /** @param {string[]} place */
  #urlOf(...place) {
    const [job, input, output] = place.map(encodeURIComponent);
    return `${this.baseURL}/${job}/datasource/${input}/output/${output}`;
  }

  /** @param {unknown[]} given */
  async downloadOutput(...given) {
    const { values, options } = this.#session.read('downloadOutput', given);
    const { output, file } = values;
    return this.#session.run('downloadOutput', JSON.stringify({ output, file }), options, (text) => JSON.parse(text));
  }

  /** @param {unknown[]} given */
  async openOutput(...given) {
    const { values, options } = this.#session.read('openOutput', given);
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await openOutputStream(this.#session, values.output, options);
  }
}

/**
 * @param {string} text The status of the answer and, where the server tells it, the type of the bytes.
 * @param {Uint8Array} [bytes] Missing where the answer had no body.
 */
function contentsOf(text, bytes = Buffer.alloc(0)) {
  const { status, type } = JSON.parse(text);
  return {
    bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    type: type ?? '',
    status,
  };
}

/**
 * @param {Buffer} bytes
 * @param {{ status: number, jobIdentifier?: string, url: string }} request Where they came from, and with which status.
 * @returns {unknown}
 */
function readJsonOrText(bytes, request) {
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = 'the output is neither JSON nor text: ask for the responseType "arraybuffer" or "blob"';
    throw new ResponseError(message, { ...request, attempts: 1, sent: 'maybe', cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

module.exports = { ResultClient };
