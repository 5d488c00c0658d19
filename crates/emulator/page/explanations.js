// Explanations of outputs: the pixels of a picture that mattered, and the weights of the words of a text.

import { h } from './dom.js';
import { count } from './format.js';
import { plainNumber } from './json.js';

/** The most pixels of a mask, and of all masks of an explanation together: drawing more would block the page. */
const MAX_PIXELS = 2 ** 24;
/** The longest side of a picture that a browser draws. */
const MAX_SIDE = 16_384;
/** The most lines around the marked pixels. With more, the shade alone shows them. */
const MAX_LINES = 100_000;
/** The most characters of a word that is looked for in a text. */
const MAX_WORD = 60;
/** How many words the list shows. */
const MAX_WORDS = 50;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isLength = (value) => Number.isSafeInteger(value) && value >= 0;
const isSide = (value) => isLength(value) && value > 0 && value <= MAX_SIDE;

/**
 * @typedef {{ type: 'mask', width: number, height: number, pixels: Uint8Array }} Mask
 * @typedef {{ type: 'words', words: { word: string, score: number }[] }} Words
 */

/**
 * Returns the explanation in an output, or `undefined` if it has none that can be read.
 *
 * @returns {Mask | Words | undefined}
 */
export function explanationOf(output) {
  const explanation = isObject(output) ? (output.data ?? output)?.explanation : undefined;
  if (!explanation) {
    return undefined;
  }
  return isObject(explanation) && 'maskRLE' in explanation ? maskOf(explanation) : wordsOf(explanation);
}

/** @returns {Mask | undefined} */
function maskOf({ maskRLE, dimensions }) {
  const [width, height] = [dimensions?.width, dimensions?.height].map(plainNumber);
  if (!isSide(width) || !isSide(height) || width * height > MAX_PIXELS || !Array.isArray(maskRLE)) {
    return undefined;
  }
  const lists = maskRLE.some(Array.isArray) ? maskRLE : [maskRLE];
  const masks = lists.map((runs) => (Array.isArray(runs) ? runs.map(plainNumber) : [undefined]));
  if (!fit(masks, width * height)) {
    return undefined;
  }
  const pixels = new Uint8Array(width * height);
  for (const runs of masks) {
    let start = 0;
    for (const [index, run] of runs.entries()) {
      const end = start + run;
      for (let at = index % 2 === 0 ? end : start; at < end; at += 1) {
        // The runs go down the columns.
        pixels[(at % height) * width + Math.floor(at / height)] = 1;
      }
      start = end;
    }
  }
  return { type: 'mask', width, height, pixels };
}

/** Whether the runs of each mask are within the picture, and all masks together take no more work than the largest one. */
function fit(masks, pixels) {
  let total = 0;
  return masks.every((runs) => {
    if (!runs.every(isLength)) {
      return false;
    }
    const sum = runs.reduce((length, run) => length + run, 0);
    total += sum;
    return sum <= pixels && total <= MAX_PIXELS;
  });
}

/** @returns {Words | undefined} */
function wordsOf(explanation) {
  const given = isObject(explanation) ? (explanation.wordImportances ?? explanation) : explanation;
  const lists = isObject(given) && Object.values(given).every(Array.isArray) ? Object.values(given) : [given];
  const words = lists.flatMap((list) => {
    const entries = isObject(list) ? Object.entries(list) : list;
    return Array.isArray(entries)
      ? entries.map((entry) => {
          const [word, score] = Array.isArray(entry) ? entry : [entry?.word, entry?.score];
          return { word, score: plainNumber(score) };
        })
      : [{ word: undefined, score: undefined }];
  });
  const isWord = (entry) => typeof entry?.word === 'string' && Number.isFinite(entry.score);
  return words.length > 0 && words.every(isWord) ? { type: 'words', words } : undefined;
}

/** A picture with its mask: what did not matter is dark, and a line surrounds what did. */
export function showMask(image, { width, height, pixels }) {
  const scale = Math.max(1, Math.min(Math.floor(480 / width), 40));
  const canvas = h('canvas', { width: width * scale, height: height * scale, role: 'img' });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const marked = pixels.reduce((sum, pixel) => sum + pixel, 0);
  const share = `${((100 * marked) / pixels.length).toFixed(1)} %`;
  canvas.setAttribute('aria-label', `The picture with its mask, which marks ${share} of it`);

  const shade = new OffscreenCanvas(width, height);
  const shadeContext = /** @type {OffscreenCanvasRenderingContext2D} */ (shade.getContext('2d'));
  const data = shadeContext.createImageData(width, height);
  const at = (x, y) => x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;
  for (const [index, pixel] of pixels.entries()) {
    if (pixel === 0) {
      data.data[4 * index] = 10;
      data.data[4 * index + 1] = 10;
      data.data[4 * index + 2] = 30;
      data.data[4 * index + 3] = 190;
    }
  }
  const path = outlines(at, width, height, scale);
  shadeContext.putImageData(data, 0, 0);

  function draw(isMasked) {
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    if (!isMasked) {
      return;
    }
    context.drawImage(shade, 0, 0, canvas.width, canvas.height);
    context.strokeStyle = '#ff2d95';
    context.lineWidth = Math.max(1, Math.min(3, scale));
    context.stroke(path);
  }

  const toggle = h('input', { type: 'checkbox', checked: true, onchange: () => draw(toggle.checked) });
  draw(true);
  return h(
    'figure',
    { class: 'explanation mask' },
    h(
      'figcaption',
      null,
      h('label', null, toggle, ' Explanation: the mask over the picture'),
      h('span', { class: 'dim' }, ` ${share} marked`),
    ),
    canvas,
  );
}

