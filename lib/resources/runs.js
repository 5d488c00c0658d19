'use strict';

// The methods from a model and inputs to a receipt, or to results; and requests to any route.

const { invalidParam, string } = require('../arguments/checks.js');
const { modelInputs } = require('../arguments/model-inputs.js');
const { rawRequest } = require('../arguments/raw-request.js');
const { required } = require('../arguments/rows.js');
const { adviceForFiles } = require('../arguments/texts-of-files.js');
const { readDocument, writeBody, writeTexts } = require('../documents.js');
const { writeJson } = require('../json.js');
const { argumentError } = require('../stacks.js');
const { readModelSources } = require('../streams/upload-sources.js');
const { methodsOf, own } = require('./resource.js');

/**
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../calls/session.js').Session} Session
 */

/** Unlike that of 1.x for a string, its message names the method. @type {typeof string} */
const modelName = (value, name) => {
  if (typeof value !== 'string') {
    throw invalidParam(name, 'a string: "<model>", or "<model>@<version>" for a certain version', value);
  }
  return string(value, name);
};

const parameters = [required('model', modelName), required('inputs', modelInputs)];

const rows = {
  run: own('run', ['run'], parameters, (session, reading) => start(session, 'run', reading, readRan)),
  submit: own('submitModel', ['submit'], parameters, (session, reading) =>
    start(session, 'submit', reading, readDocument),
  ),
  request: own('read', ['rawRead', 'rawWrite'], [required('route', rawRequest)], request),
};

/**
 * @param {Session} session
 * @param {'run' | 'submit'} operation
 * @param {Reading} reading
 * @param {import('../calls/call.js').Reader} answer
 */
function start(session, operation, { values: { model, inputs }, options }, answer) {
  const { files, carried } = readModelSources(inputs);
  const { explain, failures, jobTimeout: timeout, chunkSize } = options;
  const { isSingle } = inputs;
  if (options.site !== undefined) {
    options.site.advice = adviceForFiles(inputs);
  }
  const argument = writeTexts({ model, isSingle, inputs: files, explain, failures, timeout, chunkSize });
  // An abort of an upload cancels its job. In a run, Rust does so, because an abort of the wait need not.
  const isUpload = operation === 'submit' && files.some(({ text }) => text === undefined);
  const settings = isUpload ? Object.assign(Object.create(options), { isUpload: true }) : options;
  return session.run(operation, argument, settings, answer, carried);
}

/** @param {{ job: string, results: string, failures: string, outputs?: string }} ran */
function readRan({ job, results, failures, outputs }) {
  return {
    job: readDocument(job),
    results: readDocument(results),
    failures: readDocument(failures),
    ...(outputs !== undefined && { outputs: readDocument(outputs) }),
  };
}

/**
 * @param {Session} session
 * @param {Reading} reading
 */
function request(session, { values: { route }, options }) {
  const { method, path, query, body, headers, takesBytes } = route;
  const json = body === undefined ? undefined : writeBody(body, 'route.body');
  if (body !== undefined && json === undefined) {
    throw argumentError('the route.body param should be a value that JSON has');
  }
  const argument = writeJson({ method, path, query, body: json, takesBytes });
  return session.run(method === 'GET' ? 'rawRead' : 'rawWrite', argument, withHeaders(options, headers), readRaw);

  /** @param {{ status: number, headers: string[], body: Uint8Array }} response */
  function readRaw({ status, headers: pairs, body: bytes }) {
    const { buffer, byteOffset, byteLength } = bytes;
    const content = Buffer.from(buffer, byteOffset, byteLength);
    return {
      status,
      headers: headersOf(pairs),
      body: takesBytes ? content : readDocument(content.toString('utf8')),
    };
  }
}

/**
 * Adds the headers of a route to those of the options, which they replace.
 *
 * @param {import('../arguments/options.js').CallOptions} options
 * @param {Record<string, string> | undefined} headers
 */
function withHeaders(options, headers) {
  if (headers === undefined) {
    return options;
  }
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const others = Object.entries(options.binding?.headers ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  const binding = {
    __proto__: null,
    ...options.binding,
    headers: { __proto__: null, ...Object.fromEntries(others), ...headers },
  };
  return Object.assign(Object.create(options), { binding });
}

/**
 * Returns the headers of a response by their names in lower case. Several values are joined, as `Headers` does.
 *
 * @param {string[]} pairs Names and values in turn.
 */
function headersOf(pairs) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const [name = '', value = ''] = pairs.slice(at, at + 2);
    const all = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
    // A header may have the name of an inherited setter.
    Object.defineProperty(headers, name, { value: all, enumerable: true, configurable: true, writable: true });
  }
  return headers;
}

module.exports = { methods: methodsOf(rows), rows };
