// Reads JSON of any size and depth without building its values, so that the page reads only what it shows. Numbers keep their digits.

/**
 * Returns the text at a path, or `undefined` if it is longer.
 *
 * @param {string} path
 * @param {number} limit Bytes.
 */
export async function readText(path, limit) {
  const response = await fetch(path);
  if (!response.ok || !response.body) {
    throw new Error((await response.json()).message);
  }
  const reader = response.body.getReader();
  const chunks = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    size += read.value.length;
    if (size > limit) {
      await reader.cancel();
      return undefined;
    }
  }
  return new Blob(chunks).text();
}

const codes = (text) => Array.from(text, (character) => character.charCodeAt(0));
const [QUOTE, BACKSLASH, COMMA, COLON, BRACE, BRACKET, END_BRACE, END_BRACKET] = codes('"\\,:{[}]');
const isSpace = (code) => code === 32 || (code >= 9 && code <= 13);
const endsScalar = (code) => code === COMMA || code === END_BRACE || code === END_BRACKET || isSpace(code);

/** Returns the next place that has none of white space, commas and colons. */
function next(text, from) {
  let at = from;
  for (let code = text.charCodeAt(at); isSpace(code) || code === COMMA || code === COLON; code = text.charCodeAt(at)) {
    at += 1;
  }
  return at;
}

/** Returns where the string that begins at a place ends. */
function stringEnd(text, start) {
  let at = start + 1;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}

/** A value within the text of JSON. */
export class Json {
  /** How many members or items it has. */
  size = 0;

  constructor(text, from = 0) {
    this.text = text;
    this.start = next(text, from);
    const first = text.charCodeAt(this.start);
    this.isString = first === QUOTE;
    this.isObject = first === BRACE;
    this.isList = first === BRACKET;
    this.end = this.isObject || this.isList ? this.#pass() : this.#scalarEnd();
  }

  #scalarEnd() {
    if (this.isString) {
      return stringEnd(this.text, this.start);
    }
    let at = this.start;
    while (at < this.text.length && !endsScalar(this.text.charCodeAt(at))) {
      at += 1;
    }
    return Math.max(at, this.start + 1);
  }

  /** Counts what is directly within it, in one pass without recursion. Returns its end. */
  #pass() {
    const { text } = this;
    let depth = 0;
    let isEmpty = true;
    for (let at = this.start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === BRACE || code === BRACKET) {
        isEmpty &&= depth === 0;
        depth += 1;
      } else if (code === END_BRACE || code === END_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          this.size += isEmpty ? 0 : 1;
          return at + 1;
        }
      } else if (code === QUOTE) {
        isEmpty = false;
        at = stringEnd(text, at) - 1;
      } else if (code === COMMA) {
        this.size += depth === 1 ? 1 : 0;
      } else if (!isSpace(code)) {
        isEmpty = false;
      }
    }
    return text.length;
  }

  get source() {
    return this.text.slice(this.start, this.end);
  }

  /**
   * Reads what is directly within it, one by one: a name and a value.
   *
   * @returns {Generator<[Json | number, Json]>} The name in its text, or the index.
   */
  *members() {
    let at = next(this.text, this.start + 1);
    for (let index = 0; index < this.size; index += 1) {
      const name = this.isObject ? new Json(this.text, at) : index;
      const value = new Json(this.text, typeof name === 'number' ? at : name.end);
      yield [name, value];
      at = next(this.text, value.end);
    }
  }

  /** Returns the member with a name, if it is among the first ones. */
  member(name, among = 1000) {
    let found = /** @type {Json | undefined} */ (undefined);
    for (const [each, value] of this.isObject ? this.members() : []) {
      if (/** @type {Json} */ (each).source === `"${name}"`) {
        found = value;
      }
      among -= 1;
      if (among === 0) {
        break;
      }
    }
    return found;
  }
}

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The depth below which JSON stays in one line, since the indents of deep JSON would be longer than it. */
const MAX_INDENTED = 32;

/** Indents JSON, and changes nothing else: neither digits nor the order of members. */
export function indent(text) {
  const parts = [];
  let depth = 0;
  let before = '';
  for (const [token] of text.matchAll(TOKENS)) {
    const isEnd = token === '}' || token === ']';
    if (isEnd) {
      depth -= 1;
    }
    const isBroken = before === ',' || (isEnd ? before !== '{' && before !== '[' : before === '{' || before === '[');
    if (isBroken && depth < MAX_INDENTED) {
      parts.push('\n', '  '.repeat(depth));
    } else if (before === ',') {
      parts.push(' ');
    }
    parts.push(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') {
      depth += 1;
    }
    before = token;
  }
  return parts.join('');
}
