'use strict';

// The table of the options of calls and clients: the check of each option, the methods that take it, and the side that uses it.
// Reading them is left to options.js and client-options.js. The defaults are set in Rust.

const { argumentError } = require('../stacks.js');
const { boolean, callback, isPlainObject, logger, oneOf, signal } = require('./checks.js');
const { credential } = require('./credentials.js');
const { headers, userAgent } = require('./headers.js');
const { proxy, tls } = require('./network.js');
const { atLeastOne, bound, count, fromZero, milliseconds, size, wholeMs } = require('./numbers.js');

/**
 * The kinds of calls, which differ in the options that they take.
 *
 * @typedef {'read' | 'list' | 'dataUrl' | 'download' | 'submit' | 'upload' | 'wait' | 'waitMany' | 'watch'} CallKind
 *
 * A taker of an option: a kind of calls, any client, or a client whose settings are one object.
 *
 * @typedef {CallKind | 'client' | 'initiator'} Taker
 *
 * @typedef {object} Option
 * @property {(value: any, name: string) => any} check Returns the converted value. Throws an error with the option's name if the
 *   value is invalid.
 * @property {'rust' | 'javascript'} side The side that uses the option.
 * @property {readonly Taker[]} takers
 */

/** Waits, which go on after a failed request. */
const waits = /** @type {const} */ (['wait', 'waitMany', 'watch']);
const submits = /** @type {const} */ (['submit', 'upload']);
const transfers = /** @type {const} */ (['upload', 'download']);
const requests = /** @type {const} */ (['read', 'list', 'dataUrl', 'download', ...submits]);
const calls = /** @type {const} */ ([...requests, ...waits]);

/**
 * @param {Option['check']} check
 * @param {...Taker} takers
 * @returns {Option}
 */
function inRust(check, ...takers) {
  return { check, side: 'rust', takers };
}

/**
 * @param {Option['check']} check
 * @param {...Taker} takers
 * @returns {Option}
 */
function inJavaScript(check, ...takers) {
  return { check, side: 'javascript', takers };
}

/** @satisfies {Record<string, Option>} */
const options = {
  // Credentials and server
  apiKey: inRust(credential, 'initiator'),
  teamId: inRust(credential, 'initiator'),
  teamToken: inRust(credential, 'initiator'),
  url: inRust(credential, 'initiator'),
  // Requests
  connectTimeout: inRust(milliseconds(1), 'client'),
  headers: inRust(headers, 'client', ...calls),
  idleTimeout: inRust(milliseconds(1), 'client', ...transfers),
  maxResponseBytes: inRust(size, 'client'),
  maxSockets: inRust(count, 'client'),
  proxy: inRust(proxy, 'client'),
  requestTimeout: inRust(milliseconds(1), 'client', ...calls),
  retries: inRust(fromZero, 'client', ...requests),
  signal: inJavaScript(signal, ...calls),
  tls: inRust(tls, 'client'),
  userAgent: inRust(userAgent, 'client'),
  // Submits
  chunkSize: inJavaScript(count, 'upload'),
  jobTimeout: inJavaScript(wholeMs, ...submits),
  onUploadProgress: inJavaScript(callback, 'upload'),
  // Waits
  concurrency: inJavaScript(bound, 'waitMany'),
  maxOutage: inRust(milliseconds(0), ...waits),
  onProgress: inJavaScript(callback, 'wait', 'waitMany'),
  pollInterval: inRust(milliseconds(1), ...waits),
  waitTimeout: inRust(milliseconds(0), ...waits),
  // Cancellation of the job after an abort. An upload always cancels its job.
  cancelOnAbort: inJavaScript(boolean, 'submit', ...waits),
  onCancel: inJavaScript(callback, ...submits, ...waits),
  // Results
  limit: inJavaScript(bound, 'list'),
  maxBytes: inJavaScript(bound, 'dataUrl'),
  onDownloadProgress: inJavaScript(callback, 'download'),
  // Logs
  logger: inJavaScript(logger, 'client'),
  logging: inJavaScript(oneOf('off', 'on', 'verbose'), 'initiator'),
};

/** @typedef {keyof typeof options} OptionName */

/** Other names that single methods accept for an option: the option's name, and the check of a value under the other name. */
const otherNames = {
  // 2.x passed it to a timer, for which 0 means 1.
  timeout: { name: 'pollInterval', check: atLeastOne(milliseconds(0)) },
};

/**
 * Returns the names of the options that any of the takers accepts, sorted.
 *
 * @param {...Taker} takers
 * @returns {string[]}
 */
function namesOf(...takers) {
  return Object.entries(options)
    .filter(([, { takers: those }]) => those.some((taker) => takers.includes(taker)))
    .map(([name]) => name)
    .sort();
}

const known = {
  call: namesOf(...calls),
  client: namesOf('client'),
  initiator: namesOf('client', 'initiator'),
};

/**
 * Returns the option with a name. Throws if it is unknown.
 *
 * @param {string} name
 * @param {keyof typeof known} of
 * @param {string} owner The method or the client, for the error message.
 * @returns {Option}
 */
function optionOf(name, of, owner) {
  if (!known[of].includes(name)) {
    throw argumentError(`${owner}: unknown option ${name}; known are ${known[of].join(', ')}`);
  }
  return options[/** @type {OptionName} */ (name)];
}

/** @param {string} name */
function isCallOption(name) {
  return known.call.includes(name);
}

/**
 * Returns the own members of an options object, without a prototype, so that inherited members cannot be read.
 *
 * @param {unknown} given
 * @param {string} owner
 * @returns {Record<string, unknown>}
 */
function ownMembers(given, owner) {
  if (!isPlainObject(given)) {
    throw argumentError(`${owner}: the options should be a plain object`);
  }
  return { __proto__: null, ...given };
}

module.exports = { isCallOption, namesOf, optionOf, options, otherNames, ownMembers };
