'use strict';

// The options of calls: which there are, and which of them are passed on to Rust. Those of clients are in client-options.js.

const { boolean, callback, headers, isGiven, isPlainObject, signal } = require('./checks.js');
const { bound, count, interval, notNegative, number, positive, wholeMs } = require('./numbers.js');

/**
 * @typedef {object} CallOptions
 * @property {import('../../js-binding').BindingCallOptions} [binding] What Rust needs to know.
 * @property {string} [method] Whose they are.
 * @property {string} [jobIdentifier] The job that the call is about.
 * @property {import('../diagnostics/diagnostics.js').Trace} [trace] What reports the call to subscribers and loggers.
 * @property {number} [jobTimeout]
 * @property {number} [chunkSize]
 * @property {number} [concurrency]
 * @property {number} [limit]
 * @property {number} [maxBytes]
 * @property {import('../calls/signals.js').Signal} [signal]
 * @property {boolean} [cancelOnAbort]
 * @property {(outcome: object) => void} [onCancel]
 * @property {(job: object) => void} [onProgress]
 * @property {(progress: object) => void} [onUploadProgress]
 * @property {(progress: object) => void} [onDownloadProgress]
 */

/** The options of calls. `true`: Rust is told. */
const callOptions = /** @type {const} */ ({
  requestTimeout: [number, true],
  retries: [number, true],
  headers: [headers, true],
  idleTimeout: [positive, true],
  signal: [signal, false],
  jobTimeout: [wholeMs, false],
  chunkSize: [count, false],
  concurrency: [bound, false],
  limit: [bound, false],
  maxBytes: [bound, false],
  pollInterval: [positive, true],
  waitTimeout: [notNegative, true],
  maxOutage: [notNegative, true],
  cancelOnAbort: [boolean, false],
  onCancel: [callback, false],
  onProgress: [callback, false],
  onUploadProgress: [callback, false],
  onDownloadProgress: [callback, false],
});

/** What single methods of 2.x call an option: its name here, and what it may be. */
const renamedOptions = /** @type {const} */ ({
  timeout: ['pollInterval', interval],
});

/**
 * @param {unknown} given
 * @param {string} owner
 * @returns {Record<string, unknown>}
 */
function ownMembers(given, owner) {
  if (!isPlainObject(given)) {
    throw new TypeError(`${owner}: the options should be a plain object`);
  }
  return { __proto__: null, ...given };
}

/**
 * @param {string} owner
 * @param {string} name
 * @param {object} known
 */
function unknownOption(owner, name, known) {
  return new TypeError(`${owner}: unknown option ${name}; known are ${Object.keys(known).sort().join(', ')}`);
}

/**
 * The options as they are named here.
 *
 * @param {unknown} given
 * @param {string} method
 * @param {(keyof typeof renamedOptions)[]} renamed Which of them the method knows by another name.
 */
function withOwnNames(given, method, renamed) {
  const options = ownMembers(given, method);
  for (const former of renamed) {
    const [name, read] = renamedOptions[former];
    if (isGiven(options[former])) {
      if (isGiven(options[name])) {
        throw new TypeError(`${method}: the option ${name} is given twice, as ${name} and as ${former}`);
      }
      options[name] = read(options[former], former);
    }
    delete options[former];
  }
  return options;
}

/**
 * @param {unknown} given
 * @param {string} method
 * @param {(keyof typeof renamedOptions)[]} [renamed] Which of them the method knows by another name.
 * @returns {CallOptions}
 */
function readOptions(given, method, renamed = []) {
  /** @type {any} */
  // Without a prototype, so that nothing but what is given can be read from it, here or in Rust.
  const options = { __proto__: null, binding: undefined };
  if (!isGiven(given)) {
    return options;
  }
  for (const [name, value] of Object.entries(withOwnNames(given, method, renamed))) {
    if (!Object.hasOwn(callOptions, name)) {
      throw unknownOption(method, name, callOptions);
    }
    if (isGiven(value)) {
      const [read, forRust] = callOptions[/** @type {keyof typeof callOptions} */ (name)];
      if (forRust) {
        options.binding ??= { __proto__: null };
        options.binding[name] = read(value, name);
      } else {
        options[name] = read(value, name);
      }
    }
  }
  if ([options.onProgress, options.onUploadProgress, options.onDownloadProgress].some(isGiven)) {
    options.binding ??= { __proto__: null };
    options.binding.progress = true;
  }
  return options;
}

/** @param {string} name */
function isCallOption(name) {
  return Object.hasOwn(callOptions, name);
}

module.exports = { isCallOption, ownMembers, readOptions, unknownOption };
