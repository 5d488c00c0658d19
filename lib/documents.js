'use strict';

// What the server sends, as JavaScript values: the object of the wire, and nothing enumerable added to it. And what callers send
// of their own making, as JSON.

const { types } = require('node:util');
const { isPlainObject, invalidParam } = require('./arguments/checks.js');
const { argumentError } = require('./stacks.js');

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
 * @param {string} job
 * @param {string} result
 */
function readJobAndResult(job, result) {
  return { job: readDocument(job), result: readDocument(result) };
}

/**
 * Reads a page of a listing.
 *
 * @param {string} items
 * @param {boolean} next Whether another page follows.
 * @returns {{ items: any[], next: boolean }}
 */
function readPage(items, next) {
  return { items: readDocument(items), next };
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
  /** @type {unknown[]} What holds the member that is written, and what holds that, from the outside in. */
  const holders = [];
  /** @type {string[]} Their names. */
  const names = [];
  /**
   * @this {Record<string, unknown>} What has the member.
   * @param {string} member
   * @param {unknown} value What is left of it after its `toJSON`.
   */
  function replace(member, value) {
    while (holders.length > 0 && holders.at(-1) !== this) {
      holders.pop();
      names.pop();
    }
    const written = unboxed(value);
    const expected = expectedFor(this[member], written, member, this);
    if (expected !== undefined) {
      throw invalidParam(placeOf(names, holders, member), expected);
    }
    if (typeof written === 'object' && written !== null) {
      holders.push(written);
      names.push(member);
    }
    return written;
  }
  try {
    return JSON.stringify(body, replace);
  } catch (error) {
    // Nested too deep, or too long.
    if (error instanceof RangeError) {
      throw argumentError(`the job param cannot be serialized to JSON: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * The place of a member in a body: `job.input.sources["my key"][0]`.
 *
 * @param {string[]} names Of what is around it, from the outside in. The first is the body's own.
 * @param {unknown[]} holders
 * @param {string} member
 */
function placeOf(names, holders, member) {
  const steps = [...names, member].slice(1).map((name, depth) => {
    if (Array.isArray(holders[depth])) {
      return `[${name}]`;
    }
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return `job${steps.join('')}`;
}

/**
 * What JSON writes of an object that stands for a string, a number or a boolean.
 *
 * @param {unknown} value
 */
function unboxed(value) {
  if (typeof value !== 'object' || value === null || !types.isBoxedPrimitive(value)) {
    return value;
  }
  if (types.isNumberObject(value)) {
    return Number(value);
  }
  if (types.isStringObject(value)) {
    return String(value);
  }
  return types.isBooleanObject(value) ? Boolean.prototype.valueOf.call(value) : value;
}

/**
 * What should be there in place of a value that JSON would make something else of; `undefined` where it would not.
 *
 * @param {any} given As the caller has it.
 * @param {any} value As JSON has it, after its `toJSON`.
 * @param {string} member
 * @param {unknown} holder
 */
function expectedFor(given, value, member, holder) {
  if (!member.isWellFormed()) {
    return 'named by a string without lone surrogates';
  }
  // Both have a `toJSON` that writes something else than they hold.
  if (ArrayBuffer.isView(given) || types.isAnyArrayBuffer(value)) {
    return 'text: bytes have to be encoded, or uploaded';
  }
  if (types.isDate(given) && value === null) {
    return 'a valid date';
  }
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'a string without lone surrogates';
    case 'number':
      return Number.isFinite(value) ? undefined : 'a finite number';
    case 'bigint':
      return 'a number or a string, as JSON has no bigints';
    case 'undefined':
      return Array.isArray(holder) ? 'given, as every item of a list' : undefined;
    case 'object':
      return value === null ? undefined : expectedForObject(value);
    default:
      return typeof value === 'boolean' ? undefined : 'an object, a list, a string, a number or a boolean';
  }
}

/** What keeps what it holds from JSON, whatever members it has besides. */
const closed = [types.isMap, types.isSet, types.isNativeError, types.isRegExp, types.isDate, types.isBoxedPrimitive];

/** @param {any} value */
function expectedForObject(value) {
  if (Array.isArray(value)) {
    return undefined;
  }
  if (typeof value.then === 'function') {
    return 'its value, not a promise: await it first';
  }
  const isOpen = isPlainObject(value) || (Object.keys(value).length > 0 && !closed.some((is) => is(value)));
  return isOpen ? undefined : 'an object, a list, a string, a number or a boolean';
}

module.exports = { readDocument, readJobAndResult, readPage, readTextOrDocument, receiptReader, textOf, writeBody };
