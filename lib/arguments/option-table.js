'use strict';

// The one table of options, of calls and of clients: what each may be, what takes it, and which side uses it. Reading them is
// left to options.js and client-options.js; the defaults are Rust's.

const { argumentError } = require('../stacks.js');
const { boolean, callback, isPlainObject, logger, oneOf, signal } = require('./checks.js');
const { credential } = require('./credentials.js');
const { headers, userAgent } = require('./headers.js');
const { proxy, tls } = require('./network.js');
const { atLeastOne, bound, count, fromZero, milliseconds, size, wholeMs } = require('./numbers.js');

/**
 * The kinds of calls by the options that they take.
 *
 * @typedef {'read' | 'list' | 'dataUrl' | 'download' | 'submit' | 'upload' | 'wait' | 'waitMany' | 'watch'} CallKind
 *
 * What takes an option: a kind of calls, any client, or a client whose settings are one object.
 *
 * @typedef {CallKind | 'client' | 'initiator'} Taker
 *
 * @typedef {object} Option
 * @property {(value: any, name: string) => any} check Returns what the value means. The error of one that it cannot be names it.
 * @property {'rust' | 'javascript'} side Which one uses it.
 * @property {readonly Taker[]} takers
 */

/** Waits, which are not ended by a failed request. */
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
  // Who the client is, and where.
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
  // What becomes of the job when the signal fires. An upload cancels its job in any case.
  cancelOnAbort: inJavaScript(boolean, 'submit', ...waits),
  onCancel: inJavaScript(callback, ...submits, ...waits),
  // What comes back
  limit: inJavaScript(bound, 'list'),
  maxBytes: inJavaScript(bound, 'dataUrl'),
  onDownloadProgress: inJavaScript(callback, 'download'),
  // Logs
  logger: inJavaScript(logger, 'client'),
  logging: inJavaScript(oneOf('off', 'on', 'verbose'), 'initiator'),
};

/** @typedef {keyof typeof options} OptionName */

/** Names that single methods have for an option: the name here, and what the value may be under the other one. */
const otherNames = {
  // 2.x counted on timers, for which 0 is 1.
  timeout: { name: 'pollInterval', check: atLeastOne(milliseconds(0)) },
};

/**
 * The names of the options of calls, or of those of clients.
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
 * The option of a name.
 *
 * @param {string} name
 * @param {keyof typeof known} of
 * @param {string} owner Whose options they are: a method, or the client.
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
 * The options that stand in an object, without a prototype, so that nothing but what is given can be read from it.
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