const scoreText = (score) => (Math.abs(score) < 1e6 ? score.toFixed(3) : score.toExponential(3));

/** Returns the lines around the marked pixels, or none if there are too many. */
function outlines(at, width, height, scale) {
  const path = new Path2D();
  let lines = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (at(x, y)) {
        lines += outline(path, at, x, y, scale);
      }
      if (lines > MAX_LINES) {
        return new Path2D();
      }
    }
  }
  return path;
}

/** Adds the sides of a marked pixel whose neighbors are not marked. Returns how many these are. */
function outline(path, at, x, y, scale) {
  const [left, top, right, bottom] = [x * scale, y * scale, (x + 1) * scale, (y + 1) * scale];
  const sides = [
    { isOpen: !at(x, y - 1), line: [left, top, right, top] },
    { isOpen: !at(x + 1, y), line: [right, top, right, bottom] },
    { isOpen: !at(x, y + 1), line: [right, bottom, left, bottom] },
    { isOpen: !at(x - 1, y), line: [left, bottom, left, top] },
  ];
  const open = sides.filter(({ isOpen }) => isOpen);
  for (const { line } of open) {
    path.moveTo(line[0], line[1]);
    path.lineTo(line[2], line[3]);
  }
  return open.length;
}

/** A text with its weighed words marked, and a list of the words with their weights. */
export function showWords(text, words) {
  const scores = new Map(words.map(({ word, score }) => [word, score]));
  const largest = words.reduce((most, { score }) => Math.max(most, Math.abs(score)), Number.MIN_VALUE);
  const level = (score) => Math.max(1, Math.ceil((4 * Math.abs(score)) / largest));
  const style = (score) => `${score < 0 ? 'against' : 'for'} level-${level(score)}`;
  const parts = split(text, scores).map((part) => {
    const score = scores.get(part);
    return score === undefined ? part : h('mark', { class: style(score), title: scoreText(score) }, part);
  });
  const sorted = [...words].sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, MAX_WORDS);
  return h(
    'figure',
    { class: 'explanation words' },
    h('figcaption', null, 'Explanation: the weights of the words'),
    text !== '' && h('p', { class: 'weighed', tabindex: 0 }, parts),
    h(
      'ul',
      { class: 'weights' },
      sorted.map(({ word, score }) => {
        const bar = h('span', { class: `weight ${score < 0 ? 'against' : 'for'}`, 'aria-hidden': 'true' });
        bar.style.width = `${(50 * Math.abs(score)) / largest}%`;
        return h(
          'li',
          null,
          h('span', { class: 'word' }, word),
          h('span', { class: 'scale' }, bar),
          h('span', { class: 'mono' }, `${score > 0 ? '+' : ''}${scoreText(score)}`),
        );
      }),
    ),
    words.length > MAX_WORDS && h('p', { class: 'dim' }, `${count(words.length - MAX_WORDS)} words more`),
  );
}

/** Splits a text into the words that have scores, the longest ones first, and what is between them. */
function split(text, scores) {
  const isLetter = (at) => at >= 0 && at < text.length && /[\p{L}\p{N}_]/u.test(text[at]);
  const longest = Math.min(
    MAX_WORD,
    [...scores.keys()].reduce((most, word) => Math.max(most, word.length), 0),
  );
  const parts = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    let length = isLetter(at) && isLetter(at - 1) ? 0 : Math.min(longest, text.length - at);
    // A word does not end within another one.
    while (
      length > 0 &&
      !(scores.has(text.slice(at, at + length)) && !(isLetter(at + length - 1) && isLetter(at + length)))
    ) {
      length -= 1;
    }
    if (length > 0) {
      parts.push(text.slice(from, at), text.slice(at, at + length));
      from = at + length;
    }
    at += Math.max(1, length);
  }
  return [...parts, text.slice(from)];
}
