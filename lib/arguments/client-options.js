'use strict';

// Reads the arguments of a client's constructor: its credentials, and its options by the table in option-table.js.

const { ConsoleLog, LoggerLog, logsOfEnvironment } = require('../diagnostics/loggers.js');
const { argumentError } = require('../stacks.js');
const { isGiven } = require('./checks.js');
const { credential, readCredentials, readIdentity, refuseSwapped } = require('./credentials.js');
const { readNetwork } = require('./network.js');
const { optionOf, ownMembers } = require('./option-table.js');

/** The members of the form of 2.x that are not options: the server and the credentials. */
const identityNames = new Set(['apiKey', 'teamId', 'teamToken', 'url']);

/** The options that are not members of the settings of the addon. */
const otherPlaces = new Set(['logger', 'logging', 'proxy', 'tls']);

/**
 * Reads the arguments of a client's constructor: `(baseURL, apiKey, options)`, `({ apiKey, url, logging, ...options })` or
 * `({ teamId, teamToken, url, logging, ...options })`. A program may create a client for each call, so nothing is copied twice, and no
 * object is spread, which would be a quarter of the cost of a client.
 *
 * @param {unknown[]} given
 * @returns {{ config: import('../../js-binding').BindingConfig, generation: 1 | 2, logs: import('../diagnostics/loggers.js').Log[] }}
 */
function readConstructor(given) {
  const [first, second, third] = given;
  if (typeof first !== 'object' || first === null) {
    const options = isGiven(third) ? Object.entries(ownMembers(third, 'the client')) : [];
    checkNames(options, 'client');
    return toConfig(readIdentity(first, second), readOptions(options, 'client'), 1);
  }
  if (isGiven(second)) {
    throw argumentError('the client takes (baseURL, apiKey, options) or ({ apiKey, url, ...options }), but not both');
  }
  const members = ownMembers(first, 'the client');
  const entries = Object.entries(members);
  checkNames(entries, 'initiator');
  const { apiKey, teamId, teamToken, url } = members;
  refuseSwapped(url, apiKey, 'url', 'new ModzyClient({ apiKey, url })');
  const identity = {
    baseUrl: isGiven(url) ? credential(url, 'url') : 'https://app.modzy.com',
    hostRoot: true,
    credentials: readCredentials(apiKey, teamId, teamToken),
  };
  return toConfig(identity, readOptions(entries, 'initiator'), 2);
}

/**
 * Refuses names that are not those of options. This comes before the credentials, which may be missing because of a misspelled name.
 *
 * @param {[string, unknown][]} given
 * @param {'client' | 'initiator'} of
 */
function checkNames(given, of) {
  for (const [name, value] of given) {
    optionOf(name, value, of, 'the client');
  }
}

/**
 * Reads the options, by what uses them. `settings` are those that only Rust uses, if any is given.
 *
 * @param {[string, unknown][]} given
 * @param {'client' | 'initiator'} of
 */
function readOptions(given, of) {
  /** @type {Record<string, any>} */
  const read = { proxy: undefined, tls: undefined, logger: undefined, logging: undefined };
  /** @type {Record<string, any> | undefined} */
  let settings;
  for (const [name, value] of given) {
    const option = identityNames.has(name) ? undefined : optionOf(name, value, of, 'the client');
    if (option !== undefined && isGiven(value)) {
      const checked = option.check(value, name);
      if (otherPlaces.has(name)) {
        read[name] = checked;
      } else {
        settings ??= { __proto__: null };
        settings[name] = checked;
      }
    }
  }
  const { proxy, tls, logger, logging } = read;
  return { network: { proxy, tls }, logger, logging, settings };
}

/**
 * Returns the settings of the addon's client, the logs that the client writes to, and the SDK generation of the constructor's form.
 *
 * @param {{ baseUrl: string, hostRoot: boolean, credentials: import('./credentials.js').Credentials }} identity
 * @param {ReturnType<typeof readOptions>} options
 * @param {1 | 2} generation
 */
function toConfig({ baseUrl, hostRoot, credentials }, { network, logger, logging = 'off', settings }, generation) {
  /** @type {import('../diagnostics/loggers.js').Log[]} */
  const logs = logsOfEnvironment(process.env.MODZY_LOG);
  if (logger !== undefined) {
    logs.push(new LoggerLog(logger));
  }
  if (logging !== 'off') {
    logs.push(new ConsoleLog(logging));
  }
  // Each member is an own one, so that Rust reads no inherited ones.
  const { apiKey, team } = credentials;
  const config = { baseUrl, hostRoot, apiKey, team, settings, network: readNetwork(network) };
  return { config, logs, generation };
}

module.exports = { checkNames, readConstructor };
