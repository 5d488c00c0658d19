'use strict';

// The table of the options of calls and clients: the check of each option, the methods that take it, and the side that uses it.
// Reading them is left to options.js and client-options.js. The defaults are set in Rust.

const { argumentError } = require('../stacks.js');
const { boolean, callback, isGiven, isPlainObject, logger, oneOf, signal } = require('./checks.js');
const { credential } = require('./credentials.js');
const { headers, userAgent } = require('./headers.js');
const { listed, namesOfKinds } = require('./methods.js');
const { nearest } = require('./nearest.js');
const { proxy, tls } = require('./network.js');
const { atLeastOne, bound, count, fromZero, fromZeroOrInfinite, milliseconds, size, wholeMs } = require('./numbers.js');
const { targetPath } = require('./paths.js');

/**
 * The kinds of calls, which differ in the options that they take.
 *
 * @typedef {'read' | 'list' | 'download' | 'submit' | 'embed' | 'upload' | 'append' | 'deploy' | 'submitModel' | 'run' | 'wait'
 *   | 'waitMany' | 'watch' | 'step' | 'stepWait' | 'pathUrl' | 'blobUrl' | 'close'} CallKind
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
const waits = /** @type {const} */ (['wait', 'waitMany', 'watch', 'run', 'stepWait']);
/** Waits for jobs. */
const jobWaits = /** @type {const} */ (['wait', 'waitMany', 'watch', 'run']);
/** Submits of texts or files, whichever the inputs are. */
const models = /** @type {const} */ (['submitModel', 'run']);
const submits = /** @type {const} */ (['submit', 'embed', 'upload', ...models]);
const uploads = /** @type {const} */ (['upload', 'append', ...models]);
/** Calls that make requests, and are over with them. */
const requests = /** @type {const} */ (['read', 'list', 'download', 'append', 'deploy', 'step', ...submits]);
/** Calls that only read a file or a Blob. */
const dataUrls = /** @type {const} */ (['pathUrl', 'blobUrl']);

/**
 * @param {Option['check']} check
 * @param {...Taker} takers
 * @returns {Option}
 */
function inRust(check, ...takers) {
  return { check, side: 'rust', takers: unique(takers) };
}

/**
 * @param {Option['check']} check
 * @param {...Taker} takers
 * @returns {Option}
 */
function inJavaScript(check, ...takers) {
  return { check, side: 'javascript', takers: unique(takers) };
}

/**
 * A run is a submit and a wait.
 *
 * @param {Taker[]} takers
 */
