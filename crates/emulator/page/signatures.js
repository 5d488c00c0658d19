// What bytes are, by their first ones: text, or a picture or a sound in one of the formats that browsers show. SVG is text.

const latin = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));
const has = (bytes, at, text) => latin(bytes, at, text.length) === text;
/** A number of four bytes, the lowest first. */
const number = (bytes, at) => (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) + bytes[at + 3] * 2 ** 24;

/** The sizes of the second header of a bitmap, in all its versions. */
const BITMAP_HEADERS = [12, 40, 52, 56, 64, 108, 124];

/** The formats, each with a test of its whole header, since texts can begin with the same letters. */
const FORMATS = [
  { type: 'image/png', test: (bytes) => has(bytes, 0, '\x89PNG\r\n\x1a\n') && has(bytes, 12, 'IHDR') },
  { type: 'image/jpeg', test: (bytes) => has(bytes, 0, '\xff\xd8\xff') && bytes[3] >= 0xc0 },
  { type: 'image/gif', test: (bytes) => /^GIF8[79]a/.test(latin(bytes, 0, 6)) && bytes.length > 13 },
  { type: 'image/webp', test: (bytes) => has(bytes, 0, 'RIFF') && has(bytes, 8, 'WEBPVP8') },
  {
    type: 'image/bmp',
    test: (bytes) => has(bytes, 0, 'BM') && number(bytes, 6) === 0 && BITMAP_HEADERS.includes(number(bytes, 14)),
  },
  { type: 'image/avif', test: (bytes) => has(bytes, 4, 'ftypavif') || has(bytes, 4, 'ftypavis') },
  { type: 'audio/wav', test: (bytes) => has(bytes, 0, 'RIFF') && has(bytes, 8, 'WAVE') },
  {
    type: 'audio/mpeg',
    test: (bytes) =>
      has(bytes, 0, 'ID3') && bytes[3] >= 2 && bytes[3] <= 4 && bytes.subarray(6, 10).every((byte) => byte < 0x80),
  },
  { type: 'audio/ogg', test: (bytes) => has(bytes, 0, 'OggS\0') },
  { type: 'audio/flac', test: (bytes) => has(bytes, 0, 'fLaC') && (bytes[4] & 0x7f) === 0 && bytes[7] === 34 },
  // Eleven bits are too few to know it by, so the model has to accept it, too.
  { type: 'audio/mpeg', isWeak: true, test: (bytes) => bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2 },
];

/**
 * Returns the media type of a picture or a sound, or `undefined`.
 *
 * @param {Uint8Array} start
 * @param {string} declared The media types that the model declares.
 */
export function mediaTypeOf(start, declared) {
  return FORMATS.find(({ type, isWeak, test }) => (!isWeak || declared.includes(type)) && test(start))?.type;
}

/** Returns bytes as text with each of its characters, if they are text. `isCut` allows a character that is cut at the end. */
export function asText(start, isCut) {
  const text = decoded(start, isCut);
  return text === undefined || hasControls(text) ? undefined : text;
}

/** Returns what bytes are in UTF-8, if they are that. */
export function decoded(bytes, isCut) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

/** Whether a text has characters that texts do not have: those below the space, but for white space and the escape. */
function hasControls(text) {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 9 || (code > 13 && code < 32 && code !== 27)) {
      return true;
    }
  }
  return false;
}
