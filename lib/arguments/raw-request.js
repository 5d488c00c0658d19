'use strict';

// The argument of `request`. Whether its path stays below the root is checked in Rust.

const { types } = require('node:util');
const { writeJson } = require('../json.js');
const { invalidParam, isGiven, isPlainObject, notEmptyString, oneOf, string } = require('./checks.js');
const { headers } = require('./headers.js');
const { nearest } = require('./nearest.js');
const { argumentError } = require('../stacks.js');

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const MEMBERS = ['method', 'path', 'query', 'body', 'headers', 'responseType'];

/**
 * @typedef {object} RawRequest
 * @property {string} method
 * @property {string} path
 * @property {[string, string][]} query
 * @property {unknown} body
 * @property {Record<string, string> | undefined} headers
 * @property {boolean} takesBytes
 */

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {RawRequest}
 */
function rawRequest(value, name) {
  if (!isPlainObject(value)) {
    throw invalidParam(name, 'an object: { method, path, query, body, headers, responseType }', value);
  }
  const given = { __proto__: null, ...value };
  for (const member of Object.keys(given)) {
    if (!MEMBERS.includes(member)) {
      const [near = MEMBERS.join(', ')] = nearest(member, MEMBERS);
      throw argumentError(`${name} has no member ${member}; use ${near}`);
    }
  }
  const { method, path, query, body, headers: own, responseType } = /** @type {Record<string, unknown>} */ (given);
  return {
    method: oneOf(...METHODS)(method, `${name}.method`),
    path: notEmptyString(path, `${name}.path`),
    query: isGiven(query) ? pairs(query, `${name}.query`) : [],
    body: isGiven(body) ? bodyOf(body, `${name}.body`, method) : undefined,
    headers: isGiven(own) ? headers(own, `${name}.headers`) : undefined,
    takesBytes: isGiven(responseType) && oneOf('json', 'arraybuffer')(responseType, `${name}.responseType`) !== 'json',
  };
}

/**
 * Returns the parameters of a query. A list repeats its parameter, and what is not given is left out.
 *
 * @param {any} query
 * @param {string} name
 * @returns {[string, string][]}
 */
function pairs(query, name) {
  const isParams = typeof query.append === 'function' && typeof query.entries === 'function';
  if (!isParams && !isPlainObject(query)) {
    throw invalidParam(name, 'an object or a URLSearchParams', query);
  }
  /** @type {[string, unknown][]} */
  const members = isParams ? [...query.entries()] : Object.entries(query);
  return members.flatMap(([key, value]) => {
    const place = `${name}[${writeJson(string(key, name))}]`;
    const values = Array.isArray(value) ? value : [value].filter(isGiven);
    return values.map((each) => /** @type {[string, string]} */ ([key, queryValue(each, place)]));
  });
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function queryValue(value, name) {
  if (types.isDate(value) && !Number.isNaN(value.getTime())) {
    return value.toISOString();
  }
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) {
    return String(value);
  }
  if (typeof value !== 'string') {
    throw invalidParam(name, 'a string, a finite number, a boolean or a date, or a list of them', value);
  }
  return string(value, name);
}

/**
 * Refuses bodies that are not JSON, whose members would be lost.
 *
 * @param {any} body
 * @param {string} name
 * @param {unknown} method
 */
function bodyOf(body, name, method) {
  if (method === 'GET') {
    throw argumentError(`the ${name} param cannot be sent with GET; pass its members as the query`);
  }
  const isBytes = ArrayBuffer.isView(body) || types.isAnyArrayBuffer(body);
  const isOther = ['arrayBuffer', 'getReader', 'append', 'pipe'].some((member) => typeof body[member] === 'function');
  if (isBytes || isOther) {
    throw invalidParam(name, 'a value that is sent as JSON; inputs are uploaded with submitJobFile or appendInput');
  }
  return body;
}

module.exports = { rawRequest };
