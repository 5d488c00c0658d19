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

/** A number that JavaScript would change. */
export class ExactNumber {
  constructor(source) {
    this.source = source;
  }
}

function parse(text) {
  /** @type {any} */
  const revive = (_key, value, context) =>
    typeof value === 'number' && context?.source !== undefined && Math.abs(value) > Number.MAX_SAFE_INTEGER
      ? new ExactNumber(context.source)
      : value;
  return JSON.parse(text, revive);
}
