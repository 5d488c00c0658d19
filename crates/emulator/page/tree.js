// JSON as a tree, whose branches are made when they are opened.

import { h } from './dom.js';
import { count } from './format.js';
import { ExactNumber } from './json.js';

/** How many members are shown at a time, and how many characters of a string. */
const MEMBERS = 100;
const CHARACTERS = 1000;
/** At first, the outer levels are open, and within them small branches. */
const OUTER_LEVELS = 3;
const OPEN_LEVELS = 6;
const SMALL = 5;

export function tree(value) {
  return h('div', { class: 'tree' }, node(undefined, value, 0));
}

function node(name, value, level) {
  const label = name === undefined ? undefined : [h('span', { class: 'key' }, name), ': '];
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) {
    return h('div', { class: 'leaf' }, label, leaf(value));
  }
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return h('div', { class: 'leaf' }, label, h('span', { class: 'dim' }, open + close));
  }
  const branch = h('div', { class: 'branch' });
  let isMade = false;
  const make = () => {
    if (!isMade) {
      isMade = true;
      grow(branch, entries, 0, level + 1);
    }
  };
  const isOpen = level < OPEN_LEVELS && entries.length <= (level < OUTER_LEVELS ? MEMBERS : SMALL);
  if (isOpen) {
    make();
  }
  const size = `${count(entries.length)} ${isArray ? 'item' : 'member'}${entries.length === 1 ? '' : 's'}`;
  return h(
    'details',
    { open: isOpen, ontoggle: make },
    h('summary', null, label, h('span', { class: 'dim' }, `${open} ${size} ${close}`)),
    branch,
  );
}

/** Adds the next members to a branch, and a button for those after them. */
function grow(branch, entries, from, level) {
  for (const [name, value] of entries.slice(from, from + MEMBERS)) {
    branch.append(node(name, value, level));
  }
  const next = from + MEMBERS;
  if (next < entries.length) {
    const more = h(
      'button',
      {
        type: 'button',
        class: 'small',
        onclick: () => {
          more.remove();
          grow(branch, entries, next, level);
        },
      },
      `Show more of the ${count(entries.length)}`,
    );
    branch.append(more);
  }
}

function leaf(value) {
  if (value instanceof ExactNumber) {
    return h('span', { class: 'number' }, value.source);
  }
  if (typeof value !== 'string') {
    return h('span', { class: value === null ? 'null' : typeof value }, String(value));
  }
  if (value.length <= CHARACTERS) {
    return h('span', { class: 'string' }, JSON.stringify(value));
  }
  const text = h('span', { class: 'string' }, JSON.stringify(value.slice(0, CHARACTERS)), '…');
  const all = h(
    'button',
    {
      type: 'button',
      class: 'small',
      onclick: () => {
        all.remove();
        text.textContent = JSON.stringify(value);
      },
    },
    `Show all ${count(value.length)} characters`,
  );
  return [text, ' ', all];
}
