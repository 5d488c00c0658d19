'use strict';

// The credentials of a client: an API key, or the identifier and the token of a team.

const { isGiven, string } = require('./checks.js');
const { argumentError } = require('../stacks.js');

/**
 * Checks a credential or the URL of the server. The error has the text of 1.x.
 *
 * @param {unknown} value
 * @param {string} name
 */
function credential(value, name) {
  if (typeof value !== 'string' || value === '') {
    throw argumentError(`Cannot initialize the modzy client: the ${name} param should be a valid not empty string`);
  }
  return string(value, name);
}

/**
 * Reads an API key, or the identifier and the token of a team.
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
    throw argumentError('Cannot initialize the modzy client: it takes apiKey, or teamId and teamToken, but not both');
  }
  return { teamId: credential(teamId, 'teamId'), teamToken: credential(teamToken, 'teamToken') };
}

module.exports = { credential, readCredentials };
