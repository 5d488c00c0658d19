'use strict';

// What the server sends, as JavaScript values: the object of the wire, and nothing enumerable added to it.

const identifier = {
  configurable: true,
  enumerable: false,
  /** @this {{ jobIdentifier: string }} */
  get() {
    return this.jobIdentifier;
  },
};

/**
 * Reads an answer's text. Jobs and receipts answer to `identifier`, as the documentation's examples have it; the wire
 * calls it `jobIdentifier`.
 *
 * @param {string} text Empty where the answer had no body.
 * @returns {any} `undefined` where the answer had no body.
 */
function readDocument(text) {
  if (text === '') {
    return undefined;
  }
  const document = JSON.parse(text);
  if (typeof document?.jobIdentifier === 'string' && !Object.hasOwn(document, 'identifier')) {
    Object.defineProperty(document, 'identifier', identifier);
  }
  return document;
}

module.exports = { readDocument };
