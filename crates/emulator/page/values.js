// Bytes, shown by what they are: a picture, a sound, text, or else in hexadecimal. Pictures and sounds come from blob URLs, whose
// types this page chooses. Nothing is ever shown as a document.

import { fill, h } from './dom.js';
import { bytes, count } from './format.js';
import { asText, mediaTypeOf } from './signatures.js';

/** How many bytes decide what a value is, and are shown as text. */
const FIRST = 65_536;
/** The largest picture or sound that is shown. */
const MAX_MEDIA = 64_000_000;
/** How many bytes are shown in hexadecimal. */
const HEX = 1024;

/** Lines of an offset, 16 bytes, and their characters. */
function hex(start) {
  const lines = [];
  for (let at = 0; at < start.length; at += 16) {
    const line = [...start.subarray(at, at + 16)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${digits.padEnd(47)}  ${characters}`);
  }
  return lines.join('\n');
}

/** The caption of a value: its name, what it is, and a link that saves it. */
export const caption = (path, name, ...more) =>
  h(
    'figcaption',
    null,
    h('span', { class: 'mono strong' }, name),
    ' ',
    more[0],
    ' ',
    h('a', { href: path, download: name, class: 'small' }, 'Download', h('span', { class: 'hidden' }, ` ${name}`)),
    more.slice(1),
  );

/**
 * Shows a value by what it is.
 *
 * @param {string} path Where its bytes are.
 * @param {{ name: string, bytes?: number, sha256?: string }} value
 * @param {string} [declared] The media types that the model declares for it.
 */
export function createValue(path, { name, bytes: size, sha256 }, declared = '') {
  const content = h('div', { class: 'content' }, h('p', { class: 'dim' }, 'Reading…'));
  const kind = h('span', { class: 'dim' });
  const element = h(
    'figure',
    { class: 'value' },
    caption(path, name, kind, sha256 && h('span', { class: 'mono dim sha' }, `SHA-256 ${sha256}`)),
    content,
  );
  let url = '';
  let isClosed = false;
  /** @type {{ type: string, text?: string, image?: HTMLImageElement }} */
  const shown = { type: '' };

  async function read(path_, limit) {
    const response = await fetch(path_, limit === undefined ? {} : { headers: { range: `bytes=0-${limit - 1}` } });
    if (response.status === 416) {
      return { total: 0, data: new Uint8Array() };
    }
    if (!response.ok) {
      throw new Error((await response.json()).message);
    }
    const total = Number(
      response.headers.get('content-range')?.split('/')[1] ?? response.headers.get('content-length'),
    );
    return { total, data: new Uint8Array(await response.arrayBuffer()) };
  }

  async function show() {
    const isInput = size !== undefined;
    const first = await read(isInput ? `${path}?limit=${FIRST}` : path, isInput ? undefined : FIRST);
    const total = size ?? first.total;
    const start = first.data;
    // No format of a picture or a sound is text.
    const text = asText(start, start.length < total);
    const type = text === undefined ? mediaTypeOf(start, declared) : undefined;
    if (type !== undefined && total <= MAX_MEDIA) {
      const all = start.length < total ? (await read(path)).data : start;
      if (!isClosed) {
        await showMedia(type, all, total);
      }
      return;
    }
    showPlain(text, start, total);
  }

  function showPlain(text, start, total) {
    shown.type = text === undefined ? 'bytes' : 'text';
    shown.text = text;
    kind.textContent = `${text === undefined ? 'bytes' : 'text'}, ${bytes(total)}`;
    const visible = text ?? hex(start.subarray(0, HEX));
    const hidden = total - (text === undefined ? Math.min(HEX, total) : start.length);
    fill(
      content,
      total === 0
        ? h('p', { class: 'dim' }, 'empty')
        : h('pre', { class: text === undefined ? 'hex' : 'text', tabindex: 0, 'aria-label': name }, visible),
      hidden > 0 && h('p', { class: 'dim' }, `${count(hidden)} bytes more`),
    );
  }

  async function showMedia(type, data, total) {
    url = URL.createObjectURL(new Blob([data], { type }));
    kind.textContent = `${type}, ${bytes(total)}`;
    if (type.startsWith('audio/')) {
      shown.type = 'sound';
      const onerror = () => showPlain(undefined, data, total);
      fill(content, h('audio', { controls: true, src: url, 'aria-label': `The sound ${name}`, onerror }));
      return;
    }
    shown.type = 'picture';
    const image = h('img', { src: url, alt: `The picture ${name}` });
    try {
      await image.decode();
    } catch {
      showPlain(undefined, data, total);
      content.prepend(h('p', { class: 'dim' }, `The browser cannot show it as a picture (${type}).`));
      return;
    }
    image.className = image.naturalWidth < 64 ? 'pixels' : '';
    kind.textContent += `, ${image.naturalWidth} × ${image.naturalHeight}`;
    shown.image = image;
    fill(content, image);
  }

  const ready = show().catch((error) => fill(content, h('p', { class: 'failure' }, error.message)));
  return {
    element,
    content,
    /** Resolves with what is shown. */
    ready: ready.then(() => shown),
    close() {
      isClosed = true;
      URL.revokeObjectURL(url);
    },
  };
}
