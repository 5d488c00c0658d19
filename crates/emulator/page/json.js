// Reads JSON of any size, and keeps the digits of numbers that JavaScript would round.

/** The most bytes that the page reads. */
const MAX_BYTES = 8_000_000;

/** Returns the JSON at a path, or `undefined` if it is too large. */
export async function readJson(path) {
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
    if (size > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
  }
  return parse(await new Blob(chunks).text());
}

/** A number that JavaScript would write in another way, or with other digits. */
export class ExactNumber {
  constructor(source) {
    this.source = source;
  }

  /** With its digits, in browsers that can write them. */
  toJSON() {
    const { rawJSON = Number } = /** @type {any} */ (JSON);
    return rawJSON(this.source);
  }
}

/** Returns a number as one of JavaScript's, and anything else unchanged. */
export const plainNumber = (value) => (value instanceof ExactNumber ? Number(value.source) : value);

function parse(text) {
  /** @type {any} */
  const revive = (_key, value, context) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? new ExactNumber(context.source)
      : value;
  return JSON.parse(text, revive);
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
