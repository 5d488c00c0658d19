'use strict';

// Reads the arguments of a client's constructor: its credentials, and its options by the table in option-table.js.

const { ConsoleLog, LoggerLog, logsOfEnvironment } = require('../diagnostics/loggers.js');
const { argumentError } = require('../stacks.js');
const { isGiven } = require('./checks.js');
const { credential, readCredentials, readIdentity, refuseSwapped } = require('./credentials.js');
const { readNetwork } = require('./network.js');
const { optionOf, ownMembers } = require('./option-table.js');

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
    const members = isGiven(third) ? ownMembers(third, 'the client') : {};
    checkNames(members, 'client');
    return { ...toConfig(readIdentity(first, second), readOptions(members, 'client')), generation: 1 };
  }
  if (isGiven(second)) {
    throw argumentError('the client takes (baseURL, apiKey, options) or ({ apiKey, url, ...options }), but not both');
  }
  const { apiKey, teamId, teamToken, url, ...others } = ownMembers(first, 'the client');
  checkNames(others, 'initiator');
  refuseSwapped(url, apiKey, 'url', 'new ModzyClient({ apiKey, url })');
  const identity = {
    baseUrl: isGiven(url) ? credential(url, 'url') : 'https://app.modzy.com',
    hostRoot: true,
    ...readCredentials(apiKey, teamId, teamToken),
  };
  return { ...toConfig(identity, readOptions(others, 'initiator')), generation: 2 };
}

/**
 * Refuses names that are not those of options. This comes before the credentials, which may be missing because of a misspelled name.
 *
 * @param {Record<string, unknown>} given
 * @param {'client' | 'initiator'} of
 */
function checkNames(given, of) {
  for (const [name, value] of Object.entries(given)) {
    optionOf(name, value, of, 'the client');
  }
}

/**
 * @param {Record<string, unknown>} given
 * @param {'client' | 'initiator'} of
 */
function readOptions(given, of) {
  /** @type {Record<string, any>} */
  const options = { __proto__: null };
  for (const [name, value] of Object.entries(given)) {
    const option = optionOf(name, value, of, 'the client');
    if (option !== undefined && isGiven(value)) {
      options[name] = option.check(value, name);
    }
  }
  return options;
}

/**
 * Returns the settings of the addon's client, and the logs that the client writes to.
 *
 * @param {Record<string, any>} identity
 * @param {Record<string, any>} options
 */
function toConfig(identity, { proxy, tls, logger, logging = 'off', ...others }) {
  /** @type {import('../diagnostics/loggers.js').Log[]} */
  const logs = logsOfEnvironment(process.env.MODZY_LOG);
  if (logger !== undefined) {
    logs.push(new LoggerLog(logger));
  }
  if (logging !== 'off') {
    logs.push(new ConsoleLog(logging));
  }
  return { config: Object.assign(Object.create(null), identity, others, readNetwork({ proxy, tls })), logs };
}

module.exports = { checkNames, readConstructor };
