'use strict';

// Documents of the server as JavaScript values, without added enumerable members; and bodies of callers as JSON.

const { types } = require('node:util');
const { isPlainObject, invalidParam, listenTo } = require('./arguments/checks.js');
const { isPatched, unpatched, writeJson } = require('./json.js');
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
 * Adds the getter `identifier` to a job or a receipt. Modzy's documentation uses that name; on the wire it is `jobIdentifier`.
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
 * Parses the body of a response.
 *
 * @param {string} text Empty if the response had no body.
 * @returns {any} `undefined` if the response had no body.
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
 * Parses the job and the result of a wait for both.
 *
 * @param {string} job
 * @param {string} result
 */
function readJobAndResult(job, result) {
  return { job: readDocument(job), result: readDocument(result) };
}

/**
 * Parses a page of a listing.
 *
 * @param {string} items
 * @param {boolean} next Whether another page follows.
 * @returns {Page}
 *
 * @typedef {{ items: any[], text: string, next: boolean }} Page Its items, also as the text that the server sent.
 */
function readPage(items, next) {
  return { items: readDocument(items), text: items, next };
}

/**
 * Returns a reader of receipts. 1.x sets the status, which the server may omit; 2.x leaves the receipt unchanged.
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
 * Returns a document as JSON, so that equal documents have equal texts. `JSON.parse` reads any depth, but `JSON.stringify`
 * overflows the stack at a depth of some thousands.
 *
 * @param {unknown} document A value that `JSON.parse` returned.
 * @returns {string}
 */
function textOf(document) {
  try {
    return writeJson(document);
  } catch (error) {
    if (error instanceof RangeError) {
      return deepTextOf(document);
    }
    throw error;
  }
}

/**
 * Returns the same text without recursion.
 *
 * @param {unknown} document
 */
function deepTextOf(document) {
  const parts = [];
  /** @type {({ text: string } | { value: unknown })[]} The remaining parts, the next one last. */
  const left = [{ value: document }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if ('text' in next) {
      parts.push(next.text);
      continue;
    }
    const { value } = next;
    if (typeof value !== 'object' || value === null) {
      parts.push(writeJson(value));
      continue;
    }
    const isList = Array.isArray(value);
    parts.push(isList ? '[' : '{');
    left.push({ text: isList ? ']' : '}' });
    const members = Object.entries(value);
    for (let at = members.length - 1; at >= 0; at -= 1) {
      const [name, member] = /** @type {[string, unknown]} */ (members[at]);
      left.push({ value: member }, { text: (at > 0 ? ',' : '') + (isList ? '' : `${writeJson(name)}:`) });
    }
  }
  return parts.join('');
}

/**
 * Parses a body that may be JSON or text. Text is returned unchanged, and so are numbers, which may have more digits than a
 * JavaScript number keeps.
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
 * Serializes a body that the caller composed. Values that JSON would silently change are refused.
 *
 * @param {unknown} body
 * @param {string} [argument] Its name, for error messages.
 * @returns {string | undefined} `undefined` if the body has no JSON form.
 */
function writeBody(body, argument = 'job') {
  const patched = isPatched();
  /** @type {unknown[]} The objects and lists around the current member, outermost first. */
  const holders = [];
  /** @type {string[]} Their names. */
  const names = [];
  /**
   * @this {Record<string, unknown>} The object or list that has the member.
   * @param {string} member
   * @param {unknown} value Its value after `toJSON`.
   */
  function replace(member, value) {
    while (holders.length > 0 && holders.at(-1) !== this) {
      holders.pop();
      names.pop();
    }
    const written = unboxed(patched ? unpatched(this[member], value) : value);
    const isCycle = typeof written === 'object' && written !== null && holders.includes(written);
    const expected = isCycle
      ? 'a value that does not contain itself'
      : expectedFor(this[member], written, member, this);
    if (expected !== undefined) {
      listenTo(written);
      throw invalidParam(argument + placeOf(names, holders, member), expected);
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
    // The body is nested too deeply or too long.
    if (error instanceof RangeError) {
      throw argumentError(`the ${argument} param cannot be serialized to JSON: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Returns the argument of a submit as JSON, which may be longer than a string can be.
 *
 * @param {object} argument
 */
function writeTexts(argument) {
  try {
    return writeJson(argument);
  } catch (cause) {
    throw argumentError(`the texts are too long together (${cause}); submit them as files or Blobs`, { cause });
  }
}

/**
 * Returns a check for an argument that is sent as JSON. The checked value is a copy of what is sent.
 *
 * @template T
 * @param {(value: unknown, name: string) => T} check
 */
function inJson(check) {
  return (/** @type {unknown} */ value, /** @type {string} */ name) => {
    /** @type {T} */
    const copy = JSON.parse(writeBody(check(value, name), name) ?? 'null');
    return copy;
  };
}

/**
 * Returns the path of a member below a body: `.input.sources["my key"][0]`.
 *
 * @param {string[]} names The names of the objects and lists around it, outermost first. The first is that of the body.
 * @param {unknown[]} holders
 * @param {string} member
 */
function placeOf(names, holders, member) {
  const steps = [...names, member].slice(1).map((name, depth) => {
    if (Array.isArray(holders[depth])) {
      return `[${name}]`;
    }
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${writeJson(name)}]`;
  });
  return steps.join('');
}

/**
 * Returns the primitive of a `String`, `Number` or `Boolean` object, and any other value unchanged.
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
 * Returns what is expected instead of a value that JSON would silently change; `undefined` if the value is valid.
 *
 * @param {any} given The caller's value.
 * @param {any} value The value after `toJSON`.
 * @param {string} member
 * @param {unknown} holder
 */
function expectedFor(given, value, member, holder) {
  if (!member.isWellFormed()) {
    return 'named by a string without lone surrogates';
  }
  // The `toJSON` of a Buffer and of an invalid date does not return the original value.
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

/** Types whose content is missing in JSON, even if they have members. */
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

module.exports = {
  inJson,
  readDocument,
  readJobAndResult,
  readPage,
  readTextOrDocument,
  receiptReader,
  textOf,
  writeBody,
  writeTexts,
};
