'use strict';

// The options of calls and of clients: which there are, and what of them Rust is told.

const { ConsoleLog, LoggerLog } = require('../diagnostics/loggers.js');
const { proxy, readNetwork, tls } = require('./network.js');
const { bound, count, interval, notNegative, number, positive, wholeMs } = require('./numbers.js');
const { boolean, callback, headers, isGiven, isPlainObject, logger, oneOf, signal, string } = require('./checks.js');

/**
 * @typedef {object} CallOptions
 * @property {import('../../js-binding').BindingCallOptions} [binding] What Rust needs to know.
 * @property {string} [method] Whose they are.
 * @property {string} [jobIdentifier] The job that the call is about.
 * @property {import('../diagnostics/diagnostics.js').Trace} [trace] Whom the call is told to.
 * @property {number} [jobTimeout]
 * @property {number} [chunkSize]
 * @property {number} [concurrency]
 * @property {number} [limit]
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

const logging = oneOf('off', 'on', 'verbose');

/** The options of clients. */
const clientOptions = /** @type {const} */ ({
  connectTimeout: number,
  requestTimeout: number,
  idleTimeout: positive,
  retries: number,
  maxSockets: number,
  maxResponseBytes: number,
  headers,
  userAgent: string,
  proxy,
  tls,
  logger,
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

/**
 * Reads the arguments of a client's constructor: `(baseURL, apiKey, options)`, `({ apiKey, url, logging, ...options })` or
 * `({ teamId, teamToken, url, logging, ...options })`.
 *
 * @param {unknown[]} given
 * @returns {{ config: import('../../js-binding').BindingConfig, generation: 1 | 2, logs: import('../diagnostics/diagnostics.js').Log[] }}
 */
function readConstructor(given) {
  const [first, second, third] = given;
  if (typeof first !== 'object' || first === null) {
    const config = {
      baseUrl: credential(first, 'baseURL'),
      hostRoot: false,
      apiKey: credential(second, 'apiKey'),
    };
    const { settings, logs } = readClientOptions(third, {});
    return { config: Object.assign(Object.create(null), config, settings), generation: 1, logs };
  }
  if (isGiven(second)) {
    throw new TypeError(
      'the client takes (baseURL, apiKey, options) or ({ apiKey, url, ...options }), and no mixture of the two',
    );
  }
  const { apiKey, teamId, teamToken, url, logging: level, ...options } = ownMembers(first, 'the client');
  const config = {
    baseUrl: isGiven(url) ? credential(url, 'url') : 'https://app.modzy.com',
    hostRoot: true,
    ...readCredentials(apiKey, teamId, teamToken),
  };
  const { settings, logs } = readClientOptions(options, { apiKey, logging: level, teamId, teamToken, url });
  if (isGiven(level) && logging(level, 'logging') !== 'off') {
    logs.push(new ConsoleLog(String(level)));
  }
  return { config: Object.assign(Object.create(null), config, settings), generation: 2, logs };
}

/**
 * A key, or what a team has in its place.
 *
 * @param {unknown} apiKey
 * @param {unknown} teamId
 * @param {unknown} teamToken
 */
function readCredentials(apiKey, teamId, teamToken) {
  if (!isGiven(teamId) && !isGiven(teamToken)) {
    return { apiKey: credential(apiKey, 'apiKey') };
  }
  if (isGiven(apiKey)) {
    throw new TypeError(
      'Cannot initialize the modzy client: it takes apiKey, or teamId and teamToken, and no mixture of the two',
    );
  }
  return { teamId: credential(teamId, 'teamId'), teamToken: credential(teamToken, 'teamToken') };
}

/**
 * @param {unknown} given
 * @param {object} named What is known beside the options.
 */
function readClientOptions(given, named) {
  /** @type {Record<string, any>} */
  const options = { __proto__: null };
  for (const [name, value] of Object.entries(isGiven(given) ? ownMembers(given, 'the client') : {})) {
    if (!Object.hasOwn(clientOptions, name)) {
      throw unknownOption('the client', name, { ...named, ...clientOptions });
    }
    if (isGiven(value)) {
      options[name] = clientOptions[/** @type {keyof typeof clientOptions} */ (name)](value, name);
    }
  }
  const { proxy: url, tls: certificates, logger: listener, ...others } = options;
  const settings = { ...others, ...readNetwork({ proxy: url, tls: certificates }) };
  /** @type {import('../diagnostics/diagnostics.js').Log[]} */
  const logs = listener === undefined ? [] : [new LoggerLog(listener)];
  return { settings, logs };
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function credential(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`Cannot initialize the modzy client: the ${name} param should be a valid not empty string`);
  }
  return value;
}

/** @param {string} name */
function isCallOption(name) {
  return Object.hasOwn(callOptions, name);
}

module.exports = { isCallOption, ownMembers, readConstructor, readOptions };