function unique(takers) {
  return [...new Set(takers)];
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
  headers: inRust(headers, 'client', ...requests, ...waits),
  idleTimeout: inRust(milliseconds(1), 'client', 'download', 'embed', 'blobUrl', ...uploads),
  maxResponseBytes: inRust(size, 'client'),
  maxSockets: inRust(count, 'client'),
  polling: inRust(oneOf('individual', 'listing'), 'client'),
  proxy: inRust(proxy, 'client'),
  requestTimeout: inRust(milliseconds(1), 'client', ...requests, ...waits),
  retries: inRust(fromZero, 'client', ...requests),
  retryBudget: inRust(fromZeroOrInfinite, 'client'),
  signal: inJavaScript(signal, ...requests, ...waits, ...dataUrls),
  tls: inRust(tls, 'client'),
  transport: inRust(oneOf('shared', 'own'), 'client'),
  userAgent: inRust(userAgent, 'client'),
  // Submits
  chunkSize: inJavaScript(count, ...uploads),
  jobTimeout: inJavaScript(wholeMs, ...submits),
  explain: inJavaScript(boolean, ...models),
  onOpen: inJavaScript(callback, 'upload', ...models),
  onSubmit: inJavaScript(callback, 'waitMany', 'run'),
  onUploadProgress: inJavaScript(callback, ...uploads),
  // Waits
  concurrency: inJavaScript(bound, 'waitMany'),
  maxOutage: inRust(milliseconds(0), 'deploy', ...waits),
  maxPollInterval: inRust(milliseconds(1), ...jobWaits),
  onProgress: inJavaScript(callback, 'deploy', 'stepWait', 'wait', 'waitMany', 'run'),
  pollInterval: inRust(milliseconds(1), 'deploy', ...waits),
  stepTimeout: inRust(milliseconds(1), 'deploy', 'step', 'stepWait'),
  waitTimeout: inRust(milliseconds(0), ...jobWaits),
  // Cancellation of the job after an abort. An upload always cancels its job.
  cancelOnAbort: inJavaScript(boolean, 'submit', 'embed', 'submitModel', ...jobWaits),
  onCancel: inJavaScript(callback, ...submits, ...jobWaits),
  // Results
  failures: inJavaScript(oneOf('reject', 'return'), 'run'),
  results: inJavaScript(boolean, 'waitMany'),
  journal: inJavaScript(targetPath, 'waitMany'),
  limit: inJavaScript(bound, 'list'),
  maxBytes: inJavaScript(bound, ...dataUrls),
  onDownloadProgress: inJavaScript(callback, 'download'),
  // The end of a client
  drain: inJavaScript(milliseconds(0), 'close'),
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

/**
 * Returns the option with a name, if the taker accepts it; `undefined` for one of others that has no value. Throws for any other.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {CallKind | 'client' | 'initiator'} taker
 * @param {string} owner The method or the client, for the error message.
 * @param {readonly string[]} [others] The other names that the method accepts.
 * @returns {Option | undefined}
 */
function optionOf(name, value, taker, owner, others = []) {
  // The object form of the constructor takes those of any client, too.
  const takers = taker === 'initiator' ? /** @type {const} */ (['client', taker]) : [taker];
  const option = isOption(name) ? options[/** @type {OptionName} */ (name)] : undefined;
  if (option !== undefined && takers.some((one) => option.takers.includes(one))) {
    return option;
  }
  if (option !== undefined && !isGiven(value)) {
    return undefined;
  }
  throw noSuchOption(name, [...namesOf(...takers), ...others], owner);
}

/** What is a part of an argument of `run` and `submit`, and is easily taken for an option. */
const partsOfArguments = new Map([
  ['version', 'write the version behind the model: "<model>@<version>"'],
  ['inputKey', 'write the key in the inputs: { [inputKey]: { [inputName]: source } }'],
  ['inputName', 'write the name in the inputs: { [inputName]: source }'],
]);

/**
 * Returns the error for a name that is not one of the known options: it names what has such an option, and the nearest known one.
 *
 * @param {string} name
 * @param {readonly string[]} known
 * @param {string} owner
 */
function noSuchOption(name, known, owner) {
  const takers = isOption(name) ? options[/** @type {OptionName} */ (name)].takers : [];
  const has = [
    ...(takers.includes('client') ? ['new ModzyClient(…)'] : []),
    ...(takers.includes('initiator') ? ['new ModzyClient({ … })'] : []),
    namesOfKinds((kind) => /** @type {readonly string[]} */ (takers).includes(kind)),
  ].filter((text) => text !== '');
  const elsewhere = has.length === 0 ? '' : `, which belongs to ${has.join(' and to ')}`;
  const near = nearest(name, known);
  const all = `its options are ${listed([...known].sort(), 'and')}`;
  const part = ['run', 'submit'].includes(owner) ? partsOfArguments.get(name) : undefined;
  const advice = near.length === 0 ? (part ?? all) : `use ${listed(near, 'or')}`;
  return argumentError(`${owner} has no option ${name}${elsewhere}; ${advice}`);
}

/**
 * Returns whether a name is that of an option of a method or a client.
 *
 * @param {string} name
 */
function isOption(name) {
  return Object.hasOwn(options, name);
}

/**
 * Returns whether a name is that of an option of this package, and not one of the constructor of 2.x.
 *
 * @param {string} name
 */
function isOptionOfOurs(name) {
  return isOption(name) && !options[/** @type {OptionName} */ (name)].takers.includes('initiator');
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
    const instead = typeof given === 'function' ? ', not a callback: methods return promises' : '';
    throw argumentError(`${owner}: the options should be a plain object${instead}`);
  }
  return { __proto__: null, ...given };
}

module.exports = { isOptionOfOurs, namesOf, noSuchOption, optionOf, options, otherNames, ownMembers };
