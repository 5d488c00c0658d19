'use strict';

// Headers that callers add. As in the Rust client, HTTP must allow them, and the client's own headers are refused.

const { writeJson } = require('../json.js');
const { isPlainObject, invalidParam, string } = require('./checks.js');

/** Headers that only the client sets, because they carry credentials or frame the message. */
const reserved = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'modzy-team-id',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The longest name, in bytes. */
const LONGEST_NAME = 65_535;

const allowedName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const allowedValue = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;

/**
 * Checks headers, name → value. A value may be a secret, so messages do not contain it.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {Record<string, string>}
 */
function headers(value, name) {
  if (!isPlainObject(value) || Object.values(value).some((each) => typeof each !== 'string')) {
    const isHeaders = typeof (/** @type {any} */ (value)?.getSetCookie) === 'function';
    const instead = isHeaders ? ', not Headers: pass Object.fromEntries(headers)' : '';
    throw invalidParam(name, `an object of strings${instead}`, value);
  }
  // Without a prototype, because Rust would read inherited members, too.
  /** @type {Record<string, string>} */
  const given = /** @type {any} */ ({ __proto__: null, ...value });
  for (const [header, text] of Object.entries(given)) {
    const shown = writeJson(header);
    if (!allowedName.test(header) || header.length > LONGEST_NAME) {
      throw invalidParam(name, `an object of headers, without a name that HTTP does not allow: ${shown}`, value);
    }
    if (reserved.has(header.toLowerCase())) {
      throw invalidParam(name, `an object of headers, without one that is the client's own: ${shown}`, value);
    }
    if (!allowedValue.test(string(text, `${name}[${shown}]`))) {
      throw invalidParam(name, `an object of headers, without a value that HTTP does not allow, for: ${shown}`, value);
    }
  }
  return given;
}

/**
 * Checks the value of the `User-Agent` header.
 *
 * @param {unknown} value
 * @param {string} name
 */
function userAgent(value, name) {
  if (!allowedValue.test(string(value, name))) {
    throw invalidParam(name, 'a string that HTTP allows as the value of a header', value);
  }
  return value;
}

module.exports = { headers, userAgent };
