// JSON as a tree, whose branches are read and made when they are opened, a part at a time.

import { h } from './dom.js';
import { count, plural } from './format.js';
import { Json } from './json.js';

/** How many members are shown at a time, and how many characters of a string at first and with each click. */
const MEMBERS = 100;
const CHARACTERS = 1000;
const MORE_CHARACTERS = 20_000;
/** The most characters of a name. */
const NAME = 200;
/** At first, the outer levels are open, and within them small branches. */
const OUTER_LEVELS = 3;
const OPEN_LEVELS = 6;
const SMALL = 5;
/** Within the outer levels, longer branches are closed. */
const LONG = 1_000_000;

/** @param {string} text */
export function tree(text) {
  return h('div', { class: 'tree' }, node(undefined, new Json(text), 0));
}

/** A name as text. In lists it is the index. */
function nameOf(name) {
  if (typeof name === 'number') {
    return String(name);
  }
  const { text, start, end } = name;
  if (end - start <= NAME) {
    return JSON.parse(name.source);
  }
  return `${text.slice(start + 1, start + NAME)}…`;
}

function node(name, value, level) {
  const label = name === undefined ? undefined : [h('span', { class: 'key' }, nameOf(name)), ': '];
  const { isObject, isList, size } = value;
  if (!isObject && !isList) {
    return h('div', { class: 'leaf' }, label, leaf(value));
  }
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (size === 0) {
    return h('div', { class: 'leaf' }, label, h('span', { class: 'dim' }, open + close));
  }
  const branch = h('div', { class: 'branch' });
  let isMade = false;
  const make = () => {
    if (!isMade) {
      isMade = true;
      grow(branch, value.members(), size, level + 1);
    }
  };
  const isSmall = level < OPEN_LEVELS && size <= SMALL && value.end - value.start <= LONG;
  const isOpen = isSmall || (level < OUTER_LEVELS && size <= MEMBERS);
  if (isOpen) {
    make();
  }
  return h(
    'details',
    { open: isOpen, ontoggle: make },
    h(
      'summary',
      null,
      label,
      h('span', { class: 'dim' }, `${open} ${plural(size, isList ? 'item' : 'member')} ${close}`),
    ),
    branch,
  );
}

/** Adds the next members to a branch, and a button for those after them. */
function grow(branch, members, left, level) {
  const some = Math.min(left, MEMBERS);
  for (let added = 0; added < some; added += 1) {
    const [name, value] = members.next().value;
    branch.append(node(name, value, level));
  }
  if (left > some) {
    const more = h(
      'button',
      {
        type: 'button',
        class: 'small',
        onclick: () => {
          more.remove();
          grow(branch, members, left - some, level);
        },
      },
      `Show more of the other ${count(left - some)}`,
    );
    branch.append(more);
  }
}

function leaf(value) {
  const length = value.end - value.start;
  if (!value.isString) {
    const { source } = value;
    const type = { null: 'null', true: 'boolean', false: 'boolean' }[source] ?? 'number';
    return h('span', { class: type }, source.slice(0, CHARACTERS));
  }
  if (length <= CHARACTERS) {
    return h('span', { class: 'string' }, value.source);
  }
  const text = h('span', { class: 'string' });
  let shown = CHARACTERS;
  const show = () => {
    const isWhole = shown >= length;
    text.textContent = value.text.slice(value.start, value.start + Math.min(shown, length)) + (isWhole ? '' : '…');
    more.hidden = isWhole;
  };
  const more = h(
    'button',
    {
      type: 'button',
      class: 'small',
      onclick: () => {
        shown += MORE_CHARACTERS;
        show();
      },
    },
    `Show more of ${count(length - 2)} characters`,
  );
  show();
  return [text, ' ', more];
}
