'use strict';

// The credentials of a client: an API key, or the identifier and the token of a team.

const { isGiven, isPromise, string } = require('./checks.js');
const { isUrl: isUrlObject } = require('./paths.js');
const { argumentError } = require('../stacks.js');

/**
 * Checks a credential or the URL of the server. The error has the text of 1.x.
 *
 * @param {unknown} value
 * @param {string} name
 */
function credential(value, name) {
  if (typeof value !== 'string' || value === '') {
    const expected = `should be a valid not empty string${insteadOf(value)}`;
    throw argumentError(`Cannot initialize the modzy client: the ${name} param ${expected}`);
  }
  if (/^(["'`]).*\1$/.test(value)) {
    const advice = 'should be given without the quotation marks around it, which some readers of .env files keep';
    throw argumentError(`Cannot initialize the modzy client: the ${name} param ${advice}`);
  }
  return string(value, name);
}

/**
 * Returns what the message adds for a value that contains the string, or will.
 *
 * @param {unknown} value
 */
function insteadOf(value) {
  if (isPromise(value)) {
    return ', not a promise: await it first';
  }
  return isUrlObject(value) ? ', not a URL: pass url.href' : '';
}

/** The ways to create a client. */
const ways =
  'write new ModzyClient(baseURL, apiKey, options), new ModzyClient({ apiKey, url, ...options }) or ModzyClient.fromEnv(options)';

/** @param {unknown} value */
function isUrl(value) {
  return typeof value === 'string' && /^https?:\/\//i.test(value);
}

/**
 * Checks an API key or the token of a team, which a header contains after a word that the client adds.
 *
 * @param {unknown} value
 * @param {string} name
 * @param {string} scheme The word.
 */
function secret(value, name, scheme) {
  const given = credential(value, name);
  if (given.toLowerCase().startsWith(`${scheme.toLowerCase()} `)) {
    const advice = `should be given without "${scheme} ", which the client adds`;
    throw argumentError(`Cannot initialize the modzy client: the ${name} param ${advice}`);
  }
  return given;
}

/**
 * Reads the base URL and the API key of the form of 1.x.
 *
 * @param {unknown} baseURL
 * @param {unknown} apiKey
 */
function readIdentity(baseURL, apiKey) {
  if (!isGiven(baseURL) && !isGiven(apiKey)) {
    const text = 'the baseURL param should be a valid not empty string';
    throw argumentError(`Cannot initialize the modzy client: ${text}; ${ways}`);
  }
  refuseSwapped(baseURL, apiKey, 'baseURL', 'new ModzyClient(baseURL, apiKey)');
  return { baseUrl: credential(baseURL, 'baseURL'), hostRoot: false, credentials: ofKey(apiKey) };
}

/**
 * @param {unknown} url
 * @param {unknown} apiKey
 * @param {string} name
 * @param {string} right
 */
function refuseSwapped(url, apiKey, name, right) {
  if (isUrl(apiKey) && !isUrl(url)) {
    throw argumentError(`Cannot initialize the modzy client: ${name} and apiKey are swapped; write ${right}`);
  }
}

/**
 * @typedef {Pick<import('../../js-binding').BindingConfig, 'apiKey' | 'team'>} Credentials
 *
 * @param {unknown} apiKey
 * @returns {Credentials}
 */
function ofKey(apiKey) {
  return { apiKey: secret(apiKey, 'apiKey', 'ApiKey'), team: undefined };
}

/**
 * Reads an API key, or the identifier and the token of a team.
 *
 * @param {unknown} apiKey
 * @param {unknown} teamId
 * @param {unknown} teamToken
 * @returns {Credentials}
 */
function readCredentials(apiKey, teamId, teamToken) {
  if (!isGiven(teamId) && !isGiven(teamToken)) {
    return ofKey(apiKey);
  }
  if (isGiven(apiKey)) {
    throw argumentError('Cannot initialize the modzy client: it takes apiKey, or teamId and teamToken, but not both');
  }
  const [id, token] = [credential(teamId, 'teamId'), secret(teamToken, 'teamToken', 'Bearer')];
  return { apiKey: undefined, team: { id, token } };
}

module.exports = { credential, readCredentials, readIdentity, refuseSwapped };
