'use strict';

// The credentials of a client: a key, or what a team has in its place.

const { isGiven, string } = require('./checks.js');
const { argumentError } = require('../stacks.js');

/**
 * What identifies a client or its server. The text of the error is that of 1.x.
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
 * @param {unknown} apiKey
 * @param {unknown} teamId
 * @param {unknown} teamToken
 */
function readCredentials(apiKey, teamId, teamToken) {
  if (!isGiven(teamId) && !isGiven(teamToken)) {
    return { apiKey: credential(apiKey, 'apiKey') };
  }
  if (isGiven(apiKey)) {
    throw argumentError(
      'Cannot initialize the modzy client: it takes apiKey, or teamId and teamToken, and no mixture of the two',
    );
  }
  return { teamId: credential(teamId, 'teamId'), teamToken: credential(teamToken, 'teamToken') };
}

module.exports = { credential, readCredentials };
