'use strict';

// The arguments of a client's constructor: its credentials and its options. The proxy and the certificates are read by network.js.

const { ConsoleLog, LoggerLog } = require('../diagnostics/loggers.js');
const { callback, headers, isGiven, mistaken, oneOf, string } = require('./checks.js');
const { proxy, readNetwork, tls } = require('./network.js');
const { number, positive } = require('./numbers.js');
const { ownMembers, unknownOption } = require('./options.js');

/**
 * Where a client writes what it does. Levels that it does not have are not written.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {import('../../types/options.js').Logger}
 */
function logger(value, name) {
  const given = /** @type {any} */ (value);
  const levels = ['debug', 'info', 'warn', 'error'];
  const isObject = typeof given === 'object' || typeof given === 'function';
  if (!isObject || levels.every((level) => !isGiven(given[level]))) {
    throw mistaken(name, 'an object with one or more of the methods debug, info, warn and error');
  }
  for (const method of [...levels, 'isLevelEnabled']) {
    if (isGiven(given[method])) {
      callback(given[method], `${name}.${method}`);
    }
  }
  return given;
}

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
 * Reads the arguments of a client's constructor: `(baseURL, apiKey, options)`, `({ apiKey, url, logging, ...options })` or
 * `({ teamId, teamToken, url, logging, ...options })`.
 *
 * @param {unknown[]} given
 * @returns {{ config: import('../../js-binding').BindingConfig, generation: 1 | 2, logs: import('../diagnostics/loggers.js').Log[] }}
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
  /** @type {import('../diagnostics/loggers.js').Log[]} */
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
  return string(value, name);
}

module.exports = { readConstructor };
