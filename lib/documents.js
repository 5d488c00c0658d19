'use strict';

// What the server sends, as JavaScript values: the object of the wire, and nothing enumerable added to it. And what callers send
// of their own making, as JSON.

const { types } = require('node:util');
const { mistaken, string } = require('./arguments/checks.js');

const identifier = {
  configurable: true,
  enumerable: false,
  /** @this {{ jobIdentifier: string }} */
  get() {
    return this.jobIdentifier;
  },
};

/**
 * Jobs and receipts answer to `identifier`, as the documentation's examples have it; the wire calls it `jobIdentifier`.
 *
 * @param {any} document
 */
function identify(document) {
  if (typeof document?.jobIdentifier === 'string' && !Object.hasOwn(document, 'identifier')) {
    Object.defineProperty(document, 'identifier', identifier);
  }
  return document;
}

/**
 * Reads an answer's text.
 *
 * @param {string} text Empty where the answer had no body.
 * @returns {any} `undefined` where the answer had no body.
 */
function readDocument(text) {
  if (text === '') {
    return undefined;
  }
  const document = JSON.parse(text);
  if (Array.isArray(document)) {
    document.forEach(identify);
  }
  return identify(document);
}

/**
 * Reads the job and the result that a wait for both brings.
 *
 * @param {string} text
 */
function readJobAndResult(text) {
  const { job, result } = JSON.parse(text);
  return { job: identify(job), result: identify(result) };
}

/**
 * Reads a page of a listing.
 *
 * @param {string} text
 * @returns {{ items: any[], next: boolean }}
 */
function readPage(text) {
  const page = JSON.parse(text);
  page.items.forEach(identify);
  return page;
}

/**
 * Reads a receipt. 1.x sets its status, which the server may leave out; 2.x leaves it as it came.
 *
 * @param {1 | 2} generation
 * @param {'OPEN' | 'SUBMITTED'} status
 */
function receiptReader(generation, status) {
  return (/** @type {string} */ text) => {
    const document = readDocument(text);
    if (generation === 1 && typeof document === 'object' && document !== null) {
      document.status = status;
    }
    return document;
  };
}

/**
 * The text of a document: equal for equal ones. JSON of any depth is read, but `JSON.stringify` has no room on the stack for
 * what is nested some thousands deep.
 *
 * @param {unknown} document What `JSON.parse` has made.
 * @returns {string}
 */
function textOf(document) {
  try {
    return JSON.stringify(document);
  } catch (error) {
    if (error instanceof RangeError) {
      return deepTextOf(document);
    }
    throw error;
  }
}

/**
 * The same without recursion.
 *
 * @param {unknown} document
 */
function deepTextOf(document) {
  const parts = [];
  /** @type {({ text: string } | { value: unknown })[]} What is left, the next one last. */
  const left = [{ value: document }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if ('text' in next) {
      parts.push(next.text);
      continue;
    }
    const { value } = next;
    if (typeof value !== 'object' || value === null) {
      parts.push(JSON.stringify(value));
      continue;
    }
    const isList = Array.isArray(value);
    parts.push(isList ? '[' : '{');
    left.push({ text: isList ? ']' : '}' });
    const members = Object.entries(value);
    for (let at = members.length - 1; at >= 0; at -= 1) {
      const [name, member] = /** @type {[string, unknown]} */ (members[at]);
      left.push({ value: member }, { text: (at > 0 ? ',' : '') + (isList ? '' : `${JSON.stringify(name)}:`) });
    }
  }
  return parts.join('');
}

/**
 * Reads what may be text: JSON where it is an object, a list or a string, else the text as it came. Digits stay text, of
 * which a number would lose some.
 *
 * @param {string} text
 * @returns {unknown}
 */
function readTextOrDocument(text) {
  try {
    const document = JSON.parse(text);
    return typeof document === 'number' ? text : document;
  } catch {
    return text;
  }
}

/**
 * Writes a body of the caller's making. What JSON would make something else of without a word is refused.
 *
 * @param {object} body
 * @returns {string | undefined} `undefined` where it has nothing to say in JSON.
 */
function writeBody(body) {
  try {
    return JSON.stringify(body, replace);
  } catch (error) {
    // Nested too deep, or too long.
    if (error instanceof RangeError) {
      throw new TypeError(`the job param cannot be serialized to JSON: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * @this {Record<string, unknown>} What has the member.
 * @param {string} member
 * @param {unknown} value
 */
function replace(member, value) {
  const name = member === '' ? 'job' : `job's ${member}`;
  string(member, 'job');
  // As it was before its `toJSON`, which Buffers have, and behind that.
  for (const given of [this[member], value]) {
    const expected = expectedFor(given);
    if (expected !== undefined) {
      throw mistaken(name, expected);
    }
  }
  if (value === undefined && Array.isArray(this)) {
    throw mistaken(name, 'given, as every item of a list');
  }
  return typeof value === 'string' ? string(value, name) : value;
}

/**
 * What should be there in place of a value that JSON has nothing for; `undefined` where it has.
 *
 * @param {any} value
 */
function expectedFor(value) {
  if (typeof value === 'function' || typeof value === 'symbol' || types.isMap(value) || types.isSet(value)) {
    return 'an object, a list, a string, a number or a boolean';
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return 'a finite number';
  }
  if (typeof value === 'object' && typeof value?.then === 'function') {
    return 'its value, not a promise: await it first';
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return 'text: bytes have to be encoded, or uploaded';
  }
  return undefined;
}

module.exports = { readDocument, readJobAndResult, readPage, readTextOrDocument, receiptReader, textOf, writeBody };
