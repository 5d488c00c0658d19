'use strict';

// Spellings of a secret in a response, and a search for the secret in any text and spelling.

const { inspect } = require('node:util');

const json = (text) => JSON.stringify(text);
const coded = (text) => Array.from(text, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const percented = (text) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const paged = (text) => text.replace(/[&<>"']/g, (each) => entities[each]);

/** The bodies in which a server may echo a text. */
const spellings = {
  unchanged: (text) => text,
  'in a message': (text) => json({ statusCode: 400, message: `refused: ${text}` }),
  'in a message of codes': (text) => `{"message": "refused: ${coded(text)}"}`,
  'deep in JSON': (text) => json({ details: [{ [text]: { request: text } }], message: 'refused' }),
  'in JSON within JSON': (text) => json({ message: `upstream said ${json({ reason: text })}` }),
  'in codes within JSON': (text) => json({ message: `upstream said {"reason": "${coded(text)}"}` }),
  'in JSON three times over': (text) => json(json(json({ reason: text }))),
  'escaped for a URL': (text) => json({ message: `GET /?key=${encodeURIComponent(text)}&x=1` }),
  'escaped for a URL altogether': (text) => json({ message: `GET /?key=${percented(text)}` }),
  'escaped for a URL within a URL': (text) => json({ message: `GET /?u=${encodeURIComponent(percented(text))}` }),
  'in a page': (text) => `<html><p>refused: ${paged(text)}</p></html>`,
  'in base64': (text) => json({ message: `got ${Buffer.from(text).toString('base64')}` }),
  'in a header in base64': (text) =>
    json({ message: Buffer.from(`Authorization: ApiKey ${text}\n`).toString('base64') }),
  'in base64 for URLs': (text) => `token.${Buffer.from(`{"key":${json(text)}}`).toString('base64url')}.signed`,
};

/** Returns a text without the escapes that a server of the tests or JavaScript may add. */
function unescaped(text) {
  let before;
  let now = text;
  do {
    before = now;
    now = now
      .replace(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
      .replace(/\\+x([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
      .replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  } while (now !== before);
  return now;
}

/** Whether a text contains a word, in any spelling. */
function reveals(text, word) {
  const plain = unescaped(text);
  if (plain.includes(word)) {
    return true;
  }
  const words = plain.replaceAll('\\', '').match(/[\w+/-]{12,}/g) ?? [];
  return words.some((each) =>
    [0, 1, 2, 3].some((from) => unescaped(Buffer.from(each.slice(from), 'base64').toString('latin1')).includes(word)),
  );
}

/** The ways to write a value to a log, by name. */
const forms = {
  inspect: (value) => inspect(value, { showHidden: true, depth: Infinity, getters: true, showProxy: true }),
  'inspect as console does': (value) => inspect(value),
  JSON: (value) => JSON.stringify(value),
  String: (value) => String(value),
  stack: (value) => value.stack,
  toString: (value) => value.toString(),
  toJSON: (value) => inspect(value.toJSON?.(), { depth: Infinity }),
  clone: (value) => inspect(structuredClone(value), { showHidden: true, depth: Infinity }),
  'own members': (value) =>
    Object.getOwnPropertyNames(value)
      .map((name) => `${name}: ${inspect(value[name], { showHidden: true, depth: Infinity })}`)
      .join('\n'),
  'inherited members': (value) => {
    const names = [];
    for (let type = Object.getPrototypeOf(value); type && type !== Object.prototype;) {
      names.push(...Object.getOwnPropertyNames(type));
      type = Object.getPrototypeOf(type);
    }
    return names.map((name) => inspect(value[name], { showHidden: true, depth: 4 })).join('\n');
  },
  causes: (value) => {
    const texts = [];
    for (let cause = value.cause; cause !== undefined; cause = cause.cause) {
      texts.push(inspect(cause, { showHidden: true, depth: Infinity }), String(cause?.stack));
    }
    return texts.join('\n');
  },
};

/** Yields each way to write a value to a log, with its text. */
function* seenOf(value) {
  for (const [name, form] of Object.entries(forms)) {
    let text;
    try {
      text = form(value);
    } catch (error) {
      // The value cannot be cloned, or has no such method. The error may show the secret, too.
      text = String(error?.stack);
    }
    yield [name, text ?? ''];
  }
}

module.exports = { forms, reveals, seenOf, spellings };
