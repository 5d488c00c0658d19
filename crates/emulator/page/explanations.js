// Explanations of outputs: the pixels of a picture that mattered, and the weights of the words of a text.

import { h } from './dom.js';
import { count } from './format.js';

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
/** The longest explanation, in characters, and how many rows of an output are searched for one. */
const MAX_LENGTH = 8_000_000;
const MAX_ROWS = 10;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isLength = (value) => Number.isSafeInteger(value) && value >= 0;
const isSide = (value) => isLength(value) && value > 0 && value <= MAX_SIDE;

/**
 * @typedef {{ type: 'mask', width: number, height: number, pixels: Uint8Array }} Mask
 * @typedef {{ type: 'words', words: { word: string, score: number, of?: string }[] }} Words
 */

/**
 * Returns the explanations in an output that can be read: that of the output or, where it is a list, those of its rows.
 *
 * @param {import('./json.js').Json} output
 * @returns {(Mask | Words)[]}
 */
export function explanationsOf(output) {
  const found = [];
  let pixels = 0;
  for (const row of output.isList ? rowsOf(output) : [output]) {
    const explanation = explanationOf(row);
    pixels += explanation?.type === 'mask' ? explanation.pixels.length : 0;
    if (explanation !== undefined && pixels <= MAX_PIXELS) {
      found.push(explanation);
    }
  }
  return found;
}

function rowsOf(list) {
  const rows = [];
  for (const [, row] of list.members()) {
    if (rows.push(row) === MAX_ROWS) {
      break;
    }
  }
  return rows;
}

/** In the newer form it is within `data`. */
function explanationOf(row) {
  const data = row.member('data');
  const json = (data?.isObject ? data : row).member('explanation');
  if (json === undefined || json.size === 0 || json.end - json.start > MAX_LENGTH) {
    return undefined;
  }
  const explanation = JSON.parse(json.source);
  return isObject(explanation) && 'maskRLE' in explanation ? maskOf(explanation) : wordsOf(explanation);
}

/** @returns {Mask | undefined} */
function maskOf({ maskRLE, dimensions }) {
  const { width, height } = isObject(dimensions) ? dimensions : {};
  if (!isSide(width) || !isSide(height) || width * height > MAX_PIXELS || !Array.isArray(maskRLE)) {
    return undefined;
  }
  const masks = maskRLE.some(Array.isArray) ? maskRLE : [maskRLE];
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
    if (!Array.isArray(runs) || !runs.every(isLength)) {
      return false;
    }
    const sum = runs.reduce((length, run) => length + run, 0);
    total += sum;
    return sum <= pixels && total <= MAX_PIXELS;
  });
}

/** Some models write a number as a text. */
const numberOf = (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value);

/** @returns {Words | undefined} */
function wordsOf(explanation) {
  const given = isObject(explanation) ? (explanation.wordImportances ?? explanation) : explanation;
  const words = wordList(given) ?? wordsOfClasses(given);
  return words && words.length > 0 ? { type: 'words', words } : undefined;
}

/** Reads the words of each class. */
function wordsOfClasses(given) {
  const lists = isObject(given) ? Object.entries(given) : [];
  const words = lists.map(([of, list]) => wordList(list)?.map((word) => ({ ...word, of })));
  return words.every((list) => list !== undefined) ? words.flat() : undefined;
}

/** Reads words with their scores: pairs, objects, or an object of numbers. */
function wordList(given) {
  const entries = isObject(given) ? Object.entries(given) : given;
  if (!Array.isArray(entries)) {
    return undefined;
  }
  const words = entries.map((entry) => {
    const [word, score] = Array.isArray(entry) ? entry : [entry?.word, entry?.score];
    return { word, score: numberOf(score) };
  });
  return words.every(({ word, score }) => typeof word === 'string' && Number.isFinite(score)) ? words : undefined;
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
  // Of a word with a weight for each class, the largest one counts.
  const scores = new Map();
  for (const { word, score } of words) {
    if (!(Math.abs(scores.get(word)) >= Math.abs(score))) {
      scores.set(word, score);
    }
  }
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
      sorted.map(({ word, score, of }) => {
        const bar = h('span', { class: `weight ${score < 0 ? 'against' : 'for'}`, 'aria-hidden': 'true' });
        bar.style.width = `${(50 * Math.abs(score)) / largest}%`;
        return h(
          'li',
          null,
          h('span', { class: 'word' }, word, of !== undefined && h('span', { class: 'dim' }, ` ${of}`)),
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
